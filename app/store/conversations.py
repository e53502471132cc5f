"""A conversation in and out of Postgres: lock it, load it, write what a decision changed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from app.domain.account import Policy
from app.domain.content import Content
from app.domain.conversation import (
    Conversation,
    Event,
    OpenTurn,
    OutboxRow,
    OutgoingMessage,
    Pace,
    Pause,
    PauseReason,
    Reacted,
    RowState,
    TimerKind,
    Undelivered,
    Waiting,
)
from app.domain.ids import AccountId, ContactId, ConversationId, ExternalId, LeadId
from app.domain.messages import MessageKind, words_of
from app.store.database import Row, Tx
from app.store.events import decode
from app.store.feedback import survey_of
from app.store.flow_state import opened_flow
from app.store.json_text import from_json
from app.store.policies import policy_of
from app.store.queries import statements

SQL = statements("conversations")
_PACE = TypeAdapter(Pace)
_CONTENT = TypeAdapter(Content)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Unread:
    """An event that waits in the mailbox."""

    id: int
    event: Event


@dataclass(frozen=True, slots=True)
class Loaded:
    """A conversation under its lock, with its mailbox and what is known around it."""

    id: ConversationId
    account_id: AccountId
    channel: str
    contact_id: ContactId | None
    lead_id: LeadId | None
    timezone: str
    account_locale: str
    policy: Policy
    state: Conversation
    unread: tuple[Unread, ...]
    standing: Pause | None  # a pause of the whole contact or lead that this conversation has not heard of
    standing_at: datetime | None
    seller: str | None  # the salesperson whose own phone this chat is
    is_stranger: bool  # whose phone this chat is has not been looked up lately
    contact_opted_out: bool  # here or in another chat of the same contact


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversation under its lock, as it was when the lock was granted: nobody changes it while the lock is held."""

    id: ConversationId
    head: Row


async def lock(tx: Tx, conversation_id: ConversationId) -> Locked | None:
    """Lock the conversation, in a statement of its own; None when there is no such conversation."""
    head = await tx.fetchrow(SQL["lock"], conversation_id)
    return Locked(conversation_id, head) if head is not None else None


async def load(tx: Tx, locked: Locked) -> Loaded:
    """All that is around a locked conversation.

    In a later statement than the lock, on purpose: a snapshot taken before the lock was granted would bring folded
    events back.
    """
    head = locked.head
    known = (head["account_id"], head["contact_id"], head["control_at"] or _LONG_AGO, head["lead_id"])
    (around,) = await tx.fetch(SQL["load"], locked.id, *known)
    unread = _unread(around)
    rows = await _rows(tx, locked.id, unread, has_line=around["has_line"])
    return Loaded(
        id=locked.id,
        account_id=AccountId(head["account_id"]),
        channel=head["channel"],
        contact_id=head["contact_id"],
        lead_id=head["lead_id"],
        timezone=head["timezone"],
        account_locale=head["account_locale"],
        policy=_policy(head, around),
        state=replace(_state(head, around, rows), flow=opened_flow(tx, head)),
        unread=unread,
        standing=_standing(around),
        standing_at=around["standing_at"],
        seller=around["seller"],
        is_stranger=head["contact_id"] is not None and not around["contact_is_read"],
        contact_opted_out=bool(around["contact_opted_out"]),
    )


def _policy(head: Row, around: Row) -> Policy:
    """The account's policy; a salesperson who tries the bot from the own phone may write as fast as they like."""
    policy = policy_of(from_json(head["account_settings"]), head["timezone"], head["account_locale"])
    return replace(policy, messages_a_minute=0, messages_a_day=0) if around["seller"] else policy


async def _rows(tx: Tx, conversation_id: ConversationId, unread: tuple[Unread, ...], *, has_line: bool) -> list[Row]:
    """The rows of the line that matter: those under way, and those that an echo or a receipt may belong to."""
    echoes = [u.event for u in unread if isinstance(u.event, OutgoingMessage)]
    named = [e.external_id for e in echoes]
    named += [u.event.about for u in unread if isinstance(u.event, Undelivered | Reacted) and u.event.about is not None]
    if not named and not has_line:
        return []
    return await tx.fetch(SQL["rows"], conversation_id, named, [words_of(e.text) for e in echoes])


async def standing_pause(tx: Tx, account_id: AccountId, *, contact: str | None, lead: str | None) -> Pause | None:
    """The pause of a whole contact or lead that its first message will meet."""
    row = await tx.fetchrow(SQL["standing"], account_id, contact, lead)
    return _standing(row) if row else None


def _standing(row: Row) -> Pause | None:
    if row["standing_scope"] is None:
        return None
    until = row["standing_until"]
    return Pause(PauseReason(row["standing_scope"]), row["standing_by"], until, fixed=until is not None)


def _unread(around: Row) -> tuple[Unread, ...]:
    mail = zip(around["unread_ids"], around["unread_kinds"], around["unread_bodies"], strict=True)
    return tuple(Unread(number, decode(kind, body)) for number, kind, body in mail)


def _waiting(around: Row) -> tuple[Waiting, ...]:
    columns = (around[name] for name in ("folds", "texts", "kinds", "times", "received"))
    lines = zip(*columns, strict=True)
    return tuple(Waiting(fold, text, MessageKind(kind), at, received) for fold, text, kind, at, received in lines)


def _state(head: Row, around: Row, rows: list[Row]) -> Conversation:
    return Conversation(
        pause=_pause(head),
        epoch=head["epoch"],
        control_at=head["control_at"],
        released_at=head["released_at"],
        resting=head["resting"],
        opted_out=head["opted_out"],
        folds=head["folds"],
        turns=head["turns"],
        lines=head["lines"],
        superseded=head["superseded"],
        escalations=head["escalations"],
        locale=head["locale"] or head["account_locale"],
        last_customer_at=head["last_customer_at"],
        last_human_at=head["last_human_at"],
        other_bot_at=head["other_bot_at"],
        messages=_waiting(around),
        turn=_turn(around),
        rows=tuple(sorted((row_of(r) for r in rows), key=lambda row: row.number)),
        pace=pace_of(head["pace"]),
        survey=survey_of(head["survey"]),
        timers={TimerKind(kind): due for kind, due in zip(around["timer_kinds"], around["timer_dues"], strict=True)},
    )


def pace_of(stored: str) -> Pace:
    """How fast the customer writes, as it is kept; what another release has written in its own way is counted anew."""
    try:
        return _PACE.validate_json(stored)
    except ValidationError:
        return Pace()


def _pause(head: Row) -> Pause | None:
    if head["bot_on"]:
        return None
    return Pause(
        PauseReason(head["pause_reason"]), head["paused_by"] or "", head["paused_until"], fixed=head["pause_fixed"]
    )


def _turn(row: Row) -> OpenTurn | None:
    if row["number"] is None:
        return None
    return OpenTurn(row["number"], row["epoch"], row["watermark"], frozenset(row["answers"]), row["rung"], row["told"])


def row_of(r: Row) -> OutboxRow:
    """A message on the line, as the rules see it."""
    return OutboxRow(
        number=r["number"],
        epoch=r["epoch"],
        text=r["body"],
        turn=r["turn"],
        answers=frozenset(r["answers"]),
        farewell=r["farewell"],
        notice=r["notice"],
        state=RowState(r["state"]),
        attempt=r["attempt"],
        refusals=r["refusals"],
        way=r["way"],
        external_id=ExternalId(r["external_id"]) if r["external_id"] else None,
        reason=r["reason"],
        not_before=r["not_before"],
        claimed_at=r["claimed_at"],
        sent_at=r["sent_at"],
        absent_since=r["absent_since"],
        idempotency_key=r["idempotency_key"],
        words=r["words"],
        quiet_since=r["quiet_since"],
        not_after=r["not_after"],
        content=_CONTENT.validate_json(r["content"]) if r["content"] else None,
    )
