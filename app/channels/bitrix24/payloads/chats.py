"""The chats of lines: their messages and files, who writes there, and the cards and people that they are bound to."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import Field

from app.channels.bitrix24.payloads import (
    LONGEST_NAME,
    LONGEST_REF,
    Flag,
    Keyed,
    Many,
    Ref,
    Shape,
    Text,
    any_of,
    items_of,
)
from app.domain.ids import ContactId, LeadId
from app.domain.messages import Author, Media, MessageKind

LINES: Final = "LINES"  # the kind of chat that belongs to an open line
EPOCH: Final = datetime.fromtimestamp(0, UTC)  # the moment of receipt takes its place
DISK: Final = "disk:"  # how a file of the portal is named until it is fetched

_MARKS = "b|i|u|s|url|user|chat|color|size|code|quote|icon|img|send|put|context"
_BB = re.compile(rf"\[/?(?:{_MARKS})(?:=[^\]]*)?\]", re.IGNORECASE)
_BREAK = re.compile(r"\[br\]|#br#", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{10,15}")
_KINDS: Final = {"image": MessageKind.PICTURE, "video": MessageKind.VIDEO, "audio": MessageKind.AUDIO}


class UserShape(Shape):
    """Who wrote. A customer is a user of a connector, a program is a bot; everybody else works there."""

    id: Text = Field(default="", validation_alias=any_of("id", "ID"))
    name: Text = Field(default="", validation_alias=any_of("name", "NAME"))
    bot: Flag = Field(default=False, validation_alias=any_of("bot", "IS_BOT"))
    connector: Flag = Field(default=False, validation_alias=any_of("connector", "IS_CONNECTOR"))

    def written_by(self) -> Author:
        """A user that we cannot place counts as a salesperson: a bot that is quiet by mistake costs a minute."""
        return Author.CUSTOMER if self.connector else Author.BOT if self.bot else Author.HUMAN


class FileShape(Shape):
    id: Text = ""
    type: Text = ""
    name: Text = ""


class MessageShape(Shape):
    id: Ref = Field(default=None, validation_alias=any_of("id", "ID", "MESSAGE_ID"))
    chat_id: Text = Field(default="", validation_alias=any_of("chatId", "chat_id", "chatid", "CHAT_ID"))
    author_id: Ref = Field(
        default=None, validation_alias=any_of("authorId", "author_id", "senderid", "senderId", "FROM_USER_ID")
    )
    date: Text = ""
    text: Text = Field(default="", validation_alias=any_of("text", "MESSAGE"))
    is_system: Flag = Field(default=False, validation_alias=any_of("isSystem", "is_system", "SYSTEM"))
    params: Annotated[dict[str, Any], Keyed] = Field(default={})

    @property
    def at(self) -> datetime:
        return moment(self.date)

    def file_ids(self) -> list[str]:
        """The files that it carries, by their numbers on the portal's disk."""
        found: Any = self.params.get("FILE_ID") or self.params.get("fileId") or []
        items: list[Any] = list(items_of(found)) if isinstance(found, list | dict) else [found]
        return [str(one) for one in items if str(one).isdecimal()]


class ChatShape(Shape):
    id: Text = ""
    dialog_id: Text = Field(default="", validation_alias=any_of("dialogId", "dialog_id"))
    name: Text = ""
    entity_type: Text = Field(default="", validation_alias=any_of("entityType", "entity_type"))
    entity_id: Text = Field(default="", validation_alias=any_of("entityId", "entity_id"))
    data_1: Text = Field(default="", validation_alias=any_of("entityData1", "entity_data_1"))
    data_2: Text = Field(default="", validation_alias=any_of("entityData2", "entity_data_2"))

    @property
    def is_of_a_line(self) -> bool:
        return self.entity_type == LINES

    @property
    def dialog(self) -> str:
        """The dialog's id, as every call names it."""
        return self.dialog_id if self.dialog_id.startswith("chat") else f"chat{self.id}" if self.id else ""

    @property
    def connector(self) -> str:
        """The messenger behind the line, such as `livechat`."""
        return self.entity_id.partition("|")[0][:LONGEST_NAME]

    @property
    def session_id(self) -> str | None:
        """The session that runs in the chat; the sixth part of its first data."""
        part = (self.data_1.split("|") + [""] * 6)[5]
        return part if part.isdecimal() and part.strip("0") else None

    def _bound(self) -> dict[str, str]:
        """The CRM's cards of this chat: lead, deal, contact, company."""
        pairs = self.data_2.split("|")
        first = self.data_1.split("|")[1:3]
        found = dict(zip(first[::2], first[1::2], strict=False)) | dict(zip(pairs[::2], pairs[1::2], strict=False))
        return {kind.lower(): ref for kind, ref in found.items() if ref.isdecimal() and ref.strip("0")}

    @property
    def lead_id(self) -> LeadId:
        """The deal, else the lead; where the CRM has neither, the chat is its own card."""
        bound = self._bound()
        kind = next((kind for kind in ("deal", "lead") if kind in bound), None)
        return LeadId(f"{kind}:{bound[kind]}" if kind else self.dialog.replace("chat", "chat:", 1))

    @property
    def contact_id(self) -> ContactId:
        """The contact, else the lead that holds the customer's phone, else who they are to the connector."""
        bound = self._bound()
        kind = next((kind for kind in ("contact", "lead") if kind in bound), None)
        parts = self.entity_id.split("|")
        customer = (parts[3] if len(parts) > 3 else "") or self.dialog  # noqa: PLR2004 - connector, line, chat, user
        return ContactId(f"{kind}:{bound[kind]}" if kind else f"{self.connector or 'line'}:{customer}"[:LONGEST_REF])


class HistoryShape(Shape):
    """A session with its messages, its people and its chat, each by its id."""

    message: Annotated[dict[str, MessageShape], Keyed] = Field(default={})
    users: Annotated[dict[str, UserShape], Keyed] = Field(default={})
    chat: Annotated[dict[str, ChatShape], Keyed] = Field(default={})
    files: Annotated[dict[str, FileShape], Keyed] = Field(default={})


class DialogShape(Shape):
    """The messages of a dialog, newest first, and who wrote them."""

    chat_id: Text = ""
    messages: Annotated[list[MessageShape], Many] = Field(default=[])
    users: Annotated[list[UserShape], Many] = Field(default=[])
    files: Annotated[list[FileShape], Many] = Field(default=[])


class RecentShape(Shape):
    """A dialog of the list, with its last message."""

    id: Text = ""
    chat: ChatShape = ChatShape()
    message: MessageShape = MessageShape()


class RecentsShape(Shape):
    items: Annotated[list[RecentShape], Many] = Field(default=[])
    has_more: Flag = Field(default=False, validation_alias=any_of("hasMore", "hasMorePages"))


def moment(text: str) -> datetime:
    """A time with its zone as Bitrix24 writes it; the epoch where it is missing or absurd."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else EPOCH
    except (ValueError, OverflowError):
        return EPOCH


def words(text: str) -> str:
    """A message without Bitrix24's marks, as a customer or a salesperson meant it."""
    return _BB.sub("", _BREAK.sub("\n", text)).strip()


def ref_of(value: str) -> str | None:
    """An id as an index can hold it: one that is absurdly long is hashed."""
    value = value.strip()
    if len(value) > LONGEST_REF:
        return "hash:" + hashlib.sha256(value.encode()).hexdigest()[:32]
    return value or None


def media_of(message: MessageShape, files: Mapping[str, FileShape]) -> Media | None:
    """The first file that a message carries, named by its number until it is fetched."""
    for number in message.file_ids():
        known = files.get(number, FileShape())
        return Media(_KINDS.get(known.type, MessageKind.FILE), f"{DISK}{number}", known.name[:LONGEST_NAME])
    return None


def phone_in(contact_id: str) -> str | None:
    """The phone that a customer's id at a WhatsApp connector is; other messengers' ids are digits as well."""
    connector, _, customer = contact_id.partition(":")
    return f"+{customer}" if "whatsapp" in connector.lower() and _DIGITS.fullmatch(customer) else None
