"""Watches a history and knows what must be true at each moment: it counts for itself, not by the engine's rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from app.domain.conversation import (
    HANDED_OVER,
    UNFINISHED,
    AnswerAtOnce,
    AskReply,
    CloseTurn,
    Command,
    Conversation,
    CustomerMessage,
    Decision,
    DeliveryReported,
    Event,
    OutboxRow,
    OutgoingMessage,
    PauseReason,
    Remember,
    ReplyProposed,
    RowState,
    TimerFired,
    TimerKind,
    Verb,
)
from app.services.conversation.wording import Phrase, say

HUMAN, PROGRAM = -1, -2  # who wrote a message that is none of our rows
MOST_SUPERSEDES = 2
CONFIRMED = (say(Phrase.OPT_IN_DONE, "pt-BR"), say(Phrase.OPT_OUT_DONE, "pt-BR"))
SURVEYS = (say(Phrase.SURVEY_SCORE, "pt-BR"), say(Phrase.SURVEY_THUMBS, "pt-BR"))
EXCUSE = say(Phrase.NOBODY_THERE, "pt-BR").partition(":")[0]  # how it begins, with free times or without
BY_PEOPLE = (PauseReason.COMMAND, PauseReason.HUMAN)


class Mailboxes(Protocol):
    """What is stored."""

    state: Conversation
    archive: dict[int, OutboxRow]
    mailbox: list[Event]
    wakes: list[datetime]


@dataclass
class Watch:
    """What was folded, what was shown to the customer, and the faults that excuse the one window that is left."""

    seen: "Counter[str]" = field(default_factory=Counter)  # how often each verdict was heard
    truth: dict[str, int] = field(default_factory=dict)  # who really wrote what the channel shows, by its id
    shown: list[OutboxRow] = field(default_factory=list)  # our messages that reached the customer, in order
    last_shown: datetime | None = None  # when the last of them did
    controls: list[tuple[datetime, bool]] = field(default_factory=list)  # (channel's time, pauses)
    fences: int = 0  # people's words that took the chat over
    fence_of: dict[int, int] = field(default_factory=dict)
    written: dict[int, datetime] = field(default_factory=dict)
    by_person: set[int] = field(default_factory=set)  # messages that a person has answered
    settled: set[int] = field(default_factory=set)  # messages that need no answer: a quiet brain, an opt-out
    turns: dict[int, int] = field(default_factory=dict)  # the open ones, and how much was written by then
    rests: bool = False  # released, and nothing written since
    superseded: int = 0
    goodbye: bool = False  # said since the bot went off
    excused: bool = False  # told since then that nobody is there
    helped: bool = False  # a person has written to the customer in the last hand-over
    surveyed: bool = False  # the customer was asked how that was
    handed_over: bool = False  # the bot went off by itself, or the customer opted out
    twin: bool = False  # a salesperson used the words of one of our messages
    lost: bool = False  # the answer of a call was lost
    ids: bool = True  # the way of sending tells the id of what it sent
    mistaken: bool = False  # a person's words were taken for our echo

    def newest_is_pause(self) -> bool:
        return bool(self.controls) and max(self.controls)[1]

    # --- each decision ------------------------------------------------------------------------------------------------

    def decided(self, event: Event, before: Conversation, decision: Decision, after: Conversation) -> None:
        self.seen[decision.verdict] += 1
        assert after.epoch >= before.epoch, "EPOCH FELL"
        match event:
            case Command():
                self._commanded(event, decision)
            case OutgoingMessage():
                self._told(event, decision)
            case CustomerMessage():
                self._wrote(event, decision, after)
            case TimerFired(TimerKind.RESUME) if decision.verdict in ("released", "opted_out"):
                self.controls.append((before.timers[TimerKind.RESUME], False))
            case DeliveryReported(external_id=str(owned)) if decision.verdict == "sent":
                self._owned(owned)
            case ReplyProposed():
                self._replied(event, before, decision)
            case _:
                pass
        self._helps(before, decision, after)
        self._turns(decision, after)
        self._rows(after)
        self._supersedes(decision, after)
        self.rests = (self.rests or not before.bot_on) and after.bot_on and not isinstance(event, CustomerMessage)
        if after.bot_on:
            self.handed_over = False
        elif before.bot_on and after.pause is not None and after.pause.reason not in BY_PEOPLE:
            self.handed_over = True

    def _helps(self, before: Conversation, decision: Decision, after: Conversation) -> None:
        """A hand-over begins anew when the bot goes off; in it a person writes, or none."""
        if before.bot_on and not after.bot_on:
            self.helped = self.surveyed = False
        self.helped = self.helped or decision.verdict == "human_took_over"

    def _commanded(self, event: Command, decision: Decision) -> None:
        assert not any(isinstance(e, Remember) for e in decision.effects), "COMMAND SHOWN: it is in the history"
        if event.verb in (Verb.TAKE, Verb.RELEASE):
            self._control(event.at, pauses=event.verb is Verb.TAKE)

    def _control(self, at: datetime, *, pauses: bool) -> bool:
        """Whether these words count, by the channel's clock."""
        counts = not self.controls or (at, pauses) >= max(self.controls)
        self.controls.append((at, pauses))
        self.fences += counts and pauses
        return counts

    def _told(self, event: OutgoingMessage, decision: Decision) -> None:
        truth, as_echo = self.truth[event.external_id], decision.verdict.startswith("echo")
        if as_echo:
            self._owned(event.external_id)
            return
        assert truth < 0 or self.mistaken, "ECHO PAUSES: our own message was taken for a person's"
        if truth == PROGRAM:
            return
        self._control(event.at, pauses=True)
        self.by_person |= {fold for fold, at in self.written.items() if at <= event.at}

    def _owned(self, external_id: str) -> None:
        """A row of ours owns this message. The one window that is left: a person wrote the words in flight."""
        if self.truth[external_id] == HUMAN:
            window = self.twin and (self.lost or not self.ids)
            assert window, "SWALLOWED: a person's words were taken for our echo"
            self.mistaken = True

    def _wrote(self, event: CustomerMessage, decision: Decision, after: Conversation) -> None:
        self.written[after.folds] = event.at
        if decision.verdict == "rated":
            assert any(row.text in SURVEYS for row in self.shown), "RATED: nobody had asked"
            self.settled.add(after.folds)
        if decision.verdict in ("opted_out", "opted_in"):
            self.settled |= set(self.written)
            self.handed_over = True
            self.fences += decision.verdict == "opted_out"

    def _turns(self, decision: Decision, after: Conversation) -> None:
        for effect in decision.effects:
            if isinstance(effect, CloseTurn):
                assert effect.number in self.turns, "CLOSED TWICE: a turn was closed that was not open"
                del self.turns[effect.number]
            if isinstance(effect, AskReply | AnswerAtOnce) and effect.turn.rung == 0:
                self.turns[effect.turn.number] = len(self.written)
        assert set(self.turns) == ({after.turn.number} if after.turn else set()), "OPEN TURNS: not exactly the one"

    def _replied(self, event: ReplyProposed, before: Conversation, decision: Decision) -> None:
        if decision.verdict not in ("admitted", "quiet"):
            return
        assert event.turn in self.turns, "NOT ASKED: an answer counts whose turn was over"
        newest = self.turns[event.turn] == len(self.written)
        assert newest or self.superseded == MOST_SUPERSEDES, "HASTY: an answer counts although there is a newer message"
        if decision.verdict == "quiet" and before.turn is not None:
            self.settled |= before.turn.answers

    def _supersedes(self, decision: Decision, after: Conversation) -> None:
        """At most two answers in a row are superseded; then the customer gets one."""
        closed = [effect.state for effect in decision.effects if isinstance(effect, CloseTurn)]
        if "superseded" in closed:
            self.superseded += 1
            assert self.superseded <= MOST_SUPERSEDES, "NEVER HIS TURN: superseded again and again"
        elif not after.bot_on or decision.verdict in ("admitted", "quiet"):
            self.superseded = 0

    def _rows(self, after: Conversation) -> None:
        for row in after.rows:
            if row.number not in self.fence_of:
                self.fence_of[row.number] = self.fences
                if row.text.startswith(EXCUSE):
                    waits = after.pause is not None and after.pause.reason in HANDED_OVER
                    assert waits, "EXCUSE: a person has the chat"
                    assert not self.excused, "TWO EXCUSES"
                    self.excused = True
                elif row.text in SURVEYS:
                    assert after.bot_on, "SURVEYED WHILE OFF"
                    assert self.helped, "SURVEYED ABOUT NOBODY: no person has written in this hand-over"
                    assert not self.surveyed, "SURVEYED TWICE: once for each time that a person gives the chat back"
                    self.surveyed = True
                elif row.farewell and row.text not in CONFIRMED:
                    assert not self.goodbye, "TWO GOODBYES"
                    self.goodbye = True
        self.goodbye = self.goodbye and not after.bot_on
        self.excused = self.excused and not after.bot_on

    # --- each send ----------------------------------------------------------------------------------------------------

    def claimed(self, row: OutboxRow, state: Conversation, mailbox: Sequence[Event]) -> None:
        assert not mailbox, "CLAIMED PAST UNREAD WORDS"
        assert self.fence_of[row.number] == self.fences, "CLAIMED AFTER TAKE-OVER: a person has the chat since"
        if not row.farewell:
            assert state.bot_on, "CLAIMED WHILE OFF"
            assert not self.newest_is_pause() or self.mistaken, "CLAIMED OVER A HUMAN: the newest word was a take-over"
        if not any(other.turn == row.turn for other in self.shown if row.turn):
            assert row.turn is None or not row.answers & self.by_person, "OLD ANSWER: a person has answered this"

    def delivered(self, row: OutboxRow, archive: Mapping[int, OutboxRow], now: datetime) -> None:
        """The channel shows one of our rows to the customer."""
        numbers = {other.number for other in self.shown}
        assert row.number not in numbers, "TWICE: the same balloon reached the customer twice"
        in_order = all(row.number > number for number in numbers)
        assert in_order or self.mistaken, "OUT OF ORDER: a balloon overtook an earlier one"
        mine = [r.number for r in archive.values() if row.turn and r.turn == row.turn and r.number < row.number]
        assert self.mistaken or set(mine) <= numbers, "HALF A REPLY: a balloon went without the one before it"
        for other in self.shown:
            same = other.turn is not None and other.turn == row.turn
            assert same or not other.answers & row.answers, "ANSWERED TWICE: two replies to the same message"
            replies = not same and row.turn is not None and other.turn is not None
            turned = replies and max(other.answers) > min(row.answers)
            assert not turned, "TURNED ROUND: an older message is answered after a newer one"
        self.shown.append(row)
        self.last_shown = now

    def spaced(self, now: datetime, spacing: timedelta) -> None:
        """A message leaves: the customer has had time to read the last one, if its call told when it left."""
        known = self.last_shown is None or self.lost or now - self.last_shown >= spacing
        assert known, "A VOLLEY: two messages of ours so soon after each other"

    # --- at any moment, and at rest -----------------------------------------------------------------------------------

    def stands(self, memory: Mailboxes) -> None:
        """Between two transactions: one line in order, one turn, and a wake-up for whatever waits."""
        state = memory.state
        under_way = [row for row in memory.archive.values() if row.state is RowState.SENDING]
        assert len(under_way) <= 1, "TWO AT ONCE: two messages of one chat are on their way"
        pending = [row for row in memory.archive.values() if row.state is RowState.PENDING]
        assert all(row.epoch == state.epoch for row in pending), "OLD BALLOON: it waits although its epoch is over"
        assert self.rests or not state.resting, "ASLEEP: it was written to and still waits for a message"
        if state.bot_on:
            doubt = any(row.epoch < state.epoch and row.answers for row in under_way)
            asked = state.turn is not None or TimerKind.BURST in state.timers or state.resting or doubt
            assert asked or not self._unanswered(memory), "NOBODY ASKS: a message waits for nothing"
        else:
            assert state.turn is None, "ASKED WHILE OFF"
            assert TimerKind.BURST not in state.timers, "ABOUT TO ASK WHILE OFF"
        counted_on = state.pause is not None and state.pause.reason in HANDED_OVER
        clocks = state.timers.keys() & {TimerKind.SLA, TimerKind.OFFER}
        assert counted_on or not clocks, "HURRIED: the chat is not waiting for a person"
        assert set(state.timers.values()) <= set(memory.wakes), "NO WAKE-UP: a timer that nobody will look at"

    def _unanswered(self, memory: Mailboxes) -> set[int]:
        """What no person and no message of ours that is shown, on its way or with a person answers."""
        gone = (RowState.CANCELLED,)
        ours = (row.answers for row in memory.archive.values() if row.state not in gone)
        return set(self.written) - self.by_person - self.settled - set().union(*ours)

    def at_rest(self, memory: Mailboxes) -> None:
        """Everything has happened that was bound to happen."""
        state, rows = memory.state, memory.archive.values()
        assert not memory.mailbox, "UNREAD: an event waits for nothing"
        assert not any(row.state in UNFINISHED for row in rows), "STUCK BALLOON: it waits and nobody will send it"
        assert not state.timers, "A TIMER that nobody looks at"
        assert state.turn is None, "AN OPEN TURN that nobody answers"
        shown = {row.number for row in self.shown}
        lost = {row.number for row in rows if row.state is RowState.SENT} - shown
        assert not lost or self.mistaken, "LOST BALLOON: marked as sent and never shown"
        if state.bot_on:
            assert state.resting or not self._unanswered(memory), "NEVER ANSWERED: the bot is on and a message waits"
            assert not self.newest_is_pause() or self.mistaken, "SWALLOWED: a person took over and the bot is on"
        else:
            assert self.newest_is_pause() or self.handed_over, "LEFT OFF: the newest word was a release"
