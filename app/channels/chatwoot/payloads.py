"""The shapes of Chatwoot's wire, as far as we read them, and the few words that webhooks and REST share.

Shapes take what they need and ignore the rest; ids become text. Where the vendor's own specification and its server
differ, these follow the server.
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.domain.errors import NeedsHuman
from app.domain.messages import Author, Media, MessageKind

LONGEST_TEXT: Final = 150_000  # characters of a message
LONGEST_NAME: Final = 200  # the server takes 255
LONGEST_VALUE: Final = 1_500  # characters of a conversation's custom attribute
LATEST: Final = 32_503_680_000  # the year 3000: a number beyond it is not a time in seconds
INCOMING, OUTGOING, ACTIVITY, TEMPLATE = "incoming", "outgoing", "activity", "template"
API_INBOX: Final = "Channel::Api"

_TYPES: Final = {"0": INCOMING, "1": OUTGOING, "2": ACTIVITY, "3": TEMPLATE}  # integers in REST, words in webhooks
_KINDS: Final = {
    "image": MessageKind.PICTURE,
    "audio": MessageKind.AUDIO,
    "video": MessageKind.VIDEO,
    "file": MessageKind.FILE,
    "location": MessageKind.LOCATION,
    "contact": MessageKind.CONTACT,
}
_NOT_IN_TITLES: Final = re.compile(r"[^a-z0-9_-]+")
_NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9]+")


def moment(told: Any) -> datetime | None:
    """A time in Unix seconds, or as ISO 8601 text, which webhooks of messages use; None where missing or absurd."""
    try:
        if isinstance(told, str) and not told.replace(".", "", 1).isdecimal():
            at = datetime.fromisoformat(told[:40])
            number = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        else:
            number = float(told or 0)
        return datetime.fromtimestamp(number, UTC) if 0 < number < LATEST else None
    except (TypeError, ValueError, OverflowError):
        return None


def label_title(name: str) -> str:
    """A name as Chatwoot takes it for a label: small letters without accents, digits, `_` and `-`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_TITLES.sub("-", plain).strip("-_")[:LONGEST_NAME]


def attribute_key(name: str) -> str:
    """A name as the key of a custom attribute."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_KEYS.sub("_", plain).strip("_")[:LONGEST_NAME]


def _plain(value: Any) -> Any:
    return "" if value is None else value.replace("\x00", "") if isinstance(value, str) else value


def _many(value: Any) -> Any:
    return value or []


def _some(value: Any) -> Any:
    return value or {}


Text = Annotated[str, BeforeValidator(_plain)]
Many = BeforeValidator(_many)
Some = BeforeValidator(_some)
Attributes = Annotated[dict[str, Any], Some]


class Shape(BaseModel):
    """What every shape shares."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, populate_by_name=True)


class Tokens(BaseModel):
    """What an account's token holds: a person's access token, the bot's, and the bot's number."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, hide_input_in_errors=True)

    user: str = Field(min_length=1, repr=False)
    bot: str = Field(default="", repr=False)
    bot_id: str = ""


def tokens_of(token: str) -> Tokens:
    """The tokens of an account. A plain text is a person's access token alone."""
    if not token.lstrip().startswith("{"):
        return Tokens(user=token.strip() or "-")
    try:
        return Tokens.model_validate_json(token)
    except ValidationError:
        hint = 'It is {"user": "...", "bot": "...", "bot_id": 1}; see docs/howto/connect-chatwoot.md.'
        raise NeedsHuman("The account's tokens for Chatwoot cannot be read.", hint=hint) from None


class SenderShape(Shape):
    id: Text = ""
    name: Text = ""
    type: Text = ""


class AttachmentShape(Shape):
    file_type: Text = ""
    data_url: Text = ""
    extension: Text = ""

    def media(self) -> Media | None:
        """The attachment, if there is a link to one."""
        kind = _KINDS.get(self.file_type, MessageKind.OTHER)
        return Media(kind, self.data_url, self.data_url.rpartition("/")[2][:LONGEST_NAME]) if self.data_url else None


class MessageShape(Shape):
    """A message, in REST's words or in a webhook's."""

    id: str
    content: Text = ""
    message_type: Text = ""
    private: bool = False
    status: Text = ""
    source_id: Text = ""
    created_at: Any = None
    sender: SenderShape | None = None
    attachments: Annotated[list[AttachmentShape], Many] = []
    content_attributes: Attributes = {}

    @property
    def direction(self) -> str:
        return _TYPES.get(self.message_type, self.message_type)

    @property
    def has_failed(self) -> bool:
        return self.direction == OUTGOING and self.status == "failed"

    def written_by(self) -> Author:
        """By the direction, for a contact's sender has no type. What nobody sends is an automation's."""
        if self.direction == INCOMING:
            return Author.CUSTOMER
        sender = self.sender
        is_person = sender is not None and (sender.type == "user" or (not sender.type and bool(sender.id)))
        return Author.HUMAN if is_person else Author.BOT


class PersonShape(Shape):
    """A contact."""

    id: str
    name: Text = ""
    phone_number: Text = ""
    identifier: Text = ""
    email: Text = ""
    custom_attributes: Attributes = {}
    contact_inboxes: Annotated[list["ContactInboxShape"], Many] = []


class InboxRef(Shape):
    id: Text = ""


class ContactInboxShape(Shape):
    source_id: Text = ""
    inbox: InboxRef | None = None


class AgentShape(Shape):
    id: str
    name: Text = ""
    role: Text = ""
    confirmed: bool = True

    @property
    def is_admin(self) -> bool:
        return self.role == "administrator"


class ConversationShape(Shape):
    """A conversation; `id` is the number that people see."""

    id: str
    inbox_id: Text = ""
    account_id: Text = ""
    status: Text = ""
    labels: Annotated[list[str], Many] = []
    custom_attributes: Attributes = {}
    additional_attributes: Attributes = {}
    updated_at: Any = None
    last_activity_at: Any = None
    timestamp: Any = None
    sender: PersonShape | None = Field(default=None, validation_alias=AliasPath("meta", "sender"))
    assignee: SenderShape | None = Field(default=None, validation_alias=AliasPath("meta", "assignee"))
    assignee_type: Text = Field(default="", validation_alias=AliasPath("meta", "assignee_type"))
    channel: Text = Field(default="", validation_alias=AliasPath("meta", "channel"))

    @property
    def is_done(self) -> bool:
        return self.status == "resolved"

    def moved_at(self) -> datetime | None:
        return moment(self.last_activity_at) or moment(self.timestamp) or moment(self.updated_at)

    def person_in_charge(self) -> str | None:
        """The agent who has it; a bot may be assigned as well, and is nobody."""
        return self.assignee.id or None if self.assignee and self.assignee_type != "AgentBot" else None


class InboxShape(Shape):
    id: str
    name: Text = ""
    channel_type: Text = ""
    lock_to_single_conversation: bool = False
    webhook_url: Text = ""  # of an API inbox: whatever is said there is posted to it


class AccountShape(Shape):
    id: str
    name: Text = ""
    locale: Text = ""


class HookShape(Shape):
    id: str
    url: Text = ""
    subscriptions: Annotated[list[str], Many] = []


class BotShape(Shape):
    id: str
    name: Text = ""
    outgoing_url: Text = ""


class LabelShape(Shape):
    id: str
    title: Text = ""


class Refusal(Shape):
    """`{"error": ...}`, or `{"message": ..., "attributes": [...]}` of a record that is not valid."""

    error: Text = ""
    message: Text = ""
    attributes: Annotated[list[str], Many] = []

    @property
    def said(self) -> str:
        return self.error or self.message
