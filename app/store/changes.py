"""Writes what a transaction on a conversation changed: the new state, its rows, history, notes, audit and jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.conversation import Conversation, OutboxRow, RowState
from app.store.conversations import SQL, Loaded
from app.store.database import Tx
from app.store.feedback import save_survey
from app.store.flow_state import sealed_flow
from app.store.json_text import to_json
from app.store.queue import Job, JobName


@dataclass(frozen=True, slots=True)
class CrmWrite:
    """A note, tags or an assignment for the lead. `held` until the right lead is known."""

    kind: str
    text: str = ""
    details: Mapping[str, str | int | list[str]] | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """What one event of the mailbox came to."""

    inbox_id: int
    verdict: str
    after: dict[str, object]


async def save_state(tx: Tx, loaded: Loaded, state: Conversation, now: datetime) -> None:
    """Write the conversation, its messages' answers, its line and its timers, as far as they changed."""
    before = loaded.state
    if state == before:
        return
    if _own(state) != _own(before):
        await _save_own(tx, loaded, state, now)
    unanswered = {m.fold for m in before.messages} | set(range(before.folds + 1, state.folds + 1))
    if unanswered - {m.fold for m in state.messages}:
        await tx.execute(SQL["answered"], loaded.id, [m.fold for m in state.messages])
    if state.survey != before.survey:
        await save_survey(tx, loaded.id, state)
    await _save_rows(tx, loaded, state)
    await _save_timers(tx, loaded, state)


def _own(state: Conversation) -> Conversation:
    """What the conversation's own row holds: all but what lies in other tables."""
    return replace(state, messages=(), turn=None, rows=(), timers={}, survey=None)


async def _save_own(tx: Tx, loaded: Loaded, state: Conversation, now: datetime) -> None:
    pause = state.pause
    flow, sealed = sealed_flow(tx, state.flow)
    await tx.execute(
        SQL["save"],
        loaded.id,
        state.bot_on,
        pause.reason.value if pause else None,
        pause.by if pause else None,
        pause.until if pause else None,
        pause.fixed if pause else False,
        state.epoch,
        state.control_at,
        state.released_at,
        state.resting,
        state.opted_out,
        state.folds,
        state.turns,
        state.lines,
        state.superseded,
        state.escalations,
        state.locale,
        state.last_customer_at,
        state.last_human_at,
        state.other_bot_at,
        now,
        state.flow.flow if state.flow else None,
        state.flow.step if state.flow else None,
        flow,
        to_json(state.pace),
        sealed,
    )


async def _save_rows(tx: Tx, loaded: Loaded, state: Conversation) -> None:
    known = {row.number: row for row in loaded.state.rows}
    for row in state.rows:
        before = known.get(row.number)
        if before is None:
            await _add_row(tx, loaded, row)
        elif before != row:
            await _save_row(tx, loaded, row)
            if before.content is not None and row.content is None:
                await tx.execute(SQL["say_in_words"], loaded.id, row.number, row.words)
            if row.state is RowState.SENT and row.turn is not None and before.state is not RowState.SENT:
                await tx.execute(SQL["delivered"], loaded.id, row.turn, row.sent_at)


async def _add_row(tx: Tx, loaded: Loaded, row: OutboxRow) -> None:
    await tx.execute(
        SQL["add_row"],
        loaded.account_id,
        loaded.id,
        row.number,
        row.turn,
        row.epoch,
        sorted(row.answers),
        row.farewell,
        row.text,
        row.words,
        row.state.value,
        row.reason,
        row.idempotency_key,
        row.quiet_since,
        row.not_after,
        row.attempt,
        row.way,
        row.not_before,
        row.claimed_at,
        to_json(row.content) if row.content else None,
        row.notice,
    )


async def _save_row(tx: Tx, loaded: Loaded, row: OutboxRow) -> None:
    await tx.execute(
        SQL["save_row"],
        loaded.id,
        row.number,
        row.state.value,
        row.attempt,
        row.way,
        row.external_id,
        row.reason,
        row.not_before,
        row.claimed_at,
        row.sent_at,
        row.absent_since,
        row.refusals,
    )


async def _save_timers(tx: Tx, loaded: Loaded, state: Conversation) -> None:
    before = loaded.state.timers
    if before.keys() - state.timers.keys():
        await tx.execute(SQL["drop_timers"], loaded.id, [kind.value for kind in state.timers])
    for kind, due in state.timers.items():
        if before.get(kind) != due:
            await tx.execute(SQL["set_timer"], loaded.account_id, loaded.id, kind.value, due)


async def save_crm(tx: Tx, loaded: Loaded, writes: Sequence[CrmWrite], *, state: Conversation) -> Conversation:
    """Queue the CRM writes on the conversation's numbers; returns the state with the numbers used up."""
    for place, write in enumerate(writes, start=1):
        await tx.execute(
            SQL["add_crm"],
            loaded.account_id,
            loaded.id,
            state.lines + place,
            write.kind,
            state.epoch,
            write.text,
            to_json(write.details or {}),
            "pending" if loaded.lead_id else "held",
        )
    return replace(state, lines=state.lines + len(writes))


async def save_folded(tx: Tx, folded: Sequence[Folded], now: datetime) -> None:
    """Mark events as read, with their verdicts."""
    if folded:
        await tx.execute(
            SQL["folded"],
            now,
            [f.inbox_id for f in folded],
            [f.verdict for f in folded],
            [to_json(f.after) for f in folded],
        )


def wake_at(loaded: Loaded, due: datetime, now: datetime) -> Job:
    """The job that fires a timer."""
    delay = max(due - now, timedelta(0))
    return Job(JobName.WAKE, {"conversation": loaded.id}, delay=delay or None)
