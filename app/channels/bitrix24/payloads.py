"""The shapes of Bitrix24's wire, as far as we read them, and the few words that events and REST share.

The same object is spelt in three ways (snake case in `im.*`, camel case in v2, small letters in a session's history)
and its scalars are texts in webhooks: shapes take each of them. Ids become text, for that is what they are to us.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.domain.errors import NeedsHuman
from app.domain.ids import ContactId, LeadId
from app.domain.messages import Author, Media, MessageKind

NOTE_MARK: Final = "[Ponte] "  # how what we write on a timeline begins
LINES: Final = "LINES"  # the kind of chat that belongs to an open line
EPOCH: Final = datetime.fromtimestamp(0, UTC)  # the moment of receipt takes its place
LONGEST_REF: Final = 128
LONGEST_NAME: Final = 200
LONGEST_BOT_TOKEN: Final = 40
DISK: Final = "disk:"  # how a file of the portal is named until it is fetched
BOT_CODE: Final = "ponte"

_WEBHOOK = re.compile(r"[0-9]{1,12}/[A-Za-z0-9_-]{4,80}")
_MARKS = "b|i|u|s|url|user|chat|color|size|code|quote|icon|img|send|put|context"
_BB = re.compile(rf"\[/?(?:{_MARKS})(?:=[^\]]*)?\]", re.IGNORECASE)
_BREAK = re.compile(r"\[br\]|#br#", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{10,15}")
_KINDS: Final = {"image": MessageKind.PICTURE, "video": MessageKind.VIDEO, "audio": MessageKind.AUDIO}
Mode = Literal["fetch", "push", "poll"]


def _plain(value: Any) -> Any:
    """Null and false for none; JSON can spell NUL and half characters, which the database cannot store."""
    if value is None or value is False:
        return ""
    return value.replace("\x00", "").encode(errors="ignore").decode() if isinstance(value, str) else value


def _flag(value: Any) -> Any:
    """True, "1", "Y": webhooks write texts, and null as an empty one."""
    return str(value).strip().lower() in {"1", "y", "yes", "true"}


def _none_for_zero(value: Any) -> Any:
    return None if value in (None, False, 0, "0", "") else _plain(value)


def _list(value: Any) -> Any:
    """PHP writes an empty map as a list, and a list with gaps as a map."""
    return list(cast("dict[str, Any]", value).values()) if isinstance(value, dict) else value or []


def _map(value: Any) -> Any:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(_plain)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Ref = Annotated[str | None, BeforeValidator(_none_for_zero)]
Many = BeforeValidator(_list)
Keyed = BeforeValidator(_map)


def _any(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class Shape(BaseModel):
    """What every shape shares."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, populate_by_name=True)


class Credentials(Shape):
    """What an account's token holds: the webhook's user and secret alone, or a JSON text with how it is to be used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    webhook: str = Field(repr=False)
    mode: Mode = "fetch"
    bot_token: str = Field(default="", max_length=LONGEST_BOT_TOKEN, repr=False)
    bot_code: str = Field(default=BOT_CODE, pattern=r"^[a-z0-9_]{1,40}$")
    bot_name: str = Field(default="Ponte", max_length=50)

    @property
    def user_id(self) -> str:
        """Whose rights the webhook has."""
        return self.webhook.partition("/")[0]

    @property
    def key_of_bot(self) -> str:
        """The bot's own secret: the one that was set, else one that follows from the webhook's."""
        made = hmac.new(self.webhook.encode(), b"imbot", hashlib.sha256).hexdigest()
        return self.bot_token or made[:LONGEST_BOT_TOKEN]


def credentials_of(token: str) -> Credentials:
    """What the token says. No message quotes it.

    Raises:
        NeedsHuman: it is no webhook.
    """
    try:
        found = Credentials.model_validate_json(token) if token.startswith("{") else Credentials(webhook=token)
    except ValidationError:
        raise NeedsHuman("The account's token cannot be read.", hint=_HOW) from None
    if not _WEBHOOK.fullmatch(found.webhook.strip("/")):
        raise NeedsHuman("The account's token is no webhook of Bitrix24.", hint=_HOW)
    return found.model_copy(update={"webhook": found.webhook.strip("/")})


_HOW = "It is <user id>/<secret>, the last two steps of the incoming webhook's address."


class UserShape(Shape):
    """Who wrote. A customer is a user of a connector, a program is a bot; everybody else works there."""

    id: Text = Field(default="", validation_alias=_any("id", "ID"))
    name: Text = Field(default="", validation_alias=_any("name", "NAME"))
    bot: Flag = Field(default=False, validation_alias=_any("bot", "IS_BOT"))
    connector: Flag = Field(default=False, validation_alias=_any("connector", "IS_CONNECTOR"))

    def written_by(self) -> Author:
        """A user that we cannot place counts as a salesperson: a bot that is quiet by mistake costs a minute."""
        return Author.CUSTOMER if self.connector else Author.BOT if self.bot else Author.HUMAN


class FileShape(Shape):
    id: Text = ""
    type: Text = ""
    name: Text = ""


class MessageShape(Shape):
    id: Ref = Field(default=None, validation_alias=_any("id", "ID", "MESSAGE_ID"))
    chat_id: Text = Field(default="", validation_alias=_any("chatId", "chat_id", "chatid", "CHAT_ID"))
    author_id: Ref = Field(
        default=None, validation_alias=_any("authorId", "author_id", "senderid", "senderId", "FROM_USER_ID")
    )
    date: Text = ""
    text: Text = Field(default="", validation_alias=_any("text", "MESSAGE"))
    is_system: Flag = Field(default=False, validation_alias=_any("isSystem", "is_system", "SYSTEM"))
    params: Annotated[dict[str, Any], Keyed] = {}

    @property
    def at(self) -> datetime:
        return moment(self.date)

    def file_ids(self) -> list[str]:
        """The files that it carries, by their numbers on the portal's disk."""
        found: Any = self.params.get("FILE_ID") or self.params.get("fileId") or []
        items: list[Any] = list(_list(found)) if isinstance(found, list | dict) else [found]
        return [str(one) for one in items if str(one).isdecimal()]


class ChatShape(Shape):
    id: Text = ""
    dialog_id: Text = Field(default="", validation_alias=_any("dialogId", "dialog_id"))
    name: Text = ""
    entity_type: Text = Field(default="", validation_alias=_any("entityType", "entity_type"))
    entity_id: Text = Field(default="", validation_alias=_any("entityId", "entity_id"))
    data_1: Text = Field(default="", validation_alias=_any("entityData1", "entity_data_1"))
    data_2: Text = Field(default="", validation_alias=_any("entityData2", "entity_data_2"))

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

    message: Annotated[dict[str, MessageShape], Keyed] = {}
    users: Annotated[dict[str, UserShape], Keyed] = {}
    chat: Annotated[dict[str, ChatShape], Keyed] = {}
    files: Annotated[dict[str, FileShape], Keyed] = {}


class DialogShape(Shape):
    """The messages of a dialog, newest first, and who wrote them."""

    chat_id: Text = ""
    messages: Annotated[list[MessageShape], Many] = []
    users: Annotated[list[UserShape], Many] = []
    files: Annotated[list[FileShape], Many] = []


class RecentShape(Shape):
    """A dialog of the list, with its last message."""

    id: Text = ""
    chat: ChatShape = ChatShape()
    message: MessageShape = MessageShape()


class RecentsShape(Shape):
    items: Annotated[list[RecentShape], Many] = []
    has_more: Flag = Field(default=False, validation_alias=_any("hasMore", "hasMorePages"))


class BotShape(Shape):
    id: str
    code: Text = ""
    event_mode: Text = Field(default="", validation_alias=_any("eventMode"))


class BotsShape(Shape):
    bot: BotShape


class SentShape(Shape):
    id: str


class EventsShape(Shape):
    """The events of a fetch as they came: they are stored before they are read."""

    events: Annotated[list[Any], Many] = []
    next_offset: Ref = Field(default=None, validation_alias=_any("nextOffset"))
    has_more: Flag = Field(default=False, validation_alias=_any("hasMore"))


class LinkShape(Shape):
    link: Text = Field(default="", validation_alias=_any("downloadUrl"))


class PersonShape(Shape):
    """A user of the portal."""

    id: str = Field(validation_alias=_any("ID", "id"))
    name: Text = Field(default="", validation_alias=_any("NAME", "first_name"))
    last_name: Text = Field(default="", validation_alias=_any("LAST_NAME", "last_name"))
    active: Flag = Field(default=True, validation_alias=_any("ACTIVE", "active"))
    mobile: Text = Field(default="", validation_alias=_any("PERSONAL_MOBILE"))
    work_phone: Text = Field(default="", validation_alias=_any("WORK_PHONE"))
    kind: Text = Field(default="employee", validation_alias=_any("USER_TYPE"))


class PhoneShape(Shape):
    value: Text = Field(default="", validation_alias=_any("VALUE"))


class CardShape(Shape):
    """A lead, a deal or a contact of the CRM."""

    id: str = Field(validation_alias=_any("ID"))
    title: Text = Field(default="", validation_alias=_any("TITLE"))
    name: Text = Field(default="", validation_alias=_any("NAME"))
    last_name: Text = Field(default="", validation_alias=_any("LAST_NAME"))
    assigned_to: Ref = Field(default=None, validation_alias=_any("ASSIGNED_BY_ID"))
    contact_id: Ref = Field(default=None, validation_alias=_any("CONTACT_ID"))
    semantic: Text = Field(default="", validation_alias=_any("STATUS_SEMANTIC_ID", "STAGE_SEMANTIC_ID"))
    closed: Flag = Field(default=False, validation_alias=_any("CLOSED"))
    stage: Text = Field(default="", validation_alias=_any("STAGE_ID", "STATUS_ID"))
    category: Text = Field(default="", validation_alias=_any("CATEGORY_ID"))
    phones: Annotated[list[PhoneShape], Many] = Field(default=[], validation_alias=_any("PHONE"))

    @property
    def is_open(self) -> bool:
        """Neither won nor lost."""
        return self.semantic not in {"S", "F"} and not self.closed


class CommentShape(Shape):
    id: str = Field(validation_alias=_any("ID"))
    text: Text = Field(default="", validation_alias=_any("COMMENT"))


class FieldShape(Shape):
    """A field that a card may have, under its own code."""

    type: Text = ""
    title: Text = ""
    label: Text = Field(default="", validation_alias=_any("formLabel", "listLabel"))
    is_fixed: Flag = Field(default=False, validation_alias=_any("isReadOnly"))


class TimeShape(Shape):
    """How long a method has run in the last ten minutes, and when that count begins anew."""

    operating: float = 0
    resets_at: float = Field(default=0, validation_alias=_any("operating_reset_at"))


class ProblemShape(Shape):
    error: Text = ""
    description: Text = Field(default="", validation_alias=_any("error_description"))


class Envelope(Shape):
    """Every answer."""

    result: Any = None
    error: Text = ""
    description: Text = Field(default="", validation_alias=_any("error_description"))
    time: TimeShape = TimeShape()
    next: int | None = None


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
