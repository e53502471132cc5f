"""Sessions: conversations with a plan, as tools read them. What customers told is opened here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.domain.ids import AccountId
from app.store.database import Database, Row
from app.store.flow_state import flow_of, learnt
from app.store.json_text import from_json, to_json
from app.store.queries import statements

SQL = statements("sessions")
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation with a plan. `data` is all that the flow has learnt."""

    conversation_id: int
    chat_id: str
    contact_id: str | None
    channel: str
    phone: str = field(repr=False)
    flow: str
    step: str
    bot_on: bool
    data: dict[str, str] = field(repr=False)
    created_at: datetime
    updated_at: datetime


class Sessions:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        account_id: AccountId,
        *,
        since: datetime,
        before: int,
        step: str | None = None,
        only: int | None = None,
        limit: int,
    ) -> list[Session]:
        """Those that somebody has moved since then, the newest conversation first."""
        rows = await self._database.fetch(SQL["sessions"], account_id, since, before, step, only, limit)
        return [found for row in rows if (found := self._session(row)) is not None]

    def _session(self, row: Row) -> Session | None:
        flow = flow_of(row["flow_state"])
        if flow is None:
            return None
        data = learnt(self._database.vault, row["flow_sealed"]) if row["flow_sealed"] else dict(flow.data)
        return Session(
            *(row["id"], row["chat_id"], row["contact_id"], row["channel"], row["phone"], row["flow"], row["step"]),
            bot_on=row["bot_on"],
            data=data,
            created_at=flow.started_at,
            updated_at=max(flow.entered_at, row["updated_at"]),
        )

    async def counts(self, account_id: AccountId, *, since: datetime) -> list[dict[str, Any]]:
        """How many stand where: flow, step, n."""
        return [dict(row) for row in await self._database.fetch(SQL["session_counts"], account_id, since)]

    async def log(self, account_id: AccountId, *, who: str, count: int) -> None:
        """Who has read how many; whose they were is nobody's business."""
        await self._database.execute(SQL["log_sessions"], account_id, who, to_json({"sessions": count}))

    async def seal_plain(self) -> int:
        """Seal what a release of before has left open; how many that were."""
        sealed = 0
        rows = await self._database.fetch(SQL["plain_flows"], _AT_ONCE)
        for row in rows:
            told = self._database.vault.seal(to_json(from_json(row["data"])))
            sealed += bool(await self._database.fetchval(SQL["seal_flow"], row["id"], told, row["data"]))
        return sealed
