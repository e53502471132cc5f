"""Messages through the fence: a caller's own, and the answers to turns that come by callback."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import APIRouter, Body, Header
from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from app.domain.content import MOST_BUTTONS
from app.domain.storable import visible
from app.routes.bounds import BoundedRoute
from app.routes.control import Key, scoped
from app.routes.deps import Node, Services
from app.routes.examples import SENT, shows
from app.routes.fields import Ref, Strict, Words
from app.routes.wrong_input import FORM
from app.services.bot_control.address import Named
from app.services.conversation.published import AttachmentItem, BalloonItem, ButtonItem, ListItem

router = APIRouter(tags=["control"], route_class=BoundedRoute)
TurnToken = Annotated[
    str | None,
    Header(alias="X-Ponte-Turn", max_length=300, description="The token that came with the turn; for answers to it."),
]


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
            raise ValueError("`text` is missing, or there is nothing to read in it; only media goes without")
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
    is_answer = {"turn_id", "token"}.intersection(names) or not _OWN.intersection(names)
    return f"{FORM}answer" if is_answer else f"{FORM}message"


SendResponse = Annotated[
    Annotated[TurnAnswer, Tag(f"{FORM}answer")] | Annotated[OwnMessage, Tag(f"{FORM}message")],
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
        found = await services.steering.send(who.account_id, named, text, key=scoped(key), content=content)
    return SendAnswer(**{name: found[name] for name in SendAnswer.model_fields})
