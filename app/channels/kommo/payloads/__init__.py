"""The shapes of Kommo's wire, as far as we read them: here the few words that webhooks and REST share.

Shapes take what they need and ignore the rest; ids become text, for that is what they are to us.
"""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.domain.messages import Author, Media, MessageKind

NOTE_MARK: Final = "[Ponte] "  # how the notes that we write begin, so that their own hook is not obeyed
LATEST: Final = 32_503_680_000  # the year 3000: a number beyond it is not a time in seconds
LONGEST_REF: Final = 128
LONGEST_NAME: Final = 200


def moment(seconds: str | float | None) -> datetime | None:
    """A Unix time in seconds as Kommo writes it, or None where it is missing or absurd."""
    try:
        number = float(seconds or 0)
    except ValueError:
        return None
    return datetime.fromtimestamp(number, UTC) if 0 < number < LATEST else None


def ref_of(value: str) -> str | None:
    """An id of the chat service as an index can hold it: one that is absurdly long is hashed."""
    value = value.strip()
    if len(value) > LONGEST_REF:
        return "hash:" + hashlib.sha256(value.encode()).hexdigest()[:32]
    return value or None


def kind_of(message_type: str, attachment_type: str = "") -> MessageKind:
    """What a message carries. Captures before 2026-07 have no message_type: then the attachment tells."""
    word = message_type or attachment_type or MessageKind.TEXT
    return MessageKind(word) if word in set(MessageKind) else MessageKind.OTHER


def media_of(kind: MessageKind, attachment_type: str, link: str, file_name: str) -> Media | None:
    """The attachment, if there is a link to one."""
    if not link:
        return None
    return Media(kind_of(attachment_type) if attachment_type else kind, link, file_name)


def author_of(author_type: str, *, is_outgoing: bool) -> Author:
    """Who wrote a message.

    An outgoing one whose author we cannot place counts as a salesperson's: a bot that is quiet by mistake costs a
    minute, one that talks over a person costs the customer. Our own sends are told apart by their ids and words.
    """
    if author_type == "bot":
        return Author.BOT
    return Author.HUMAN if is_outgoing or author_type == "internal" else Author.CUSTOMER


def _plain(value: Any) -> Any:
    return "" if value is None else value.replace("\x00", "") if isinstance(value, str) else value


def _none_for_zero(value: Any) -> Any:
    return None if value in (0, "0", "") else value


def _first(value: Any) -> Any:
    return value or []


Text = Annotated[str, BeforeValidator(_plain)]  # Kommo writes null for none; the database stores no NUL
Ref = Annotated[str | None, BeforeValidator(_none_for_zero)]  # ... and 0 for no entity
Many = BeforeValidator(_first)


class Shape(BaseModel):
    """What every shape shares."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, populate_by_name=True)


class Named(Shape):
    name: Text = ""


class WrongField(Shape):
    path: Text = ""
    detail: Text = ""


class WrongItem(Shape):
    errors: Annotated[list[WrongField], Many] = []


class Problem(Shape):
    """`application/problem+json`."""

    title: Text = ""
    detail: Text = ""
    retry_after: float | None = None
    wrong: Annotated[list[WrongItem], Many] = Field(default=[], validation_alias="validation-errors")
