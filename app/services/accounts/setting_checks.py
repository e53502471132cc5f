"""How each setting of an account is checked, and what is stored for it. Pure; what cannot be raises `BadSetting`."""

from typing import Any, Final, cast
from zoneinfo import available_timezones

import phonenumbers

from app.domain.broadcasts import MOST_PER_DAY
from app.domain.callers import networks_of
from app.domain.errors import Rejected
from app.domain.feedback import Scale
from app.domain.language import LOCALES
from app.domain.retention import checked_retention
from app.domain.written_hours import parse_hours, written_hours

_YEAR: Final = 60 * 24 * 365
_LONGEST_NAME: Final = 120
_LONGEST_AREA: Final = 80
_MOST_AREAS: Final = 50
_MOST_NETWORKS: Final = 200
_MOST_WORDS: Final = 500
_LONGEST_TEXT: Final = 1000


class BadSetting(Rejected):
    """A value that cannot be meant; the message names the setting."""

    code = "bad_setting"


def minutes(value: Any) -> int | None:
    """Stored in seconds."""
    return None if value is None else _whole(value, 1, _YEAR) * 60


def _whole(value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadSetting("A number cannot be that.", hint=f"A whole number from {least} to {most}.")
    return value


def bot_id(value: Any) -> int:
    return _whole(value, 1, 2**63 - 1)


def count(value: Any) -> int:
    return _whole(value, 0, 10)


def most(value: Any) -> int:
    """0: as many as they like."""
    return _whole(value, 0, 100_000)


def reminded(value: Any) -> int:
    """0: never."""
    return _whole(value, 0, 3650)


def networks(value: Any) -> list[str]:
    """Each once, as the network that it is."""
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    hint = f"Addresses or networks, such as 203.0.113.0/24, {_MOST_NETWORKS} at the most; [] lets everybody in."
    if len(given) > _MOST_NETWORKS or not all(isinstance(one, str) for one in given):
        raise BadSetting("That is no list of networks.", hint=hint)
    try:
        return [str(one) for one in dict.fromkeys(networks_of(given))]
    except ValueError:
        raise BadSetting("One of these is no network.", hint=hint) from None


def messages(value: Any) -> int | None:
    return None if value is None else _whole(value, 1, MOST_PER_DAY)


def scale(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 10:  # noqa: PLR2004
        raise BadSetting("burst_scale cannot be that.", hint="A number from 0 to 10.")
    return float(value)


def seconds(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 60:  # noqa: PLR2004
        raise BadSetting("balloon_spacing cannot be that.", hint="Seconds, from 0 to 60; WhatsApp asks for 6.")
    return float(value)


def switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting("accept_bare_webhooks is true or false.")
    return value


def disclosure(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting("ai_disclosure is true or false.")
    return value


def cache(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting("faq_cache is true or false.")
    return value


def faq_days(value: Any) -> int:
    return _whole(value, 1, 365)


def satisfaction(value: Any) -> str:
    if value not in set(Scale):
        raise BadSetting("satisfaction cannot be that.", hint=f"One of {', '.join(Scale)}.")
    return str(value)


def phrases(value: Any) -> list[str]:
    """Each once, in the order in which they came."""
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    if len(given) > _MOST_AREAS or not all(isinstance(one, str) and 0 < len(one.strip()) <= 80 for one in given):  # noqa: PLR2004
        raise BadSetting("never_promise cannot be that.", hint=f"A list of at most {_MOST_AREAS} short phrases.")
    return list(dict.fromkeys(one.strip() for one in given))


def name(value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME):
        raise BadSetting("business_name cannot be that.", hint=f"1 to {_LONGEST_NAME} letters.")
    return value


def areas(value: Any) -> list[str]:
    """Each once, in the order in which they came."""
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    if len(given) > _MOST_AREAS or not all(isinstance(one, str) and 0 < len(one) <= _LONGEST_AREA for one in given):
        raise BadSetting("areas cannot be that.", hint=f"A list of at most {_MOST_AREAS} short names.")
    return list(dict.fromkeys(given))


def flow(value: Any) -> str:
    """Which flows there are is the book's to say."""
    if value is not None and not (isinstance(value, str) and len(value) <= _LONGEST_NAME):
        raise BadSetting("flow cannot be that.", hint="The key of a flow; null for none (`ponte accounts set`: off).")
    return value or ""


def words(value: Any) -> dict[str, list[str]]:
    """What can be said is the book's to say."""
    given = _object(value, "flow_words")
    ways: list[list[Any]] = [cast("list[Any]", one) if isinstance(one, list) else [None] for one in given.values()]
    texts = [text for one in ways for text in one]
    if len(texts) > _MOST_WORDS or not all(isinstance(text, str) and 0 < len(text) <= _LONGEST_TEXT for text in texts):
        hint = f'{{"onboarding.greeting.pt-BR": ["Oi!", "Olá!"]}}, {_MOST_WORDS} texts at the most.'
        raise BadSetting("flow_words cannot be that.", hint=hint)
    return {key: list(one) for key, one in zip(given, ways, strict=True)}


def locale(value: Any) -> Any:
    if value not in LOCALES:
        raise BadSetting(f"There is no language {value}.", hint=f"One of {', '.join(LOCALES)}.")
    return value


def timezone(value: Any) -> Any:
    if value not in available_timezones():
        raise BadSetting(f"There is no time zone {str(value)[:60]}.", hint="It is a name such as America/Sao_Paulo.")
    return value


def country(value: Any) -> Any:
    if value is not None and value not in phonenumbers.SUPPORTED_REGIONS:
        raise BadSetting(f"There is no country {str(value)[:10]}.", hint="Two capital letters, such as BR.")
    return value


def hours(value: Any) -> Any:
    return None if value is None else written_hours(parse_hours(_object(value, "hours")))


def numbers(value: Any) -> Any:
    """What they may be is the agenda's own to say."""
    return None if value is None else _object(value, "agenda")


def days(value: Any) -> Any:
    return None if value is None else checked_retention(value)


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadSetting(f"{name} is an object.", hint="See GET /admin/account for its shape.")
    return cast("dict[str, Any]", value)
