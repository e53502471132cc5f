"""The table `errands`: what flows have asked of the outside, each once for its key."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.flows import Errand
from app.domain.ids import AccountId, ConversationId
from app.store.database import Database, Tx, vault_of
from app.store.json_text import from_json, to_json
from app.store.phone_hashes import phone_hashes
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue

SQL = statements("errands")


@dataclass(frozen=True, slots=True)
class OpenErrand:
    """An errand with whom it is for."""

    id: int
    account_id: AccountId
    conversation_id: ConversationId
    errand: Errand


async def begin_errand(tx: Tx, account_id: AccountId, conversation_id: ConversationId, errand: Errand) -> None:
    """Keep the errand, with the job that runs it; one that is known already is not begun again."""
    sealed = {"sealed": vault_of(tx).seal(to_json(dict(errand.data)))} if errand.data else {}
    args = (errand.key, errand.kind, to_json(sealed))
    number = await tx.fetchval(SQL["begin"], account_id, conversation_id, *args)
    if number is not None:
        await enqueue(tx, [Job(JobName.ERRAND, {"errand": number}, urgent=True)])


class Errands:
    """Reads errands and writes how they ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, number: int) -> OpenErrand | None:
        """The errand; None when it has come to an end."""
        row = await self._database.fetchrow(SQL["open"], number)
        if row is None:
            return None
        errand = Errand(row["kind"], row["key"], self._data(from_json(row["data"])))
        return OpenErrand(number, AccountId(row["account_id"]), ConversationId(row["conversation_id"]), errand)

    def _data(self, stored: dict[str, str]) -> dict[str, str]:
        """What goes along, opened; of an older release it lies open."""
        sealed = stored.get("sealed")
        return from_json(self._database.vault.open(sealed)) if sealed else stored


async def end_errand(tx: Tx, number: int, status: str, now: datetime) -> bool:
    """Write how it ended; False when somebody else has done so."""
    return await tx.fetchval(SQL["done"], number, status, now) is not None


async def calls_about(
    tx: Tx, account_id: AccountId, phone: bytes, statuses: tuple[str, ...], *, since: datetime
) -> list[datetime]:
    """When the outside was called for a phone and it ended so, or has not ended. Nobody else calls for it meanwhile."""
    await tx.execute(SQL["lock_phone"], account_id, phone)
    rows = await tx.fetch(SQL["calls_about"], account_id, phone, list(statuses), since)
    return [row["at"] for row in rows]


async def call_is_about(tx: Tx, conversation_id: ConversationId, key: str, phone: bytes, now: datetime) -> None:
    """Keep for which phone the outside is called."""
    await tx.execute(SQL["is_about"], conversation_id, key, phone, now)


async def begin_call(tx: Tx, conversation_id: ConversationId, key: str) -> bool:
    """Write down that the outside is called now; False when that has been written before."""
    return await tx.fetchval(SQL["begin_call"], conversation_id, key) is not None


async def withdraw_call(tx: Tx, conversation_id: ConversationId, key: str) -> None:
    """Nothing reached the outside: the call may be made."""
    await tx.execute(SQL["withdraw_call"], conversation_id, key)


class ErrandCalls:
    """What is known of calls to the outside that must not be made twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def phone(self, account_id: AccountId, phone: str) -> bytes:
        """The phone as a call for it is known by."""
        return min(await phone_hashes(self._database, self._database.vault, account_id, [phone]))

    async def last_made(
        self, conversation_id: ConversationId, kind: str, statuses: tuple[str, ...], *, before: str
    ) -> datetime | None:
        """When an errand of this kind last ended in one of these ways, or one began that is older and under way."""
        return await self._database.fetchval(SQL["last_made"], conversation_id, kind, list(statuses), before)
