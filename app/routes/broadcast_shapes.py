"""What is sent and answered about one message to many, and how it is rendered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from app.domain.broadcasts import Broadcast, Progress, Recipient, RecipientState
from app.routes.fields import Strict, Words
from app.services.proactive.broadcasting import LONGEST, Rehearsal

Step = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
AT = "2026-11-22T08:41:17.906720Z"
DRY = "Only tell who would get it, and why the others would not."


class SendBroadcast(Strict):
    """What is said, and to whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"message": "We are open on Sunday.", "target_step": "completed"},
                {"mensagem": "Abrimos no domingo.", "dry_run": True},
            ]
        },
    )

    message: Words = Field(
        min_length=1,
        max_length=LONGEST,
        validation_alias=AliasChoices("message", "mensagem"),
        description="As it goes.",
    )
    target_step: Step | None = Field(
        default=None,
        validation_alias=AliasChoices("target_step", "etapa"),
        description="Only those whose plan stands here: name, otp, completed. Without it everybody who has written. "
        "One that no plan has is refused.",
    )
    dry_run: bool = Field(default=False, description=DRY)


class BroadcastAnswer(BaseModel):
    """How far it is. `running`, `done` or `cancelled`; `reasons` counts why some were skipped, failed or still wait."""

    id: int
    status: str
    target_step: str | None
    total: int
    waiting: int
    sending: int
    sent: int
    skipped: int
    failed: int
    doubt: int
    cancelled: int
    reasons: dict[str, int]
    requested_by: str
    created_at: datetime
    ended_at: datetime | None
    status_url: str
    dry_run: Literal[False] = False


class RehearsalAnswer(BaseModel):
    """Who would get it now. Nothing was sent, nothing was written down."""

    dry_run: Literal[True] = True
    total: int
    eligible: int
    skipped: int
    reasons: dict[str, int]
    messages_each: int


class BroadcastPage(BaseModel):
    broadcasts: list[BroadcastAnswer]
    cursor: str | None = None


class RecipientAnswer(BaseModel):
    """What became of it in one chat; `reason` is a code."""

    conversation_id: int
    contact_id: str | None
    status: str
    reason: str
    begun_at: datetime | None
    sent_at: datetime | None


class RecipientPage(BaseModel):
    recipients: list[RecipientAnswer]
    cursor: str | None = None


RUNS: dict[str, Any] = {
    "id": 3,
    "status": "running",
    "target_step": "completed",
    "total": 240,
    "waiting": 190,
    "sending": 8,
    "sent": 30,
    "skipped": 12,
    "failed": 0,
    "doubt": 0,
    "cancelled": 0,
    "reasons": {"opted_out": 4, "window": 8},
    "requested_by": "key:n8n",
    "created_at": AT,
    "ended_at": None,
    "status_url": "/send-broadcast/3",
    "dry_run": False,
}
WOULD: dict[str, Any] = {
    "dry_run": True,
    "total": 240,
    "eligible": 228,
    "skipped": 12,
    "reasons": {"opted_out": 4, "window": 8},
    "messages_each": 1,
}
RECIPIENT: dict[str, Any] = {
    "conversation_id": 1,
    "contact_id": "59400001",
    "status": "skipped",
    "reason": "window",
    "begun_at": None,
    "sent_at": None,
}


def rendered(one: Broadcast, progress: Progress) -> BroadcastAnswer:
    counts: dict[str, Any] = {state.value: progress.of(state) for state in RecipientState}
    return BroadcastAnswer(
        id=one.id,
        status=one.state,
        target_step=one.target_step,
        total=progress.total,
        **counts,
        reasons=progress.reasons,
        requested_by=one.requested_by,
        created_at=one.created_at,
        ended_at=one.ended_at,
        status_url=f"/send-broadcast/{one.id}",
    )


def rehearsed(found: Rehearsal) -> RehearsalAnswer:
    return RehearsalAnswer(
        total=found.total,
        eligible=found.eligible,
        skipped=found.total - found.eligible,
        reasons=found.reasons,
        messages_each=found.messages_each,
    )


def recipient_of(one: Recipient) -> RecipientAnswer:
    return RecipientAnswer(
        conversation_id=one.conversation_id,
        contact_id=one.contact_id,
        status=one.state,
        reason=one.reason,
        begun_at=one.begun_at,
        sent_at=one.sent_at,
    )
