"""What the doctor says of an account's secrets and of who knocks: how old, what to do, and never the secret. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.callers import would_refuse
from app.domain.checkup import Line, broken, fine
from app.domain.ids import AccountId
from app.store.knocks import API, WEBHOOK, LastKnock
from app.store.rotation import Overlap, SecretAge

# The usual limit in days; an account's `secret_days` says another, and 0 says never.
SECRET_DAYS = 365
_NAMES = {
    "address": "the webhooks' address",
    "signing": "what signs the webhooks",
    "token": "the vendor's token",
    "key": "the oldest API key",
    "panel": "the panel's password",
    "sheet": "the sheet's key",
    "inbox": "the second inbox's token",
}
_HOWTO = "docs/howto/keep-secrets-fresh.md"
_TODO = {
    "address": "Run `ponte channels rotate --account {account}`; the old address still counts for a day.",
    "signing": "Make a new one at the vendor, then `ponte channels sign --account {account}` ({howto}).",
    "token": "Make a new one at the vendor and connect with it ({howto}).",
    "key": "Run `ponte keys renew --account {account} --key {number}`; the old one opens for a day.",
    "panel": "Change it on the panel, then `ponte panels set --account {account}` ({howto}).",
    "sheet": "Make a new one at Google, then `ponte sheets set --account {account}` ({howto}).",
    "inbox": "Make a new one at the vendor, then `ponte inbox set --account {account}` ({howto}).",
}


def ages(
    found: Sequence[SecretAge], *, days: int, now: datetime, account_id: AccountId, but: frozenset[str] = frozenset()
) -> list[Line]:
    """One line for all that is young enough, and one for each kind that is not. `but`: told elsewhere."""
    judged = [age for age in found if age.kind not in but]
    old = [age for age in judged if days and now - age.since > timedelta(days=days)]
    lines = [
        broken(
            "secrets",
            f"{_NAMES[age.kind].capitalize()} is {_days(age, now)} days old; it shall be changed every {days}.",
            _TODO[age.kind].format(account=account_id, number=age.number, howto=_HOWTO),
            account_id=account_id,
        )
        for age in old
    ]
    young = [f"{_NAMES[age.kind]} {_days(age, now)}" for age in judged if age not in old]
    if young:
        lines.append(fine("secrets", f"Ages in days: {', '.join(young)}.", account_id=account_id))
    return lines


def _days(age: SecretAge, now: datetime) -> int:
    return max((now - age.since).days, 0)


def overlap(found: Overlap, knocks: Sequence[LastKnock], account_id: AccountId) -> list[Line]:
    """An address that another has taken the place of, while it still counts."""
    if not found.n:
        return []
    until = f"until {found.until:%Y-%m-%d %H:%M} UTC" if found.until else "until somebody ends it"
    said = f"An old webhook address still counts {until}."
    last = next((knock for knock in knocks if knock.door == WEBHOOK and not knock.refused), None)
    if last is not None and last.by_old_address:
        todo = f"Put the new address in at the vendor, or make another: `ponte channels rotate --account {account_id}`."
        return [broken("rotation", f"{said} Webhooks still come to it.", todo, account_id=account_id)]
    if found.until is None:
        todo = f"When the vendor has the new one: `ponte channels rotate --account {account_id} --finish`."
        return [broken("rotation", said, todo, account_id=account_id)]
    return [fine("rotation", said, account_id=account_id)]


def lists(
    knocks: Sequence[LastKnock], *, webhook: Sequence[str], api: Sequence[str], account_id: AccountId
) -> list[Line]:
    """The account's lists of networks, and whom they refuse."""
    lines: list[Line] = []
    for door, setting, written in ((WEBHOOK, "webhook_networks", webhook), (API, "api_networks", api)):
        if written:
            lines.append(_list(door, setting, written, [one for one in knocks if one.door == door], account_id))
    return lines


def _list(door: str, setting: str, written: Sequence[str], knocks: Sequence[LastKnock], account_id: AccountId) -> Line:
    let_in = next((one for one in knocks if not one.refused), None)
    refused = next((one for one in knocks if one.refused), None)
    todo = f"Look at {setting} and TRUSTED_PROXIES: `ponte accounts show {account_id}` ({_HOWTO})."
    if let_in is not None and would_refuse(let_in.network, written):
        said = f"{setting} would refuse the {door} that came last{_seen(let_in)}."
        return broken("networks", said, todo, account_id=account_id)
    if refused is not None and (let_in is None or refused.seen_at > let_in.seen_at):
        said = f"{setting} has refused {refused.times} call(s), the last one{_seen(refused)}."
        return broken("networks", said, todo, account_id=account_id)
    return fine("networks", f"{setting} holds {len(written)} network(s).", account_id=account_id)


def _seen(knock: LastKnock) -> str:
    where = f" from {knock.network}" if knock.network else " from an address that nobody can tell"
    return f"{where} at {knock.seen_at:%Y-%m-%d %H:%M} UTC"
