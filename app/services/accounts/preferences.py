"""What people set for an account: where it is, when it is open, how patient its bot is. Checked before it is kept."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

import phonenumbers

from app.domain.account import Policy
from app.domain.agenda import customs_of
from app.domain.errors import Rejected
from app.domain.hours import hours_of, parse_hours, written_hours
from app.domain.ids import AccountId
from app.domain.language import LOCALES
from app.domain.phones import country_of
from app.store.accounts import Account, Accounts

Given = Mapping[str, Any]


class BadSetting(Rejected):
    """A value that cannot be meant; the message names the setting."""

    code = "bad_setting"


def _minutes(value: Any) -> float | None:
    """Stored in seconds."""
    return None if value is None else value * 60


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
    return None if value is None else written_hours(parse_hours(value))


def _as_it_is(value: Any) -> Any:
    return value


_Check = Callable[[Any], Any]
# The settings as people name them -> the column they are, and how a value is checked and stored.
_COLUMNS: dict[str, tuple[str, _Check]] = {
    "locale": ("locale", _locale),
    "timezone": ("timezone", _timezone),
    "accept_bare_webhooks": ("accepts_bare_webhook", _as_it_is),
    "salesbot_id": ("salesbot_id", _as_it_is),
    "salesbot_field_id": ("salesbot_field_id", _as_it_is),
}
# ... or what `accounts.settings` keeps under which name.
_KEPT: dict[str, tuple[str, _Check]] = {
    "country": ("country", _country),
    "business_name": ("business_name", _as_it_is),
    "areas": ("areas", _as_it_is),
    "hours": ("hours", _hours),
    "agenda": ("agenda", _as_it_is),
    "auto_return_minutes": ("auto_return", _minutes),
    "sla_minutes": ("handoff_sla", _minutes),
    "escalations": ("escalations", _as_it_is),
    "burst_scale": ("burst_scale", _as_it_is),
    "stale_after_minutes": ("stale_after", _minutes),
    "release_limit_minutes": ("release_limit", _minutes),
}
# What may be taken back to the default by giving null; of the times null means never.
_EMPTIED = {"country", "business_name", "hours", "agenda", "auto_return_minutes", "sla_minutes"}


def changes_of(given: Given, account: Account) -> dict[str, Any]:
    """What to store for what was given. Pure.

    Raises:
        Rejected: something in it cannot be; nothing is changed then.
    """
    if not given:
        raise Rejected("Nothing to change was named.", hint=f"One of {', '.join([*_COLUMNS, *_KEPT])}.")
    if emptied := [name for name, value in given.items() if value is None and name not in _EMPTIED]:
        raise BadSetting(f"{emptied[0]} cannot be empty.", hint="Leave it out, and it stays.")
    if ("salesbot_id" in given) != ("salesbot_field_id" in given):
        raise BadSetting("A Salesbot needs its field.", hint="Give both salesbot_id and salesbot_field_id.")
    changes = {column: check(given[name]) for name, (column, check) in _COLUMNS.items() if name in given}
    kept = {key: check(given[name]) for name, (key, check) in _KEPT.items() if name in given}
    if "agenda" in kept:
        kept["agenda"] = _agenda(kept["agenda"], account)
    return {**changes, **({"settings": kept} if kept else {})}


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
        "hours": written_hours(hours_of(account.settings)),
        "agenda": {name: getattr(customs, name) for name in customs.__dataclass_fields__},
        **_patience(policy),
    }


def _patience(policy: Policy) -> dict[str, Any]:
    return {
        "auto_return_minutes": _in_minutes(policy.auto_return),
        "sla_minutes": _in_minutes(policy.handoff_sla),
        "escalations": policy.escalations,
        "burst_scale": policy.burst_scale,
        "stale_after_minutes": _in_minutes(policy.stale_after),
        "release_limit_minutes": _in_minutes(policy.release_limit),
    }


def _in_minutes(time: timedelta | None) -> float | None:
    return None if time is None else time / timedelta(minutes=1)


class Preferences:
    """Shows and changes an account's settings."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def show(self, account_id: AccountId) -> dict[str, Any]:
        """All settings, with the defaults where nothing was set."""
        account = await self._accounts.get(account_id)
        return shown(account, salesbot=await self._accounts.salesbot(account_id))

    async def change(self, account_id: AccountId, given: Given, *, who: str) -> dict[str, Any]:
        """Change what is named, all of it or nothing; returns how it is now.

        Raises:
            Rejected: something in it cannot be.
        """
        changes = changes_of(given, await self._accounts.get(account_id))
        await self._accounts.change(account_id, changes, who=who)
        return await self.show(account_id)
