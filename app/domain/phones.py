"""Phones: what a person typed as the world writes it, and whether two of them are the same phone. Pure.

WhatsApp has ids of its own that no numbering plan knows: `521...` in Mexico, mobiles without the 9 in Brazil, mobiles
with or without the 9 in Argentina. They are read, written as E.164, and matched by all the forms they are known by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, timezone

from app.domain.errors import Rejected

SAFE_TAIL: Final = 8  # the last digits that all forms of one phone share, however they are written
ALL_TAIL: Final = 4  # ... and that no dash or blank ever parts
LONGEST: Final = 64
_LEAST_WITH_COUNTRY: Final = 12  # digits: eleven may be a national number that looks like another country's
_LEAST_OF_ID: Final = 11  # digits of a messenger's id, which always begins with the country
_PREFIX = re.compile(r"^(?:whatsapp|tel|wa|sms)\s*:\s*", re.IGNORECASE)
_MESSENGER_ID = re.compile(r"^(\d{6,20})(?::\d{1,4})?@[a-z0-9.]+$", re.IGNORECASE)
_PLAIN = re.compile(r"^[\s()+\-./\u00a0\u2010-\u2015\u202f\u2060]*(?:\d[\s()\-./\u00a0\u2010-\u2015\u202f\u2060]*)+$")
_MX_LEGACY = re.compile(r"521(\d{10})")
_MX = re.compile(r"52(\d{10})")
_AR_MOBILE = re.compile(r"549(\d{10})")
_AR = re.compile(r"54(\d{10})")
_BR_NEW = re.compile(r"55(\d{2})9([6-9]\d{7})")
_BR_OLD = re.compile(r"55(\d{2})([6-9]\d{7})")
_UNKNOWN_ZONE: Final = "Etc/Unknown"


class NoPhone(Rejected):
    """What was given is no phone, or one of several; the message tells what was understood."""

    code = "no_phone"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that can be written to. `raw` is what was typed."""

    e164: str
    country: str
    raw: str

    @property
    def digits(self) -> str:
        return self.e164.removeprefix("+")


def understand(raw: str, country: str | None) -> Phone:
    """The phone that was meant; one without a country is of the account's.

    Raises:
        NoPhone: it is none, or could be of several countries and the account names none.
    """
    typed = _PREFIX.sub("", raw.strip())
    if len(typed) > LONGEST:
        raise NoPhone("This is no phone number: it is too long.", hint="Give it as +5511999990000.")
    found = _MESSENGER_ID.match(typed)
    if found is None and not _PLAIN.match(typed):
        raise NoPhone("This is no phone number: it is more than digits.", hint="Give it as +5511999990000.")
    digits = "".join(re.findall(r"\d", found[1] if found else typed))
    named = bool(found) or typed.startswith("+") or digits.startswith("00")
    return _read(digits, raw=raw, country=country, has_country=named)


def _read(digits: str, *, raw: str, country: str | None, has_country: bool) -> Phone:
    foreign = _international(digits.removeprefix("00"))
    if has_country:
        return _phone(foreign, raw) or _refuse(digits, country, foreign)
    national = _national(digits, country) if country else None
    if national is not None:
        return _phone(national, raw) or _refuse(digits, country, national)
    if country is None and foreign is not None and len(digits) < _LEAST_WITH_COUNTRY:
        said = f"It may be {_shown(foreign)}, or a national number; the account's country is not set."
        raise NoPhone(said, hint="Give it with + and its country, such as +5511999990000.", code="ambiguous_phone")
    found = foreign if len(digits) >= _LEAST_OF_ID else None
    return _phone(found, raw) or _refuse(digits, country, foreign)


def _refuse(digits: str, country: str | None, found: PhoneNumber | None) -> Phone:
    where = f" of {phonenumbers.region_code_for_number(found) or 'no country'}" if found else ""
    read = f"{len(digits)} digits{where}" + (f", read in {country}" if country else "")
    raise NoPhone(f"This is no phone number that exists: {read}.", hint="Give it with + and its country.")


def _shown(number: PhoneNumber) -> str:
    return f"one of {phonenumbers.region_code_for_number(number) or 'another country'} (+{number.country_code})"


def _international(digits: str) -> PhoneNumber | None:
    """A number with its country, after WhatsApp's own spellings are mended."""
    if legacy := _MX_LEGACY.fullmatch(digits):
        digits = f"52{legacy[1]}"
    if old := _BR_OLD.fullmatch(digits):
        digits = f"55{old[1]}9{old[2]}"
    return _valid(f"+{digits}", None)


def _national(digits: str, country: str) -> PhoneNumber | None:
    number = _valid(digits, country)
    if number is not None:
        return number
    code = phonenumbers.country_code_for_region(country)
    return _international(f"{code}{digits.lstrip('0')}") if code and len(digits) < _LEAST_WITH_COUNTRY else None


def _valid(text: str, region: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _phone(number: PhoneNumber | None, raw: str) -> Phone | None:
    if number is None:
        return None
    region = phonenumbers.region_code_for_number(number) or ""
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), region, raw)


def e164(raw: str) -> str:
    """A phone as the world writes it where its country is certain, else its digits as they were typed."""
    digits = "".join(char for char in raw if char.isascii() and char.isdecimal())
    has_country = raw.strip().startswith(("+", "00")) or len(digits) >= _LEAST_WITH_COUNTRY
    if not has_country:
        return digits
    number = _valid(f"+{digits.removeprefix('00')}", None)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else digits


def one_form(digits: str) -> str:
    """The digits of a messenger's id in the one form in which we know a person; of what is no phone, as they are."""
    number = _international(digits)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+") if number else digits


def forms(e164_or_digits: str) -> frozenset[str]:
    """The digits of a phone in every form that a messenger may know it by."""
    digits = "".join(re.findall(r"\d", e164_or_digits))
    found = {digits}
    for pattern, other in (
        (_MX_LEGACY, "52{0}"),
        (_MX, "521{0}"),
        (_AR_MOBILE, "54{0}"),
        (_AR, "549{0}"),
        (_BR_NEW, "55{0}{1}"),
        (_BR_OLD, "55{0}9{1}"),
    ):
        if match := pattern.fullmatch(digits):
            found.add(other.format(*match.groups()))
    return frozenset(found)


def is_same(phone: Phone, typed: str) -> bool:
    """Whether what stands on a card is this phone; one without a country is read in the phone's own."""
    digits = "".join(re.findall(r"\d", typed)).removeprefix("00")
    if forms(phone.e164) & forms(digits):
        return True
    try:
        return bool(forms(phone.e164) & forms(understand(typed, phone.country).e164))
    except NoPhone:
        return False


def tail(phone: Phone, length: int = SAFE_TAIL) -> str:
    """The last digits, to search by: no form of the phone writes them differently."""
    return phone.digits[-length:]


def zones(phone: Phone) -> tuple[str, ...]:
    """The time zones in which the phone's owner may be; none where nobody can tell."""
    number = phonenumbers.parse(phone.e164)
    return tuple(zone for zone in timezone.time_zones_for_number(number) if zone != _UNKNOWN_ZONE)


def country_of(settings: Mapping[str, Any], timezone_name: str) -> str | None:
    """The country in which an account's phones are read: its own setting, else that of its time zone."""
    named = str(settings.get("country") or "").strip().upper()
    return named if named in phonenumbers.SUPPORTED_REGIONS else _countries().get(timezone_name)


@cache
def _countries() -> Mapping[str, str]:
    """Time zone to country, as the time zone database has it; a zone of several countries has the first."""
    table = files("tzdata").joinpath("zoneinfo", "zone1970.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    older = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows += [line.split("\t") for line in older.splitlines() if line and not line.startswith("#")]
    return {row[2]: row[0][:2] for row in rows}
