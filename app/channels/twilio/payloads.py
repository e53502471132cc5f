"""The shapes of Twilio's wire, as far as we read them, and the few words that webhooks and REST share.

An account is named `<AccountSid>:<digits of its number>`; a customer by the digits of their phone as E.164, or by
WhatsApp's own id of them where no phone is shown.
"""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.domain.errors import NeedsHuman
from app.domain.messages import MessageKind, Trouble
from app.domain.people import Who
from app.domain.phones import one_form
from app.domain.storable import storable

LONGEST_REF: Final = 200
LONGEST_NAME: Final = 200
LONGEST_TEXT: Final = 1600  # in a message's Body; more is refused with 21617
EPOCH: Final = datetime.fromtimestamp(0, UTC)  # the moment of receipt takes its place

# A customer without a phone: WhatsApp's id of them for one business portfolio. It is never a phone.
USER_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
MESSAGE_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
MEDIA_SID: Final = re.compile(r"ME[0-9a-fA-F]{32}")
CONTENT_SID: Final = re.compile(r"HX[0-9a-fA-F]{32}")
_PHONE: Final = re.compile(r"\+?[0-9]{5,20}")
_SCHEME: Final = "whatsapp:"

_WINDOW: Final = frozenset({63016})
_OPTED_OUT: Final = frozenset({63014, 21610})
_UNREACHABLE: Final = frozenset({63024, 63003, 21211, 21614})
ARRIVED: Final = frozenset({"delivered", "read"})
FAILED: Final = frozenset({"failed", "undelivered"})


def who(sender: str, *others: str) -> Who | None:
    """Who it is: the first that is a phone, in the one form we know it by, and WhatsApp's ids of them.

    They are answered at `sender`, which may be either.
    """
    bare = [one.strip().removeprefix(_SCHEME) for one in (sender, *others)]
    phones = [one_form(one.removeprefix("+")) for one in bare if _PHONE.fullmatch(one)][:1]
    names = dict.fromkeys([*phones, *(one for one in bare if USER_ID.fullmatch(one))])
    is_address = _PHONE.fullmatch(bare[0]) or USER_ID.fullmatch(bare[0])
    return Who(tuple(names), bare[0].removeprefix("+") if is_address else next(iter(names))) if names else None


def address_of(person: str) -> str:
    """How Twilio writes a person, or a number of ours."""
    return f"{_SCHEME}{person}" if USER_ID.fullmatch(person) else f"{_SCHEME}+{person.removeprefix('+')}"


def reference_of(account_sid: str, address: str) -> str | None:
    """The account that a body is about, by its own number; None where it names none."""
    bare = address.strip().removeprefix(_SCHEME)
    digits = bare.removeprefix("+") if _PHONE.fullmatch(bare) else (found := who(address)) and found.key
    return f"{account_sid}:{digits}" if ACCOUNT_SID.fullmatch(account_sid) and digits else None


def ref_of(value: str) -> str | None:
    """An id as an index can hold it: one that is absurdly long is hashed."""
    value = value.strip()
    if len(value) > LONGEST_REF:
        return "hash:" + hashlib.sha256(value.encode()).hexdigest()[:32]
    return value or None


def code_in(value: str) -> int | None:
    """An error code, or None for what is none."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= 9 else None  # noqa: PLR2004


def trouble_of(code: int | None) -> Trouble:
    """Why a message did not arrive."""
    if code in _WINDOW:
        return Trouble.WINDOW_CLOSED
    if code in _OPTED_OUT:
        return Trouble.OPTED_OUT
    return Trouble.UNREACHABLE if code in _UNREACHABLE else Trouble.REFUSED


def kind_of(mime: str, message_type: str = "") -> MessageKind:
    """What an attachment is, by its type; a sound on WhatsApp is nearly always a voice note, and ogg always is."""
    if message_type == "sticker":
        return MessageKind.STICKER
    if mime.startswith("text/") and "vcard" in mime:
        return MessageKind.CONTACT
    family = mime.partition("/")[0]
    if family == "audio":
        return MessageKind.VOICE if "ogg" in mime else MessageKind.AUDIO
    return {"image": MessageKind.PICTURE, "video": MessageKind.VIDEO}.get(family, MessageKind.FILE)


def _plain(value: Any) -> Any:
    return "" if value is None else storable(value) if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    """As RFC 2822 writes a time; what is no such time is none."""
    try:
        found = parsedate_to_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


Text = Annotated[str, BeforeValidator(_plain)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class Shape(BaseModel):
    """What every shape shares."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Keys(Shape):
    """What an account's token holds: its auth token, or an API key with its secret."""

    user: Text = ""
    password: str = Field(min_length=1, repr=False)


class _ApiKey(Shape):
    key: str = Field(min_length=1)
    secret: str = Field(min_length=1, repr=False)


def keys_of(token: str) -> Keys:
    """A bare auth token, or a JSON text `{"key": "SK...", "secret": ...}`."""
    try:
        if not token.lstrip().startswith("{"):
            return Keys(password=token)
        found = _ApiKey.model_validate_json(token)
    except ValidationError:
        hint = 'Give the auth token, or {"key": "SK...", "secret": "..."}.'
        raise NeedsHuman("The account's token cannot be read.", hint=hint) from None
    return Keys(user=found.key, password=found.secret)


class MessageShape(Shape):
    """One message of the list. `date_sent` is not there while it waits."""

    sid: str = Field(min_length=1)
    status: Text = ""
    direction: Text = ""
    sender: Text = Field(default="", validation_alias="from")
    to: Text = ""
    body: Text = ""
    num_media: Text = ""
    error_code: int | None = None
    date_created: Moment = None
    date_sent: Moment = None

    @property
    def is_inbound(self) -> bool:
        return self.direction == "inbound"

    @property
    def at(self) -> datetime:
        return self.date_created or self.date_sent or EPOCH


class Page(Shape):
    """How a list of the REST of 2010 names the page behind it."""

    next_page_uri: Text = ""

    def following(self) -> tuple[tuple[str, str], ...]:
        return following(self.next_page_uri)


class MessagesShape(Page):
    messages: list[MessageShape] = []


class MediaShape(Shape):
    sid: str = Field(min_length=1)
    content_type: Text = ""


class DoneShape(Shape):
    """It was done."""

    success: bool = False


class MediaListShape(Page):
    media_list: list[MediaShape] = []


class WebhookShape(Shape):
    """Where a sender's webhooks go."""

    callback_url: Text = ""
    status_callback_url: Text = ""


class SenderShape(Shape):
    """A number that Twilio has connected to WhatsApp. The shared sandbox number is nobody's sender."""

    sid: Text = ""
    status: Text = ""
    sender_id: Text = ""
    webhook: WebhookShape | None = None


class Meta(Shape):
    next_page_url: Text = ""


class SendersShape(Shape):
    senders: list[SenderShape] = []
    meta: Meta = Meta()

    def following(self) -> tuple[tuple[str, str], ...]:
        return following(self.meta.next_page_url)


class ApprovalShape(Shape):
    """What WhatsApp has said of a template."""

    name: Text = ""
    status: Text = ""


class ContentShape(Shape):
    """A template, by its ContentSid."""

    sid: Text = ""
    friendly_name: Text = ""
    language: Text = ""
    approval_requests: ApprovalShape | None = None

    @property
    def is_approved(self) -> bool:
        return self.approval_requests is not None and self.approval_requests.status.lower() == "approved"


class ContentsShape(Shape):
    contents: list[ContentShape] = []
    meta: Meta = Meta()

    def following(self) -> tuple[tuple[str, str], ...]:
        return following(self.meta.next_page_url)


class Problem(Shape):
    """Twilio's error. Its sentences may quote what was sent, so only the code is ever shown."""

    code: int | None = None


def following(address: str) -> tuple[tuple[str, str], ...]:
    """The parameters of the page behind one: the address itself is not followed, for our key goes where we say."""
    try:
        found = parse_qs(urlsplit(address).query)
    except ValueError:
        return ()
    return tuple((name, found[name][0]) for name in ("Page", "PageToken") if name in found)
