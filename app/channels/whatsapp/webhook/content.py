"""What a message carries, by its type: kind, words and attachment. Pure; an unknown type is None, and kept as OTHER."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.channels.whatsapp.payloads import LONGEST_NAME, Group, group_of, groups_of, media_link, word_at
from app.domain.messages import Media, MessageKind

_MOST_LINES: Final = 50
LONGEST_CHOICE: Final = 256


@dataclass(frozen=True, slots=True)
class Content:
    """One message without who, when and where."""

    kind: MessageKind
    text: str = ""
    media: Media | None = None
    choice: str = ""  # the id of what was tapped


UNREADABLE: Final = Content(MessageKind.OTHER)


def content_of(message: Group) -> Content | None:
    """What somebody said. None: it is no saying (a reaction, an edit, a system's word) or not known."""
    name = word_at(message, "type")
    if name not in _READERS:
        return None
    found = message.get(name)
    if found is None and name != "unsupported":
        return UNREADABLE if message.get("errors") else None
    return _READERS[name](found)


def _text(found: object) -> Content:
    return Content(MessageKind.TEXT, word_at(group_of(found), "body"))


def _attached(kind: MessageKind) -> Callable[[object], Content]:
    def read(found: object) -> Content:
        said = group_of(found)
        media = Media(kind, media_link(word_at(said, "id")), word_at(said, "filename")[:LONGEST_NAME])
        return Content(kind, word_at(said, "caption"), media if media.link else None)

    return read


def _audio(found: object) -> Content:
    """A voice note says so; the rest is a file with sound in it."""
    kind = MessageKind.VOICE if group_of(found).get("voice") is True else MessageKind.AUDIO
    return _attached(kind)(found)


def _location(found: object) -> Content:
    place = group_of(found)
    where = ", ".join(filter(None, (word_at(place, "latitude"), word_at(place, "longitude"))))
    return Content(MessageKind.LOCATION, _lines(word_at(place, "name"), word_at(place, "address"), where))


def _contacts(found: object) -> Content:
    return Content(MessageKind.CONTACT, _lines(*map(_card, groups_of(found))))


def _card(card: Group) -> str:
    phones = [word_at(one, "phone") or word_at(one, "wa_id") for one in groups_of(card.get("phones"))]
    return ": ".join(filter(None, (word_at(card, "name", "formatted_name"), ", ".join(filter(None, phones)))))


def _button(found: object) -> Content:
    """The tap on a template's quick reply."""
    said = group_of(found)
    payload = word_at(said, "payload")
    return Content(MessageKind.TEXT, word_at(said, "text") or payload, choice=payload[:LONGEST_CHOICE])


def _interactive(found: object) -> Content | None:
    """The tap on a button or a row of ours, or a filled form, whose answers are a JSON text."""
    said = group_of(found)
    match word_at(said, "type"):
        case "button_reply" | "list_reply" as name:
            tapped = group_of(said.get(name))
            known = word_at(tapped, "id")
            return Content(MessageKind.TEXT, word_at(tapped, "title") or known, choice=known[:LONGEST_CHOICE])
        case "nfm_reply":
            form = group_of(said.get("nfm_reply"))
            return Content(MessageKind.TEXT, _lines(word_at(form, "body"), word_at(form, "response_json")))
        case _:
            return None


def _order(found: object) -> Content:
    said = group_of(found)
    return Content(MessageKind.TEXT, _lines(word_at(said, "text"), *map(_item, groups_of(said.get("product_items")))))


def _item(item: Group) -> str:
    price = " ".join(filter(None, (word_at(item, "item_price"), word_at(item, "currency"))))
    return f"{word_at(item, 'quantity') or '1'} x {word_at(item, 'product_retailer_id')}" + (price and f" ({price})")


def _unsupported(found: object) -> Content | None:
    """Something that the customer sees in their chat and we never will; an edit is of something that was read."""
    return None if word_at(group_of(found), "type") in ("edit", "revoke", "reaction") else UNREADABLE


def _lines(*parts: str) -> str:
    return "\n".join([part for part in parts if part][:_MOST_LINES])


_READERS: Final[dict[str, Callable[[object], Content | None]]] = {
    "text": _text,
    "image": _attached(MessageKind.PICTURE),
    "video": _attached(MessageKind.VIDEO),
    "audio": _audio,
    "voice": _attached(MessageKind.VOICE),  # as older hosts say it
    "document": _attached(MessageKind.FILE),
    "sticker": _attached(MessageKind.STICKER),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "unsupported": _unsupported,
}
