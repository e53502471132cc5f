"""Being let in: from `/oauth/kommo/start` over the vendor's consent page to an account with its pair of tokens.

Promises: what comes back is looked at before anything is done about it, what is refused calls nobody and is written
into the audit; a code, which comes once, is stored before it is acknowledged, and so is the pair that it is exchanged
for before that is used. So a process may die anywhere and the next one goes on.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from app.channels.base import Channel
from app.channels.consent import Consent
from app.domain.account import Connection
from app.domain.errors import AppError, Conflict, GrantLost, NeedsHuman, Rejected, Retryable, Untrusted
from app.domain.grants import Pair
from app.domain.ids import AccountId
from app.services.accounts.directory import Unauthorised
from app.services.accounts.keeping import kept
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.grants import Grants, NewGrant
from app.store.oauth_codes import Arrival, Arrivals, Outcome
from app.store.queue import Job, JobName, enqueue
from app.store.secrets import Vault, new_token

STATE_LASTS: Final = timedelta(minutes=20)
CODE_LASTS: Final = timedelta(minutes=20)  # the vendor's own
LEASE: Final = timedelta(seconds=60)  # longer than redeeming may take
AGAIN: Final = timedelta(seconds=30)  # what could not be redeemed for the moment
RELOADED: Final = timedelta(minutes=10)  # so long a page may be loaded again
WHO_WAITS: Final = timedelta(seconds=10)  # a browser's call redeems by itself; the job is for when that dies

_PREFIX = "oauth_state:"
_LONGEST = 1_024


@dataclass(frozen=True, slots=True)
class Return:
    """What a redirect brings back, as it stands in the address."""

    code: str = field(default="", repr=False)
    referer: str = ""
    state: str = field(default="", repr=False)
    error: str = ""
    from_widget: bool = False


class Consenting:
    """Takes grants in."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        grants: Grants,
        channels: dict[str, Channel],
        *,
        consents: dict[str, Consent],
        vault: Vault,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._grants = grants
        self._channels = channels
        self._consents = consents
        self._vault = vault
        self._arrivals = Arrivals(database, vault)

    async def start(self, channel: str) -> str:
        """The vendor's consent page, for a browser; what it brings back is signed, works once, and ends."""
        consent = self.consent(channel)
        nonce = secrets.token_urlsafe(32)
        await self._arrivals.add_state(nonce, lasts=STATE_LASTS)
        return consent.page(self._vault.seal(_PREFIX + nonce))

    def consent(self, channel: str) -> Consent:
        """Our integration at this vendor.

        Raises:
            Conflict: none is set up.
        """
        consent = self._consents.get(channel)
        if consent is None:
            hint = "Set KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL, or connect with a long-lived token."
            raise Conflict("No OAuth integration is set up here.", hint=hint, code="not_configured")
        return consent

    async def arrive(self, channel: str, back: Return) -> int:
        """Keep the code that came back; returns its number. Redeeming it is a job of its own.

        The very same callback again, within minutes, is a page that is loaded again: it gets the number of before.

        Raises:
            Untrusted: it did not come from where it says, or we did not ask for it; nothing was called.
        """
        consent = self.consent(channel)
        came_as = None if back.from_widget else f"callback\n{back.state}\n{back.code}\n{back.referer}"
        if came_as and (known := await self._arrivals.came_before(came_as, within=RELOADED)) is not None:
            return known
        try:
            home = await self._looked_at(consent, back)
        except Untrusted as error:
            await self._grants.log(None, "stranger", "oauth_refused", error.code, channel=channel)
            raise
        job_waits = None if back.from_widget else WHO_WAITS
        async with self._database.transaction() as tx:
            code_id = await self._arrivals.add(tx, home, back.code, lasts=CODE_LASTS, came_as=came_as)
            await enqueue(tx, [Job(JobName.GRANT, {"code": code_id}, delay=job_waits, urgent=True)])
        return code_id

    async def _looked_at(self, consent: Consent, back: Return) -> str:
        """The address to redeem at. The state is used up by this, the secret has not moved yet."""
        home = "" if back.error else consent.home(back.referer[:_LONGEST])
        if back.state:
            await self._use_state(back.state)
        elif not back.from_widget:  # the vendor installs widgets server to server, and knows no state there
            raise _foreign_state()
        if back.error:
            raise Untrusted("Access was not granted.", hint="Start again and allow it.", code="access_denied")
        if not back.code or len(back.code) > 4 * _LONGEST or not back.code.isprintable():
            raise Untrusted("The call brings no code.", hint="Start again at /oauth/kommo/start.", code="no_code")
        return home

    async def _use_state(self, state: str) -> None:
        """Ours by its seal, then unused and in time by its row."""
        try:
            opened = self._vault.open(state) if len(state) <= _LONGEST and state.isascii() else ""
        except NeedsHuman:
            opened = ""
        nonce = opened.removeprefix(_PREFIX)
        if nonce == opened or not await self._arrivals.use_state(nonce):
            raise _foreign_state()

    async def redeem(self, code_id: int) -> Outcome | None:
        """Exchange a code that was kept, and connect its account. Safe to run twice and in two places at once.

        Raises:
            Retryable, OutcomeUnknown: not now; a pair that was got is kept.
        """
        arrival = await self._arrivals.claim(code_id, within=LEASE)
        if arrival is not None:
            await self._redeem(arrival)
        return await self._arrivals.outcome(code_id)

    async def carry_on(self, code_id: int) -> None:
        """The job: as `redeem`, and again while the code is good. What a stranger made up leaves no dead job behind."""
        try:
            await self.redeem(code_id)
        except AppError as error:
            if await self._arrivals.has_lapsed(code_id):
                await self._arrivals.end(code_id, "failed", reason=error.code, account=None)
                await self._grants.log(None, "ponte", "grant_failed", error.code, code=code_id)
                return
            wait = max(error.after if isinstance(error, Retryable) else AGAIN, AGAIN)
            async with self._database.transaction() as tx:
                await enqueue(tx, [Job(JobName.GRANT, {"code": code_id}, delay=wait, urgent=True)])

    async def _redeem(self, arrival: Arrival) -> None:
        try:
            account_id = await self._connect(arrival, await self._pair(arrival))
        except (Rejected, NeedsHuman) as error:
            await self._arrivals.end(arrival.id, "failed", reason=error.code, account=None)
            await self._grants.log(None, "ponte", "grant_failed", error.code, code=arrival.id)
        except AppError:
            await self._arrivals.free(arrival.id)
            raise
        else:
            await self._arrivals.end(arrival.id, "done", account=account_id)

    async def _pair(self, arrival: Arrival) -> Pair:
        """Stored before it is used; the code is used up by now, so a database that is away is waited for."""
        if arrival.pair is not None:
            return arrival.pair
        pair = await self.consent("kommo").exchange(arrival.home, arrival.code)
        await kept(lambda: self._arrivals.keep_pair(arrival.id, pair), after=LEASE)
        return pair

    async def _connect(self, arrival: Arrival, pair: Pair) -> AccountId:
        """Whose pair it is, the account itself says; then it is that account's, and the rest is a job."""
        consent = self.consent("kommo")
        draft = Connection(AccountId(0), consent.channel, "", arrival.home, pair.access)
        seen = await self._channels[consent.channel].look(draft)
        name = seen.subdomain or seen.name or seen.external_ref
        new = NewGrant(name, consent.channel, seen.external_ref, arrival.home, consent.client_id)
        async with self._database.transaction() as tx:
            account_id = await self._grants.connect(tx, new, pair, hook_secret=new_token("hook"))
            await enqueue(tx, [Job(JobName.SETTLE, {"account": int(account_id)}, urgent=True)])
        return account_id

    async def uninstalled(self, channel: str, *, account_ref: str, client_id: str, signature: str) -> None:
        """The vendor says that an account took our integration out.

        Raises:
            Unauthorised: it is not the vendor who says so.
        """
        if not self.consent(channel).is_signed(account_ref, client_id, signature):
            await self._grants.log(None, "stranger", "oauth_refused", "foreign_signature", channel=channel)
            raise Unauthorised("The signature is not right.", hint="It is made with the integration's secret.")
        account = await self._accounts.by_ref(channel, account_ref)
        if account is None or account.state == "closed":
            return
        async with self._database.transaction() as tx:
            await enqueue(tx, [Job(JobName.UNINSTALL, {"account": int(account.id)}, urgent=True)])

    async def leave(self, account_id: AccountId) -> None:
        """The job after it: the signature has no time in it, so an old hook must not close an account that is ours.

        Raises:
            Retryable: the vendor does not answer.
        """
        if await self._grants.held(account_id) is None:
            await self._grants.log(account_id, "kommo", "uninstall_ignored", "long_lived_token")
            return
        connection = await self._accounts.connection(account_id)
        try:
            await self._channels[connection.channel].ping(connection)
        except GrantLost:
            await self._grants.close(account_id, "uninstalled")
        else:
            await self._grants.log(account_id, "kommo", "uninstall_ignored", "token_still_works")

    async def prune(self) -> None:
        """Forget states, codes and knocks that are long over."""
        await self._arrivals.prune()


def _foreign_state() -> Untrusted:
    return Untrusted(
        "The state of this call is not one of ours, was used, or is too old.",
        hint="Start again at /oauth/kommo/start.",
        code="foreign_state",
    )
