"""Who is calling: the account behind a webhook's secret, the scopes behind an API key."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest

from app.domain.callers import Address, coarse, may_call
from app.domain.errors import Rejected
from app.domain.ids import AccountId
from app.store.accounts import Account, Accounts, Caller
from app.store.knocks import API, WEBHOOK


class Unauthorised(Rejected):
    """No key, a wrong key, an unknown account or a wrong secret: all the same to the outside."""

    code = "unauthorised"


class Forbidden(Rejected):
    """The key is good, but not for this."""

    code = "forbidden"


class NotFromThere(Forbidden):
    """The account keeps a list of networks, and this call came from none of them."""

    code = "address_not_allowed"


class Scope(StrEnum):
    """What an API key may do. `admin` may do everything, `node` also what `read` may."""

    READ = "read"
    NODE = "node"
    ADMIN = "admin"


_IMPLIED = {Scope.ADMIN: set(Scope), Scope.NODE: {Scope.NODE, Scope.READ}, Scope.READ: {Scope.READ}}


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller with a valid key."""

    account_id: AccountId
    label: str
    scopes: frozenset[Scope]
    # n8n brings one key for all accounts of an installation. It opens one of them; for a turn of another one it counts
    # beside that turn's own token, which we have signed.
    is_of_all: bool = False

    @property
    def who(self) -> str:
        """How notes and the audit name this caller."""
        return self.label


def granted(caller: Caller) -> frozenset[Scope]:
    """All scopes that a key's own scopes imply. Pure."""
    return frozenset(scope for own in caller.scopes for scope in _IMPLIED[Scope(own)])


def require(identity: Identity, scope: Scope) -> None:
    """Raises Forbidden when the key lacks the scope."""
    if scope not in identity.scopes:
        raise Forbidden(
            f"This key may not do this; it needs the scope {scope}.",
            hint="Use a key with that scope, such as PONTE_API_KEY.",
        )


class Directory:
    """Finds accounts and callers."""

    def __init__(self, accounts: Accounts, *, for_all: str | None = None) -> None:
        self._accounts = accounts
        self._for_all = (for_all or "").encode()
        self._asking: dict[tuple[str, str], asyncio.Task[Account | None]] = {}

    async def identify(self, key: str | None, address: Address | None = None) -> Identity:
        """The caller that holds this key, if the account takes it from that address.

        Raises:
            Unauthorised: no key, or a wrong one.
            NotFromThere: the account's list of networks has no such address.
        """
        caller = await self._accounts.caller(key) if key else None
        if caller is None:
            raise Unauthorised(
                "This needs a valid API key.",
                hint="Send it as X-API-Key, or as Authorization: Bearer. See PONTE_API_KEY.",
            )
        if not may_call(address, caller.networks):
            await self._accounts.knocks.turn_away(caller.account_id, API, coarse(address))
            raise _not_from_there("api_networks")
        is_of_all = bool(self._for_all) and compare_digest((key or "").encode(), self._for_all)
        return Identity(caller.account_id, caller.label, granted(caller), is_of_all)

    async def by_secret(self, channel: str, secret: str) -> Account:
        """The account that a webhook's secret names. Unknown accounts and wrong secrets look the same."""
        account = await self._asked_together(channel, secret) if secret else None
        if account is None:
            raise unknown_address()
        return account

    async def _asked_together(self, channel: str, secret: str) -> Account | None:
        """Webhooks that arrive while the same question is under way share its answer; nothing is remembered."""
        key = (channel, secret)
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.create_task(self._accounts.by_secret(channel, secret))
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(asking)

    async def admit(self, account: Account, address: Address | None) -> None:
        """Note who brings an account's webhook, and let in only whom its list of networks names.

        Raises:
            NotFromThere: nothing may be stored of it.
        """
        if not self.takes_from(account, address):
            await self._accounts.knocks.turn_away(account.id, WEBHOOK, coarse(address))
            raise _not_from_there("webhook_networks")
        by, is_old = account.address_set_at, account.by_old_address
        await self._accounts.knocks.let_in(account.id, WEBHOOK, coarse(address), by=by, is_old=is_old)

    def takes_from(self, account: Account, address: Address | None) -> bool:
        """Whether an account takes webhooks from there."""
        return may_call(address, account.settings.get("webhook_networks") or ())

    async def by_reference(self, channel: str, external_ref: str | None, *, is_signed: bool = False) -> Account:
        """The account that a bare webhook claims to be from, where a signature shows it or the operator allows it."""
        account = await self.also(channel, external_ref) if external_ref else None
        if account is None or not (is_signed or account.accepts_bare_webhook):
            raise unknown_address()
        return account

    async def also(self, channel: str, external_ref: str) -> Account | None:
        """An account that a signed body tells of, if it is one of ours; whether it is theirs is yet to be seen."""
        account = await self._accounts.by_ref(channel, external_ref)
        return account if account is not None and account.state != "closed" else None


def _not_from_there(setting: str) -> NotFromThere:
    return NotFromThere(
        "Calls from this address are not taken.",
        hint=f"The account's {setting} name the networks that are; `ponte doctor` shows who was refused.",
    )


def unknown_address() -> Unauthorised:
    """Says the same, whatever was wrong."""
    return Unauthorised(
        "Unknown webhook address.",
        hint="It ends in PONTE_WEBHOOK_SECRET of .env; after `ponte channels rotate` or a connect, in what that "
        "printed. It is shown once: `ponte channels rotate` makes a new one.",
    )
