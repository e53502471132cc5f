"""Customers who write without end: first answered slowly and told so, then given to a person; nothing lost, nobody else
ever touched.
"""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.account import Policy
from app.domain.conversation import (
    Assign,
    Conversation,
    CustomerMessage,
    HandoffRequested,
    Log,
    Note,
    NoteKind,
    Notify,
    Pace,
    Pause,
    PauseReason,
    Remember,
    RowState,
    TimerKind,
)
from app.domain.ids import ExternalId
from app.domain.messages import Author, MessageKind
from app.services.conversation import pace
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds
from tests.services.conversation.history import STEPS, WAYS, History
from tests.services.conversation.world import World

FEW = Policy(messages_a_minute=3, messages_a_day=20, balloon_spacing=seconds(0))
TIGHT = (
    FEW,
    Policy(messages_a_minute=1, messages_a_day=0),
    Policy(messages_a_minute=0, messages_a_day=4, auto_return=minutes(30)),
    Policy(messages_a_minute=2, messages_a_day=8, rungs=2, flow="onboarding"),
)


def writes(chat: Chat, times: int, *, every: float = 1) -> Chat:
    for _ in range(times):
        chat.later(seconds(every)).customer("Quanto custa?")
    return chat


def told_slowly(chat: Chat) -> list[str]:
    return [row.text for row in chat.state.rows if row.reason == pace.SLOWED]


# --- a unit table: what so many messages come to --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "every", "policy", "comes_to"),
    [
        (5, 2, Policy(), "heard"),  # five fragments in ten seconds are an ordinary customer
        (20, 1, Policy(), "heard"),
        (21, 1, Policy(), "slowed"),
        (40, 1, Policy(), "slowed"),
        (41, 1, Policy(), "handed_over"),
        (60, 4, Policy(), "heard"),  # one every four seconds for four minutes
        (200, 300, Policy(), "heard"),
        (201, 300, Policy(), "slowed"),
        (401, 200, Policy(), "handed_over"),
        (401, 300, Policy(), "heard"),  # another day has begun meanwhile
        (500, 0.1, Policy(messages_a_minute=0, messages_a_day=0), "heard"),
        (150, 0.1, Policy(messages_a_minute=0), "heard"),
        (41, 1, Policy(messages_a_day=0), "handed_over"),
    ],
)
def test_so_many_messages_come_to(times: int, every: float, policy: Policy, comes_to: str):
    chat = Chat(policy)
    for _ in range(times):
        chat.later(seconds(every)).customer()
    if not chat.state.bot_on:
        found = chat.verdict if chat.verdict == "handed_over" else "too_early"
    else:
        found = "slowed" if pace.is_slow(chat.state, chat.now) else "heard"
    assert found == comes_to
    assert chat.state.folds == times


# --- slowly ---------------------------------------------------------------------------------------------------------


def test_the_customer_hears_once_that_answers_come_slowly_and_it_is_written_down():
    chat = writes(Chat(FEW), 4)
    assert told_slowly(chat) == [say(Phrase.STILL_READING, "pt-BR")]
    assert chat.told(Log) == [Log("ponte", "slowed", "too_many_messages", {"in_minute": "4", "in_day": "4"})]
    assert len(told_slowly(writes(chat, 2))) == 1
    again = writes(chat.later(minutes(20)), 4)
    assert [log.what for log in again.told(Log)] == ["slowed"]
    assert len(told_slowly(again)) == 1


def test_while_it_is_slow_a_minute_lies_between_two_answers():
    chat = Chat(FEW).asked()
    asked = chat.now
    writes(chat, 4)
    assert chat.state.timers[TimerKind.BURST] == asked + pace.APART


def test_whoever_calms_down_is_answered_as_ever():
    chat = writes(Chat(FEW), 4).later(pace.CALMED + seconds(60))
    assert not pace.is_slow(chat.customer("Quanto custa?").state, chat.now)
    assert chat.verdict == "heard"


def test_the_notice_answers_nothing_and_goes_through_the_fence():
    chat = writes(Chat(FEW), 4)
    assert chat.waiting == [1, 2, 3, 4]
    chat.ana()
    assert [row.state for row in chat.state.rows] == [RowState.CANCELLED]


# --- a person -------------------------------------------------------------------------------------------------------


def test_who_goes_on_all_the_same_gets_one_goodbye_and_a_person_with_the_reason():
    chat = writes(Chat(FEW), 7)
    assert chat.state.pause == Pause(PauseReason.FLOOD)
    assert [row.text for row in chat.state.rows if row.farewell] == [say(Phrase.GOODBYE_FLOOD, "pt-BR")]
    assert chat.told(Assign) == [Assign(PauseReason.FLOOD)]
    assert [note.kind for note in chat.told(Note)] == [NoteKind.BRIEF]
    assert chat.told(Notify) == [Notify("handoff_flood")]
    assert [(log.what, log.why) for log in chat.told(Log)] == [("handed_over", "flood")]
    assert writes(chat, 30).told(Remember)
    assert chat.verdict == "bot_off"
    assert len([row for row in chat.state.rows if row.farewell]) == 1


def test_a_caller_may_hand_over_for_the_same_reason():
    chat = Chat().customer().does(HandoffRequested(PauseReason.FLOOD, "n8n"))
    assert chat.state.pause == Pause(PauseReason.FLOOD, "n8n")


def test_a_release_begins_with_a_clean_slate():
    chat = writes(Chat(FEW), 7).release()
    assert chat.state.bot_on
    assert chat.state.pace == Pace()
    assert writes(chat, 3).verdict == "heard"


def test_opting_out_wins_over_everything():
    chat = writes(Chat(FEW), 6).later(seconds(1)).customer("parar")
    assert (chat.verdict, chat.state.opted_out) == ("opted_out", True)


# --- who never counts -----------------------------------------------------------------------------------------------


def test_salespeople_other_bots_and_ourselves_never_count():
    chat = Chat(FEW)
    for _ in range(50):
        chat.written("Oi", author=Author.BOT)
    assert chat.state.pace == Pace()
    for _ in range(50):
        chat.ana()
    assert chat.state.pace == Pace()


def test_with_a_person_customers_write_as_they_like():
    chat = writes(Chat(FEW).take(), 50)
    assert chat.state.pace == Pace()
    assert writes(chat.release(), 1).verdict == "heard"


def test_what_comes_late_in_one_heap_is_no_flood():
    """After an outage an hour of messages is read in a second: it was written over an hour."""
    chat = Chat(FEW).later(minutes(60))
    for number in range(15):
        chat.customer(at=START + minutes(4) * number)
    assert chat.verdict == "heard"


# --- properties -----------------------------------------------------------------------------------------------------

GAPS = st.lists(st.floats(0, 90).map(timedelta(seconds=1).__mul__), max_size=60)


@given(GAPS, st.integers(1, 6), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_who_keeps_the_pace_never_notices_in_whatever_order_the_messages_come(
    gaps: list[timedelta], most: int, dice: Random
):
    policy = Policy(messages_a_minute=most, messages_a_day=0)
    times = [START]
    for gap in gaps:
        soonest = times[-most] + pace.MINUTE if len(times) >= most else times[-1]
        times.append(max(times[-1] + gap, soonest))
    dice.shuffle(times)
    chat = Chat(policy)
    for at in times:
        chat.now = max(times)
        chat.customer(at=at)
        assert chat.verdict == "heard"
    assert chat.state.pace.slow_until is None


@given(st.integers(1, 5), st.integers(0, 59))
@settings(max_examples=100, deadline=None)
def test_twice_as_many_in_one_minute_are_noticed_wherever_the_minute_begins(most: int, before: int):
    chat = Chat(Policy(messages_a_minute=most, messages_a_day=0)).customer().later(seconds(before))
    for _ in range(2 * most + 1):
        chat.customer()
    assert pace.is_slow(chat.state, chat.now) or not chat.state.bot_on


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_count_is_never_more_than_what_was_written_in_its_minute(moments: list[int]):
    state, policy = Conversation(), Policy(messages_a_minute=3)
    seen: list[timedelta] = []
    for moment in moments:
        at = START + seconds(moment)
        event = CustomerMessage("Oi", MessageKind.TEXT, at, at, ExternalId("m"))
        state = pace.counted(state, event, policy)
        seen.append(seconds(moment))
        span = state.pace.minute
        assert span is not None
        inside = [at for at in seen if span.since <= START + at < span.since + pace.MINUTE]
        assert span.count <= len(inside)


# --- in random histories --------------------------------------------------------------------------------------------

CROWDED = STEPS | {"customer_writes": 90, "hook_comes": 60, "salesperson_commands": 2, "time_passes": 3}


def crowded(seed: int) -> History:
    """A history in which the customer writes far more than the account allows."""
    dice = Random(seed)
    history = History(World(dice.choice(TIGHT), dice.choice(WAYS)), slow_hooks=dice.randrange(3) == 0)
    for step in dice.choices(list(CROWDED), list(CROWDED.values()), k=dice.randint(20, 120)):
        history.happens(step, dice)
    history.rests()
    return history


@pytest.mark.parametrize("block", range(4))
def test_in_no_crowded_history_is_anything_lost_doubled_or_sent_over_a_person(block: int):
    verdicts: dict[str, int] = {}
    for seed in range(block * 250, (block + 1) * 250):
        for verdict, times in crowded(seed).world.watch.seen.items():
            verdicts[verdict] = verdicts.get(verdict, 0) + times
    assert verdicts["slowed"] > 100
    assert verdicts["handed_over"] > 100
    assert verdicts["admitted"] > 25
