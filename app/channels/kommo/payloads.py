"""The shapes of Kommo's wire, and the few words of it that webhooks and REST share."""

from datetime import UTC, datetime
from typing import Final

from app.domain.messages import Media, MessageKind

NOTE_MARK: Final = "[Ponte] "  # how the notes that we write begin, so that their own hook is not obeyed

_LATEST = 32_503_680_000  # the year 3000: a number beyond it is not a time in seconds


def moment(seconds: str | float | None) -> datetime | None:
    """A Unix time in seconds as Kommo writes it, or None where it is missing or absurd."""
    try:
        number = float(seconds or 0)
    except ValueError:
        return None
    return datetime.fromtimestamp(number, UTC) if 0 < number < _LATEST else None


def kind_of(message_type: str, attachment_type: str = "") -> MessageKind:
    """What a message carries. Captures before 2026-07 have no message_type: then the attachment tells."""
    word = message_type or attachment_type or MessageKind.TEXT
    return MessageKind(word) if word in set(MessageKind) else MessageKind.OTHER


def media_of(kind: MessageKind, attachment_type: str, link: str, file_name: str) -> Media | None:
    """The attachment, if there is a link to one."""
    if not link:
        return None
    return Media(kind_of(attachment_type) if attachment_type else kind, link, file_name)
