"""What becomes of a message that we send: refused, taken, and then delivered or not."""

from typing import Final

from app.sandbox.whatsapp import bodies
from app.sandbox.whatsapp.hooks import Hooks
from app.sandbox.whatsapp.orders import SendOrder
from app.sandbox.whatsapp.world import Approved, Group, Number, Person, WhatsApp

WINDOW: Final = 131047
PAIR: Final = 131056
THROUGHPUT: Final = 130429


class RefusedError(Exception):
    """An answer with Meta's error."""

    def __init__(self, status: int, code: int, details: str) -> None:
        super().__init__(details)
        self.status = status
        self.code = code
        self.details = details


def send(world: WhatsApp, hooks: Hooks, number: Number, *, order: SendOrder, body: Group) -> Group:
    """Take a message or refuse it; what cannot arrive is told by a status unless the number refuses at once."""
    person = world.whom(number, body)
    if not world.has_room(number):
        raise RefusedError(400, THROUGHPUT, "Rate limit hit")
    if not world.may_hear(person):
        raise RefusedError(400, PAIR, "(Business Account, Consumer Account) pair rate limit hit")
    _check(number, order)
    code = person.trouble or (0 if order.type == "template" or world.is_open(person) else WINDOW)
    if code and number.refuses_at_once:
        raise RefusedError(400, code, "Message failed to send")
    message_id = world.new_id("wamid.OUT")
    taken = {"id": message_id, "to": person.key, "type": order.type, "body": body, "at": world.clock.now()}
    number.sent.append({**taken, "failed": code})
    _tell(world, hooks, number, person=person, message_id=message_id, code=code)
    given = body.get("to") or body.get("recipient")
    known = {"wa_id": person.phone} if person.phone else {}
    contact = {"input": given, **known, "user_id": person.user_id}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": message_id}]}


def _tell(world: WhatsApp, hooks: Hooks, number: Number, *, person: Person, message_id: str, code: int) -> None:
    if not number.tells_statuses:
        return
    for name in ("sent", "failed") if code else ("sent", "delivered"):
        told = bodies.status(person, message_id, world.clock.now(), name=name, code=code)
        hooks.fire(number, bodies.entry(number, "messages", {"statuses": [told]}))


def _check(number: Number, order: SendOrder) -> None:
    """What is named must be there."""
    if order.template is not None:
        _check_template(number, order)
    attached = next(
        (one for one in (order.image, order.audio, order.video, order.document, order.sticker) if one), None
    )
    if attached is not None and attached.id is not None and attached.id not in number.attachments:
        raise RefusedError(400, 131009, "Parameter value is not valid")
    if attached is not None and attached.caption and order.type in ("audio", "sticker"):
        raise RefusedError(400, 100, "Unexpected key caption")
    if attached is not None and attached.filename and order.type != "document":
        raise RefusedError(400, 100, "Unexpected key filename")


def _check_template(number: Number, order: SendOrder) -> None:
    wanted = order.template
    if wanted is None:
        return
    known = _template(number, wanted.name, wanted.language.code)
    if known is None or known.status != "APPROVED":
        raise RefusedError(404, 132001, "Template name does not exist in the translation")
    filled = sum(len(one.parameters) for one in wanted.components if one.type == "body")
    if filled != known.places:
        raise RefusedError(400, 132000, "Number of parameters does not match the expected number of params")


def _template(number: Number, name: str, language: str) -> Approved | None:
    return next((one for one in number.templates if (one.name, one.language) == (name, language)), None)
