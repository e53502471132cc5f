"""What people ask about: what is active, what waits, why it is quiet. Reads only, and never a customer's words."""

from datetime import datetime
from typing import Any

from app.domain.ids import AccountId
from app.store.database import Database, Row
from app.store.faq import SQL as FAQ
from app.store.feedback import SQL as FEEDBACK
from app.store.json_text import from_json
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue

SQL = statements("overview")
Figures = dict[str, Any]
# The parts of a conversation's past -> the statement that reads each.
_HISTORY = {
    "events": "folded_until",
    "turns": "turns",
    "line": "line",
    "audit": "audit",
    "n8n_errors": "failed_executions",
}


def _plain(rows: list[Row]) -> list[Figures]:
    return [dict(row) for row in rows]


class Overview:
    """The reading side of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owns(self, account_id: AccountId, conversation_id: int) -> bool:
        return bool(await self._database.fetchval(SQL["owns"], account_id, conversation_id))

    async def all_ids(self, account_id: AccountId) -> list[Any]:
        return [row["id"] for row in await self._database.fetch(SQL["all_ids"], account_id)]

    async def active(
        self, account_id: AccountId, *, since: datetime, before: tuple[datetime, int], limit: int
    ) -> list[Figures]:
        return _plain(await self._database.fetch(SQL["active"], account_id, since, *before, limit))

    async def head(self, account_id: AccountId, conversation_id: int) -> Figures | None:
        row = await self._database.fetchrow(SQL["head"], account_id, conversation_id)
        return None if row is None else {**dict(row), "capabilities": from_json(row["capabilities"])}

    async def history(self, conversation_id: int, *, at: datetime, limit: int) -> dict[str, list[Figures]]:
        """What had happened in a conversation by a time, by kind, newest first."""
        parts: dict[str, list[Figures]] = {}
        for name, sql in _HISTORY.items():
            parts[name] = _plain(await self._database.fetch(SQL[sql], conversation_id, at, limit))
        for turn in parts["turns"]:
            turn["stages"] = from_json(turn["stages"])
        for entry in (*parts["events"], *parts["audit"]):
            entry["after"] = from_json(entry["after"])
        return parts

    async def began(self, conversation_id: int, state: Figures, *, at: datetime) -> Figures:
        """Since when it had been off for this reason and by this person, and what kind of command made it so."""
        args = (conversation_id, at, state["reason"] or "", state["by"] or "")
        row = await self._database.fetchrow(SQL["began"], *args)
        return dict(row) if row else {}

    async def unread(self, conversation_id: int, *, at: datetime) -> list[Figures]:
        """What waited in the mailbox at a time."""
        return _plain(await self._database.fetch(SQL["unread"], conversation_id, at))

    async def timers(self, conversation_id: int) -> list[Figures]:
        """What rings when, as of now."""
        return _plain(await self._database.fetch(SQL["timers"], conversation_id))

    async def name_lead(self, account_id: AccountId, conversation_id: int, lead_id: str, *, who: str) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(SQL["name_lead"], account_id, conversation_id, lead_id)
            await enqueue(tx, [Job(JobName.CRM, {"conversation": conversation_id})])
            await tx.execute(SQL["log"], account_id, conversation_id, who, "named_lead", lead_id)

    async def stats(self, account_id: AccountId) -> Figures:
        """All figures of an account."""
        counts = await self._database.fetchrow(SQL["counts"], account_id)
        latency = await self._database.fetchrow(SQL["latency"], account_id)
        return {
            **dict(counts or {}),
            "turns_24h": _plain(await self._database.fetch(SQL["turn_counts"], account_id)),
            "brains_24h": await self.brains(account_id),
            "open_breakers": _plain(await self._database.fetch(SQL["open_breakers"], account_id)),
            "callbacks_refused_24h": _plain(await self._database.fetch(SQL["refused_callbacks"], account_id)),
            "faq": dict(await self._database.fetchrow(FAQ["last_day"], account_id) or {}),
            "feedback_24h": dict(await self._database.fetchrow(FEEDBACK["last_day"], account_id) or {}),
            "n8n_errors_24h": _plain(await self._database.fetch(SQL["execution_counts"], account_id)),
            "latency_24h_seconds": dict(latency or {}),
            "queue": await self.queue(),
        }

    async def brains(self, account_id: AccountId) -> list[Figures]:
        """How the brains ended that were asked over the last day."""
        return _plain(await self._database.fetch(SQL["brain_counts"], account_id))

    async def queue(self) -> list[Figures]:
        return _plain(await self._database.fetch(SQL["queue"]))

    async def worker_seen(self, role: str) -> datetime | None:
        """When a worker last showed itself: now, if one is connected under this role."""
        return await self._database.fetchval(SQL["worker_seen"], role)

    async def live_accounts(self) -> tuple[int, int]:
        """How many are served, and how many wait for a new grant."""
        row = await self._database.fetchrow(SQL["live_accounts"])
        return (row["live"], row["waiting"]) if row else (0, 0)

    async def totals(self, account_id: AccountId) -> list[Figures]:
        return _plain(await self._database.fetch(SQL["totals"], account_id))

    async def log(self, account_id: AccountId, conversation_id: int | None, *, who: str, what: str, why: str) -> None:
        await self._database.execute(SQL["log"], account_id, conversation_id, who, what, why)
