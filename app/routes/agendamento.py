"""`POST /agendamento/request`: one call for workflows. A wish becomes slots, a slot a hold, a hold a booking."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Request
from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, model_validator

from app.domain.wishes import AskBack
from app.domain.zones import shown_in
from app.routes.agenda_answers import (
    SLOT,
    AgendaRoute,
    BookingView,
    OfferView,
    about_slots,
    booking_view,
    caller_of,
    offer_view,
)
from app.routes.deps import Node, Services
from app.routes.fields import Key, Ref, Strict, Words
from app.services.agenda.requesting import Answer, Caller, Requesting
from app.services.agenda.wanted import slot_named
from app.services.bot_control.address import Named

router = APIRouter(tags=["agenda"], route_class=AgendaRoute)
_MOST = 5
_FIRST_YEAR, _LAST_YEAR = 1971, 9000


def _a_local_time(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(f"a time lies between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return value


LocalTime = Annotated[datetime, AfterValidator(_a_local_time)]
Zone = Annotated[Words, Field(min_length=1, max_length=64)]
Minutes = Annotated[int, Field(ge=5, le=720)]


class SlotRequest(Strict):
    """Who wants it, and one of: a wish, a slot to hold, a hold to confirm."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"contact_id": "59400001", "wish": "amanhã à tarde"},
                {"lead_id": "41800001", "desejo": "15/12 14h", "vendedor_id": "11087001"},
            ]
        }
    )

    conversation_id: Ref | None = Field(default=None, validation_alias=AliasChoices("conversation_id", "conversa_id"))
    contact_id: Ref | None = Field(default=None, validation_alias=AliasChoices("contact_id", "contato_id"))
    lead_id: Ref | None = None
    wish: Words | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        validation_alias=AliasChoices("wish", "desejo"),
        description='In the customer\'s words: "amanhã à tarde", "15/12 14h", or ISO.',
    )
    start_local: LocalTime | None = Field(
        default=None,
        description="Instead of a wish: the time as a model's tool call understood it, local or with offset.",
    )
    slot: Words | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        validation_alias=AliasChoices("slot", "horario"),
        description="The id of a slot, or a time as 2026-12-15T14:00: it is held for a few minutes.",
    )
    booking_id: int | None = Field(
        default=None, ge=1, lt=2**63, validation_alias=AliasChoices("booking_id", "agendamento_id")
    )
    confirm: bool = Field(
        default=False,
        validation_alias=AliasChoices("confirm", "confirmar"),
        description="With booking_id: book what is held. With slot: hold and book at once. A number is a booking_id.",
    )
    seller_id: Words | None = Field(
        default=None, min_length=1, max_length=128, validation_alias=AliasChoices("seller_id", "vendedor_id")
    )
    minutes: Minutes | None = Field(default=None, validation_alias=AliasChoices("minutes", "minutos"))
    timezone: Zone | None = Field(
        default=None,
        validation_alias=AliasChoices("timezone", "fuso"),
        description="The customer's, if not the account's.",
    )
    locale: Literal["pt-BR", "es", "en"] | None = Field(default=None, validation_alias=AliasChoices("locale", "idioma"))
    title: Words = Field(default="", max_length=200, validation_alias=AliasChoices("title", "titulo"))

    @model_validator(mode="before")
    @classmethod
    def _a_number_to_confirm(cls, given: Any) -> Any:
        """`"confirm": 7` says it all."""
        if not isinstance(given, dict):
            return given
        fields = dict(cast("dict[str, Any]", given))
        for name in ("confirm", "confirmar"):
            number = fields.get(name)
            if isinstance(number, int) and not isinstance(number, bool) and "booking_id" not in fields:
                fields |= {"booking_id": number, name: True}
        return fields

    @model_validator(mode="after")
    def _one_thing(self) -> "SlotRequest":
        if sum(one is not None for one in (self.wish, self.start_local, self.slot, self.booking_id)) != 1:
            raise ValueError("give exactly one of wish, start_local, slot, booking_id")
        if self.booking_id is not None and not self.confirm:
            raise ValueError("give confirm with booking_id")
        if self.confirm and self.slot is None and self.booking_id is None:
            raise ValueError("confirm needs a slot or a booking_id")
        ids = sum(one is not None for one in (self.conversation_id, self.contact_id, self.lead_id))
        if ids > 1 or (not ids and self.booking_id is None):
            raise ValueError("give exactly one of conversation_id, contact_id, lead_id")
        return self

    @property
    def named(self) -> Named:
        return Named(self.conversation_id, self.contact_id, self.lead_id)

    @property
    def length(self) -> timedelta | None:
        return timedelta(minutes=self.minutes) if self.minutes else None


class RequestAnswer(BaseModel):
    """`status`: slots, nearest, nothing, ask, held or booked. `message` is what the customer may be told as it is.

    `payload` says the same in one flat object with stable names, as workflow nodes like it; what is not known is null.
    """

    status: str
    message: str
    locale: str
    timezone: str
    seller_id: str | None
    seller_name: str | None
    understood_from: datetime | None
    understood_until: datetime | None
    reason: str | None
    options: list[datetime]
    slots: list[OfferView]
    booking: BookingView | None
    payload: dict[str, str | int | None]


def _flat(
    offers: list[OfferView], booking: BookingView | None, asked: AskBack | None = None
) -> dict[str, str | int | None]:
    options = asked.options if asked else ()
    flat: dict[str, str | int | None] = {"reason": asked.trouble.value if asked else None}
    for place in range(_MOST):
        offer = offers[place] if place < len(offers) else None
        flat[f"option_{place + 1}"] = options[place].isoformat() if place < len(options) else None
        for name, shown in (("", "slot"), ("_start", "start"), ("_end", "end"), ("_label", "label")):
            value: Any = getattr(offer, shown) if offer else None
            flat[f"slot_{place + 1}{name}"] = value.isoformat() if isinstance(value, datetime) else value
    for name in ("id", "state", "receipt", "start", "end", "label", "hold_until", "calendar"):
        value = getattr(booking, name) if booking else None
        flat[f"booking_{name}"] = value.isoformat() if isinstance(value, datetime) else value
    return flat


_EXAMPLE: dict[str, Any] = {
    "status": "slots",
    "message": "terça, 15/12 às 14:00 com Ana está livre. Posso confirmar?",
    "locale": "pt-BR",
    "timezone": "America/Sao_Paulo",
    "seller_id": "11087001",
    "seller_name": "Ana",
    "understood_from": "2026-12-15T14:00:00-03:00",
    "understood_until": "2026-12-15T14:00:00-03:00",
    "reason": None,
    "options": [],
    "slots": [SLOT],
    "booking": None,
}
_EXAMPLE["payload"] = {
    "status": "slots",
    "message": _EXAMPLE["message"],
    "seller_id": "11087001",
    "seller_name": "Ana",
    "timezone": "America/Sao_Paulo",
    **_flat([OfferView.model_validate(SLOT)], None),
}


def _render(found: Answer) -> RequestAnswer:
    offers = [offer_view(one) for one in found.offers]
    booking = booking_view(found.booking, found.locale) if found.booking else None
    seller = booking or (offers[0] if offers else None)
    wish, asked = found.understood, found.asked
    head = {
        "status": found.outcome.value,
        "message": found.message,
        "timezone": found.timezone,
        "seller_id": seller.seller_id if seller else None,
        "seller_name": seller.seller_name if seller else None,
    }
    return RequestAnswer.model_validate(
        {
            **head,
            "locale": found.locale,
            "understood_from": shown_in(wish.start, found.timezone) if wish else None,
            "understood_until": shown_in(wish.end, found.timezone) if wish else None,
            "reason": asked.trouble.value if asked else None,
            "options": asked.options if asked else (),
            "slots": offers,
            "booking": booking,
            "payload": {**head, **_flat(offers, booking, asked)},
        }
    )


@router.post(
    "/agendamento/request",
    summary="Wish, hold and book a time",
    responses=about_slots(_EXAMPLE, 401, 403, 404, 409, 413, 422, 502, 503),
)
async def request_slot(
    body: SlotRequest, request: Request, services: Services, who: Node, key: Key = None
) -> RequestAnswer:
    """With `wish`: a salesperson and up to five free slots, or a question to ask back when it is not clear.

    With `slot`: holds it. With `booking_id` and `confirm`: books it, and the receipt makes it real. A repeat with the
    same `Idempotency-Key`, or of the same person for the same slot, finds what is held or booked already.
    """
    caller = caller_of(
        *(request, who), named=body.named, timezone=body.timezone, locale=body.locale, seller_id=body.seller_id
    )
    return _render(await _carried_out(services.scheduling.requesting, caller, body, key))


async def _carried_out(requesting: Requesting, caller: Caller, body: SlotRequest, key: str | None) -> Answer:
    if body.booking_id is not None:
        return await requesting.confirm(caller, body.booking_id)
    if body.slot is not None:
        wanted = slot_named(body.slot, length=body.length)
        return await requesting.slot(caller, wanted, title=body.title, key=key, confirm=body.confirm)
    return await requesting.wish(caller, body.wish or cast("datetime", body.start_local), length=body.length)
