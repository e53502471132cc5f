"""What people call to see the connection work: each really asks the vendor, and tells what it saw and how long it took.

The time includes the wait for a free call slot, which is what every other call waits for, too.
"""

import hashlib
import time
from dataclasses import dataclass

from app.channels.base import Channel
from app.domain.account import Connection
from app.domain.errors import NeedsHuman, OutcomeUnknown, Rejected
from app.domain.ids import AccountId, ExternalId, LeadId
from app.domain.inspection import AccountSeen, HookSeen, LeadSeen
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.overview import Overview


@dataclass(frozen=True, slots=True)
class Connectivity:
    """The account as the vendor answers for it. `hooks` is None where the token may not list them."""

    account: AccountSeen
    ways: tuple[str, ...]
    hooks: list[HookSeen] | None
    latency_ms: float


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """A note on a lead. `repeated`: it was there before, by the same key."""

    note_id: ExternalId | None
    text: str
    repeated: bool
    latency_ms: float


class Checks:
    """Checks of one account, through its channel."""

    def __init__(self, database: Database, accounts: Accounts, channels: dict[str, Channel]) -> None:
        self._overview = Overview(database)
        self._accounts = accounts
        self._channels = channels

    async def connectivity(self, account_id: AccountId) -> Connectivity:
        """Ask the vendor who we are to it.

        Raises:
            NeedsHuman: the token, the plan or the account is not in order.
            Retryable: the vendor does not answer.
        """
        connection, channel = await self._reach(account_id)
        begun = time.perf_counter()
        try:
            seen = await channel.look(connection)
        except Rejected as refused:
            raise NeedsHuman(refused.message, hint="Connect the account again.") from None
        latency = _since(begun)
        return Connectivity(seen, connection.capabilities.ways, await _hooks(channel, connection), latency)

    async def lead(self, account_id: AccountId, lead_id: LeadId) -> tuple[LeadSeen, float]:
        """Read a lead; the second part is how many milliseconds that took."""
        connection, channel = await self._reach(account_id)
        begun = time.perf_counter()
        return await channel.lead_card(connection, lead_id), _since(begun)

    async def note(
        self, account_id: AccountId, lead_id: LeadId, text: str, *, who: str, key: str | None = None
    ) -> NoteWritten:
        """Write a note on a lead. With a key it is written once: the note carries a mark of the key.

        Raises:
            OutcomeUnknown: the vendor did not answer and does not show the note; with a key, call again.
        """
        connection, channel = await self._reach(account_id)
        said = f"{text} ({_mark(key)})" if key else text
        begun = time.perf_counter()
        if key and (found := await channel.find_notes(connection, lead_id, said)):
            return NoteWritten(found[0], said, repeated=True, latency_ms=_since(begun))
        try:
            written = await channel.note(connection, lead_id, said)
        except OutcomeUnknown:
            written = next(iter(await channel.find_notes(connection, lead_id, said) if key else ()), None)
            if written is None:
                raise
        await self._overview.log(account_id, None, who=who, what="test_note", why=lead_id)
        return NoteWritten(written, said, repeated=False, latency_ms=_since(begun))

    async def _reach(self, account_id: AccountId) -> tuple[Connection, Channel]:
        try:
            connection = await self._accounts.connection(account_id)
        except Rejected as missing:
            raise NeedsHuman(missing.message, hint=missing.hint) from None
        return connection, self._channels[connection.channel]


async def _hooks(channel: Channel, connection: Connection) -> list[HookSeen] | None:
    try:
        return await channel.hooks(connection)
    except (NeedsHuman, Rejected):
        return None


def _since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]
