"""Who a conversation's customer is in the mirror: one identifier for each person, and the best name known. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from app.channels.messengers import FORMS, digits_of
from app.domain.inbox import Someone
from app.domain.phones import e164

_ONLY_DIGITS: Final = re.compile(r"[\d\s()+.\-]*")


def someone(
    *, account_id: int, channel: str, chat_id: str, contact_id: str | None, phones: Sequence[str], names: Sequence[str]
) -> Someone:
    """`names` are those that may be known, best first: the profile's, then what the person said."""
    known = [found for typed in phones if (found := _phone(typed))]
    phone = known[0] if known else _phone(digits_of(channel, contact_id or chat_id))
    digits = phone.removeprefix("+")
    identifier = f"ponte:{phone}" if phone else f"ponte:{account_id}:{channel}:{contact_id or chat_id}"
    also = tuple(form.format(digits) for form in FORMS) if phone else ()
    return Someone(identifier[:250], best_name(names, phone), phone, also)


def _phone(typed: str) -> str:
    """E.164 with its plus, or nothing."""
    found = e164(typed if typed.startswith("+") else f"+{typed}") if typed else ""
    return found if found.startswith("+") else ""


def best_name(names: Sequence[str], phone: str) -> str:
    """The first that is a name and no number; else the number by its messenger."""
    for name in names:
        plain = " ".join(name.split())
        if plain and not _ONLY_DIGITS.fullmatch(plain) and not plain.startswith("WhatsApp +"):
            return plain[:200]
    return f"WhatsApp {phone}" if phone else "WhatsApp"


def is_better(new: str, known: str) -> bool:
    """Whether a name improves on the one that is there: people's own are left alone."""
    return bool(new) and new != known and not new.startswith("WhatsApp") and (not known or _is_makeshift(known))


def _is_makeshift(name: str) -> bool:
    return name.startswith("WhatsApp") or bool(_ONLY_DIGITS.fullmatch(name))
