"""Steering by API: pause and resume, commands as salespeople type them, messages through the fence, starting over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Body, Header, Path, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from app.domain.clock import SystemClock
from app.domain.content import MOST_BUTTONS
from app.domain.conversation import Command, Verb
from app.domain.errors import Conflict
from app.domain.storable import visible
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Node, Services
from app.routes.errors import errors
from app.routes.examples import CONTROL, RESET, SENT, shows
from app.routes.fields import Moment, Ref, Words
from app.services.bot_control.address import Named
from app.services.conversation.published import AttachmentItem, BalloonItem, ButtonItem, ListItem
from app.services.conversation.steering import Answer

router = APIRouter(tags=["control"], route_class=BoundedRoute)
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=200, description="A second call with it changes nothing.")
]
_IDS = ("conversation_id", "contact_id", "lead_id")
TurnToken = Annotated[
    str | None,
    Header(alias="X-Ponte-Turn", max_length=300, description="The token that came with the turn; for answers to it."),
]


class Strict(BaseModel):
    """Unknown keys are refused; ids may come as numbers."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


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
    """What the call came to. `message` is what a salesperson would read."""

    scope: str
    id: str
    message: str
    conversations: list[ConversationState]


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
    return ControlAnswer(scope=found.scope, id=found.ref, message=found.message, conversations=states)


@router.post(
    "/bot-control",
    summary="Pause, resume or ask for the state",
    responses=shows(CONTROL, 401, 403, 404, 409, 413, 422, 503),
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
    return _render(await services.steering.command(who.account_id, named, command, key=_scoped(key)))


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
    "/vendedor/comandos", summary="A salesperson's command", responses=shows(CONTROL, 401, 403, 404, 409, 413, 422, 503)
)
async def seller_command(body: SellerCommand, services: Services, who: Node, key: Key = None) -> ControlAnswer:
    """`/assumir`, `/liberar`, `/status`, `/pular`, `/reiniciar`, `/ajuda`; in es and en too, with or without an id."""
    by = await services.steering.seller_of(who.account_id, body.seller_id) if body.seller_id else who.who
    found = await services.steering.typed(
        who.account_id, body.command, by=by, conversation_id=body.conversation_id, key=_scoped(key)
    )
    return _render(found)


class OwnMessage(Strict):
    """A message of your own to a conversation."""

    conversation_id: Ref | None = Field(default=None, validation_alias=AliasChoices("conversation_id", "conversa_id"))
    lead_id: Ref | None = None
    text: Words = Field(default="", max_length=16_000, validation_alias=AliasChoices("text", "texto"))
    buttons: list[ButtonItem] = Field(
        default_factory=list[ButtonItem],
        max_length=MOST_BUTTONS,
        description="Up to three answers to tap, under the text; numbered in the text where the channel shows none.",
        validation_alias=AliasChoices("buttons", "botoes"),
    )
    menu: ListItem | None = Field(
        default=None, alias="list", description="Up to ten answers behind one button, instead of buttons."
    )
    media: AttachmentItem | None = Field(
        default=None, description="A file by its public link, instead of either; the text is its caption."
    )

    @model_validator(mode="after")
    def _one_chat(self) -> "OwnMessage":
        if (self.conversation_id is None) == (self.lead_id is None):
            raise ValueError("give exactly one of conversation_id, lead_id")
        if self.media is None and not visible(self.text):
            raise ValueError("text: there is nothing to read in it")
        if self.is_rich:
            self.balloon()
        return self

    @property
    def is_rich(self) -> bool:
        """Whether it is more than its text."""
        return bool(self.buttons or self.menu or self.media)

    def balloon(self) -> BalloonItem:
        """The same as a balloon of a reply, by whose rules it goes.

        Raises:
            ValueError: it is none.
        """
        parts = {"buttons": self.buttons, "list": self.menu, "media": self.media}
        return BalloonItem.model_validate({"text": self.text, **{name: part for name, part in parts.items() if part}})


class TurnAnswer(BaseModel):
    """The answer to a turn as it would stand in the response (`answer` in /n8n/contract.json), with its token."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    turn_id: Ref | None = None
    token: Annotated[str, Field(max_length=300)] | None = Field(
        default=None, description="The turn's own, unless it comes as the header X-Ponte-Turn."
    )

    @model_validator(mode="after")
    def _no_own_words(self) -> "TurnAnswer":
        if not self.model_extra and self.token is None and self.turn_id is None:
            raise ValueError("give turn_id and reply (or action), or conversation_id (or lead_id) and text")
        if _OWN.intersection(self.model_extra or {}):
            raise ValueError("answer a turn with reply (or action); text and conversation_id are for other messages")
        return self

    @property
    def answer(self) -> dict[str, Any]:
        """All of it but whose turn it is; what it says is looked at where the turn is known, and kept on it."""
        return dict(self.model_extra or {})


_OWN = frozenset({"text", "texto", "conversation_id", "conversa_id", "lead_id", "buttons", "botoes", "list", "media"})


def _form_of(body: Any) -> str:
    """Which of the two is meant: whatever names a turn, or names no chat, is an answer to a turn."""
    names = cast("Mapping[str, Any]", body) if isinstance(body, Mapping) else dict[str, Any]()
    return "answer" if {"turn_id", "token"}.intersection(names) or not _OWN.intersection(names) else "message"


SendResponse = Annotated[
    Annotated[TurnAnswer, Tag("answer")] | Annotated[OwnMessage, Tag("message")],
    Discriminator(_form_of),
    Body(
        examples=[
            {"conversation_id": "1", "text": "Seu pedido chegou."},
            {"conversation_id": "1", "text": "Como foi?", "buttons": ["Bom", {"title": "Ruim", "id": "bad"}]},
            {"turn_id": "1:1", "token": "pt1...", "reply": ["Atendemos das 8h às 19h.", "Quer marcar?"]},
            {"turn_id": "1:1", "token": "pt1...", "action": "handoff", "note": "Quer negociar."},
        ]
    ),
]


class SendAnswer(BaseModel):
    """`admitted`: on its way. `repeated`: this key or turn was answered before, nothing changed.

    Of an answer to a turn also `quiet` (nothing is said) and `handed_over`.

    `queued`: kept, and decided as soon as the message before it is known to have left; the same key asks what became
    of it.
    """

    conversation_id: int
    status: str
    bot_on: bool
    epoch: int


@router.post(
    "/send-response", summary="Send through the fence", responses=shows(SENT, 401, 403, 404, 409, 413, 422, 503)
)
async def send_response(
    body: SendResponse, services: Services, who: Node, key: Key = None, turn_token: TurnToken = None
) -> SendAnswer:
    """Never over a salesperson's head: 409 when the bot is off there. Once for each `Idempotency-Key` or turn.

    An answer to a turn carries the turn's token beside the API key; without a good one it gets a 401.
    """
    found: dict[str, Any]
    if isinstance(body, TurnAnswer):
        token = turn_token or body.token
        whose = services.callbacks.whose(who, token)
        found = await services.callbacks.answer(whose, body.answer, token=token, turn_id=body.turn_id)
    else:
        named = Named(conversation_id=body.conversation_id, lead_id=body.lead_id)
        said = body.balloon() if body.is_rich else None
        text, content = (said.written, said.content) if said else (body.text, None)
        found = await services.steering.send(who.account_id, named, text, key=_scoped(key), content=content)
    return SendAnswer(**{name: found[name] for name in SendAnswer.model_fields})


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


def _scoped(key: str | None) -> str | None:
    """A caller's key cannot meet one of our own."""
    return f"key:{key}" if key else None
