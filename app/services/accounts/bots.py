"""A Salesbot stops at our step and says so: kept, so that the next message on its lead is spoken by it.

Promises: the secret in the path is an account's, whose token must then name the same one, or that of our widget, whose
token names the account; the token is signed by the vendor, and the address to answer at must be that account's own.
Nothing is called here, so the vendor has its answer well within its two seconds.
"""

import hmac

from app.channels.consent import Consent
from app.domain.clock import Clock
from app.domain.errors import Conflict, Rejected, Untrusted
from app.domain.grants import BotCall
from app.services.accounts.directory import Directory, Unauthorised, unknown_address
from app.store.accounts import Account, Accounts
from app.store.grants import Grants, PostgresContinuations


class BotCalls:
    """Takes in what stopped bots say."""

    def __init__(
        self,
        directory: Directory,
        accounts: Accounts,
        grants: Grants,
        *,
        waiting: PostgresContinuations,
        consents: dict[str, Consent],
        clock: Clock,
    ) -> None:
        self._directory = directory
        self._accounts = accounts
        self._grants = grants
        self._waiting = waiting
        self._consents = consents
        self._clock = clock

    async def receive(self, channel: str, secret: str, *, token: str, return_url: str) -> None:
        """A bot waits at `return_url`.

        Raises:
            Unauthorised: the secret or the token is not right.
            Untrusted: the address is not one of the account's bots.
            Rejected: the bot runs on no lead.
        """
        consent = self._consents.get(channel)
        if consent is None:
            hint = "Set KOMMO_CLIENT_ID and KOMMO_CLIENT_SECRET: with them the vendor signs what it sends here."
            raise Conflict("No integration is set up here.", hint=hint, code="not_configured")
        if hmac.compare_digest(secret.encode(), consent.bot_secret().encode()):
            account, call = await self._named_by_token(consent, channel, token)
        else:
            account = await self._directory.by_secret(channel, secret)
            call = await self._signed(account, consent, token)
        connection = await self._accounts.connection(account.id)
        try:
            address = consent.return_address(connection.base_url, return_url)
        except Untrusted as error:
            await self._grants.log(account.id, "stranger", "bot_refused", error.code)
            raise
        if call.lead_id is None:
            raise Rejected("This bot runs on no lead.", hint="Start the bot on a lead.", code="no_lead")
        await self._waiting.keep(account.id, call.lead_id, address)
        if not connection.has_widget:
            await self._grants.set_about(account.id, {"widget": True})

    async def _named_by_token(self, consent: Consent, channel: str, token: str) -> tuple[Account, BotCall]:
        """The address is that of our widget, the same for all accounts: the signed token names the account."""
        call = await self._signed(None, consent, token)
        account = await self._accounts.by_ref(channel, call.account_ref)
        if account is None or account.state == "closed":
            raise unknown_address()
        return account, call

    async def _signed(self, account: Account | None, consent: Consent, token: str) -> BotCall:
        """What the token says, if the vendor signed it for us and, where the path names an account, about that one."""
        try:
            call = consent.bot_call(token, now=self._clock.now())
            return call if account is None else _about(account, call)
        except Untrusted as error:
            await self._grants.log(account and account.id, "stranger", "bot_refused", error.code)
            raise Unauthorised(error.message, hint="The vendor signs it with the integration's secret.") from None


def _about(account: Account, call: BotCall) -> BotCall:
    if call.account_ref != account.external_ref:
        raise Untrusted("The token of this call is about another account.", code="foreign_account")
    return call
