"""The shapes of Kommo's wire, as far as we read them, and the few words that webhooks and REST share.

Shapes take what they need and ignore the rest; ids become text, for that is what they are to us.
"""

import hashlib
import html
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

from app.domain.grants import Pipeline
from app.domain.messages import Author, Media, MessageKind

NOTE_MARK: Final = "[Ponte] "  # how the notes that we write begin, so that their own hook is not obeyed
LATEST: Final = 32_503_680_000  # the year 3000: a number beyond it is not a time in seconds
LONGEST_REF: Final = 128
LONGEST_NAME: Final = 200
CLOSED_STATUSES: Final = frozenset({142, 143})  # won and lost have these numbers in every pipeline


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


class AccountShape(Shape):
    id: str
    subdomain: Text = ""


class AccountCardShape(AccountShape):
    """The account with what a person asks who checks the connection."""

    name: Text = ""
    country: Text = ""
    currency: Text = ""
    is_technical_account: bool = False
    timezone: Text = Field(default="", validation_alias=AliasPath("_embedded", "datetime_settings", "timezone"))


class Named(Shape):
    name: Text = ""


class UserShape(Shape):
    id: str
    name: Text = ""
    groups: Annotated[list[Named], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "groups"))
    roles: Annotated[list[Named], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "roles"))
    amojo_id: Text = ""
    phone_number: Text = ""
    is_active: bool = Field(default=True, validation_alias=AliasPath("rights", "is_active"))
    is_admin: bool = Field(default=False, validation_alias=AliasPath("rights", "is_admin"))


class FieldValue(Shape):
    value: Any = None


class FieldValues(Shape):
    field_id: Text = ""
    field_name: Text = ""
    field_code: Text = ""
    values: Annotated[list[FieldValue], Many] = []


class Linked(Shape):
    id: str


class ContactShape(Shape):
    id: str
    name: Text = ""
    fields: Annotated[list[FieldValues], Many] = Field(default=[], validation_alias="custom_fields_values")
    leads: Annotated[list[Linked], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "leads"))

    def phones(self) -> list[str]:
        """The values of the PHONE field, as they were typed."""
        values = [one.value for field in self.fields if field.field_code == "PHONE" for one in field.values]
        return [str(value) for value in values if value]


class LeadShape(Shape):
    id: str
    status_id: int = 0
    responsible_user_id: Ref = None

    @property
    def is_open(self) -> bool:
        return self.status_id not in CLOSED_STATUSES


class LeadCardShape(LeadShape):
    """A lead with all that its card shows."""

    name: Text = ""
    pipeline_id: int = 0
    fields: Annotated[list[FieldValues], Many] = Field(default=[], validation_alias="custom_fields_values")
    contacts: Annotated[list[Linked], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "contacts"))
    tags: Annotated[list[Named], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "tags"))


class FieldShape(Shape):
    """A field that leads may have."""

    id: int
    name: Text = ""
    type: Text = ""


class NoteShape(Shape):
    id: str
    text: Text = Field(default="", validation_alias=AliasPath("params", "text"))
    entity_id: Ref = None
    created_by: Ref = None
    created_at: int = 0

    def says(self, text: str) -> bool:
        """Kommo has been seen to HTML-escape notes."""
        return text in {self.text, html.unescape(self.text)}


class TalkShape(Shape):
    talk_id: str
    chat_id: Text = ""
    contact_id: Ref = None
    entity_id: Ref = None
    entity_type: Text = ""
    is_in_work: bool = True
    origin: Text = ""
    updated_at: float = 0

    @property
    def lead_id(self) -> str | None:
        return self.entity_id if self.entity_type in {"lead", "leads"} else None


class AuthorShape(Shape):
    id: Text = ""
    type: Text = ""
    name: Text = ""
    user_id: Ref = None


class AttachmentShape(Shape):
    type: Text = ""
    link: Text = ""
    file_name: Text = ""


class TalkMessageShape(Shape):
    id: str
    type: Text = ""
    message_type: Text = ""
    text: Text = ""
    author: AuthorShape = AuthorShape()
    attachment: AttachmentShape | None = None
    delivery_status: Text = ""
    created_at: float = 0

    def written_by(self) -> Author:
        return author_of(self.author.type, is_outgoing=self.type != "incoming" and self.author.type != "external")


class SentShape(Shape):
    id: str


class EventMessage(Shape):
    talk_id: Ref = None


class EventValue(Shape):
    message: EventMessage = EventMessage()


class EventShape(Shape):
    """Who wrote when, never what. The talk is named in live data; vendor pages only promise the message."""

    id: str
    values: Annotated[list[EventValue], Many] = Field(default=[], validation_alias="value_after")
    entity_id: Ref = None
    entity_type: Text = ""
    linked_contact: Ref = Field(
        default=None, validation_alias=AliasPath("_embedded", "entity", "linked_talk_contact_id")
    )

    def talk_id(self) -> str | None:
        return next((value.message.talk_id for value in self.values if value.message.talk_id), None)

    def contact_id(self) -> str | None:
        return self.linked_contact or (self.entity_id if self.entity_type == "contact" else None)


class ReviewShape(Shape):
    """What WhatsApp said about a template."""

    status: Text = ""


class BotShape(Shape):
    id: str
    is_active: bool = Field(default=True, validation_alias=AliasPath("settings", "active"))


class TaskShape(Shape):
    id: str
    text: Text = ""
    is_completed: bool = False


class TemplateShape(Shape):
    """A message template; `is_approved` says that WhatsApp takes it outside the 24 hours."""

    id: str
    name: Text = ""
    type: Text = ""
    waba_language: Text = ""
    reviews: Annotated[list[ReviewShape], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "reviews"))

    @property
    def is_approved(self) -> bool:
        return self.type == "waba" and any(review.status == "approved" for review in self.reviews)


class StatusShape(Shape):
    id: str
    name: Text = ""


class PipelineShape(Shape):
    id: str
    name: Text = ""
    statuses: Annotated[list[StatusShape], Many] = Field(
        default=[], validation_alias=AliasPath("_embedded", "statuses")
    )

    def plain(self) -> Pipeline:
        return Pipeline(self.id, self.name, tuple((one.id, one.name) for one in self.statuses))


class WebhookShape(Shape):
    destination: Text = ""
    settings: Annotated[list[str], Many] = []
    disabled: bool = False


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
