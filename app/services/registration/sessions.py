"""Sessions of flows as existing tools read them, and how flows fare. A session lives a day after its last step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.channels.base import Channel
from app.channels.without_crm import phones_of
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.flows import COMPLETED, EXPIRED, EXPIRES_AFTER, FAILED, OVER
from app.domain.ids import AccountId, ContactId
from app.services.flows.engine import ENGINE
from app.services.flows.places import check_step
from app.store.database import Database
from app.store.sessions import Session, Sessions

ALL: Final = 2**62


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as it is told: what the customer answered, and nothing that is the engine's own.

    `phone_number` None: neither they nor the CRM nor the messenger has told one.
    """

    conversation_id: int
    chat_id: str
    contact_id: str | None
    phone_number: str | None
    flow: str
    current_step: str
    data: Mapping[str, str]
    bot_on: bool
    created_at: datetime
    updated_at: datetime


class SessionDesk:
    """The service behind GET /sessions."""

    def __init__(self, database: Database, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._clock = clock
        self._channels = channels
        self._sessions = Sessions(database)

    async def page(
        self, account_id: AccountId, *, who: str, step: str | None, before: int, limit: int
    ) -> tuple[list[Shown], int | None]:
        """Live sessions, and where the rest begins. That somebody has read them is in the audit.

        Raises:
            Rejected: nobody can stand at this step.
        """
        check_step(step)
        since = self._clock.now() - EXPIRES_AFTER
        found = await self._sessions.page(account_id, since=since, before=before, step=step, limit=limit + 1)
        page = found[:limit]
        if page:
            await self._sessions.log(account_id, who=who, count=len(page))
        return [self._shown(one) for one in page], page[-1].conversation_id if len(found) > limit else None

    async def one(self, account_id: AccountId, conversation_id: int, *, who: str) -> Shown:
        """One of them.

        Raises:
            NotFound: there is none, or it has expired.
        """
        since = self._clock.now() - EXPIRES_AFTER
        found = await self._sessions.page(account_id, since=since, before=ALL, only=conversation_id, limit=1)
        if not found:
            raise NotFound(f"Conversation {conversation_id} has no live session.", hint="GET /sessions lists them.")
        await self._sessions.log(account_id, who=who, count=1)
        return self._shown(found[0])

    def _shown(self, one: Session) -> Shown:
        channel = self._channels.get(one.channel)
        is_number = channel is not None and not channel.has_users  # a messenger knows its customers by their number
        return shown(one, known_by=phones_of(ContactId(one.contact_id or "")) if is_number else ())

    async def figures(self, account_id: AccountId) -> dict[str, Any]:
        """For /stats: how many sessions live, by step, and how flows end."""
        return figures_of(await self._sessions.counts(account_id, since=self._clock.now() - EXPIRES_AFTER))

    async def seal_plain(self) -> None:
        """The chore: nothing that a customer told a flow lies open, whichever release has written it."""
        while await self._sessions.seal_plain():
            pass


def shown(one: Session, *, known_by: tuple[str, ...] = ()) -> Shown:
    """Only the customer's own answers: counters, keys and a password that is being checked stay inside. Pure."""
    flow = ENGINE.flow(one.flow)
    learns = flow.learns if flow else ()
    data = {name: one.data[name] for name in learns if one.data.get(name)}
    phone = data.get("phone") or one.phone or next(iter(known_by), None)
    return Shown(
        *(one.conversation_id, one.chat_id, one.contact_id, phone, one.flow, one.step, data, one.bot_on),
        *(one.created_at, one.updated_at),
    )


def figures_of(counts: list[dict[str, Any]]) -> dict[str, Any]:
    """Rates are shares of all sessions of the last day; null where there are none. Pure."""
    by_step: dict[str, int] = {}
    for row in counts:
        by_step[row["step"]] = by_step.get(row["step"], 0) + row["n"]
    total = sum(by_step.values())
    return {
        "total_sessions": total,
        "active_sessions": total - sum(by_step.get(end, 0) for end in (*_ENDS, OVER)),
        "sessions_by_step": counts,
        "completion_rate": _share(by_step.get(COMPLETED, 0), total),
        "error_rate": _share(by_step.get(FAILED, 0), total),
    }


_ENDS: Final = (COMPLETED, FAILED, EXPIRED, "handed_over")


def _share(part: int, total: int) -> float | None:
    return round(part / total, 4) if total else None
