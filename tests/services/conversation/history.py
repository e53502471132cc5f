"""A history: one chat, played step by step and then brought to rest. The watch objects as soon as anything is wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TypeVar

from app.domain.account import Policy
from tests.services.conversation.by_hand import START, minutes, seconds
from tests.services.conversation.memory import LEASE
from tests.services.conversation.workers import Workers
from tests.services.conversation.world import World

T = TypeVar("T")
POLICIES = (
    Policy(),
    Policy(rungs=2),
    Policy(auto_return=minutes(30)),
    Policy(burst_scale=0, handoff_sla=None),
    Policy(flow="onboarding"),
    Policy(satisfaction="score"),
    Policy(satisfaction="thumbs", auto_return=minutes(30), burst_scale=0),
)
WAYS = ("talks", "salesbot")
LAGS = (0, 15)
WAITS = (*map(seconds, (1, 1, 2, 2, 3, 9, 11, 25) * 5), minutes(2), minutes(11), minutes(31))
LATER = START + timedelta(days=1000)
NEVER_ENDS = 500  # steps; a history has some fifty that must happen

# What may happen, and how often. "goes_on" is whatever is bound to happen next; all else happens out of turn.
STEPS = {
    "goes_on": 100,
    "customer_writes": 12,
    "salesperson_writes": 1,
    "salesperson_commands": 4,
    "other_bot_writes": 1,
    "caller_speaks": 1,
    "caller_hands_over": 1,
    "time_passes": 6,
    "hook_comes": 12,
    "wake_job_runs": 8,
    "ask_job_runs": 4,
    "brain_answers": 4,
    "brain_promises": 3,
    "callback_comes": 4,
    "offer_job_runs": 2,
    "times_are_told": 2,
    "errand_ends": 3,
    "send_job_runs": 6,
    "channel_accepts": 4,
    "channel_refuses": 1,
    "call_returns": 4,
    "sender_dies": 1,
    "report_is_written": 4,
    "worker_dies_before_writing": 1,
    "sweep_reads_back": 3,
}
_NOBODY = {"salesperson_writes": 0, "salesperson_commands": 0, "caller_hands_over": 0}
_FAULTS = {"sender_dies": 10, "channel_refuses": 5, "worker_dies_before_writing": 8, "sweep_reads_back": 12}
# Chats differ: in some no salesperson ever shows up, in some hardly anything works at the first
# attempt, in some the brain says later.
MOODS: tuple[dict[str, int], ...] = (
    {},
    {**_NOBODY, "customer_writes": 20},
    {**_NOBODY, **_FAULTS},
    _FAULTS,
    {"salesperson_writes": 6, "salesperson_commands": 9},
    {"brain_promises": 60, "callback_comes": 12, "ask_job_runs": 12, "salesperson_commands": 6},
)


class Fortune(Random):
    """Dice with which nothing fails and the first in line comes first."""

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:  # noqa: ARG002 - as Random has it
        return 0

    def choice(self, seq: Sequence[T]) -> T:
        return seq[0]


FORTUNE = Fortune()


@dataclass
class History:
    """The chat with its people and workers, and what has happened so far."""

    world: World = field(default_factory=World)
    slow_hooks: bool = False  # they come only when nothing else goes on
    says_later: bool = False  # the brain promises callbacks
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.workers = Workers(self.world)

    def happens(self, step: str, dice: Random) -> None:
        """One step of `STEPS`; one for which there is no occasion changes nothing."""
        self.told.append(step)
        if step == "goes_on":
            self.goes_on(dice)
        elif step == "time_passes":
            self.workers.time_passes(dice.choice(WAITS))
        else:
            getattr(self.world if hasattr(self.world, step) else self.workers, step)(dice)
        self.stands()

    def stands(self) -> None:
        self.world.watch.stands(self.world.memory)

    def rests(self) -> None:
        """Nobody writes and nothing fails any more: all that waits happens, and then nothing is left."""
        for _ in range(NEVER_ENDS):
            if not self.goes_on(FORTUNE):
                self.world.watch.at_rest(self.world.memory)
                return
            self.stands()
        raise AssertionError("NEVER AT REST: one thing leads to another without end")

    def goes_on(self, dice: Random) -> bool:
        """One of the things that are bound to happen; time only passes when there is none."""
        world, workers, memory = self.world, self.workers, self.world.memory
        occasions = {
            world.hook_comes: world.wire,
            workers.wake_job_runs: min(memory.wakes, default=LATER) <= memory.now,
            workers.report_is_written: workers.reports,
            workers.call_returns: any(not call.open for call in workers.calls),
            workers.channel_accepts: any(call.open for call in workers.calls),
            workers.ask_job_runs: memory.asks,
            workers.brain_promises if self.says_later else workers.brain_answers: workers.asking,
            workers.callback_comes: workers.promised,
            workers.offer_job_runs: memory.offers,
            workers.times_are_told: workers.found,
            workers.errand_ends: memory.errands,
            workers.send_job_runs: min(memory.sends, default=LATER) <= memory.now,
        }
        bound = [act for act, occasion in occasions.items() if occasion]
        if not bound:
            return self._waits(dice)
        rather = bound[1:] if self.slow_hooks and world.wire else []
        dice.choice(rather or bound)(dice)
        return True

    def _waits(self, dice: Random) -> bool:
        """Only time goes on: until what is in doubt may be read back, or until the next job."""
        workers, memory = self.workers, self.world.memory
        if sending := workers.sending():
            over = (sending[0].claimed_at or START) + LEASE + seconds(1)
            workers.time_passes(max(seconds(11), over - memory.now))
            workers.sweep_reads_back(dice)
        elif jobs := [*memory.wakes, *memory.sends]:
            workers.time_passes(seconds(math.ceil((min(jobs) - memory.now).total_seconds())))
        else:
            return False
        return True


def play(seed: int, *, most: int = 120) -> History:
    """A whole history out of one number: the same number, the same history."""
    dice = Random(seed)
    world = World(dice.choice(POLICIES), dice.choice(WAYS), dice.choice(LAGS), same_words=dice.randrange(4) == 0)
    history = History(world, slow_hooks=dice.randrange(3) == 0, says_later=dice.randrange(3) == 0)
    often = STEPS | dice.choice(MOODS)
    try:
        for step in dice.choices(list(often), list(often.values()), k=dice.randint(5, most)):
            history.happens(step, dice)
        history.rests()
    except AssertionError as error:
        error.add_note(f"play({seed}): {world.policy}, {world.way}, {', '.join(history.told)}")
        raise
    return history
