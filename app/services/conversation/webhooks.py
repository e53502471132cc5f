"""A webhook at the door: whose is it, is it theirs, and into the mailbox with it."""

from collections.abc import Mapping

from app.channels.base import Channel, Undecodable
from app.domain.clock import Clock
from app.domain.knocking import Acknowledgement, Knocked
from app.services.accounts.directory import Directory, unknown_address
from app.services.conversation.intake import Intake, Receipt
from app.store.accounts import Account

# So much of a form's beginning and of its end is read to see whose it is.
_EDGE = 1_024


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
        return await self._accept(await self._directory.by_secret(channel, secret), knocked)

    async def receive_bare(self, channel: str, knocked: Knocked) -> Receipt:
        """Store a body that names its account itself: it is signed, or the operator allows that."""
        known = self._channels[channel]
        reference = _claimed(known, knocked.body)
        account = await self._directory.by_reference(channel, reference, is_signed=known.signs)
        return await self._accept(account, knocked)

    async def _accept(self, account: Account, knocked: Knocked) -> Receipt:
        channel = self._channels[account.channel]
        if not channel.verify(knocked, account.signing, now=self._clock.now()):
            raise unknown_address()
        return await self._intake.accept(account, channel, knocked.body)

    async def greet(self, channel: str, secret: str, query: Mapping[str, str]) -> str | None:
        """What the vendor's check of an address wants to hear, where it asks for something.

        Raises:
            Unauthorised: it asks for something, and nobody has this secret.
        """
        wanted = self._channels[channel].greet(query) if self.knows(channel) else None
        if wanted is not None:
            await self._directory.by_secret(channel, secret)
        return wanted

    def acknowledgement(self, channel: str) -> Acknowledgement | None:
        """What the vendor wants to read in a 2xx; None: our own JSON."""
        return self._channels[channel].acknowledgement if self.knows(channel) else None

    def knows(self, channel: str) -> bool:
        """Whether there is such a channel; what a stranger made up is not worth a look into the database."""
        return channel in self._channels


def _claimed(channel: Channel, body: bytes) -> str | None:
    """The account that a body says it is of. A stranger's megabyte is not read, but its beginning and its end."""
    if len(body) > 2 * _EDGE and not channel.signs:
        body = body[:_EDGE].rpartition(b"&")[0] + b"&" + body[-_EDGE:].partition(b"&")[2]
    try:
        return channel.parse(body, generous=True).account_ref
    except Undecodable:
        return None
