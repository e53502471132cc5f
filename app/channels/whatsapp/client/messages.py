"""The bodies of what we send, within WhatsApp's limits. Pure: what is too long is refused before anything leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.channels.whatsapp.payloads import USER_ID
from app.domain.content import Content, Form
from app.domain.errors import Rejected

Body = dict[str, Any]
MediaKind = Literal["image", "audio", "video", "document", "sticker"]

LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
LONGEST_FOOTER: Final = 60
LONGEST_BUTTON_BODY: Final = 1024
MOST_BUTTONS: Final = 3
MOST_ROWS: Final = 10
MOST_SECTIONS: Final = 10
_WITHOUT_CAPTION: Final = ("audio", "sticker")


@dataclass(frozen=True, slots=True)
class Button:
    """What is tapped, and what its webhook brings back as id."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one title."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class File:
    """An attachment by the id under which it was uploaded (better) or by a public link. One of the two."""

    id: str = ""
    link: str = ""
    caption: str = ""
    name: str = ""


def to(person: str, kind: str, content: Body, *, answers: str | None = None) -> Body:
    """A message to one person, by phone or by WhatsApp's id of them. Without its plus a phone would get our country."""
    whom = {"recipient": person} if USER_ID.fullmatch(person) else {"to": f"+{person.removeprefix('+')}"}
    context = {"context": {"message_id": answers}} if answers else {}
    head = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    return {**head, **whom, **context, "type": kind, kind: content}


def text(words: str) -> Body:
    """Words, without a preview of their links."""
    return {"body": _within(words, LONGEST_TEXT, "text"), "preview_url": False}


def template(name: str, language: str, values: Sequence[str]) -> Body:
    """An approved template with the values of its body, in their order."""
    parameters = [{"type": "text", "text": value} for value in values]
    components = {"components": [{"type": "body", "parameters": parameters}]} if parameters else {}
    return {"name": name, "language": {"code": language}, **components}


def buttons(body: str, choices: Sequence[Button], *, footer: str = "") -> Body:
    """Up to three answers to tap."""
    _count(choices, MOST_BUTTONS, "buttons")
    replies = [
        {"type": "reply", "reply": {"id": _within(one.id, 256, "id"), "title": _within(one.title, 20, "button")}}
        for one in choices
    ]
    return {
        "type": "button",
        "body": {"text": _within(body, LONGEST_BUTTON_BODY, "body")},
        **_footer(footer),
        "action": {"buttons": replies},
    }


def choices(body: str, button: str, sections: Sequence[Section], *, footer: str = "") -> Body:
    """A list behind one button: up to ten rows in all."""
    _count(sections, MOST_SECTIONS, "sections")
    _count([row for section in sections for row in section.rows], MOST_ROWS, "rows")
    if len(sections) > 1 and not all(section.title for section in sections):
        raise Rejected("Several sections need a title each.", code="untitled")
    return {
        "type": "list",
        "body": {"text": _within(body, LONGEST_TEXT, "body")},
        **_footer(footer),
        "action": {"button": _within(button, 20, "button"), "sections": [_section(one) for one in sections]},
    }


def media(kind: MediaKind, file: File) -> Body:
    """A picture, a sound, a film, a document, a sticker."""
    if bool(file.id) == bool(file.link):
        raise Rejected("An attachment is named by its id or by its link.", code="bad_media")
    if file.caption and kind in _WITHOUT_CAPTION:
        raise Rejected(f"WhatsApp shows no words under an attachment of type {kind}.", code="bad_media")
    said = {"caption": _within(file.caption, LONGEST_CAPTION, "caption")} if file.caption else {}
    named = {"filename": file.name} if file.name and kind == "document" else {}
    return {"id": file.id, **said, **named} if file.id else {"link": file.link, **said, **named}


def shown(content: Content) -> tuple[str, Body]:
    """The type and the body of what our own rooms know without WhatsApp's words for it."""
    match content.form:
        case Form.BUTTONS:
            return "interactive", buttons(content.words, [Button(one.key, one.title) for one in content.choices])
        case Form.LIST:
            parts = [
                Section(part.title, tuple(Row(row.key, row.title, row.description) for row in part.choices))
                for part in content.sections
            ]
            return "interactive", choices(content.words, content.opener, parts)
        case Form.IMAGE | Form.DOCUMENT | Form.AUDIO | Form.VIDEO as form:
            file = File(link=content.link, caption=content.words, name=content.file_name)
            return form.value, media(form.value, file)


def _section(one: Section) -> Body:
    title = {"title": _within(one.title, 24, "section")} if one.title else {}
    return {**title, "rows": [_row(row) for row in one.rows]}


def _row(row: Row) -> Body:
    described = {"description": _within(row.description, 72, "description")} if row.description else {}
    return {"id": _within(row.id, 200, "id"), "title": _within(row.title, 24, "row"), **described}


def _footer(footer: str) -> Body:
    return {"footer": {"text": _within(footer, LONGEST_FOOTER, "footer")}} if footer else {}


def _within(words: str, most: int, what: str) -> str:
    if not words.strip():
        raise Rejected(f"The {what} is empty.", code="empty")
    if len(words) > most:
        raise Rejected(f"The {what} is longer than {most} characters.", hint="Shorten it.", code="too_long")
    return words


def _count(items: Sequence[object], most: int, what: str) -> None:
    if not 1 <= len(items) <= most:
        raise Rejected(f"There are {len(items)} {what}; 1 to {most} are shown.", code="too_many")
