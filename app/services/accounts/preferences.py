"""What people set for an account: where it is, when it is open, how patient its bot is. Checked before it is kept."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, cast
from zoneinfo import available_timezones

import phonenumbers

from app.domain.account import Policy
from app.domain.agenda import customs_of
from app.domain.broadcasts import MOST_PER_DAY, PER_CONTACT, PER_DAY
from app.domain.callers import Address, may_call, networks_of
from app.domain.errors import Rejected
from app.domain.feedback import Scale
from app.domain.ids import AccountId
from app.domain.language import LOCALES
from app.domain.phones import country_of
from app.domain.ports import FlowBook
from app.domain.profiles import checked_kept, kept_as
from app.domain.retention import checked_retention, retention_of
from app.domain.written_hours import hours_of, parse_hours, written_hours
from app.services.accounts.ageing import SECRET_DAYS
from app.store.accounts import Account, Accounts
from app.store.faq import USUAL_DAYS

Given = Mapping[str, Any]
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


def _minutes(value: Any) -> int | None:
    """Stored in seconds."""
    return None if value is None else _whole(value, 1, _YEAR) * 60


def _whole(value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadSetting("A number cannot be that.", hint=f"A whole number from {least} to {most}.")
    return value


def _id(value: Any) -> int:
    return _whole(value, 1, 2**63 - 1)


def _count(value: Any) -> int:
    return _whole(value, 0, 10)


def _most(value: Any) -> int:
    """0: as many as they like."""
    return _whole(value, 0, 100_000)


def _reminded(value: Any) -> int:
    """0: never."""
    return _whole(value, 0, 3650)


def _networks(value: Any) -> list[str]:
    """Each once, as the network that it is."""
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    hint = f"Addresses or networks, such as 203.0.113.0/24, {_MOST_NETWORKS} at the most; [] lets everybody in."
    if len(given) > _MOST_NETWORKS or not all(isinstance(one, str) for one in given):
        raise BadSetting("That is no list of networks.", hint=hint)
    try:
        return [str(one) for one in dict.fromkeys(networks_of(given))]
    except ValueError:
        raise BadSetting("One of these is no network.", hint=hint) from None


def _messages(value: Any) -> int | None:
    return None if value is None else _whole(value, 1, MOST_PER_DAY)


def _scale(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 10:  # noqa: PLR2004
        raise BadSetting("burst_scale cannot be that.", hint="A number from 0 to 10.")
    return float(value)


def _seconds(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 60:  # noqa: PLR2004
        raise BadSetting("balloon_spacing cannot be that.", hint="Seconds, from 0 to 60; WhatsApp asks for 6.")
    return float(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting("accept_bare_webhooks is true or false.")
    return value


def _disclosure(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting("ai_disclosure is true or false.")
    return value


def _cache(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSetting("faq_cache is true or false.")
    return value


def _faq_days(value: Any) -> int:
    return _whole(value, 1, 365)


def _satisfaction(value: Any) -> str:
    if value not in set(Scale):
        raise BadSetting("satisfaction cannot be that.", hint=f"One of {', '.join(Scale)}.")
    return str(value)


def _phrases(value: Any) -> list[str]:
    """Each once, in the order in which they came."""
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    if len(given) > _MOST_AREAS or not all(isinstance(one, str) and 0 < len(one.strip()) <= 80 for one in given):  # noqa: PLR2004
        raise BadSetting("never_promise cannot be that.", hint=f"A list of at most {_MOST_AREAS} short phrases.")
    return list(dict.fromkeys(one.strip() for one in given))


def _name(value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME):
        raise BadSetting("business_name cannot be that.", hint=f"1 to {_LONGEST_NAME} letters.")
    return value


def _areas(value: Any) -> list[str]:
    """Each once, in the order in which they came."""
    given: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    if len(given) > _MOST_AREAS or not all(isinstance(one, str) and 0 < len(one) <= _LONGEST_AREA for one in given):
        raise BadSetting("areas cannot be that.", hint=f"A list of at most {_MOST_AREAS} short names.")
    return list(dict.fromkeys(given))


def _flow(value: Any) -> str:
    """Which flows there are is the book's to say."""
    if value is not None and not (isinstance(value, str) and len(value) <= _LONGEST_NAME):
        raise BadSetting("flow cannot be that.", hint="The key of a flow; null for none (`ponte accounts set`: off).")
    return value or ""


def _words(value: Any) -> dict[str, list[str]]:
    """What can be said is the book's to say."""
    given = _object(value, "flow_words")
    ways: list[list[Any]] = [cast("list[Any]", one) if isinstance(one, list) else [None] for one in given.values()]
    texts = [text for one in ways for text in one]
    if len(texts) > _MOST_WORDS or not all(isinstance(text, str) and 0 < len(text) <= _LONGEST_TEXT for text in texts):
        hint = f'{{"onboarding.greeting.pt-BR": ["Oi!", "Olá!"]}}, {_MOST_WORDS} texts at the most.'
        raise BadSetting("flow_words cannot be that.", hint=hint)
    return {key: list(one) for key, one in zip(given, ways, strict=True)}


def _locale(value: Any) -> Any:
    if value not in LOCALES:
        raise BadSetting(f"There is no language {value}.", hint=f"One of {', '.join(LOCALES)}.")
    return value


def _timezone(value: Any) -> Any:
    if value not in available_timezones():
        raise BadSetting(f"There is no time zone {str(value)[:60]}.", hint="It is a name such as America/Sao_Paulo.")
    return value


def _country(value: Any) -> Any:
    if value is not None and value not in phonenumbers.SUPPORTED_REGIONS:
        raise BadSetting(f"There is no country {str(value)[:10]}.", hint="Two capital letters, such as BR.")
    return value


def _hours(value: Any) -> Any:
    return None if value is None else written_hours(parse_hours(_object(value, "hours")))


def _numbers(value: Any) -> Any:
    """What they may be is the agenda's own to say."""
    return None if value is None else _object(value, "agenda")


def _days(value: Any) -> Any:
    return None if value is None else checked_retention(value)


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadSetting(f"{name} is an object.", hint="See GET /admin/account for its shape.")
    return cast("dict[str, Any]", value)


_Check = Callable[[Any], Any]
# The settings as people name them -> the column they are, and how a value is checked and stored.
_COLUMNS: dict[str, tuple[str, _Check]] = {
    "locale": ("locale", _locale),
    "timezone": ("timezone", _timezone),
    "accept_bare_webhooks": ("accepts_bare_webhook", _switch),
    "salesbot_id": ("salesbot_id", _id),
    "salesbot_field_id": ("salesbot_field_id", _id),
}
# ... or what `accounts.settings` keeps under which name.
_KEPT: dict[str, tuple[str, _Check]] = {
    "country": ("country", _country),
    "business_name": ("business_name", _name),
    "areas": ("areas", _areas),
    "hours": ("hours", _hours),
    "agenda": ("agenda", _numbers),
    "ai_disclosure": ("ai_disclosure", _disclosure),
    "never_promise": ("never_promise", _phrases),
    "faq_cache": ("faq_cache", _cache),
    "faq_days": ("faq_days", _faq_days),
    "satisfaction": ("satisfaction", _satisfaction),
    "auto_return_minutes": ("auto_return", _minutes),
    "sla_minutes": ("handoff_sla", _minutes),
    "escalations": ("escalations", _count),
    "burst_scale": ("burst_scale", _scale),
    "balloon_spacing": ("balloon_spacing", _seconds),
    "stale_after_minutes": ("stale_after", _minutes),
    "release_limit_minutes": ("release_limit", _minutes),
    "messages_a_minute": ("messages_a_minute", _most),
    "messages_a_day": ("messages_a_day", _most),
    "webhook_networks": ("webhook_networks", _networks),
    "api_networks": ("api_networks", _networks),
    "secret_days": ("secret_days", _reminded),
    "broadcast_per_contact": ("broadcast_per_contact", _messages),
    "broadcast_per_day": ("broadcast_per_day", _messages),
    "flow": ("flow", _flow),
    "flow_words": ("flow_words", _words),
    "profiles": ("profiles", checked_kept),
    "retention": ("retention", _days),
}
# What may be taken back to the default by giving null; of the times null means never.
_EMPTIED = {
    *("flow", "country", "business_name", "hours", "agenda", "auto_return_minutes", "sla_minutes"),
    *("broadcast_per_contact", "broadcast_per_day", "profiles", "retention"),
}


def checked(given: Given) -> dict[str, Any]:
    """What to store for what was given, as far as it can be said without the account. Pure.

    Raises:
        Rejected: something in it cannot be; nothing is changed then.
    """
    if unknown := [name for name in given if name not in _COLUMNS and name not in _KEPT]:
        raise BadSetting(f"There is no setting {unknown[0][:40]}.", hint=f"One of {', '.join([*_COLUMNS, *_KEPT])}.")
    if not given:
        raise Rejected("Nothing to change was named.", hint=f"One of {', '.join([*_COLUMNS, *_KEPT])}.")
    if emptied := [name for name, value in given.items() if value is None and name not in _EMPTIED]:
        raise BadSetting(f"{emptied[0]} cannot be empty.", hint="Leave it out, and it stays.")
    if ("salesbot_id" in given) != ("salesbot_field_id" in given):
        raise BadSetting("A Salesbot needs its field.", hint="Give both salesbot_id and salesbot_field_id.")
    changes = {column: check(given[name]) for name, (column, check) in _COLUMNS.items() if name in given}
    kept = {key: check(given[name]) for name, (key, check) in _KEPT.items() if name in given}
    return {**changes, **({"settings": kept} if kept else {})}


def changes_of(given: Given, account: Account) -> dict[str, Any]:
    """The same with what depends on how the account is set now. Pure; raises as `checked` does."""
    changes = checked(given)
    if "agenda" in (kept := changes.get("settings", {})):
        kept["agenda"] = _agenda(kept["agenda"], account)
    if kept.get("retention") is not None:
        kept["retention"] = {**(account.settings.get("retention") or {}), **kept["retention"]}
    return changes


def _agenda(given: Given | None, account: Account) -> dict[str, Any] | None:
    """The agenda's numbers: what is named is changed, what is not stays; nothing at all is the defaults again."""
    if given is None:
        return None
    merged: dict[str, Any] = {**(account.settings.get("agenda") or {}), **given}
    customs_of({"agenda": merged})
    return merged


def shown(account: Account, *, salesbot: tuple[int | None, int | None]) -> dict[str, Any]:
    """The settings as people read them, with what holds where nothing was set. Pure."""
    policy, customs = account.policy, customs_of(account.settings)
    return {
        "id": account.id,
        "name": account.name,
        "channel": account.channel,
        "external_ref": account.external_ref,
        "state": account.state,
        "ways_to_send": list(account.capabilities.ways),
        "sees_humans": account.capabilities.sees_humans,
        "locale": account.locale,
        "timezone": account.timezone,
        "country": country_of(account.settings, account.timezone),
        "business_name": account.settings.get("business_name"),
        "accept_bare_webhooks": account.accepts_bare_webhook,
        "salesbot_id": salesbot[0],
        "salesbot_field_id": salesbot[1],
        "areas": list(account.settings.get("areas") or []),
        "hours": written_hours(hours_of(account.settings, timezone=account.timezone, locale=account.locale)),
        "agenda": {name: getattr(customs, name) for name in customs.__dataclass_fields__},
        "ai_disclosure": bool(account.settings.get("ai_disclosure")),
        "never_promise": list(account.settings.get("never_promise") or []),
        "faq_cache": bool(account.settings.get("faq_cache")),
        "faq_days": account.settings.get("faq_days") or USUAL_DAYS,
        "satisfaction": policy.satisfaction,
        "webhook_networks": list(account.settings.get("webhook_networks") or []),
        "api_networks": list(account.settings.get("api_networks") or []),
        "secret_days": account.settings.get("secret_days", SECRET_DAYS),
        "broadcast_per_contact": account.settings.get("broadcast_per_contact") or PER_CONTACT,
        "broadcast_per_day": account.settings.get("broadcast_per_day") or PER_DAY,
        "flow": policy.flow or None,
        "flow_words": {key: list(ways) for key, ways in policy.flow_words.items()},
        "profiles": kept_as(account.settings).value,
        "retention": retention_of(account.settings).told(),
        **_patience(policy),
    }


def _patience(policy: Policy) -> dict[str, Any]:
    return {
        "auto_return_minutes": _in_minutes(policy.auto_return),
        "sla_minutes": _in_minutes(policy.handoff_sla),
        "escalations": policy.escalations,
        "burst_scale": policy.burst_scale,
        "balloon_spacing": policy.balloon_spacing.total_seconds(),
        "stale_after_minutes": _in_minutes(policy.stale_after),
        "release_limit_minutes": _in_minutes(policy.release_limit),
        "messages_a_minute": policy.messages_a_minute,
        "messages_a_day": policy.messages_a_day,
    }


def _in_minutes(time: timedelta | None) -> float | None:
    return None if time is None else time / timedelta(minutes=1)


class Preferences:
    """Shows and changes an account's settings."""

    def __init__(self, accounts: Accounts, *, flows: FlowBook) -> None:
        self._accounts = accounts
        self._flows = flows

    async def show(self, account_id: AccountId) -> dict[str, Any]:
        """All settings, with the defaults where nothing was set."""
        account = await self._accounts.get(account_id)
        return shown(account, salesbot=await self._accounts.salesbot(account_id))

    async def change_from(self, address: Address | None, account_id: AccountId, given: Given, *, who: str) -> Given:
        """The same for somebody who calls from this address, and shall not be shut out by what they set.

        Raises:
            Rejected: something in it cannot be, or it would shut the caller out.
        """
        kept = changes_of(given, await self._accounts.get(account_id)).get("settings", {})
        if not may_call(address, kept.get("api_networks") or ()):
            hint = "Add your own network, or set it on the machine: `ponte accounts set --api-network`."
            raise BadSetting("That would shut you out.", hint=hint)
        return await self.change(account_id, given, who=who)

    async def change(self, account_id: AccountId, given: Given, *, who: str) -> dict[str, Any]:
        """Change what is named, all of it or nothing; returns how it is now.

        Raises:
            Rejected: something in it cannot be.
        """
        changes = changes_of(given, await self._accounts.get(account_id))
        self._check_flow(changes.get("settings", {}))
        await self._accounts.change(account_id, changes, who=who)
        return await self.show(account_id)

    def _check_flow(self, kept: Given) -> None:
        known = self._flows.flows()
        if (flow := kept.get("flow")) and flow not in known:
            hint = f"One of {', '.join(known)}; null for none (`ponte accounts set`: off)."
            raise BadSetting(f"There is no flow {flow[:40]}.", hint=hint)
        if why := self._flows.trouble_in(kept.get("flow_words") or {}):
            raise BadSetting("flow_words cannot be said.", hint=why)
