"""The table `tool_calls`: what each turn has called. It keeps no arguments, only their digest."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.domain.agenda import State
from app.domain.ids import AccountId
from app.domain.tools import ToolAnswer, TurnRef
from app.store.database import Database, Tx
from app.store.queries import statements

SQL = statements("tool_calls")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one turn: the tool, and what tells its arguments from others'."""

    turn: TurnRef
    tool: str
    digest: bytes

    @property
    def key(self) -> str:
        """By this an outside world tells the same call again."""
        return f"tool:{self.turn.conversation_id}:{self.turn.turn}:{self.tool}:{self.digest.hex()[:32]}"


@dataclass(frozen=True, slots=True)
class Before:
    """What the same call has come to before."""

    ok: bool
    booking_id: int | None


@dataclass(frozen=True, slots=True)
class Scene:
    """The conversation of a turn, as its tools need to know it."""

    contact_id: str | None
    lead_id: str | None
    locale: str
    timezone: str
    open_leads: int


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call as an operator sees it. `code` is empty when it worked; `calls` is how often it was made."""

    tool: str
    ok: bool
    code: str
    calls: int
    at: datetime


def call_of(turn: TurnRef, tool: str, given: Mapping[str, Any]) -> Call:
    """The call with these arguments. Pure."""
    digest = hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).digest()
    return Call(turn, tool, digest)


class ToolCalls:
    """Reads and writes what turns have called."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def scene(self, turn: TurnRef) -> Scene | None:
        """The turn's conversation; None when the account has no such one."""
        row = await self._database.fetchrow(SQL["scene"], turn.account_id, turn.conversation_id)
        return Scene(**dict(row)) if row else None

    async def known(self, call: Call) -> Before | None:
        """What the same call has come to before, if it was made."""
        row = await self._database.fetchrow(SQL["known"], *_key(call))
        return Before(row["ok"], row["booking_id"]) if row else None

    async def note(self, call: Call, answer: ToolAnswer) -> None:
        """Keep that it was made, and what came of it."""
        await self._database.execute(SQL["note"], *_key(call), *_outcome(answer), None)

    async def of_turns(
        self, account_id: AccountId, conversation_id: int, turns: Sequence[int], *, until: datetime
    ) -> dict[int, list[CallMade]]:
        """What turns of a conversation had called by a time, by turn and in order; without those that called none."""
        rows = await self._database.fetch(SQL["of_turns"], account_id, conversation_id, turns, until)
        made: dict[int, list[CallMade]] = {}
        for row in rows:
            call = CallMade(row["tool"], row["ok"], row["code"], row["calls"], row["created_at"])
            made.setdefault(row["turn"], []).append(call)
        return made


async def has_worked(tx: Tx, call: Call) -> bool:
    """Whether the same call has worked before."""
    row = await tx.fetchrow(SQL["known"], *_key(call))
    return bool(row and row["ok"])


async def own_epoch(tx: Tx, turn: TurnRef) -> int | None:
    """The epoch that this turn's own hand-over or pause has left behind."""
    return await tx.fetchval(SQL["own_epoch"], turn.account_id, turn.conversation_id, turn.turn)


async def note_work(tx: Tx, call: Call, *, epoch: int | None) -> None:
    """Keep, in the transaction that did it, that a call has worked."""
    await tx.execute(SQL["note"], *_key(call), True, "", None, epoch)


async def note_booking(tx: Tx, call: Call, number: int, *states: State) -> None:
    """Keep, in the transaction that did it, that a call has worked on a booking: that it is in one of these states."""
    await tx.execute(SQL["note_booking"], *_key(call), number, [state.value for state in states])


def _key(call: Call) -> tuple[object, ...]:
    turn = call.turn
    return turn.account_id, turn.conversation_id, turn.turn, call.tool, call.digest


def _outcome(answer: ToolAnswer) -> tuple[object, ...]:
    return answer.ok, "" if answer.ok else str(answer.data.get("code", "")), answer.data.get("booking")
