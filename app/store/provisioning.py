"""What panels were asked for and what came of it. Every write names its run, so a late one writes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from asyncpg import UniqueViolationError

from app.domain.ids import AccountId
from app.domain.provisioning import Operation, Outcome, Status, Step
from app.store import notices
from app.store.database import Database, Row, Tx
from app.store.json_text import to_json
from app.store.notices import News
from app.store.panels import Lease
from app.store.provisioning_log import browser_row, log, request_row, response_row
from app.store.provisioning_requests import PLAIN, Provisioning, Wanted
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue
from app.store.secrets import Vault

SQL = statements("provisioning")
GAVE_UP = "provisioning_dead"


class Provisionings:
    """The table `provisionings`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def ask(self, tx: Tx, wanted: Wanted) -> tuple[Provisioning, bool]:
        """Write it down with its job and a line in the record; else what is written down, and False."""
        row = await tx.fetchrow(SQL["ask"], *self._values(wanted))
        if row is None:
            known = await tx.fetchrow(SQL["asked"], wanted.account_id, wanted.operation.value, wanted.request_key)
            if known is None:  # it was pruned between the two statements
                return await self.ask(tx, wanted)
            return self._read(known), False
        made = self._read(row)
        await enqueue(tx, [Job(JobName.PROVISION, {"account": int(wanted.account_id)}, urgent=True)])
        await log(tx, made, "rpa_request", request_row(made))
        return made, True

    def _values(self, wanted: Wanted) -> tuple[Any, ...]:
        sealed = None if wanted.password is None else self._vault.seal(wanted.password)
        return (
            *(wanted.account_id, wanted.operation.value, wanted.request_key, wanted.digest, wanted.conversation),
            *(wanted.conversation_id, wanted.captured_name, wanted.candidate, wanted.attempt, wanted.most_names),
            *(wanted.amount, wanted.locale, sealed, wanted.deadline, wanted.callback_url, wanted.requested_by),
        )

    async def asked(self, account_id: AccountId, operation: Operation, key: str) -> Provisioning | None:
        row = await self._database.fetchrow(SQL["asked"], account_id, operation.value, key)
        return self._read(row) if row else None

    async def asked_within(self, tx: Tx, wanted: Wanted) -> Provisioning | None:
        """The same within a transaction: whoever was quicker."""
        row = await tx.fetchrow(SQL["asked"], wanted.account_id, wanted.operation.value, wanted.request_key)
        return self._read(row) if row else None

    async def log_confirmed(self, tx: Tx, one: Provisioning, by: str) -> None:
        """Who stood for a large sum."""
        told = {"provisioning": one.id, "amount": str(one.amount), "confirmed_by": by, "conversation": one.conversation}
        await log(tx, one, "balance_confirmed", told)

    async def get(self, account_id: AccountId, number: int) -> Provisioning | None:
        row = await self._database.fetchrow(SQL["provisioning"], account_id, number)
        return self._read(row) if row else None

    async def made_for(self, tx: Tx, account_id: AccountId, conversation_id: int) -> Provisioning | None:
        """The user that was, is being, or may have been made in a conversation of ours, which is locked."""
        await tx.execute(SQL["lock_chat"], account_id, conversation_id)
        row = await tx.fetchrow(SQL["made_for"], account_id, conversation_id)
        return self._read(row) if row else None

    async def position(self, one: Provisioning) -> int:
        """Its place in the account's queue; 1 is next or under way."""
        return int(await self._database.fetchval(SQL["position"], one.account_id, one.id))

    async def given_today(self, tx: Tx, account_id: AccountId, now: datetime) -> Decimal:
        """What was given in balances, or may have been, on this day of the account."""
        began = await tx.fetchval(SQL["day_began"], account_id, now)
        return await tx.fetchval(SQL["given_since"], account_id, began)

    async def locale(self, account_id: AccountId, conversation_id: int | None) -> str:
        return await self._database.fetchval(SQL["locale"], account_id, conversation_id) or "es"

    async def home(self, account_id: AccountId) -> str:
        """The account's own address."""
        return await self._database.fetchval(SQL["home"], account_id) or ""

    async def next_due(self, accounts: Sequence[AccountId], lease: Lease, now: datetime) -> Provisioning | None:
        """The next one for the holder of the lease, taken up under a new run.

        Not one whose name another request may have written: it waits until that is settled.
        """
        row = await self._database.fetchrow(SQL["next_due"], accounts, now, lease.panel, lease.turn, lease.site)
        return self._read(row) if row else None

    async def soonest(self, accounts: Sequence[AccountId], site: str) -> datetime | None:
        """When the next of those who share a panel account is due."""
        return await self._database.fetchval(SQL["soonest"], accounts, site)

    async def take_step(self, one: Provisioning, lease: Lease) -> bool:
        """Keep where it stands; False: somebody else has taken it up, or the panel, or may be writing the same name."""
        told = (one.step.value, one.candidate, one.names_tried, one.balance_before, one.balance_after)
        try:
            return await self._database.fetchval(SQL["take_step"], one.id, one.run, *told, lease.turn) is not None
        except UniqueViolationError:
            return False

    async def is_written_since(self, one: Provisioning) -> bool:
        """Whether another request of ours wrote for the same name, or may have, after this one did."""
        return await self._database.fetchval(SQL["is_written_since"], one.id)

    async def in_doubt(self, account_id: AccountId) -> int | None:
        """The number of one that may have written, and whose end is still looked for."""
        return await self._database.fetchval(SQL["in_doubt"], account_id)

    async def put_off(self, one: Provisioning, until: datetime, detail: str, *, counts: bool = True) -> bool:
        """Have it tried again later."""
        told = (until, detail, int(counts), one.step.value, one.candidate)
        return await self._database.fetchval(SQL["put_off"], one.id, one.run, *told) is not None

    async def conclude(self, one: Provisioning, outcome: Outcome, now: datetime, *, operator: str) -> bool:
        """What came of it, its lines in the record, and who must hear of it, at once; False: it comes too late."""
        is_dead = outcome.status is Status.ERROR
        values = ("dead" if is_dead else "done", outcome.status.value, outcome.detail, outcome.username)
        kept = (list(outcome.evidence), one.step.value, one.balance_after, one.candidate)
        async with self._database.transaction() as tx:
            row = await tx.fetchrow(SQL["conclude"], one.id, one.run, *values, *kept)
            if row is None:
                return False
            ended = self._read(row)
            await log(tx, ended, "rpa_response", response_row(ended))
            await log(tx, ended, "browser", browser_row(ended, operator))
            if ended.callback_url:
                await enqueue(tx, [callback_job(ended.account_id, ended.id)])
            if is_dead:
                await notices.tell(tx, News(ended.account_id, GAVE_UP), now)
        return True

    async def note(self, account_id: AccountId, told: dict[str, Any]) -> None:
        """A line of the browser's in the record."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["log_row"], account_id, None, "ponte", "browser", to_json(told))

    async def overdue(self, now: datetime) -> list[Provisioning]:
        """Those of which nobody will tell any more."""
        return [self._read(row) for row in await self._database.fetch(SQL["overdue"], now)]

    async def stranded(self) -> list[Job]:
        """A job for every account with something due that nobody is at."""
        rows = await self._database.fetch(SQL["stranded"])
        return [Job(JobName.PROVISION, {"account": row["account_id"]}) for row in rows]

    async def called_back(self, one: Provisioning) -> None:
        await self._database.execute(SQL["called_back"], one.id)

    async def prune(self) -> None:
        """Drop what is past its keeping."""
        await self._database.execute(SQL["forget_old_secrets"])
        await self._database.execute(SQL["prune_provisionings"])

    async def enqueue(self, jobs: list[Job]) -> None:
        async with self._database.transaction() as tx:
            await enqueue(tx, jobs)

    async def later(self, account_id: AccountId, delay: timedelta) -> None:
        """A job for when the next one is due."""
        await self.enqueue([Job(JobName.PROVISION, {"account": int(account_id)}, delay=delay)])

    def _read(self, row: Row) -> Provisioning:
        sealed = row["sealed_password"]
        return Provisioning(
            **{name: row[name] for name in PLAIN},
            account_id=AccountId(row["account_id"]),
            operation=Operation(row["operation"]),
            step=Step(row["step"]),
            status=None if row["status"] is None else Status(row["status"]),
            password=None if sealed is None else self._vault.open(sealed),
            evidence=tuple(row["evidence"]),
        )


def callback_job(account_id: AccountId, number: int) -> Job:
    return Job(JobName.PROVISIONED, {"account": int(account_id), "provisioning": number})
