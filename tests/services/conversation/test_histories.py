"""Ten thousand random histories, and those that hypothesis thinks of: after every step, nothing may be wrong.

What must never be wrong is in `watch.py`, with a name in capitals for each; what can happen is in `history.py`.
Nothing here is left to luck: the same code plays the same histories.
"""

from collections import Counter
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from app.domain.account import Policy
from tests.services.conversation.history import LAGS, POLICIES, STEPS, WAYS, History, play
from tests.services.conversation.world import World

BLOCKS, IN_A_BLOCK = 10, 1000
CORNERS = [
    "heard",
    "bot_off",
    "opted_out",
    "opted_in",
    "echo",
    "other_bot",
    "human_took_over",
    "late_human",
    "taken_over",
    "late_command",
    "released",
    "already_on",
    "status",
    "asked",
    "already_asked",
    "answer_in_doubt",
    "awaited",
    "still_looking",
    "repeated",
    "refused:turn_is_closed",
    "refused:superseded",
    "admitted",
    "superseded",
    "turn_is_closed",
    "quiet",
    "next_rung",
    "handed_over",
    "escalated",
    "unanswered",
    "times_offered",
    "excused",
    "too_late_to_offer",
    "already_with_a_person",
    "sending",
    "sent",
    "pending",
    "cancelled",
    "failed",
    "person",
    "window_closed",
    "notice_dropped",
    "not_this_attempt",
    "flow",
    "no_flow",
    "surveyed",
    "not_surveyed",
    "rated",
]
DICE = st.randoms(use_true_random=False)


@cache
def verdicts_of(block: int) -> "Counter[str]":
    """Play a thousand histories; how often each verdict was heard."""
    heard: Counter[str] = Counter()
    for seed in range(block * IN_A_BLOCK, (block + 1) * IN_A_BLOCK):
        heard += play(seed).world.watch.seen
    return heard


@pytest.mark.parametrize("block", range(BLOCKS))
def test_in_no_history_is_anything_lost_doubled_out_of_order_or_sent_over_a_person(block: int):
    assert verdicts_of(block)["admitted"] > IN_A_BLOCK / 2


def test_the_histories_reach_every_corner():
    heard = sum((verdicts_of(block) for block in range(3)), Counter[str]())
    assert {verdict for verdict in CORNERS if not heard[verdict]} == set()


class Machine(RuleBasedStateMachine):
    """The same steps, thrown by hypothesis, which then looks for the shortest history that goes wrong."""

    @initialize(where=st.tuples(*map(st.sampled_from, (POLICIES, WAYS, LAGS))), same_words=st.booleans())
    def begins(self, where: tuple[Policy, str, int], *, same_words: bool) -> None:
        self.history = History(World(*where, same_words=same_words))

    @rule(step=st.sampled_from(list(STEPS)), dice=DICE)
    def happens(self, step: str, dice: Random) -> None:
        self.history.happens(step, dice)

    def teardown(self) -> None:
        if hasattr(self, "history"):
            self.history.rests()


TestHistoriesOfHypothesis = Machine.TestCase
TestHistoriesOfHypothesis.settings = settings(
    max_examples=400,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
