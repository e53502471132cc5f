"""A webhook at the door: whose is it, and into the mailbox with it."""

from app.channels.base import Channel, Undecodable
from app.services.accounts.directory import Directory, unknown_address
from app.services.conversation.intake import Intake, Receipt

# So much of a form's beginning and of its end is read to see whose it is.
_EDGE = 1_024


class Webhooks:
    """Receives the webhooks of all channels."""

    def __init__(self, directory: Directory, intake: Intake, channels: dict[str, Channel]) -> None:
        self._directory = directory
        self._intake = intake
        self._channels = channels

    async def receive(self, channel: str, secret: str, body: bytes) -> Receipt:
        """Store a body that came with a secret.

        Raises:
            Unauthorised: nobody has this secret.
            DatabaseDown: nothing was stored.
        """
        if not self.knows(channel):
            raise unknown_address()
        account = await self._directory.by_secret(channel, secret)
        return await self._intake.accept(account, self._channels[channel], body)

    async def receive_bare(self, channel: str, body: bytes) -> Receipt:
        """Store a body that names its account itself, where the operator allows that."""
        known = self._channels[channel]
        account = await self._directory.by_reference(channel, _claimed(known, body))
        return await self._intake.accept(account, known, body)

    def knows(self, channel: str) -> bool:
        """Whether there is such a channel; what a stranger made up is not worth a look into the database."""
        return channel in self._channels


def _claimed(channel: Channel, body: bytes) -> str | None:
    """The account that a body says it is of: at its beginning or its end, for a stranger's megabyte is not read."""
    if len(body) > 2 * _EDGE:
        body = body[:_EDGE].rpartition(b"&")[0] + b"&" + body[-_EDGE:].partition(b"&")[2]
    try:
        return channel.parse(body, generous=True).account_ref
    except Undecodable:
        return None
