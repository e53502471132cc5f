"""What the messengers behind the channels carry, and which of them know people by their phones. Pure.

A CRM names the messenger of each conversation; a channel that is a messenger itself is known by its own name.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

from app.domain.content import Form


@dataclass(frozen=True, slots=True)
class Limits:
    """In characters: what a channel carries in one message, and what reads well in one balloon.

    `spaced`: it wants time between any two messages to the same person, whatever they belong to. `shows`: the forms
    beside plain words that it carries as such; what it does not is written out.
    """

    hard: int = 4096
    comfortable: int = 900
    spaced: bool = True
    shows: frozenset[Form] = frozenset()


# By the messenger behind the channel, as its name begins; one that is not known is taken for WhatsApp.
_OF_MESSENGERS = {
    "instagram": Limits(1000, 600, spaced=False),
    "facebook": Limits(2000, 900, spaced=False),
    "telegram": Limits(spaced=False),
    "sms": Limits(1600, 600, spaced=False),
    "twilio": Limits(1600, 600, spaced=False),
}

# Whose ids of a chat are phones, with or without a plus.
_BY_PHONE: Final = frozenset({"whatsapp", "twilio"})
_NUMBER: Final = re.compile(r"(?:whatsapp:)?\+?(\d{8,15})(?:@c\.us|@s\.whatsapp\.net)?")
# How tools write the identifier of a person whom a messenger knows by these digits.
FORMS: Final = ("{0}", "+{0}", "{0}@c.us", "{0}@s.whatsapp.net")


def limits_of(channel: str, origin: str = "", *, shows: frozenset[Form] = frozenset()) -> Limits:
    """What the messenger of a conversation carries: `origin` is the CRM's word for it, such as waba.

    `shows` is what the account's channel shows beside plain words.
    """
    known = (limits for name, limits in _OF_MESSENGERS.items() if origin.startswith(name) or channel == name)
    return replace(next(known, Limits()), shows=shows)


def digits_of(channel: str, ref: str) -> str:
    """The number that a messenger's chat is known by, or nothing: a CRM's own ids are no phones."""
    found = _NUMBER.fullmatch(ref)
    return found[1] if found and (ref != found[1] or channel in _BY_PHONE) else ""
