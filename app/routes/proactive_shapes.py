"""What is sent and answered about writing first, and how it is rendered."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from app.domain.outreach import FollowUp, Outreach
from app.routes.fields import Ref, Strict, Words
from app.services.proactive.desk import Trial, Wish

TriggerName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{1,39}$", description="Such as formulario.")]

NamedTrigger = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{1,39}$", description="The trigger, such as formulario.")]
Locale = Literal["pt-BR", "es", "en"]

DataName = Annotated[str, Field(pattern=r"^[\w .-]{1,60}$")]

DataValue = Words | Annotated[int, Field(ge=-(2**53), le=2**53)] | float | bool | None

_AT = "2026-11-21T15:41:17.906720Z"

_WHO = ("phone", "contact_id", "lead_id")

_MOST_DATA = 40


class StartProactive(Strict):
    """Whom to write to, and on which occasion."""

    model_config = ConfigDict(
        extra="forbid",
        coerce_numbers_to_str=True,
        json_schema_extra={
            "examples": [
                {
                    "trigger": "formulario",
                    "phone": "+5511999990000",
                    "data": {"name": "Maria", "area": "vendas"},
                },
                {"gatilho": "download", "lead_id": "41800001", "data": {"nome": "Maria", "material": "o guia"}},
            ]
        },
    )

    trigger: TriggerName = Field(validation_alias=AliasChoices("trigger", "gatilho"))
    phone: Words | None = Field(
        default=None, max_length=100, validation_alias=AliasChoices("phone", "telefone", "whatsapp")
    )
    contact_id: Ref | None = Field(default=None, validation_alias=AliasChoices("contact_id", "contato_id"))
    lead_id: Ref | None = None
    locale: Locale | None = Field(default=None, validation_alias=AliasChoices("locale", "idioma"))
    consent: bool | None = Field(
        default=None,
        validation_alias=AliasChoices("consent", "consentimento"),
        description="What the person said about being written to; recorded.",
    )
    data: dict[DataName, DataValue] = Field(
        default_factory=dict[DataName, DataValue],
        max_length=_MOST_DATA,
        validation_alias=AliasChoices("data", "dados"),
        description="The template's variables, in English or Portuguese: name/nome, area, material, ...",
    )

    @model_validator(mode="after")
    def _one_person(self) -> "StartProactive":
        if sum(getattr(self, name) is not None for name in _WHO) != 1:
            raise ValueError("give exactly one of phone, contact_id, lead_id")
        return self

    def wish(self) -> Wish:
        return Wish(
            *(self.trigger, self.phone, self.contact_id, self.lead_id, self.locale, self.consent), data=self.data
        )


class FollowUpAnswer(BaseModel):
    """A later message, sent only if nobody has written."""

    step: int
    state: str
    reason: str
    due_at: datetime
    sent_at: datetime | None


class OutreachAnswer(BaseModel):
    """What became of it.

    `sent` (the channel took it), `tasked` (a salesperson got a task), `denied` (see `reasons`: also what the fence took
    back in the last moment), `duplicate`, `failed`, `doubt` (a person was asked to look), or still `waiting` or
    `sending`: ask again at `status_url`.
    """

    id: int
    status: str
    way: str
    reasons: list[str]
    trigger: str
    contact_id: str | None
    lead_id: str | None
    conversation_id: int | None
    seller_id: str | None
    sent_at: datetime | None
    due_at: datetime | None
    duplicate_of: int | None
    status_url: str
    written_by: str = Field(
        default="", description="brain:<name>, or template:<locale>:v<version>; empty until it is written."
    )
    follow_ups: list[FollowUpAnswer] = []
    dry_run: Literal[False] = False


class TrialAnswer(BaseModel):
    """What would happen now. Nothing was sent, nothing changed."""

    dry_run: Literal[True] = True
    allowed: bool
    reasons: list[str]
    way: str | None
    until: datetime | None
    text: str
    contact_id: str | None
    lead_id: str | None
    conversation_id: int | None
    would_ask: list[str] = Field(
        default_factory=list[str],
        description="The brains that would be asked for a personal message, in order; `text` is the template's, which "
        "is used where none of them writes one.",
    )


SENT: dict[str, Any] = {
    "id": 7,
    "status": "sent",
    "way": "text",
    "reasons": [],
    "trigger": "formulario",
    "contact_id": "59400001",
    "lead_id": "41800001",
    "conversation_id": 1,
    "seller_id": "1",
    "sent_at": _AT,
    "due_at": None,
    "duplicate_of": None,
    "status_url": "/start-proactive/7",
    "written_by": "template:pt-BR:v1",
    "follow_ups": [{"step": 1, "state": "pending", "reason": "", "due_at": _AT, "sent_at": None}],
    "dry_run": False,
}

WAITS: dict[str, Any] = {
    **SENT,
    "status": "waiting",
    "way": "",
    "reasons": ["asking"],
    "conversation_id": None,
    "sent_at": None,
    "due_at": _AT,
    "written_by": "",
    "follow_ups": [],
}


def rendered(one: Outreach, follow_ups: list[FollowUp] | None = None) -> OutreachAnswer:
    steps = [FollowUpAnswer.model_validate(step, from_attributes=True) for step in follow_ups or []]
    return OutreachAnswer(
        id=one.id,
        status=one.state.value,
        way=one.way,
        reasons=list(one.reasons),
        trigger=one.trigger,
        contact_id=one.contact_id,
        lead_id=one.lead_id,
        conversation_id=one.conversation_id,
        seller_id=one.seller_id,
        sent_at=one.sent_at,
        due_at=one.due_at if one.is_under_way else None,
        duplicate_of=one.duplicate_of,
        status_url=f"/start-proactive/{one.id}",
        written_by=one.written_by,
        follow_ups=steps,
    )


def tried_out(found: Trial) -> TrialAnswer:
    return TrialAnswer(
        allowed=found.verdict.allowed,
        reasons=[reason.value for reason in found.verdict.reasons],
        way=found.verdict.way.value if found.verdict.way else None,
        until=found.verdict.until,
        text=found.text,
        contact_id=found.contact_id,
        lead_id=found.lead_id,
        conversation_id=found.conversation_id,
        would_ask=list(found.would_ask),
    )
