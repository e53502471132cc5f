"""The statements that every message costs, each with what it is asked with here."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

MANY = 100_000
MOST_READ = 2_500  # rows that one statement may look at; the largest limit of any is 1,000
BIG = {
    "conversations", "inbox", "outbox", "timers", "mensagens", "turns", "deliveries", "event_log", "contacts", "media",
    "outreaches", "follow_ups", "handovers", "lead_owners", "notices", "tool_calls", "errands", "sheet_rows",
    "provisionings", "inbox_lines", "inbox_chats", "inbox_people", "broadcast_recipients",
}  # fmt: skip

NOW = datetime.now(UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TODAY = NOW.date()
HASH = b"x" * 32
ME = UUID(int=1)

# The account, one conversation of it, its contact, its chat, its lead.
A, C, CONTACT, CHAT, LEAD = 1, 500, "contact-500", "chat-500", "lead-500"

HOT: dict[str, dict[str, tuple[Any, ...]]] = {
    "agenda": {
        "account": (A,),
        "sellers": (A, None),
        "seller": (A, "1"),
        "busy": (A, NOW, NOW + timedelta(days=1), NOW, None),
        "load": (A, NOW, "contact-500"),
        "newest": (A, [C, 7]),
        "lock_seller": (A, "1"),
        "end_holds": (A, "1", NOW, NOW + timedelta(hours=1), NOW),
        "hold": (A, "1", None, "contact-1", None, "", *(NOW, NOW + MINUTE) * 2, "UTC", NOW + MINUTE, "key", "digest"),
        "of_request": (A, "key-500"),
        "same_hold": (A, "1", NOW, NOW + MINUTE, NOW, "contact-500", C, LEAD),
        "is_contact": (A, CONTACT),
        "is_lead": (A, LEAD),
        "contacts_of_lead": (A, LEAD),
        "lock_chat": (C,),
        "lock_person": (A, "contact:contact-500"),
        "lock_in_the_way": (A, "1", NOW, NOW + timedelta(hours=1), NOW, "contact:contact-500", C),
        "let_go": (A, "contact:contact-500", NOW),
        "end_own_holds": (A, "contact:contact-500", NOW),
        "elsewhere": (A, "contact:contact-500", NOW, NOW + timedelta(hours=1), None),
        "same_time": (A, NOW, "contact-500", C, LEAD, NOW),
        "booking": (A, C),
        "lock_booking": (A, C),
        "list": (A, NOW, 0, NOW + timedelta(days=30), None, None, None, ["held", "booked"], 50),
        "confirm": (A, C, "AG-00000000", NOW),
        "expire": (A, C, NOW),
        "move": (A, C, "1", *(NOW + timedelta(hours=2), NOW + timedelta(hours=2) + MINUTE) * 2, NOW),
        "cancel": (A, C, NOW),
        "no_show": (A, C, NOW),
        "log": (A, C, "clock", "agenda_booked", "", 7),
        "sweep_holds": (NOW,),
        "reminded": (A, C, 0, [60]),
        "live_receipts": (A, "contact-500", NOW, C),
    },
    "handovers": {
        "lock_team": (A,),
        "close_done": (A, NOW),
        "candidates": (A, False),
        "holder_of": (A, C, LEAD),
        "end_handovers": (A, C, LEAD, NOW),
        "add_handover": (A, C, LEAD, "1", "round_robin", "[]", NOW, "vendas", "trigger"),
        "area_clues": (A, C, LEAD),
        "forsaken": (C,),
        "conversation_of_lead": (A, LEAD),
    },
    "notices": {
        "tell": (A, "other_bot", "", None, LEAD, C, "{}", NOW),
        "well": (A, "other_bot", "", NOW),
        "told_of_chat": (A, C, NOW),
        "notice": (1, 1),
        "untold": (NOW,),
    },
    "owners": {
        "owner": (A, LEAD),
        "save_owner": (A, LEAD, "1", NOW),
        "contact_read": (A, CONTACT),
        "wrote_last": (A, None, CONTACT),
        "conversation_head": (A, C),
    },
    "control": {
        "targets": (A, "500"),
        "of_contact": (A, CONTACT),
        "of_lead": (A, LEAD),
        "lock_all": ([C, 7],),
        "remember_order": (A, "kommo", "order-1:contact:501", "command", "{}", NOW),
        "origin": (A, C),
        "fate": (A, "kommo", "send:500:order-1", "Pronto!"),
        "seller_name": (A, "1"),
    },
    "conversations": {
        "lock": (C,),
        "standing": (A, CONTACT, LEAD),
        "load": (C, A, CONTACT, LONG_AGO, LEAD),
        "rows": (C, ["m-1"], ["w-1"]),
        "save": (
            *(C, True, None, None, None, False, 1, None, None, False, False, 1, 1, 1, 0, 0, "es", *([None] * 3), NOW),
            *("onboarding", "name", "{}", "{}", None),
        ),
        "remember": (A, C, 99, "customer", "", "text", "Oi", None, "m-x", NOW, NOW, False, ""),
        "answered": (C, [1]),
        "add_row": (
            A,
            C,
            99,
            1,
            0,
            [1],
            False,
            "Oi",
            "w",
            "pending",
            "",
            None,
            None,
            None,
            0,
            "",
            None,
            None,
            None,
            False,
        ),
        "save_row": (C, 1, "sent", 1, "talks", "m-9", "", None, NOW, NOW, None, 0),
        "add_crm": (A, C, 98, "note", 0, "x", "{}", "held"),
        "set_timer": (A, C, "burst", NOW),
        "drop_timers": (C, ["burst"]),
        "open_new_turn": (A, C, 99, 0, 1, [1], NOW),
        "raise_rung": (C, 1, 1),
        "told": (C, 1, NOW),
        "close_turn": (C, 1, "admitted", "", NOW),
        "delivered": (C, 1, NOW),
        "folded": (NOW, [C], ["heard"], ["{}"]),
        "add_event": (A, "kommo", "new", C, "customer", "{}", NOW),
        "log": (A, C, "clock", "released", "", "{}"),
        "opt_out": (A, CONTACT, NOW),
        "stop_follow_ups": (A, CONTACT),
        "stop_outreaches": (A, CONTACT),
        "relink": (C, "7"),
    },
    "inbox": {
        "insert_deliveries": ([A], ["kommo"], [HASH], [b"body"], ["decoded"], [""]),
        "find_conversations": ([A, A], ["kommo"] * 2, [CHAT, "chat-7"]),
        "open_conversations": ([A], ["kommo"], ["new"], ["1"], [CONTACT], [LEAD], ["waba"], [NOW]),
        "link": ([C], ["9"], [CONTACT], [LEAD], [NOW]),
        "insert_events": ([A], ["kommo"], ["new"], [C], ["customer"], ["{}"], [NOW]),
        "delivery": (C,),
        "set_delivery_state": (C, "decoded", ""),
        "insert_gestures": ([A], ["kommo"], ["event-3"]),
        "known_events": (A, "kommo", ["event-1", "event-2"]),
        "stranded": (MINUTE,),
        "undecoded": (MINUTE,),
    },
    "outbox": {
        "keep_choice": (C, "1"),
        "goodbye_waits": (C,),
        "passed": (C, 3),
        "next_in_line": (C,),
        "last_left": (C, 500),
        "lock_lead": (C,),
        "lead_is_busy": (C,),
        "doubtful": (MINUTE,),
        "in_doubt": (C,),
        "same_words": (C, "w-1", 1, LONG_AGO),
        "mark_absent": (C, 1, NOW),
        "unhold": (C,),
        "claim_crm": (C, NOW, MINUTE, ["note", "tags"]),
        "hand_over_of": (C, ["asked_for_person"]),
        "known_notes": (A, LEAD, ["note:1", "note:2"]),
        "end_crm": (C, 1, "sent", None, "", None),
        "holder": (C,),
        "set_lead": (C, LEAD),
        "save_contact": (A, CONTACT, "x", [], [], NOW),
        "contact_is_read": (A, CONTACT),
        "waiting_commands": (C,),
        "idle_crm": (MINUTE,),
        "last_human": (C,),
    },
    "outreach": {
        "known": (A, "key-7", "phone:7", "formulario", TODAY, CONTACT),
        "add": (A, "formulario", "phone:new", None, TODAY, "+5511", None, None, None, "{}", NOW, "", "x"),
        "get": (A, C),
        "claim": (A, C, NOW, MINUTE),
        "due": (A, NOW, 20),
        "find_twin": (A, CONTACT, "formulario", TODAY, 7),
        "set_cards": (A, C, CONTACT, LEAD, C, "1", [CONTACT], 0),
        "begin": (A, C, "text", 0),
        "set_words": (A, C, "Oi", "brain:x", NOW, 0),
        "fate": (A, C, "send:500:outreach:500", NOW, NOW),
        "stay": (A, C, NOW, 0),
        "wait": (A, C, ["held"], NOW, 0),
        "forget_one": (A, C, ["opted_out"]),
        "end": (A, C, "sent", "text", [], NOW, None, 0),
        "chat": (A, CONTACT),
        "standing": (A, [CONTACT], LEAD, NOW, NOW),
        "consent": (A, ["+5511"], CONTACT, NOW),
        "add_consent": (A, "+5511", None, True, "form"),
        "claim_card": (A, "phone:1", MINUTE),
        "add_follow_up": (A, C, 9, CONTACT, NOW),
        "claim_follow_ups": (A, NOW, MINUTE, 20),
        "begin_follow_up": (C, 1, 0, "text"),
        "end_follow_up": (C, 1, "sent", "", NOW, 0),
        "put_off_follow_up": (C, 1, NOW, "later", 0),
    },
    "overview": {
        "owns": (A, C),
        "active": (A, NOW - timedelta(hours=24), NOW, 2**62, 50),
        "folded_until": (C, NOW, 20),
        "began": (C, NOW, "human", "Ana"),
        "unread": (C, NOW),
        "turns": (C, NOW, 20),
        "line": (C, NOW, 20),
        "audit": (C, NOW, 20),
        "timers": (C,),
        "failed_executions": (C, NOW, 20),
        "open_breakers": (A,),
        "head": (A, C),
        "name_lead": (A, C, LEAD),
        "log": (A, C, "clock", "x", ""),
        "totals": (A,),
        "live_accounts": (),
    },
    "turns": {
        "lock": (C,),
        "post_answer": (A, "kommo", "turn:7:1:0", C, 1, "reply", "{}", "{}", NOW),
        "question": (C, 1),
        "burst": (C, [1]),
        "history": (C, 40, [1]),
        "stamp": (C, 1, 0, "offline", NOW, NOW, "[]", "m-1", 1, 1),
        "overdue": (C, 1),
        "vetoed": (C, 1, "unproven_booking"),
        "called_back": (C, 1, NOW, "answered", None, None, None),
        "unasked": (MINUTE,),
        "waiting": (MINUTE,),
        "stamp_late": (C, 1, 0, '[{"rung": 0}]', None, None, None),
    },
    "callbacks": {
        "turn": (A, C, 1),
        "is_same": (A, "kommo", "turn:1:1:caller", "{}"),
        "log": (A, C, 1, "stale"),
        "log_stranger": (A, "1:1", "stale"),
    },
    "breakers": {
        "look": (A, "n8n"),
        "begin": (A, "n8n"),
        "lock": (A, "n8n"),
        "save": (A, "n8n", [NOW], NOW, NOW),
        "close": (A, "n8n"),
        "log": (A, "breaker_opened", "n8n"),
    },
    "queue": {"line": (A,), "under_way": (), "due_in": (["wake", "send"],)},
    "n8n_errors": {
        "add": (A, "231", "", "w", "w", "n", "e", "m", C, 1, NOW),
        "named_turn": (A, C, 1),
        "failed_turn": (A, " (execution 231)", LONG_AGO),
        "words": (A, C),
    },
    "upkeep": {
        "unsent": (MINUTE,),
        "queued": (["wake", "send"], [b'{"conversation":1}'] * 2),
        "active_chats": (A, NOW - timedelta(minutes=30)),
        "left_chats": (A, NOW - MINUTE, NOW, NOW - timedelta(days=7)),
        "note_missed": (A, NOW),
    },
}
HOT["manners"] = {"manners": (A,), "has_answered": (C,)}
HOT["media"] = {
    "expect": (C,), "waiting": (C,), "tried": (C, NOW), "refused": (C, ""), "unfetched": (MINUTE,),
    "stored": (C, "1/media/1", "audio/ogg", 1, HASH, NOW, 23, "heard"),
    "one": (A, C), "page": (A, None, 2**62, 201), "words_to_come": (C, 1),
    "take_recording": (C, MINUTE), "heard": (C, "heard", "Oi", NOW, NOW), "came_late": (C,), "unheard": (MINUTE,),
    "not_heard": (C, "too_late", "waiting"), "hearing_counts": (A,),
}  # fmt: skip
CALL = (A, C, 1, "add_note", HASH)
HOT["tool_calls"] = {
    "scene": (A, C), "known": CALL, "own_epoch": (A, C, 1), "note": (*CALL, True, "", None, None),
    "of_turns": (A, C, [1, 2], NOW), "note_booking": (*CALL, 1, ["held", "confirmed"]),
}  # fmt: skip
HOT["errands"] = {
    "begin": (A, C, "onboarding:1", "provision", "{}"), "open": (C,), "done": (C, "success", NOW),
    "begin_call": (C, "onboarding:1"), "withdraw_call": (C, "onboarding:1"),
    "last_made": (C, "otp_send", ["success", "unknown"], "key-1"),
    "lock_phone": (A, HASH), "calls_about": (A, HASH, ["success"], NOW), "is_about": (C, "onboarding:1", HASH, NOW),
}  # fmt: skip
HOT["outreach"] |= {
    "take_back": (A, C, 0), "turn_to": (A, C, "task", 0), "doubt": (A, C, NOW, 0), "take_back_follow_up": (C, 1, 0),
    "same_phone": (A, ["+5511"]), "was_not_delivered": (A, "send:500:outreach:500"),
    "log_written": (A, C, '{"outreach": 7, "rungs": []}'),
}  # fmt: skip
HOT["volume"] = {"lock_volume": (A,)}
HOT["conversations"]["say_in_words"] = (C, 1, "w1")
HOT["arrivals"] = {
    "sent": (C, 1), "not_delivered": (C, True), "open_again": (A, C, NOW), "take_down_rung": (C, 1),
    "waits_unasked": (A, C, "turn:1"), "unasked": (A, C, "turn:1"),
}  # fmt: skip

LATER, SITE = NOW + MINUTE, "https://panel.example.com"
HOT["provisioning"] = {
    "ask": (
        *(A, "create_user", "key", None, "c-1", None, "Ana", "ana0001", 1, 1, None, "es", None, LATER, None, "API"),
    ),
    "asked": (A, "create_user", "key-500"), "provisioning": (A, C), "position": (A, 100_000), "lock_chat": (A, C),
    "made_for": (A, C), "next_due": ([A], LATER, "panel", 1, SITE), "soonest": ([A], SITE), "overdue": (NOW,),
    "take_step": (C, 1, "writing", "ana0001", 1, None, None, 1), "is_written_since": (C,), "in_doubt": (A,),
    "put_off": (C, 1, NOW, "panel_down", 1, "accepted", "ana0001"), "stranded": (), "called_back": (C,),
    "conclude": (C, 1, "done", "success", "", "ana0001", [], "done", None, "ana0001"),
    "log_row": (A, None, "API", "browser", "{}"),
}  # fmt: skip

BIG |= {"faq_answers", "feedback"}
HOT["faq"] = {
    "hit": (A, "pt-BR", "gist-500", "gist-500", C, NOW - timedelta(days=1)),
    "learn": (
        *(A, "pt-BR", "gist-500", "gist-500", ["Das 9h às 18h."], "agent", True, C, 1, timedelta(days=30)),
        *(["campinas"], NOW - timedelta(days=1)),
    ),
}
HOT["feedback"] = {
    "save_survey": (C, None),
    "surveyed": (A, C, 7, 1, "1", NOW),
    "rated": (C, 0, "up", 5, NOW),
    "turn": (A, C, 1),
    "give": (A, C, None, "n8n", "up", None, NOW), "react": (A, C, 1, 1, "up", NOW),
}  # fmt: skip
HOT["inboxes"] = {
    "inbox": (A,), "due_inboxes": (NOW,), "take_inbox": (A, NOW, MINUTE), "keep_inbox": (A, 1, MINUTE),
    "next_chat": (A, NOW), "claim_lines": (A, 1, C, 20), "line_texts": ([1, 2], C), "line_sent": ([1, 2], C),
    "line_events": ([1, 2], C), "end_line": (C, "done", ""), "unclaim_lines": ([1, 2],), "inbox_scene": (C,),
    "person": (A, "ponte:1"), "hold_chat": (C,),
    "is_to_be_forgotten": (C,), "keep_marks": (A, C, [], "{}"),
}  # fmt: skip
BIG |= {"profiles", "chat_names"}
FACT = ("Maria", "said", NOW)
HOT["profiles"] = {
    "news": (C,), "hold_chat": (C,), "hold_person": (A, CONTACT), "scene": (C,), "row": (A, CONTACT),
    "save": (A, CONTACT, "55500", *FACT * 3, "{}", NOW, 7), "known": (A, CONTACT),
}  # fmt: skip
HOT["positions"] = {
    "take_turn": (A, MINUTE),
    "move_on": (A, 1, "7", MINUTE),
    "end_turn": (A, 1),
    "fetch_failed": (A, 1, "try_again", MINUTE),
}
HOT["dialogues"] = {
    "latest_dialogues": (A, 20),
    "dialogue": (A, "kommo", CHAT),
    "latest_said": (C, 30),
}
HOT["addresses"] = {"address": (C,), "awaited": (C, 1)}
HOT["knocks"] = {"let_in": (A, "webhook", "203.0.113.0/24", False, NOW), "turn_away": (A, "webhook", "203.0.113.0/24")}
HOT["sheets"] = {"due_sheets": (NOW,)}
HOT["sheet_rows"] = {
    "collect": (A, 0, 500),
    "waiting_tab": (A,),
    "claim": (A, 0, "conversation", 500),
    "lines": (A, [7, 8, 9]),
    "in_state": (A, "sending"),
    "written": (A, [7, 8, 9], 0),
    "unwritten": (A, [7, 8, 9], 0),
    "blanked": (A, [7, 8, 9], 0),
    "pending": (A,),
}
HOT["broadcasts"] = {
    "candidates": (A, [C, 7], NOW - timedelta(days=1), NOW), "waiting_recipients": (1, NOW, 500),
    "next_recipient": (1,),
    "recipients_on_their_way": (1,), "skip_recipients": (1, [C], ["window"]), "begin_recipient": (1, C, NOW, NOW),
    "put_off_recipients": (1, [C], ["busy"], [NOW]), "end_recipient": (1, C, "sent", "", NOW),
}  # fmt: skip
HOT["landings"] = {
    "note_early": ([A], ["wamid.1"], [""]), "landed": ([A], ["wamid.1"], ["refused"], "retomada"),
    "name_outreach": (A, 1, "wamid.1"), "name_follow_up": (1, 1, "wamid.1"),
}  # fmt: skip
HOT["names"] = {"known": ([A], ["kommo"], [CHAT]), "claim": ([A], ["kommo"], ["BR.500"])}
HOT["names"]["settle"] = ([A], ["kommo"], [CHAT], [CHAT])
