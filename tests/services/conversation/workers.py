"""The workers of one chat and their faults: jobs run late and twice, and a process may die between any two steps."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from app.domain.brain import Proposal, ReplyAction
from app.domain.conversation import (
    DeliveryReported,
    Event,
    OutboxRow,
    Outcome,
    ReplyAwaited,
    ReplyFailed,
    ReplyProposed,
    RowState,
    TimerKind,
    TimesFound,
)
from app.domain.flows import ErrandDone
from app.domain.ids import ConversationId, ExternalId
from app.domain.messages import ReadBack, Trouble
from app.services.conversation.doubt import SKEW, Finding, judge
from app.services.conversation.rules import WAYS_WITHOUT_ID
from app.store.outbox import Doubt
from tests.services.conversation.by_hand import START, seconds
from tests.services.conversation.memory import LEASE
from tests.services.conversation.world import OFTEN, SELDOM, World, one_in

J = TypeVar("J")

PROMISED, NOTICED = seconds(9), seconds(3)  # until when a callback may come, and when the customer hears of it
BLANK = ("", " ")
CALL_ENDS = seconds(15)  # the sender's own deadline, shorter than the lease
FINDINGS = {Finding.FOUND: Outcome.ACCEPTED, Finding.ABSENT: Outcome.ABSENT, Finding.CANT_TELL: Outcome.CANT_TELL}


@dataclass
class Call:
    """A message between its claim and what its sender knows of it."""

    row: OutboxRow
    refusal: Outcome | None = None
    reason: str = ""
    external_id: ExternalId | None = None

    @property
    def open(self) -> bool:
        return self.refusal is None and self.external_id is None


def ends_at(call: Call) -> datetime:
    return (call.row.claimed_at or START) + CALL_ENDS


@dataclass
class Workers:
    """Brains, senders and the sweep. What they know and have not written is lost with them."""

    world: World
    asking: list[tuple[int, int]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    adrift: list[Call] = field(default_factory=list)  # sent by senders that are gone
    reports: list[DeliveryReported] = field(default_factory=list)
    found: list[TimesFound] = field(default_factory=list)
    promised: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.memory = self.world.memory

    def time_passes(self, wait: timedelta) -> None:
        """No call outlives its deadline; what is adrift arrives in the last moment."""
        then = self.memory.now + wait
        for call in [c for c in self.adrift if ends_at(c) < then]:
            self.adrift.remove(call)
            self.memory.now = max(self.memory.now, ends_at(call))
            self.accept(call)
        self.memory.now = then
        for call in [c for c in self.calls if ends_at(c) < then]:
            self._lose(call)

    # --- wake and ask -------------------------------------------------------------------------------------------------

    def wake_job_runs(self, dice: Random) -> None:
        due = self._due(self.memory.wakes)
        if due:
            job = dice.choice(due)
            self.memory.process()
            self._ends(self.memory.wakes, job, dice)

    def ask_job_runs(self, dice: Random) -> None:
        """A turn that is over by now is not asked; one whose worker died is asked again."""
        if self.memory.asks:
            job, turn = dice.choice(self.memory.asks), self.memory.state.turn
            if turn is not None and (turn.number, turn.rung) == job:
                self.asking.append(job)
            self._ends(self.memory.asks, job, dice)

    def brain_answers(self, dice: Random) -> None:
        if self.asking:
            self.answer(dice.choice(self.asking), dice)

    def brain_promises(self, dice: Random) -> None:
        """It says later: its callback may come at any time, and its deadline is a timer."""
        if self.asking:
            turn, rung = asked = dice.choice(self.asking)
            if not one_in(OFTEN, dice):  # else it breaks its word
                self.promised.append(asked)
            until = self.memory.now + PROMISED
            self.memory.process(ReplyAwaited(turn, rung, until, notice_at=self.memory.now + NOTICED))
            self._ends(self.asking, asked, dice)  # a worker that dies here leaves it to be asked again

    def callback_comes(self, dice: Random) -> None:
        """In time, late, again, for a turn that a person has ended; its process may die before it answers the call."""
        if self.promised:
            asked = dice.choice(self.promised)
            turn, rung = asked
            event = self._words_of_a_brain(turn, rung, dice)
            if isinstance(event, ReplyProposed) and event.proposal.balloons != BLANK:
                self.memory.call_back(f"callback{turn}", event)
            self._ends(self.promised, asked, dice)

    def answer(self, asked: tuple[int, int], dice: Random) -> None:
        self.asking.remove(asked)
        self.memory.answer(f"turn{asked}", self._words_of_a_brain(*asked, dice))

    def _words_of_a_brain(self, turn: int, rung: int, dice: Random) -> Event:
        word = self.world.words
        if not one_in(OFTEN, dice):
            balloons = (word(f"{turn}a"), word(f"{turn}b"), word(f"{turn}c"))[: dice.choice((1, 2, 2, 3))]
            return ReplyProposed(turn, Proposal(ReplyAction.REPLY, balloons))
        others = (
            ReplyFailed(turn, rung, "too_late"),
            ReplyProposed(turn, Proposal(ReplyAction.REPLY, BLANK)),
            ReplyProposed(turn, Proposal(ReplyAction.NONE)),
            ReplyProposed(turn, Proposal(ReplyAction.HANDOFF, reason="asked_for_person")),
        )
        return dice.choice(others)

    # --- offer --------------------------------------------------------------------------------------------------------

    def offer_job_runs(self, dice: Random) -> None:
        """Free times are looked for while they are wanted; what was found may be told late."""
        if self.memory.offers:
            job = dice.choice(self.memory.offers)
            if TimerKind.OFFER in self.memory.state.timers:
                starts = (self.memory.now + seconds(3600),) if one_in(2, dice) else ()
                self.found.append(TimesFound(starts, "Ana", "America/Sao_Paulo"))
            self._ends(self.memory.offers, job, dice)

    def times_are_told(self, dice: Random) -> None:
        if self.found:
            found = dice.choice(self.found)
            self.memory.process(found)
            self._ends(self.found, found, dice)

    # --- errand -------------------------------------------------------------------------------------------------------

    def errand_ends(self, dice: Random) -> None:
        """What a flow wanted done outside is done, or is not; it may be told twice."""
        if self.memory.errands:
            errand = dice.choice(self.memory.errands)
            status = dice.choice(("success", "success", "conflict", "error"))
            told = {"generated_username": errand.data.get("candidate_username", ""), "password": "segredo"}
            self.memory.process(ErrandDone(errand.kind, errand.key, status, told if status == "success" else {}))
            self._ends(self.memory.errands, errand, dice)

    # --- send ---------------------------------------------------------------------------------------------------------

    def send_job_runs(self, dice: Random) -> None:
        due = self._due(self.memory.sends)
        if due:
            job, row = dice.choice(due), self.memory.claim()
            if row is not None:
                call = Call(row)
                self.calls.append(call)
                if one_in(SELDOM, dice):  # dies before the call
                    self._lose(call)
            self._ends(self.memory.sends, job, dice)

    def channel_accepts(self, dice: Random) -> None:
        waiting = [call for call in self.calls if call.open]
        if waiting:
            self.accept(dice.choice(waiting))

    def accept(self, call: Call) -> None:
        call.external_id = self.world.accept(call.row)

    def channel_refuses(self, dice: Random) -> None:
        waiting = [call for call in self.calls if call.open]
        if waiting:
            call = dice.choice(waiting)
            call.refusal = dice.choice((Outcome.NOT_STARTED, Outcome.NOT_STARTED, Outcome.REFUSED))
            call.reason = dice.choice(("", Trouble.WINDOW_CLOSED.value))

    def call_returns(self, dice: Random) -> None:
        """The channel's answer is with the worker, which has written nothing yet."""
        over = [call for call in self.calls if not call.open]
        if over:
            self.returns(dice.choice(over))

    def returns(self, call: Call) -> None:
        self.calls.remove(call)
        now, row = self.memory.now, call.row
        known = None if row.way in WAYS_WITHOUT_ID else call.external_id
        later = now + seconds(5) if call.refusal is Outcome.NOT_STARTED else None
        outcome = call.refusal or Outcome.ACCEPTED
        self.reports.append(DeliveryReported(row.number, row.attempt, outcome, known, call.reason, now, later))

    def sender_dies(self, dice: Random) -> None:
        """Or gives up waiting: its message may have been accepted or not."""
        if self.calls:
            call = dice.choice(self.calls)
            if call.open:
                dice.choice((self._drift, self.accept, self._vanish))(call)
            self._lose(call)

    def _drift(self, call: Call) -> None:
        self.adrift.append(call)

    def _vanish(self, call: Call) -> None:
        """It never left."""

    def _lose(self, call: Call) -> None:
        self.calls.remove(call)
        self.world.watch.lost = True

    # --- write and sweep ----------------------------------------------------------------------------------------------

    def report_is_written(self, dice: Random) -> None:
        if self.reports:
            self.write(dice.choice(self.reports), again=one_in(OFTEN, dice))

    def write(self, report: DeliveryReported, *, again: bool) -> None:
        self.memory.process(report)
        if not again:
            self.reports.remove(report)

    def worker_dies_before_writing(self, dice: Random) -> None:
        if self.reports:
            self.reports.remove(dice.choice(self.reports))
            self.world.watch.lost = True

    def sweep_reads_back(self, dice: Random) -> None:
        doubtful = [row for row in self.sending() if self.memory.now - (row.claimed_at or START) > LEASE]
        if doubtful:
            self.read_back(dice.choice(doubtful), complete=not one_in(OFTEN, dice))

    def sending(self) -> list[OutboxRow]:
        return [row for row in self.memory.archive.values() if row.state is RowState.SENDING]

    def read_back(self, row: OutboxRow, *, complete: bool) -> None:
        """What is read now may be written much later."""
        since = self.memory.created[row.number] - SKEW
        until = self.memory.now - seconds(self.world.lag)
        seen = ReadBack(complete, tuple(message for message in self.world.chat if since <= message.at <= until))
        finding, found = judge(self._doubt(row), seen, self._owners(row, since), now=self.memory.now)
        if finding is Finding.LOOK_AGAIN:
            self.memory.mark_absent(row.number, row.attempt)
            return
        report = DeliveryReported(row.number, row.attempt, FINDINGS[finding], found, at=self.memory.now)
        self.reports.append(report)

    def _doubt(self, row: OutboxRow) -> Doubt:
        where = (ConversationId(1), "kommo", "chat", "talk", None, None)
        return Doubt(row.number, 1, *where, created_at=self.memory.created[row.number], row=row)

    def _owners(self, row: OutboxRow, since: datetime) -> list[str | None]:
        """The ids of our other messages with these words, as the store finds them."""
        owners = (RowState.SENT, RowState.PERSON)
        return [
            other.external_id
            for other in self.memory.archive.values()
            if other.words == row.words and other.number != row.number and other.state in owners
            if other.external_id is not None or (other.sent_at or other.claimed_at or START) >= since
        ]

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def _due(self, jobs: list[datetime]) -> list[datetime]:
        return [due for due in jobs if due <= self.memory.now]

    def _ends(self, jobs: list[J], job: J, dice: Random) -> None:
        """A worker that dies before its job is ended leaves it for another."""
        if not one_in(OFTEN, dice):
            jobs.remove(job)
