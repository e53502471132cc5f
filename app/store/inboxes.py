"""Second inboxes in which accounts' conversations are shown: which, whose turn it is, and what is on its way there."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.account import Connection
from app.domain.ids import AccountId
from app.store import notices
from app.store.database import Database
from app.store.json_text import to_json
from app.store.notices import News
from app.store.queries import statements
from app.store.secrets import Vault

SQL = statements("inboxes")
DOWN, REFUSED = "inbox_down", "inbox_refused"  # what operators are told of


@dataclass(frozen=True, slots=True)
class Inbox:
    """The mirror of an account. `external_ref` names the inbox as its vendor does."""

    account_id: AccountId
    kind: str
    base_url: str
    external_ref: str
    token: str = field(repr=False)
    prepared_at: datetime | None = None
    failing_since: datetime | None = None
    failed_as: str = ""
    mirrored_at: datetime | None = None

    @property
    def connection(self) -> Connection:
        return Connection(self.account_id, self.kind, self.external_ref, self.base_url, self.token)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to write there. Whoever is late has one that is over."""

    account_id: AccountId
    number: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, and how long it is left alone. `cause`: what operators are told, if anything."""

    code: str
    rest: timedelta
    cause: str = ""


class InboxBook:
    """The table `inbox_mirrors`, as people set it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, account_id: AccountId) -> Inbox | None:
        row = await self._database.fetchrow(SQL["inbox"], account_id)
        if row is None:
            return None
        taken = {name: row[name] for name in Inbox.__dataclass_fields__ if name != "token"}
        return Inbox(**taken, token=self._vault.open(row["sealed_token"]))

    async def first_without(self, kind: str) -> AccountId | None:
        """The first account, while it has no mirror."""
        found = await self._database.fetchval(SQL["first_account"], kind)
        return None if found is None else AccountId(found)

    async def save(self, inbox: Inbox, *, anew: bool, who: str, since: datetime | None = None) -> None:
        """In place of what was there. `anew`: another inbox. `since`: what was said from then on goes there too."""
        one = inbox
        sealed = self._vault.seal(one.token)
        async with self._database.transaction() as tx:
            kept = self._vault.holds(await tx.fetchval(SQL["token_kept"], one.account_id), one.token)
            await tx.execute(SQL["set_inbox"], one.account_id, one.kind, one.base_url, one.external_ref, sealed, kept)
            await tx.execute(SQL["wake_chats"], one.account_id)
            if anew:
                await tx.execute(SQL["forget_places"], one.account_id)
            if since is not None:
                await tx.execute(SQL["add_history"], one.account_id, since)
            told = {"kind": one.kind, "inbox": one.external_ref}
            await tx.execute(SQL["log_inbox"], one.account_id, who, "inbox_set", to_json(told))

    async def drop(self, account_id: AccountId, now: datetime, *, who: str) -> bool:
        """Nothing is mirrored any more; what is there stays. False: there was none."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["drop_inbox"], account_id) is None:
                return False
            await tx.execute(SQL["log_inbox"], account_id, who, "inbox_removed", "{}")
            for cause in (DOWN, REFUSED):
                await notices.well(tx, account_id, cause, now)
        return True

    async def try_now(self, account_id: AccountId) -> None:
        """Whoever asks for it has looked: it is not left alone any longer."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["inbox_now"], account_id)
            await tx.execute(SQL["wake_chats"], account_id)


class InboxTurns:
    """One writer at a time for each inbox, over all processes; and how it fares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> list[AccountId]:
        return [AccountId(row["account_id"]) for row in await self._database.fetch(SQL["due_inboxes"], now)]

    async def take(self, account_id: AccountId, now: datetime, lasts: timedelta) -> Turn | None:
        """None: somebody is there, or it is left alone for a while."""
        number = await self._database.fetchval(SQL["take_inbox"], account_id, now, lasts)
        return None if number is None else Turn(account_id, number)

    async def keep(self, turn: Turn, lasts: timedelta) -> bool:
        """Still at work; False: it was lost."""
        return await self._database.fetchval(SQL["keep_inbox"], turn.account_id, turn.number, lasts) is not None

    async def give(self, turn: Turn) -> None:
        await self._database.execute(SQL["give_inbox"], turn.account_id, turn.number)

    async def prepared(self, turn: Turn) -> None:
        """It was looked at, and takes what we write."""
        await self._database.execute(SQL["inbox_prepared"], turn.account_id, turn.number)

    async def tries(self, turn: Turn) -> int:
        """How often it has failed in a row."""
        return await self._database.fetchval(SQL["inbox_tries"], turn.account_id) or 0

    async def went_well(self, turn: Turn, now: datetime) -> None:
        """If operators were told otherwise, they hear so."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["inbox_well"], turn.account_id, turn.number, now):
                for cause in (DOWN, REFUSED):
                    await notices.well(tx, turn.account_id, cause, now)

    async def went_wrong(self, turn: Turn, now: datetime, trouble: Trouble) -> None:
        """Leave it alone for a while; operators are told where that is called for, once."""
        async with self._database.transaction() as tx:
            told = (now, now + trouble.rest, trouble.code)
            tries = await tx.fetchval(SQL["inbox_wrong"], turn.account_id, turn.number, *told)
            if tries is not None and trouble.cause:
                await notices.tell(tx, News(turn.account_id, trouble.cause), now)


@dataclass(frozen=True, slots=True)
class InboxesState:
    """Of all accounts. `failing`: inboxes that take nothing. `twins`: people who have another with the same phone."""

    inboxes: int
    failing: int
    waiting: int
    twins: int


class InboxOverview:
    """What the doctor asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> InboxesState:
        row = await self._database.fetchrow(SQL["inboxes_state"])
        return InboxesState(*(int(one) for one in row)) if row else InboxesState(0, 0, 0, 0)
