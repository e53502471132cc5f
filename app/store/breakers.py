"""The breakers of all brains, in Postgres, so that what one worker has learnt holds for the others.

When one opens, and when it closes, operators are told in the same transaction; what is told waits for no network.
"""

from dataclasses import astuple, replace
from datetime import datetime, timedelta

from app.domain.breaker import Breaker, Gate, failed, gate
from app.domain.ids import AccountId
from app.store import notices
from app.store.database import Database, Row, Tx
from app.store.notices import News
from app.store.queries import statements

SQL = statements("breakers")


def cause_of(brain: str) -> str:
    """What operators are told of a brain that is left alone."""
    return f"brain_{brain}_down"


def _breaker(row: Row | None) -> Breaker:
    return Breaker(tuple(row["failures"]), row["opened_at"], row["probe_until"]) if row else Breaker()


class Breakers:
    """The table `brain_breakers`. A brain that has not failed lately has no row, and costs one look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pass_gate(self, account_id: AccountId, brain: str, now: datetime, *, patience: timedelta) -> Gate:
        """Whether to ask this brain now; of those who ask while it is open, one is let through."""
        seen = _breaker(await self._database.fetchrow(SQL["look"], account_id, brain))
        if seen.opened_at is None:
            return Gate.ASK
        async with self._database.transaction() as tx:
            verdict, after = gate(await self._locked(tx, account_id, brain), now, patience)
            if verdict is Gate.PROBE:
                await self._save(tx, account_id, brain, after)
        return verdict

    async def failed(self, account_id: AccountId, brain: str, now: datetime, *, was_probe: bool = True) -> bool:
        """Count a failure; returns whether it has just opened. While it is open, operators are reminded every hour."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["begin"], account_id, brain)
            before = await self._locked(tx, account_id, brain)
            after = failed(before, now, was_probe=was_probe)
            await self._save(tx, account_id, brain, after)
            opened = before.opened_at is None and after.opened_at is not None
            if opened:
                await tx.execute(SQL["log"], account_id, "breaker_opened", brain)
            if after.opened_at is not None:
                await notices.tell(tx, News(account_id, cause_of(brain)), now)
        return opened

    async def succeeded(self, account_id: AccountId, brain: str, now: datetime) -> None:
        """The probe was answered: it is asked as always again."""
        async with self._database.transaction() as tx:
            await close(tx, account_id, brain, now)

    async def undecided(self, account_id: AccountId, brain: str) -> None:
        """The probe has proved nothing: the next one need not wait for it."""
        async with self._database.transaction() as tx:
            seen = await self._locked(tx, account_id, brain)
            if seen.opened_at is not None:
                await self._save(tx, account_id, brain, replace(seen, probe_until=None))

    async def _locked(self, tx: Tx, account_id: AccountId, brain: str) -> Breaker:
        return _breaker(await tx.fetchrow(SQL["lock"], account_id, brain))

    async def _save(self, tx: Tx, account_id: AccountId, brain: str, breaker: Breaker) -> None:
        await tx.execute(SQL["save"], account_id, brain, *astuple(breaker))


async def close(tx: Tx, account_id: AccountId, brain: str, now: datetime) -> None:
    """The brain has answered: if it was left alone, it is asked as always again, and operators hear so."""
    if await tx.fetchval(SQL["close"], account_id, brain):
        await tx.execute(SQL["log"], account_id, "breaker_closed", brain)
        await notices.well(tx, account_id, cause_of(brain), now)
