"""A brain that takes its time: a word to the customer, once; a promised callback, until its deadline; pauses between
balloons. All of it in timers and rows, so nothing depends on a process."""

from datetime import timedelta

import pytest

from app.domain.account import Policy
from app.domain.brain import ReplyAction
from app.domain.conversation import (
    AskBack,
    AskReply,
    Outcome,
    ReplyAwaited,
    RowState,
    TimerFired,
    TimerKind,
    Told,
    Undelivered,
)
from app.domain.ids import ExternalId
from app.domain.messages import Trouble
from app.services.conversation import rules
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import Chat, seconds

TWO_RUNGS = Policy(rungs=2)
REPLY, NOTICE = TimerKind.REPLY, TimerKind.NOTICE
SORRY = say(Phrase.STILL_LOOKING, "pt-BR")


def promised(chat: Chat, wait: float = 60) -> Chat:
    """The brain has promised a callback."""
    until, notice = chat.now + seconds(wait), chat.now + seconds(10)
    return chat.does(ReplyAwaited(chat.open_turn, 0, until, notice))


def test_a_callback_that_does_not_come_is_the_next_rungs_turn():
    chat = promised(Chat(TWO_RUNGS).asked(), wait=9).ring(REPLY)
    assert (chat.verdict, chat.told(AskReply)[0].turn.rung) == ("next_rung", 1)
    assert REPLY not in chat.state.timers


def test_a_callback_that_comes_ends_the_waiting():
    chat = promised(Chat(TWO_RUNGS).asked()).reply()
    assert (chat.verdict, chat.state.timers) == ("admitted", {})


@pytest.mark.parametrize("over", ["take", "ana"])
def test_a_take_over_ends_the_waiting(over: str):
    chat = promised(Chat(TWO_RUNGS).asked())
    getattr(chat, over)()
    assert not {REPLY, NOTICE} & chat.state.timers.keys()


def test_a_promise_for_a_turn_that_is_over_or_a_rung_that_is_past_is_not_waited_for():
    chat = Chat(TWO_RUNGS).asked().fail()
    assert promised(chat).verdict == "turn_is_closed"
    assert Chat(TWO_RUNGS).asked().does(ReplyAwaited(99, 0, chat.now)).verdict == "turn_is_closed"


def test_a_new_turn_does_not_inherit_the_waiting_of_the_one_it_supersedes():
    chat = promised(Chat(TWO_RUNGS).asked()).customer("E a barba?").ring()
    assert chat.told(AskReply)[0].turn.number == 2
    assert not {REPLY, NOTICE} & chat.state.timers.keys()


def test_after_ten_seconds_the_customer_hears_once_that_we_still_look_and_it_answers_nothing():
    chat = promised(Chat().asked()).ring(NOTICE)
    assert (chat.row().text, chat.waiting, chat.told(Told)) == (SORRY, [1], [Told(1)])
    chat.does(ReplyAwaited(1, 0, notice_at=chat.now)).does(TimerFired(NOTICE))
    assert len(chat.line) == 1


def test_the_word_goes_through_the_fence_and_the_answer_follows_it():
    chat = promised(Chat().asked()).ring(NOTICE).sent(1).reply("R$ 50.")
    assert [row.text for row in chat.state.rows if row.state is RowState.PENDING] == ["R$ 50."]
    late = promised(Chat().asked()).ring(NOTICE).take()
    assert late.line == [RowState.CANCELLED]


def test_a_word_that_has_not_left_when_the_answer_comes_is_not_said():
    chat = promised(Chat().asked()).ring(NOTICE).reply("R$ 50.")
    assert chat.line == [RowState.CANCELLED, RowState.PENDING]


def test_a_word_that_is_tried_again_when_the_answer_comes_is_not_said_either():
    chat = promised(Chat().asked()).ring(NOTICE).claim().report(Outcome.NOT_STARTED, reason="not_started")
    assert chat.reply("R$ 50.").line == [RowState.CANCELLED, RowState.PENDING]


def test_timers_that_ring_for_nothing_change_nothing():
    chat = Chat().answered()
    before = chat.state
    for kind in (REPLY, NOTICE):
        assert chat.does(TimerFired(kind)).state == before


def test_the_last_rung_says_so_and_the_chat_goes_to_a_person():
    chat = Chat(Policy(rungs=9)).asked()
    assert chat.fail(last=True).verdict == "handed_over"


# --- pauses between balloons ------------------------------------------------------------------------------------------


def test_the_first_balloon_waits_for_nothing_and_the_next_for_six_seconds():
    chat = Chat().answered("um", "dois", "três")
    assert [row.not_before for row in chat.state.rows] == [None] * 3
    chat.sent(1)
    assert chat.row(2).not_before == chat.now + seconds(6)
    assert chat.row(3).not_before is None


def test_a_long_balloon_takes_longer_to_type_but_never_more_than_half_as_long_again():
    chat = Chat().answered("um", "x" * 4000).sent(1)
    assert chat.row(2).not_before == chat.now + seconds(9)


def test_the_pause_is_measured_from_when_the_first_had_left_and_a_setting_scales_it():
    chat = Chat(Policy(balloon_spacing=timedelta(0))).answered("um", "dois").sent(1)
    assert chat.row(2).not_before == chat.now
    echoed = Chat().answered("um", "dois").claim("salesbot").report(Outcome.ACCEPTED)
    sent_at = echoed.now + seconds(1)
    echoed.later(seconds(3)).written("um", at=sent_at, external_id=ExternalId("m9"))
    assert echoed.row(2).not_before == sent_at + seconds(6)


def test_a_clock_of_the_channel_that_runs_ahead_does_not_stretch_the_pause():
    chat = Chat().answered("um", "dois").claim("salesbot").report(Outcome.ACCEPTED)
    chat.written("um", at=chat.now + timedelta(hours=1))
    assert chat.row(2).not_before == chat.now + seconds(6)


def test_another_answer_does_not_wait_for_the_one_before():
    chat = Chat().answered("um").customer("E a barba?").ring().reply("dois").sent(1)
    assert chat.row(2).not_before is None


def test_the_fence_is_looked_at_before_each_balloon():
    chat = Chat().answered("um", "dois").sent(1).ana()
    assert chat.line == [RowState.SENT, RowState.CANCELLED]
    assert rules.next_row(chat.state) is None


def test_quiet_actions_end_the_waiting_too():
    chat = promised(Chat().asked()).reply(action=ReplyAction.NONE)
    assert (chat.verdict, chat.state.timers) == ("quiet", {})


@pytest.mark.parametrize("is_told_later", [True, False])
def test_a_notice_that_meets_a_closed_window_is_dropped_and_the_answer_behind_it_is_what_is_asked_back_for(
    *, is_told_later: bool
):
    chat = promised(Chat().asked()).ring(NOTICE)
    if is_told_later:
        chat = chat.sent().does(Undelivered(Trouble.WINDOW_CLOSED, chat.now, ExternalId("ours1")))
    else:
        chat = chat.claim().report(Outcome.REFUSED, reason=Trouble.WINDOW_CLOSED.value)
    assert (chat.verdict, chat.told(AskBack)) == ("notice_dropped", [])
    chat = chat.reply("Custa 50.").claim().report(Outcome.REFUSED, 2, reason=Trouble.WINDOW_CLOSED.value)
    assert (chat.state.bot_on, chat.told(AskBack)) == (True, [AskBack(2)])
    assert chat.line[0] is (RowState.SENT if is_told_later else RowState.CANCELLED)
