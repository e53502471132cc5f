"""The reply contract: the one JSON that Ponte sends for a turn. Pydantic is its source; the JSON Schema is made of it.

Fields are only ever added within a version. A new version is announced by `schema_version`.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from app.domain.attached import attached
from app.domain.brain import Line, ReplyRequest

SCHEMA_VERSION: Final = "1"
# History that a workflow is told: the newest lines, and of each the beginning.
MOST_LINES: Final = 20
MOST_LETTERS: Final = 1000


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MediaItem(_Model):
    """An attachment. The link is ours where we have kept the file (fetch it with the API key), else the channel's."""

    kind: str = Field(description="picture, voice, audio, video, file, sticker, ...")
    url: str
    file_name: str = ""
    stored: bool = Field(description="true: our own copy; false: the channel's link, which may expire")
    label: str = Field(
        default="",
        description="What it is, in the conversation's language: `áudio, 23 s`, `documento: contrato.pdf`.",
        examples=["áudio, 23 s"],
    )
    seconds: int | None = Field(default=None, description="How long a recording is; null where that is not known.")
    transcript: str = Field(
        default="",
        description="What was said in a voice message, where it was heard; the words are in the message's `text` too.",
    )


class MessageItem(_Model):
    """A message of the conversation."""

    author: Literal["customer", "human", "bot"]
    text: str
    at: datetime
    kind: str = "text"
    media: MediaItem | None = None
    choice: str = Field(default="", description="The id of the button or row that was tapped; the text is its title.")


class ProfileItem(_Model):
    """What is known of the customer from before; what nobody has said is empty. No phone: ask the CRM for it."""

    name: str = ""
    place: str = Field(default="", description="As the customer said it in a flow, or a salesperson put it right.")
    language: str = Field(default="", description="pt-BR, es or en, as they last wrote.")
    topics: list[str] = Field(default=[], description="What they last wrote about: price, booking, delivery, ...")
    consent: Literal["granted", "refused", "unknown"] = Field(
        default="unknown", description="To being written to first; an answer needs none."
    )


class Contact(_Model):
    """The customer, by the CRM's id."""

    id: str | None
    profile: ProfileItem | None = Field(default=None, description="null: nothing is known, or none are kept.")


class Lead(_Model):
    """The lead, where the right one is known."""

    id: str | None


class SellerItem(_Model):
    """The salesperson who has the lead."""

    id: str
    name: str


class Facts(_Model):
    """What a model must not guess."""

    now: datetime = Field(description="In the account's time zone.")
    timezone: str
    locale: str = Field(description="The conversation's language: pt-BR, es or en.")
    business: str = ""
    channel: str = ""
    is_open: bool = Field(description="Inside the business hours.")
    hours: dict[str, str] = Field(description="Business hours by day; a day that is not named is closed.")
    window_until: datetime | None = Field(description="Free text may be sent until then; null: no such limit.")


class OccasionItem(_Model):
    """Why a first message is written when no customer has: the burst is empty then."""

    trigger: str
    data: dict[str, str]


class Callback(_Model):
    """Where an answer may come later: POST it with the API key and this token, before the deadline."""

    url: str
    token: str = Field(description="Valid for this turn only: the header X-Ponte-Turn, or `token` in the body.")


class TurnBody(_Model):
    """What Ponte asks: answer the burst before the deadline."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    turn_id: str = Field(description="conversation:turn", examples=["17:3"])
    epoch: int = Field(description="Raised whenever a person takes over; an answer under an older one is never sent.")
    conversation_id: int
    contact: Contact
    lead: Lead
    seller: SellerItem | None
    burst: list[MessageItem] = Field(description="What to answer, oldest first.")
    text: str = Field(description="The words of the burst, joined by line breaks: what most workflows need.")
    history: list[MessageItem] = Field(description="What was said before, oldest first, trimmed.")
    facts: Facts
    deadline: datetime
    seconds_left: float = Field(description="Until the deadline, when this was sent.")
    callback: Callback
    mcp_url: str = Field(description="Ponte's tools for this turn (MCP, streamable HTTP); needs the API key beside it.")
    occasion: OccasionItem | None = None


def body_of(request: ReplyRequest, public_url: str) -> TurnBody:
    """The contract's words for a request. Pure."""
    base = public_url.rstrip("/")
    return TurnBody(
        turn_id=f"{request.conversation_id}:{request.turn}",
        epoch=request.epoch,
        conversation_id=request.conversation_id,
        contact=Contact(id=request.contact_id, profile=_profile(request)),
        lead=Lead(id=request.lead_id),
        seller=SellerItem(id=request.seller.id, name=request.seller.name) if request.seller else None,
        burst=[_message(line, base, request.locale) for line in request.burst],
        text="\n".join(line.text for line in request.burst if line.text),
        history=[_trimmed(line, base, request.locale) for line in request.history[-MOST_LINES:]],
        facts=_facts(request),
        deadline=request.deadline,
        seconds_left=round((request.deadline - request.now).total_seconds(), 3),
        callback=Callback(url=f"{base}/send-response", token=request.token),
        mcp_url=f"{base}/mcp/{request.token}",
        occasion=_occasion(request),
    )


def _facts(request: ReplyRequest) -> Facts:
    return Facts(
        now=request.now.astimezone(ZoneInfo(request.timezone)),
        timezone=request.timezone,
        locale=request.locale,
        business=request.business,
        channel=request.channel,
        is_open=request.is_open,
        hours=dict(request.hours),
        window_until=request.window_until,
    )


def _profile(request: ReplyRequest) -> ProfileItem | None:
    known = request.profile
    if known is None:
        return None
    facts = {"name": known.name, "place": known.place, "language": known.language}
    return ProfileItem.model_validate({**facts, "topics": known.topics, "consent": known.consent})


def _occasion(request: ReplyRequest) -> OccasionItem | None:
    known = request.occasion
    return OccasionItem(trigger=known.trigger, data=dict(known.data)) if known else None


def _message(line: Line, base: str, locale: str) -> MessageItem:
    return MessageItem(
        author=line.author.value,
        text=line.text,
        at=line.at,
        kind=line.kind.value,
        media=_media(line, base, locale),
        choice=line.choice,
    )


def _trimmed(line: Line, base: str, locale: str) -> MessageItem:
    short = replace(line, text=_cut(line.text), transcript=_cut(line.transcript))
    return _message(short, base, locale)


def _cut(text: str) -> str:
    return f"{text[:MOST_LETTERS]}\u2026" if len(text) > MOST_LETTERS else text


def _media(line: Line, base: str, locale: str) -> MediaItem | None:
    if line.media is None:
        return None
    stored = line.media_id is not None
    name = line.media.file_name
    return MediaItem(
        kind=line.media.kind.value,
        url=f"{base}/media/{line.media_id}" if stored else line.media.link,
        file_name=name,
        stored=stored,
        label=attached(line.media.kind, locale, seconds=line.seconds, file_name=name),
        seconds=line.seconds,
        transcript=line.transcript,
    )
