"""The shapes of WhatsApp's wire, as far as we read them, and the few words that webhooks and REST share.

Webhooks are read by hand and forgivingly (`group_of`, `groups_of`, `word_at`), for one odd item must hide no other;
answers to our own calls have shapes.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias, cast

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.domain.errors import NeedsHuman
from app.domain.messages import Trouble
from app.domain.people import Who
from app.domain.phones import one_form
from app.domain.storable import storable

Group: TypeAlias = dict[str, Any]

LATEST: Final = 32_503_680_000  # the year 3000: a number beyond it is not a time in seconds
LONGEST_REF: Final = 200
LONGEST_NAME: Final = 200

# A customer without a phone: an id of ours for them, scoped to one business portfolio and opaque.
USER_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE: Final = re.compile(r"\+?[0-9 ().-]{5,30}")
_MEDIA_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
MEDIA: Final = "media:"  # how a link to something that only our token opens begins

_WINDOW: Final = frozenset({131047, 470})
_OPTED_OUT: Final = frozenset({131050})
_UNREACHABLE: Final = frozenset({131026, 1013, 1026})


def group_of(value: object) -> Group:
    """An object; an empty one where something else stands."""
    return cast("Group", value) if isinstance(value, dict) else {}


def groups_of(value: object) -> list[Group]:
    """The objects of a list; what else is in it is left out."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Group", one) for one in found if isinstance(one, dict)]


def word_at(group: Group, *path: str) -> str:
    """A text or number at the end of a path, as the database can keep it; empty where there is none."""
    node: object = group
    for step in path:
        node = group_of(node).get(step)
    if isinstance(node, str):
        return storable(node)
    return str(node) if isinstance(node, int | float) and not isinstance(node, bool) else ""


def moment(seconds: str) -> datetime | None:
    """A Unix time in seconds, or None where it is missing or absurd."""
    try:
        number = float(seconds)
    except ValueError:
        return None
    return datetime.fromtimestamp(number, UTC) if 0 < number < LATEST else None


def ref_of(value: str) -> str | None:
    """An id as an index can hold it: one that is absurdly long is hashed."""
    value = value.strip()
    if len(value) > LONGEST_REF:
        return "hash:" + hashlib.sha256(value.encode()).hexdigest()[:32]
    return value or None


def who(phone: str, *user_ids: str) -> Who | None:
    """Who it is: the phone in the one form we know it by, and the business's own ids of the person, never a phone.

    Any of them may be missing, and an id may stand where a phone is meant.
    """
    given = "".join(mark for mark in phone if mark in "0123456789") if _PHONE.fullmatch(phone) else ""
    ids = [one for one in (*user_ids, phone) if USER_ID.fullmatch(one)]
    phones = [one_form(given)] if given else []
    names = dict.fromkeys([*phones, *ids])
    return Who(tuple(names), given or ids[0]) if names else None


def media_link(media_id: str) -> str:
    """How a customer's attachment is named until it is fetched; empty where the id is none."""
    return MEDIA + media_id if _MEDIA_ID.fullmatch(media_id) else ""


def trouble_of(code: int) -> Trouble:
    """Why a message did not arrive."""
    if code in _WINDOW:
        return Trouble.WINDOW_CLOSED
    if code in _OPTED_OUT:
        return Trouble.OPTED_OUT
    return Trouble.UNREACHABLE if code in _UNREACHABLE else Trouble.REFUSED


def _plain(value: Any) -> Any:
    return "" if value is None else storable(value) if isinstance(value, str) else value


def _many(value: Any) -> Any:
    return value or []


Text = Annotated[str, BeforeValidator(_plain)]
Many = BeforeValidator(_many)


class Shape(BaseModel):
    """What every shape shares."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True, populate_by_name=True)


class Keys(Shape):
    """What an account's token holds. The WhatsApp Business account is only needed to list its templates."""

    token: str = Field(min_length=1, repr=False)
    waba_id: Text = ""


def keys_of(token: str) -> Keys:
    """A bare token, or a JSON text `{"token": ..., "waba_id": ...}`."""
    if not token.lstrip().startswith("{"):
        return Keys(token=token)
    try:
        return Keys.model_validate_json(token)
    except ValidationError:
        hint = 'Give the bare token, or {"token": "...", "waba_id": "..."}.'
        raise NeedsHuman("The account's token cannot be read.", hint=hint) from None


class Named(Shape):
    id: str = Field(min_length=1)


class SentShape(Shape):
    """`message_status` stands there only for paced templates."""

    messages: Annotated[list[Named], Field(min_length=1)]


class MediaShape(Shape):
    url: str = Field(min_length=1)
    mime_type: Text = ""
    sha256: Text = ""
    file_size: int | None = None


class Configured(Shape):
    """Where the webhooks of a number go: its own address, its business account's, or the app's."""

    phone_number: Text = ""
    whatsapp_business_account: Text = ""
    application: Text = ""


class NumberShape(Shape):
    id: str
    display_phone_number: Text = ""
    verified_name: Text = ""
    quality_rating: Text = ""
    webhook_configuration: Configured = Configured()


class WebhookShape(Shape):
    """360dialog's one webhook of a number."""

    url: Text = ""


class TemplateShape(Shape):
    name: Text = ""
    language: Text = ""
    status: Text = ""

    @property
    def is_approved(self) -> bool:
        return self.status.upper() == "APPROVED"


class TemplatesShape(Shape):
    """A page of Meta's list, or 360dialog's."""

    data: Annotated[list[TemplateShape], Many] = []
    waba_templates: Annotated[list[TemplateShape], Many] = []
    after: Text = Field(default="", validation_alias=AliasPath("paging", "cursors", "after"))
    following: Text = Field(default="", validation_alias=AliasPath("paging", "next"))


class Done(Shape):
    success: bool = True


class Problem(Shape):
    """Meta's error. Its sentences may quote what was sent, so only the code is ever shown."""

    code: int | None = Field(default=None, validation_alias=AliasPath("error", "code"))
