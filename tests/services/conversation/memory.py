"""The engine in memory: the transactions of `mailbox.py` and `sending.py`, and the jobs they leave, without a database.

It loads what the store would load and enqueues what the engine would enqueue, so a wake-up that the engine would
forget is missing here too. There is no sweep for stranded work: nothing may depend on one.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.account import Policy
from app.domain.conversation import (
    UNFINISHED,
    AskReply,
    Conversation,
    Decision,
    Event,
    FindTimes,
    OutboxRow,
    OutgoingMessage,
    RowState,
    RunErrand,
    TimerFired,
)
from app.domain.flows import Errand
from app.domain.messages import words_of
from app.services.conversation import delivery, rules
from app.services.conversation.callbacks import COUNTS
from app.services.conversation.decide import decide, settle
from tests.services.conversation.by_hand import START
from tests.services.conversation.watch import Watch

LEASE = timedelta(seconds=20)


@dataclass
class Memory:
    """One conversation, its mailbox, its jobs, and somebody who watches every decision."""

    policy: Policy
    way: str
    watch: Watch
    now: datetime = START
    state: Conversation = field(default_factory=lambda: Conversation(locale="pt-BR"))
    archive: dict[int, OutboxRow] = field(default_factory=dict)
    created: dict[int, datetime] = field(default_factory=dict)
    mailbox: list[Event] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    wakes: list[datetime] = field(default_factory=list)
    sends: list[datetime] = field(default_factory=list)
    asks: list[tuple[int, int]] = field(default_factory=list)
    offers: list[datetime] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)

    def arrive(self, key: str, event: Event) -> None:
        """Put an event into the mailbox with its wake-up; a repeat changes nothing."""
        if key not in self.keys:
            self.keys.add(key)
            self.mailbox.append(event)
            self.wakes.append(self.now)

    def answer(self, key: str, event: Event) -> None:
        """A brain's answer: into the mailbox and folded in one transaction; the first answer to a question wins."""
        if key not in self.keys:
            self.keys.add(key)
            self.mailbox.append(event)
            self.process()

    def call_back(self, key: str, event: Event) -> None:
        """An answer by callback: one that does not count is refused, and its transaction leaves nothing behind."""
        if key in self.keys:
            self.watch.seen["repeated"] += 1
            return
        kept = [(one, {name: copy(value) for name, value in vars(one).items()}) for one in (self, self.watch)]
        kept[0][1]["watch"] = self.watch
        self.answer(key, event)
        verdict = next((verdict for told, verdict in self.verdicts if told is event), "queued")
        if verdict not in COUNTS:
            for one, before in kept:
                vars(one).update(before)
            self.watch.seen[f"refused:{verdict}"] += 1

    def process(self, *events: Event) -> None:
        """The whole transaction."""
        self._begin()
        for event in events:
            self._take(event)
        self._finish()

    def claim(self) -> OutboxRow | None:
        """A sender folds, looks and claims the next row, if it may."""
        self._begin()
        row = rules.next_row(self.state)
        verdict = rules.may_claim(self.state, row, self.now, unread=bool(self.mailbox)) if row else rules.Claim.LEAVE
        if row is not None and verdict is rules.Claim.SEND:
            row = delivery.spaced(self.state, row, self._last_left(row.number), self.policy, now=self.now)
            self.state = delivery.put(self.state, row)
        early = row is not None and row.not_before is not None and row.not_before > self.now
        if row is not None and verdict is rules.Claim.CANCEL:
            self.state = delivery.put(self.state, delivery.cancelled(row))
        claimed = row is not None and verdict is rules.Claim.SEND and not early
        if row is not None and claimed:
            self.watch.claimed(row, self.state, self.mailbox)
            self.watch.spaced(self.now, self.policy.balloon_spacing)
            self.state = delivery.claimed(self.state, row, way=self.way, now=self.now)
        self._finish()
        return self.archive[row.number] if row is not None and claimed else None

    def _last_left(self, before: int) -> datetime | None:
        """When the last message before this one left, as the store tells it."""
        gone = (RowState.SENT, RowState.SENDING, RowState.PERSON)
        numbers = [n for n, row in self.archive.items() if n < before and row.state in gone]
        row = self.archive[max(numbers)] if numbers else None
        return max((at for at in (row.sent_at, row.claimed_at) if at), default=None) if row else None

    def mark_absent(self, number: int, attempt: int) -> None:
        """The first look found nothing."""
        row = self.archive[number]
        if row.state is RowState.SENDING and row.attempt == attempt:
            self.archive[number] = replace(row, absent_since=row.absent_since or self.now)

    # --- one transaction ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.found = self.state
        self.effects: list[object] = []
        self.verdicts: list[tuple[Event, str]] = []
        told = [event for event in self.mailbox if isinstance(event, OutgoingMessage)]
        ids, words = {e.external_id for e in told}, {words_of(e.text) for e in told}
        rows = (r for r in self.archive.values() if r.state in UNFINISHED or _may_own(r, ids, words))
        self.state = replace(self.state, rows=tuple(rows))
        self._read_on()
        for kind, due in list(self.state.timers.items()):
            if due <= self.now:
                self._take(TimerFired(kind))

    def _read_on(self) -> None:
        while self.mailbox:
            event = self.mailbox[0]
            if rules.must_wait(self.state, event):
                return
            self._take(self.mailbox.pop(0))

    def _take(self, event: Event) -> None:
        before = self.state
        decision: Decision = decide(before, event, self.policy, self.now)
        self.state = settle(decision.state, self.policy, self.now)
        self.effects += decision.effects
        self.verdicts.append((event, decision.verdict))
        self.watch.decided(event, before, decision, self.state)

    def _finish(self) -> None:
        self._read_on()
        self.state = settle(self.state, self.policy, self.now)
        for row in self.state.rows:
            self.archive[row.number] = row
            self.created.setdefault(row.number, self.now)
        self.asks += [(e.turn.number, e.turn.rung) for e in self.effects if isinstance(e, AskReply)]
        self.errands += [e.errand for e in self.effects if isinstance(e, RunErrand)]
        self.offers += [self.now for e in self.effects if isinstance(e, FindTimes)]
        self.wakes += [due for kind, due in self.state.timers.items() if self.found.timers.get(kind) != due]
        due = rules.send_due(self.found, self.state, self.now, held=bool(self.mailbox))
        self.sends += [due] if due else []


def _may_own(row: OutboxRow, ids: set[str], words: set[str]) -> bool:
    return row.external_id in ids or (row.external_id is None and row.attempt > 0 and row.words in words)
