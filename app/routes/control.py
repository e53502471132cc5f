"""Steering by API: pause and resume, commands as salespeople type them, starting over, naming a lead."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from app.domain.clock import SystemClock
from app.domain.conversation import Command, Verb
from app.domain.errors import Conflict
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Node, Services
from app.routes.errors import errors
from app.routes.examples import CONTROL, RESET, shows
from app.routes.fields import Key, Moment, Ref, Strict, Words, scoped
from app.services.bot_control.address import Named
from app.services.conversation.steered import Answer

router = APIRouter(tags=["control"], route_class=BoundedRoute)
_IDS = ("conversation_id", "contact_id", "lead_id")


class BotControl(Strict):
    """Who is meant, and what the bot shall do there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"action": "pause", "lead_id": "41800001", "minutes": 60, "reason": "negotiation"}]
        }
    )

    action: Literal["pause", "resume", "status"] = Field(validation_alias=AliasChoices("action", "acao"))
    conversation_id: Ref | None = Field(default=None, validation_alias=AliasChoices("conversation_id", "conversa_id"))
    contact_id: Ref | None = Field(default=None, validation_alias=AliasChoices("contact_id", "contato_id"))
    lead_id: Ref | None = None
    minutes: int | None = Field(
        default=None, ge=1, le=60 * 24 * 365, validation_alias=AliasChoices("minutes", "minutos")
    )
    until: Moment | None = Field(default=None, validation_alias=AliasChoices("until", "ate"))
    reason: Words = Field(default="", max_length=200, validation_alias=AliasChoices("reason", "motivo"))

    @model_validator(mode="after")
    def _one_of_each(self) -> "BotControl":
        if sum(getattr(self, name) is not None for name in _IDS) != 1:
            raise ValueError("give exactly one of conversation_id, contact_id, lead_id")
        if self.minutes is not None and self.until is not None:
            raise ValueError("give minutes or until, not both")
        return self


class ConversationState(BaseModel):
    """One conversation after the call."""

    conversation_id: int
    bot_on: bool
    epoch: int
    state: str
    reason: str | None
    paused_by: str | None
    paused_until: datetime | None


class ControlAnswer(BaseModel):
    """What the call came to. `message` is what a salesperson would read; `warning` is there when no conversation is."""

    scope: str
    id: str
    message: str
    conversations: list[ConversationState]
    warning: str = ""


def _render(found: Answer) -> ControlAnswer:
    states = [
        ConversationState(
            conversation_id=int(s.conversation_id),
            bot_on=s.bot_on,
            epoch=s.epoch,
            state=s.state,
            reason=s.reason,
            paused_by=s.paused_by,
            paused_until=s.paused_until,
        )
        for s in found.conversations
    ]
    answer = ControlAnswer(scope=found.scope, id=found.ref, message=found.message, conversations=states)
    return answer.model_copy(update={"warning": found.warning}) if found.warning else answer


@router.post(
    "/bot-control",
    summary="Pause, resume or ask for the state",
    responses=shows(CONTROL, 401, 403, 404, 409, 413, 422, 503),
    response_model_exclude_unset=True,
)
async def bot_control(body: BotControl, services: Services, who: Node, key: Key = None) -> ControlAnswer:
    """By contact or lead it covers all their conversations, future ones too. Takes effect before it answers."""
    now = SystemClock().now()
    verb = {"pause": Verb.TAKE, "resume": Verb.RELEASE, "status": Verb.STATUS}[body.action]
    until = body.until or (now + timedelta(minutes=body.minutes) if body.minutes else None)
    if until is not None and until <= now:
        raise Conflict("The pause would end before it begins.", hint="Give a time in the future.", code="in_the_past")
    silent = verb is Verb.STATUS
    command = Command(verb, who.who, now, exact=True, until=until, why=body.reason, silent=silent)
    named = Named(body.conversation_id, body.contact_id, body.lead_id)
    return _render(await services.steering.command(who.account_id, named, command, key=scoped(key)))


class SellerCommand(Strict):
    """A command as a salesperson types it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"comando": "/assumir 41800001", "vendedor_id": "11087001"}]}
    )

    command: Words = Field(min_length=2, max_length=200, validation_alias=AliasChoices("comando", "command"))
    seller_id: Words | None = Field(
        default=None, max_length=200, validation_alias=AliasChoices("vendedor_id", "seller_id")
    )
    conversation_id: Ref | None = Field(default=None, validation_alias=AliasChoices("conversation_id", "conversa_id"))


@router.post(
    "/vendedor/comandos",
    summary="A salesperson's command",
    responses=shows(CONTROL, 401, 403, 404, 409, 413, 422, 503),
    response_model_exclude_unset=True,
)
async def seller_command(body: SellerCommand, services: Services, who: Node, key: Key = None) -> ControlAnswer:
    """`/assumir`, `/liberar`, `/status`, `/pular`, `/reiniciar`, `/ajuda`; in es and en too, with or without an id."""
    by = await services.steering.seller_of(who.account_id, body.seller_id) if body.seller_id else who.who
    found = await services.steering.typed(
        who.account_id, body.command, by=by, conversation_id=body.conversation_id, key=scoped(key)
    )
    return _render(found)


class ResetAnswer(BaseModel):
    """How many conversations start over."""

    conversations: int


@router.delete(
    "/reset/conversations", summary="Start all conversations over", responses=shows(RESET, 401, 403, 409, 422, 503)
)
async def reset(
    services: Services,
    who: Admin,
    confirm: Annotated[str, Query(description="The account's id, so that nobody does this by accident.")] = "",
) -> ResetAnswer:
    """Lifts pauses, raises epochs, cancels what waits; history and audit stay. Needs the admin scope."""
    if confirm != str(who.account_id):
        raise Conflict(
            "This stops everything that is on its way in this account.",
            hint=f"If you mean it, call it with ?confirm={who.account_id}.",
            code="confirm_needed",
        )
    return ResetAnswer(conversations=await services.steering.reset(who.account_id, who=who.who))


class NamedLead(Strict):
    """Which lead a conversation belongs to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lead_id": "41800001"}]})

    lead_id: Ref


@router.put(
    "/admin/conversations/{conversation_id}/lead",
    summary="Say which lead a conversation belongs to",
    responses=errors(401, 403, 404, 413, 422, 503),
    status_code=204,
)
async def name_lead(
    conversation_id: Annotated[int, Path(ge=1, lt=2**63, description="From GET /conversations/active.")],
    body: NamedLead,
    services: Services,
    who: Admin,
) -> None:
    """Where a contact has several open leads nothing is guessed: notes are held until a person says this."""
    await services.steering.name_lead(who.account_id, conversation_id, body.lead_id, who=who.who)
