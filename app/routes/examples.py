"""What answers look like, for the reference at /docs. Tests compare them with real ones."""

from typing import Any

from app.routes.errors import errors

Json = dict[str, Any]
_AT = "2026-11-21T15:41:17.906720Z"
_LATER = "2026-11-21T15:41:20.412000Z"

OK: Json = {"status": "ok"}
TEST: Json = {"status": "ok", "message": "Webhooks reach Ponte. Real ones go to /webhooks/{channel}/{secret}."}
RECEIVED: Json = {"status": "decoded", "reason": ""}
VERSION: Json = {"name": "ponte", "version": "0.1.0"}
RESET: Json = {"conversations": 12}
SENT: Json = {"conversation_id": 1, "status": "admitted", "bot_on": True, "epoch": 0}
METRICS = 'ponte_webhooks_total{channel="kommo",outcome="decoded"} 812.0\nponte_paused{account="1"} 3.0\n'

CONTROL: Json = {
    "scope": "lead",
    "id": "41800001",
    "message": "IA pausada por API até 16:40",
    "conversations": [
        {
            "conversation_id": 1,
            "bot_on": False,
            "epoch": 3,
            "state": "IA pausada por API até 16:40",
            "reason": "lead",
            "paused_by": "API",
            "paused_until": "2026-11-21T19:40:00Z",
        }
    ],
}


def _health(database: Json, status: str) -> Json:
    return {
        "status": status,
        "components": {
            "database": database,
            "queue": {"status": "healthy", "message": "A worker is at work."},
            "kommo": {"status": "healthy", "message": "1 account(s) connected."},
            "brain": {"status": "healthy", "message": "Ladder: offline."},
            "ai": {"status": "healthy", "message": "Answers come from: offline."},
            "rpa": {"status": "not_configured", "message": "No panel is set; `ponte panels set`."},
            "sheets": {"status": "not_configured", "message": "No spreadsheet is connected."},
        },
        "uptime_seconds": 5312.4,
    }


HEALTHY = _health({"status": "healthy", "message": "Postgres answers."}, "healthy")
UNHEALTHY = _health({"status": "unhealthy", "message": "The database does not answer."}, "unhealthy")

STATS: Json = {
    "conversations": 240,
    "paused": 4,
    "customer_messages_24h": 812,
    "sent_24h": 431,
    "outbox_waiting": 1,
    "crm_held": 0,
    "with_a_person": 3,
    "outbox_dead": 0,
    "quarantined": 0,
    "unread": 0,
    "outreach_waiting": 0,
    "turns_24h": [{"state": "admitted", "reason": "", "n": 431}],
    "brains_24h": [{"brain": "n8n", "outcome": "answered", "n": 430}, {"brain": "n8n", "outcome": "too_late", "n": 1}],
    "open_breakers": [],
    "faq": {"exact": 31, "near": 12, "missed": 40, "hit_rate": 0.518},
    "feedback_24h": {"asked": 9, "answered": 6, "thumbs_up": 5, "thumbs_down": 1, "score": 4.5},
    "callbacks_refused_24h": [{"reason": "turn_is_closed", "n": 1}],
    "n8n_errors_24h": [],
    "latency_24h_seconds": {
        "turns": 431,
        "total": [5.2, 9.8],
        "burst_wait": [2.1, 5.0],
        "queue": [0.01, 0.05],
        "brain": [2.9, 4.6],
        "channel": [0.2, 0.6],
    },
    "queue": [{"entrypoint": "send", "status": "queued", "n": 1, "oldest_seconds": 0.05}],
    "total_sessions": 40,
    "active_sessions": 9,
    "sessions_by_step": [{"flow": "registration", "step": "completed", "n": 29}],
    "completion_rate": 0.725,
    "error_rate": 0.05,
}

ACTIVE: Json = {
    "conversations": [
        {
            "id": 1,
            "chat_id": "0a9d2c6e-5f8b-4a51-9d53-7c1f0a5b3e42",
            "talk_id": "71302",
            "contact_id": "59400001",
            "lead_id": "41800001",
            "origin": "waba",
            "bot_on": False,
            "epoch": 3,
            "pause_reason": "human",
            "paused_by": "Ana",
            "paused_until": None,
            "resting": False,
            "opted_out": False,
            "last_customer_at": _AT,
            "last_human_at": _LATER,
            "unanswered": 0,
        }
    ],
    "cursor": "1795275677.90672_1",
}

_STATE: Json = {
    "by": None,
    "line": [{"state": "sent", "number": 1}],
    "turn": None,
    "epoch": 0,
    "until": None,
    "bot_on": True,
    "reason": None,
    "resting": False,
    "opted_out": False,
    "unanswered": 0,
}

DEBUG: Json = {
    "conversation_id": 1,
    "at": _LATER,
    "why_quiet": "Nothing to answer: the bot is on and the customer has an answer to everything.",
    "state": _STATE,
    "lead_id": "41800001",
    "contact_id": "59400001",
    "talk_id": "71302",
    "chat_id": "0a9d2c6e-5f8b-4a51-9d53-7c1f0a5b3e42",
    "ways_to_send": ["talks", "salesbot", "note"],
    "sees_humans_by": "webhook",
    "waiting": {"unread": [], "timers": []},
    "events": [
        {
            "external_id": "turn:1:1:0",
            "kind": "reply",
            "at": _AT,
            "received_at": _AT,
            "folded_at": _AT,
            "verdict": "admitted",
            "after": _STATE,
        }
    ],
    "turns": [
        {
            "number": 1,
            "epoch": 0,
            "state": "admitted",
            "reason": "",
            "brain": "offline",
            "rung": 0,
            "received_at": _AT,
            "settled_at": _AT,
            "asked_at": _AT,
            "answered_at": _LATER,
            "admitted_at": _LATER,
            "closed_at": _LATER,
            "delivered_at": _LATER,
            "told_at": None,
            "model": None,
            "input_tokens": None,
            "output_tokens": None,
            "stages": [
                {
                    "rung": 0,
                    "brain": "offline",
                    "asked_at": _AT,
                    "seconds": 0.012,
                    "outcome": "answered",
                    "detail": "",
                }
            ],
            "tools": [{"tool": "free_slots", "ok": True, "code": "", "calls": 1, "at": _AT}],
        }
    ],
    "n8n_errors": [],
    "line": [
        {
            "number": 1,
            "kind": "message",
            "state": "sent",
            "epoch": 0,
            "attempt": 1,
            "way": "talks",
            "reason": "",
            "created_at": _LATER,
            "claimed_at": _LATER,
            "sent_at": _LATER,
            "not_before": None,
            "farewell": False,
        }
    ],
    "audit": [],
}


def plain(example: str, *statuses: int) -> dict[int | str, Json]:
    """The same where the good answer is text: the errors stay JSON, which FastAPI does not believe of a model here."""
    shown: dict[int | str, Json] = {200: {"content": {"text/plain": {"example": example}}}}
    for status, error in errors(*statuses).items():
        body = {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}, **error["content"]["application/json"]}
        shown[status] = {"description": error["description"], "content": {"application/json": body}}
    return shown


def shows(example: Json, *statuses: int) -> dict[int | str, Json]:
    """The answers of an operation, for OpenAPI: a good one, and its errors."""
    return {200: {"content": {"application/json": {"example": example}}}, **errors(*statuses)}
