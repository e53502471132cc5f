"""A checker that finds nothing proves something only if it finds what is there."""

import pytest

from tests.chaos.checker import WAITING, Ended, Verdict, check
from tests.chaos.evidence import Hook, Reached, Story
from tests.chaos.ledger import Ledger, Released, Took, Wrote

CHAT = "chat"
ON = {CHAT: Ended(bot_on=True)}


def judged(
    *said: tuple[float, str],
    ended: dict[str, Ended] = ON,
    took: Took | None = None,
    released: Released | None = None,
    reads_back: bool = True,
    untold: tuple[str, ...] = (),
    unnoticed: tuple[str, ...] = (),
) -> Verdict:
    """Customers wrote m1 at 1 and m2 at 2, told at once; these balloons reached them."""
    ledger = Ledger(
        wrote=[Wrote(1, CHAT, "one", 1.0), Wrote(2, CHAT, "two", 2.0)],
        took=[took] if took else [],
        released=[released] if released else [],
    )
    story = Story(
        reached=[Reached(seq, at, CHAT, text) for seq, (at, text) in enumerate(said, start=1)],
        hooks={"one": Hook(1.0, 1.1), "two": Hook(2.0, 2.1), "take": Hook(9.9, 10.0)},
        untold=set(untold),
        unnoticed=list(unnoticed),
    )
    return check(ledger, story, ended, reads_back=reads_back)


GOOD = ((3.0, "[1.1 1/2] m1 m2"), (4.0, "[1.1 2/2] m1 m2"))
TAKEN = Took(CHAT, "typed", 9.5, "take")


def test_an_answered_burst_is_clean():
    verdict = judged(*GOOD)
    assert verdict.is_clean
    assert verdict.answered == 2


def test_a_message_that_nobody_answered_is_lost():
    assert len(judged((3.0, "[1.1 1/1] m1")).lost) == 1


@pytest.mark.parametrize(
    ("ended", "took"),
    [({CHAT: Ended(bot_on=False, reason="command")}, None), (ON, Took(CHAT, "wrote", 5.0, "take"))],
    ids=["the bot is off", "a person wrote"],
)
def test_a_message_that_a_person_has_is_not_lost(ended: dict[str, Ended], took: Took | None):
    assert not judged((3.0, "[1.1 1/1] m1"), ended=ended, took=took).lost


def test_a_balloon_that_came_twice_is_doubled():
    assert judged(*GOOD, GOOD[1]).doubled


def test_a_message_that_two_turns_answered_is_doubled():
    assert judged(*GOOD, (5.0, "[1.2 1/1] m2")).doubled


def test_a_goodbye_said_more_often_than_it_was_meant_is_doubled():
    ended = {CHAT: Ended(bot_on=True, rows={"bye": 1})}
    assert not judged(*GOOD, (5.0, "bye"), ended=ended).doubled
    assert judged(*GOOD, (5.0, "bye"), (6.0, "bye"), ended=ended).doubled


def test_balloons_of_a_turn_out_of_order_are_misplaced():
    assert judged(GOOD[1], GOOD[0]).misplaced


def test_the_older_message_answered_last_is_misplaced():
    assert judged((3.0, "[1.1 1/1] m2"), (4.0, "[1.2 1/1] m1")).misplaced


def test_two_turns_woven_into_each_other_are_misplaced():
    assert judged((3.0, "[1.1 1/2] m1"), (4.0, "[1.2 1/1] m2"), (5.0, "[1.1 2/2] m1")).misplaced


def test_a_balloon_after_an_acknowledged_take_over_is_over_a_person():
    assert judged(*GOOD, (11.5, "[1.2 1/1] x"), took=TAKEN).over_a_person


def test_the_first_second_is_counted_apart():
    verdict = judged(*GOOD, (10.5, "[1.2 1/1] x"), took=TAKEN)
    assert not verdict.over_a_person
    assert verdict.within_tolerance == 1


def test_after_the_release_the_bot_may_speak():
    released = Released(CHAT, "api", 11.0, 11.2)
    assert not judged(*GOOD, (11.5, "[1.2 1/1] x"), took=TAKEN, released=released).over_a_person


def test_a_release_from_before_the_take_over_excuses_nothing():
    released = Released(CHAT, "api", 8.0, 8.2)
    assert judged(*GOOD, (11.5, "[1.2 1/1] x"), took=TAKEN, released=released).over_a_person


def test_an_answer_in_doubt_is_a_persons_only_where_nothing_can_be_looked_up():
    ended = {CHAT: Ended(bot_on=True, doubted=("[1.2 1/1] m2",))}
    assert judged((3.0, "[1.1 1/1] m1"), ended=ended, reads_back=False).is_clean
    assert judged((3.0, "[1.1 1/1] m1"), ended=ended).lost


def test_what_the_vendor_told_nobody_is_counted_apart():
    verdict = judged((3.0, "[1.1 1/1] m1"), untold=("two",))
    assert (verdict.is_clean, verdict.untold) == (True, 1)


def test_a_take_over_that_no_look_has_found_is_over_a_person():
    assert judged(*GOOD, unnoticed=("wrote in chat",)).over_a_person


def test_whoever_is_told_to_wait_has_not_been_given_to_anybody():
    for words in WAITING:
        assert judged((3.0, "[1.1 1/1] m1"), (4.0, words), ended={CHAT: Ended(bot_on=True, rows={words: 1})}).lost
    assert not judged((3.0, "[1.1 1/1] m1"), (4.0, "bye"), ended={CHAT: Ended(bot_on=True, rows={"bye": 1})}).lost


def test_a_command_by_our_own_api_counts_from_its_answer():
    taken = Took(CHAT, "order", 9.5, answered=10.0)
    assert judged(*GOOD, (11.5, "[1.2 1/1] x"), took=taken).over_a_person
    assert not judged(*GOOD, (9.9, "[1.2 1/1] x"), took=taken).over_a_person
