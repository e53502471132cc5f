"""A webhook at the door: whose is it, is it theirs, and into the mailbox with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hmac import compare_digest

from app.channels.base import Channel, Undecodable
from app.domain.account import ref_beside, told_ref
from app.domain.clock import Clock
from app.domain.knocking import Acknowledgement, Knocked
from app.domain.messages import ParsedBody
from app.services.accounts.directory import Directory, unknown_address
from app.services.conversation.intake import Intake, Receipt, read
from app.store.accounts import Account

# So much of a form's beginning and of its end is read to see whose it is.
_EDGE = 1_024
# The setting of an account whose vendor signs nothing, so that the secret in the path alone counts.
UNSIGNED = "unsigned_webhooks"


class Webhooks:
    """Receives the webhooks of all channels."""

    def __init__(
        self,
        directory: Directory,
        intake: Intake,
        channels: dict[str, Channel],
        clock: Clock,
        *,
        public_url: str | None = None,
    ) -> None:
        self.public_url = public_url
        self._directory = directory
        self._intake = intake
        self._channels = channels
        self._clock = clock

    async def receive(self, channel: str, secret: str, knocked: Knocked) -> Receipt:
        """Store a body that came with a secret.

        Raises:
            Unauthorised: nobody has this secret, or the signature is not this account's.
            DatabaseDown: nothing was stored.
        """
        if not self.knows(channel):
            raise unknown_address()
        account = await self._directory.by_secret(channel, secret)
        return await self._accept(account, replace(knocked, by_path=True))

    async def receive_bare(self, channel: str, knocked: Knocked) -> Receipt:
        """Store a body that names its account itself: it is signed, or the operator allows that."""
        known = self._channels[channel]
        reference = await self._first_known(channel, _claimed(known, knocked.body))
        account = await self._directory.by_reference(channel, reference, is_signed=known.signs)
        return await self._accept(account, knocked)

    async def _accept(self, account: Account, knocked: Knocked) -> Receipt:
        """Whose it is by the address, and whoever else the body tells of; each must know its signature."""
        channel = self._channels[account.channel]
        if not self._is_theirs(account, knocked):
            raise unknown_address()
        await self._directory.admit(account, knocked.caller)
        parsed = read(channel, knocked.body)
        others = await self._others(account, knocked, parsed)
        passed = [await self._intake.accept(one, channel, knocked.body, parsed=parsed) for one in others]
        if passed and not _tells_of(parsed, account):
            return passed[0]
        return await self._intake.accept(account, channel, knocked.body, parsed=parsed)

    async def _first_known(self, channel: str, claimed: Sequence[str]) -> str | None:
        """Of several accounts that a body tells of, one that is ours."""
        for one in claimed[:-1]:
            if await self._directory.also(channel, one) is not None:
                return one
        return claimed[-1] if claimed else None

    def _is_theirs(self, account: Account, knocked: Knocked) -> bool:
        if knocked.by_path and not account.signing and account.settings.get(UNSIGNED) is True:
            return True
        return self._channels[account.channel].verify(knocked, account.signing, now=self._clock.now())

    async def _others(self, account: Account, knocked: Knocked, parsed: ParsedBody | Undecodable) -> list[Account]:
        """The other accounts of ours that a signed body tells of: a vendor may send several to one address."""
        if isinstance(parsed, Undecodable) or not self._channels[account.channel].signs:
            return []
        own = account.external_ref
        claimed = [ref_beside(own, one) for one in parsed.accounts if one != told_ref(own)]
        found = [await self._directory.also(account.channel, one) for one in claimed]
        signed = replace(knocked, by_path=False)  # nobody has brought the secret of these
        theirs = [one for one in found if one is not None and self._is_theirs(one, signed)]
        return [one for one in theirs if self._directory.takes_from(one, knocked.caller)]

    async def greet(self, channel: str, secret: str, query: Mapping[str, str]) -> str | None:
        """What the vendor's check of an address wants to hear, where it asks for something.

        Raises:
            Unauthorised: it asks for something, and nobody has this secret, or it brings another one as its token.
        """
        wanted = self._channels[channel].greet(query) if self.knows(channel) else None
        if wanted is None:
            return None
        await self._directory.by_secret(channel, secret)
        if not compare_digest(wanted.token.encode(), secret.encode()):
            raise unknown_address()
        return wanted.challenge

    def acknowledgement(self, channel: str) -> Acknowledgement | None:
        """What the vendor wants to read in a 2xx; None: our own JSON."""
        return self._channels[channel].acknowledgement if self.knows(channel) else None

    def largest(self, channel: str) -> int | None:
        """How many bytes of a body the vendor may send at once; None for a channel that is none of ours."""
        return self._channels[channel].largest_body if self.knows(channel) else None

    def knows(self, channel: str) -> bool:
        """Whether there is such a channel; what a stranger made up is not worth a look into the database."""
        return channel in self._channels


def _tells_of(parsed: ParsedBody | Undecodable, account: Account) -> bool:
    """Whether anything in the body is about the account that its address names."""
    return isinstance(parsed, Undecodable) or told_ref(account.external_ref) in parsed.accounts


def _claimed(channel: Channel, body: bytes) -> tuple[str, ...]:
    """The accounts that a body says it is of. A stranger's megabyte is not read, but its beginning and its end."""
    if len(body) > 2 * _EDGE and not channel.signs:
        body = body[:_EDGE].rpartition(b"&")[0] + b"&" + body[-_EDGE:].partition(b"&")[2]
    try:
        return channel.parse(body, generous=True).accounts
    except Undecodable:
        return ()
