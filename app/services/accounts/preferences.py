"""What people set for an account: where it is, when it is open, how patient its bot is. Checked before it is kept."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.domain.account import Policy
from app.domain.agenda import customs_of
from app.domain.broadcasts import PER_CONTACT, PER_DAY
from app.domain.callers import Address, may_call
from app.domain.errors import Rejected
from app.domain.ids import AccountId
from app.domain.phones import country_of
from app.domain.ports import FlowBook
from app.domain.profiles import checked_kept, kept_as
from app.domain.retention import retention_of
from app.domain.written_hours import hours_of, written_hours
from app.services.accounts import setting_checks as checks
from app.services.accounts.ageing import SECRET_DAYS
from app.services.accounts.setting_checks import BadSetting
from app.store.accounts import Account, Accounts
from app.store.faq import USUAL_DAYS

Given = Mapping[str, Any]
_Check = Callable[[Any], Any]
# The settings as people name them -> the column they are, and how a value is checked and stored.
_COLUMNS: dict[str, tuple[str, _Check]] = {
    "locale": ("locale", checks.locale),
    "timezone": ("timezone", checks.timezone),
    "accept_bare_webhooks": ("accepts_bare_webhook", checks.switch),
    "salesbot_id": ("salesbot_id", checks.bot_id),
    "salesbot_field_id": ("salesbot_field_id", checks.bot_id),
}
# ... or what `accounts.settings` keeps under which name.
_KEPT: dict[str, tuple[str, _Check]] = {
    "country": ("country", checks.country),
    "business_name": ("business_name", checks.name),
    "areas": ("areas", checks.areas),
    "hours": ("hours", checks.hours),
    "agenda": ("agenda", checks.numbers),
    "ai_disclosure": ("ai_disclosure", checks.disclosure),
    "never_promise": ("never_promise", checks.phrases),
    "faq_cache": ("faq_cache", checks.cache),
    "faq_days": ("faq_days", checks.faq_days),
    "satisfaction": ("satisfaction", checks.satisfaction),
    "auto_return_minutes": ("auto_return", checks.minutes),
    "sla_minutes": ("handoff_sla", checks.minutes),
    "escalations": ("escalations", checks.count),
    "burst_scale": ("burst_scale", checks.scale),
    "balloon_spacing": ("balloon_spacing", checks.seconds),
    "stale_after_minutes": ("stale_after", checks.minutes),
    "release_limit_minutes": ("release_limit", checks.minutes),
    "messages_a_minute": ("messages_a_minute", checks.most),
    "messages_a_day": ("messages_a_day", checks.most),
    "webhook_networks": ("webhook_networks", checks.networks),
    "api_networks": ("api_networks", checks.networks),
    "secret_days": ("secret_days", checks.reminded),
    "broadcast_per_contact": ("broadcast_per_contact", checks.messages),
    "broadcast_per_day": ("broadcast_per_day", checks.messages),
    "flow": ("flow", checks.flow),
    "flow_words": ("flow_words", checks.words),
    "profiles": ("profiles", checked_kept),
    "retention": ("retention", checks.days),
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
        """All settings, with the defaults where nothing was set; `warning` says what the plan lacks here."""
        account = await self._accounts.get(account_id)
        known = shown(account, salesbot=await self._accounts.salesbot(account_id))
        return {**known, "warning": self._flows.lacks(account.policy.flow)}

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
