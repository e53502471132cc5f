"""A conversation moved by hand: what the engine does with `decide` and `settle`, one event at a time, in memory.

Every method lets something happen, settles, and keeps what followed in `verdict` and `effects`.
"""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from app.domain.account import Policy
from app.domain.brain import Proposal, ReplyAction
from app.domain.conversation import (
    Command,
    Conversation,
    CustomerMessage,
    DeliveryReported,
    Effect,
    Event,
    OutboxRow,
    Outcome,
    OutgoingMessage,
    ReplyFailed,
    ReplyProposed,
    RowState,
    SendRequested,
    TimerFired,
    TimerKind,
    Verb,
)
from app.domain.ids import ExternalId
from app.domain.messages import Author, MessageKind
from app.services.conversation import delivery, rules
from app.services.conversation.decide import decide, settle

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
E = TypeVar("E", bound=Effect)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@dataclass
class Chat:
    """The conversation, the account's policy and a clock that only `later` moves."""

    policy: Policy = field(default_factory=Policy)
    state: Conversation = field(default_factory=lambda: Conversation(locale="pt-BR"))
    now: datetime = START
    effects: tuple[Effect, ...] = ()
    verdict: str = ""
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def does(self, event: Event) -> "Chat":
        decision = decide(self.state, event, self.policy, self.now)
        self.state = settle(decision.state, self.policy, self.now)
        self.effects, self.verdict = decision.effects, decision.verdict
        return self

    def later(self, wait: timedelta) -> "Chat":
        self.now += wait
        return self

    def an_id(self) -> ExternalId:
        return ExternalId(f"m{next(self.ids)}")

    # --- what happens -------------------------------------------------------------------------------------------------

    def customer(self, text: str = "Quanto custa o corte?", **fields: Any) -> "Chat":
        known = {"kind": MessageKind.TEXT, "at": self.now, "received_at": self.now, "external_id": self.an_id()}
        return self.does(CustomerMessage(text, **{**known, **fields}))

    def written(self, text: str, **fields: Any) -> "Chat":
        """The channel shows a message to the customer; by Ana, unless said otherwise."""
        known = {"kind": MessageKind.TEXT, "at": self.now, "external_id": self.an_id(), "author": Author.HUMAN}
        return self.does(OutgoingMessage(text, **{**known, "author_id": "1", "author_name": "Ana", **fields}))

    def ana(self, text: str = "Oi, aqui é a Ana.", **fields: Any) -> "Chat":
        return self.written(text, **fields)

    def take(self, **fields: Any) -> "Chat":
        return self.does(Command(Verb.TAKE, "Ana", **{"at": self.now, **fields}))

    def release(self, **fields: Any) -> "Chat":
        return self.does(Command(Verb.RELEASE, "Ana", **{"at": self.now, **fields}))

    def ring(self, kind: TimerKind = TimerKind.BURST) -> "Chat":
        """The timer that is set comes due."""
        self.now = max(self.now, self.state.timers[kind])
        return self.does(TimerFired(kind))

    def reply(self, *balloons: str, turn: int | None = None, **fields: Any) -> "Chat":
        """The brain answers, by default the open turn and with one balloon."""
        known: dict[str, Any] = {"action": ReplyAction.REPLY, "balloons": balloons or ("R$ 50.",)}
        return self.does(ReplyProposed(turn or self.open_turn, Proposal(**{**known, **fields})))

    def fail(self, *, rung: int = 0, turn: int | None = None, last: bool = False) -> "Chat":
        return self.does(ReplyFailed(turn or self.open_turn, rung, "too_late", last=last))

    def caller(self, text: str = "Sua hora está marcada.") -> "Chat":
        return self.does(SendRequested(text, "key-1"))

    def claim(self, way: str = "talks") -> "Chat":
        """A sender claims the first row of the line; it must be allowed to."""
        row = rules.next_row(self.state)
        assert row is not None
        assert rules.may_claim(self.state, row, self.now, unread=False) is rules.Claim.SEND
        self.state = settle(delivery.claimed(self.state, row, way=way, now=self.now), self.policy, self.now)
        return self

    def report(self, outcome: Outcome, number: int = 1, **fields: Any) -> "Chat":
        """What the call, or a read-back, says about a row's attempt."""
        attempt = fields.pop("attempt") if "attempt" in fields else self.row(number).attempt
        return self.does(DeliveryReported(number, attempt, outcome, **{"at": self.now, **fields}))

    def sent(self, number: int = 1) -> "Chat":
        """The next row is claimed, called and accepted with an id."""
        return self.claim().report(Outcome.ACCEPTED, number, external_id=ExternalId(f"ours{number}"))

    def asked(self, text: str = "Quanto custa o corte?") -> "Chat":
        """The customer writes, the burst ends, a brain is being asked."""
        return self.customer(text).ring()

    def answered(self, *balloons: str) -> "Chat":
        """The customer wrote and the answer waits on the line."""
        return self.asked().reply(*balloons)

    # --- what is there ------------------------------------------------------------------------------------------------

    @property
    def open_turn(self) -> int:
        assert self.state.turn is not None
        return self.state.turn.number

    @property
    def line(self) -> list[RowState]:
        return [row.state for row in self.state.rows]

    @property
    def waiting(self) -> list[int]:
        """The customer's messages that nobody answers."""
        return [message.fold for message in rules.unanswered(self.state)]

    def row(self, number: int = 1) -> OutboxRow:
        return next(row for row in self.state.rows if row.number == number)

    def may_claim(self, number: int = 1, *, unread: bool = False) -> rules.Claim:
        return rules.may_claim(self.state, self.row(number), self.now, unread=unread)

    def told(self, kind: type[E]) -> list[E]:
        """The effects of this kind of the last event."""
        return [effect for effect in self.effects if isinstance(effect, kind)]
