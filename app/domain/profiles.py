"""What is known of a person who writes: each fact with where it is from and since when. Pure.

Profiles of one person join into one. Whatever the order, and however often: what a person of the company has put right
counts before what the customer said, that before what the channel shows, and of two of a kind the newer one. Nothing is
guessed: where nobody has said it, it is empty.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import Any, Final

from app.domain.errors import Rejected
from app.domain.language import guess
from app.domain.phones import forms
from app.domain.subjects import subjects_in

MOST_TOPICS: Final = 5
LONGEST: Final = 60  # letters of a name or a place
_MOST_WORDS: Final = 6
_LEAST: Final = 2
# What the steps of a flow call the place that they ask for, the better one first.
_PLACES: Final = ("city", "cidade", "ciudad", "place", "lugar", "pincode")
_NO_TOPIC: Final = frozenset({"person"})  # who wants a person is told by that person


class Source(StrEnum):
    """Where a fact is from, the weakest first."""

    CHANNEL = "channel"
    SAID = "said"
    CORRECTED = "corrected"


_RANK: Final = {None: 0, Source.CHANNEL: 1, Source.SAID: 2, Source.CORRECTED: 3}


class Kept(StrEnum):
    """How an account keeps profiles: not at all, one for each contact, or one for each phone, whatever the channel."""

    NONE = "none"
    BY_CONTACT = "by_contact"
    BY_PHONE = "by_phone"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known; without a source nothing is."""

    value: str = ""
    source: Source | None = None
    at: datetime | None = None


UNKNOWN: Final = Fact()


@dataclass(frozen=True, slots=True)
class Profile:
    """A person. `topics` are what they wrote about lately, each with when."""

    name: Fact = UNKNOWN
    place: Fact = UNKNOWN
    language: Fact = UNKNOWN
    topics: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    seen_at: datetime | None = None

    @property
    def latest(self) -> tuple[str, ...]:
        """The topics, newest first."""
        return tuple(topic for topic, _ in _newest(self.topics))


class Consent(StrEnum):
    """What a person has said about being written to."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Word:
    """What stands about it, since when, and where it was said."""

    consent: Consent = Consent.UNKNOWN
    at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a conversation shows of its customer. `said` is what the steps of a flow have taken down."""

    at: datetime
    names: Sequence[str] = ()  # as CRM and messenger show them, the better one first
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    texts: Sequence[tuple[str, datetime]] = ()  # the customer's own, oldest first


def learnt(known: Profile, seen: Seen) -> Profile:
    """What is known after that."""
    return joined([known, _shown(seen)])


def joined(profiles: Iterable[Profile]) -> Profile:
    """Several profiles of one person as one."""
    return reduce(_both, profiles, Profile())


def _both(one: Profile, other: Profile) -> Profile:
    topics = {
        topic: max(at for at in (one.topics.get(topic), other.topics.get(topic)) if at is not None)
        for topic in {**one.topics, **other.topics}
    }
    return Profile(
        _better(one.name, other.name),
        _better(one.place, other.place),
        _better(one.language, other.language),
        dict(_newest(topics)),
        max((at for at in (one.seen_at, other.seen_at) if at is not None), default=None),
    )


def _better(one: Fact, other: Fact) -> Fact:
    return max(one, other, key=_weight)


def _weight(fact: Fact) -> tuple[int, float, str]:
    return _RANK[fact.source], fact.at.timestamp() if fact.at else float("-inf"), fact.value


def _newest(topics: Mapping[str, datetime]) -> list[tuple[str, datetime]]:
    return sorted(topics.items(), key=lambda one: (one[1], one[0]), reverse=True)[:MOST_TOPICS]


def _shown(seen: Seen) -> Profile:
    name = name_of(seen.said.get("name", ""))
    place = next((found for key in _PLACES if (found := place_of(seen.said.get(key, "")))), "")
    shown = next((found for raw in seen.names if (found := name_of(raw))), "")
    tongues = [found for text, _ in seen.texts if (found := guess(text))]
    topics = {topic: at for text, at in seen.texts for topic in subjects_in(text) if topic not in _NO_TOPIC}
    return Profile(
        _better(_fact(shown, Source.CHANNEL, seen.at), _fact(name, Source.SAID, seen.at)),
        _fact(place, Source.SAID, seen.at),
        _fact(tongues[-1] if tongues else "", Source.SAID, seen.at),
        dict(_newest(topics)),
        seen.at,
    )


def _fact(value: str, source: Source, at: datetime) -> Fact:
    return Fact(value, source, at) if value else UNKNOWN


def name_of(raw: str) -> str:
    """A name without its ornaments; nothing where it is more likely a number, an address or a sentence."""
    plain = _plain(raw)
    is_name = not any(mark.isdigit() for mark in plain) and len(plain.split()) <= _MOST_WORDS
    return plain if is_name and _fits(plain) else ""


def place_of(raw: str) -> str:
    """A place, or the code of one, likewise."""
    plain = _plain(raw)
    return plain if _fits(plain) else ""


def _fits(plain: str) -> bool:
    return _LEAST <= len(plain) <= LONGEST and not set('@/\\<>{}[]|=_:;?!"') & set(plain)


def _plain(raw: str) -> str:
    """Letters, digits and what stands between them: no pictures, no controls, no doubled blanks."""
    said = "".join(mark if not mark.isspace() else " " for mark in raw)
    kept = "".join(mark for mark in said if unicodedata.category(mark)[0] not in "CS")
    return " ".join(unicodedata.normalize("NFC", kept).split())


def phone_key(phones: Iterable[str]) -> str | None:
    """By what two contacts with the same phone are known as one person, in whatever form it is written."""
    keys = [min(forms(phone)) for phone in phones if any(mark.isdigit() for mark in phone)]
    return min(keys) if keys else None


def consent_of(
    *, opted_out_at: datetime | None, opted_in_at: datetime | None, word: tuple[bool, datetime, str] | None
) -> Word:
    """What stands: an opt-out before everything, then the newest word."""
    if opted_out_at is not None:
        return Word(Consent.REFUSED, opted_out_at, "customer")
    if opted_in_at is not None and (word is None or word[1] <= opted_in_at):
        return Word(Consent.GRANTED, opted_in_at, "customer")
    if word is None:
        return Word()
    granted, at, source = word
    return Word(Consent.GRANTED if granted else Consent.REFUSED, at, source)


def joint(words: Iterable[Word]) -> Word:
    """What stands about a person of several contacts: who refuses on one of them is not written to on another."""
    strength = {Consent.UNKNOWN: 0, Consent.GRANTED: 1, Consent.REFUSED: 2}
    return max(
        words,
        key=lambda one: (strength[one.consent], one.at.timestamp() if one.at else float("-inf"), one.source),
        default=Word(),
    )


def kept_as(settings: Mapping[str, Any]) -> Kept:
    """How an account keeps profiles: for each contact by itself, unless it says otherwise."""
    named = settings.get("profiles")
    return Kept(named) if named in set(Kept) else Kept.BY_CONTACT


def checked_kept(value: object) -> str | None:
    """What an account may say about it; nothing is the default again.

    Raises:
        Rejected: there is no such way.
    """
    if value is None or value in set(Kept):
        return None if value is None else Kept(value).value
    raise Rejected("profiles cannot be that.", hint=f"One of {', '.join(Kept)}.", code="bad_setting")
