"""A webhook at the door: whose is it, and into the mailbox with it."""

from app.channels.base import Channel, Undecodable
from app.domain.errors import NotFound
from app.services.accounts.directory import Directory
from app.services.conversation.intake import Intake, Receipt


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
        account = await self._directory.by_secret(channel, secret)
        return await self._intake.accept(account, self._channel(channel), body)

    async def receive_bare(self, channel: str, body: bytes) -> Receipt:
        """Store a body that names its account itself, where the operator allows that."""
        try:
            reference = self._channel(channel).parse(body).account_ref
        except Undecodable:
            reference = None
        account = await self._directory.by_reference(channel, reference)
        return await self._intake.accept(account, self._channel(channel), body)

    def _channel(self, name: str) -> Channel:
        if name not in self._channels:
            raise NotFound(f"There is no channel {name}.", hint=f"Known: {', '.join(sorted(self._channels))}.")
        return self._channels[name]
