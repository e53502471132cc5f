"""The rules of the protocol, each with a test that fails when it is taken out: who has the chat."""

from dataclasses import replace

import pytest

from app.domain.conversation import (
    AskReply,
    Outcome,
    RowState,
    TimerFired,
    TimerKind,
)
from app.domain.messages import Author
from app.services.conversation import delivery, rules
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

CANCELLED = RowState.CANCELLED
SEND, LEAVE = rules.Claim.SEND, rules.Claim.LEAVE


# --- control has a clock ----------------------------------------------------------------------------------------------


def test_between_release_and_take_over_the_channels_clock_decides_and_not_arrival():
    later = Chat().later(seconds(10)).take().release(at=START + seconds(5))
    earlier = Chat().take(at=START - minutes(1)).release(at=START + seconds(10)).take(at=START + seconds(5))
    assert (later.state.bot_on, earlier.state.bot_on) == (False, True)


def test_human_words_also_have_a_clock():
    chat = Chat().take().later(seconds(10)).release().ana(at=START + seconds(5))
    assert chat.state.bot_on
    assert not chat.ana(at=START + seconds(11)).state.bot_on


def test_a_release_older_than_human_words_is_late():
    chat = Chat().later(seconds(10)).ana().release(at=START + seconds(5))
    assert (chat.verdict, chat.state.bot_on) == ("late_command", False)


def test_a_tie_of_release_and_take_over_pauses_whichever_comes_first():
    first = Chat().take().release()
    second = Chat().take(at=START - minutes(1)).release().take()
    assert (first.state.bot_on, second.state.bot_on) == (False, False)


# --- other bots, stale answers, off and on ----------------------------------------------------------------------------


def test_another_bot_does_not_answer_for_a_human():
    chat = Chat().customer().written("Olá! Sou um robô.", author=Author.BOT)
    assert (chat.waiting, chat.state.bot_on) == ([1], True)


def test_an_answer_is_stale_by_the_newest_message_that_it_answers():
    chat = Chat().customer(at=START - minutes(20)).customer().ring().reply()
    assert chat.verdict == "admitted"
    assert Chat().customer(at=START - minutes(11)).ring().reply().verdict == "handed_over"


@pytest.mark.parametrize("switch_off", ["take", "ana", "parar", "handoff", "doubt"])
def test_every_switch_off_raises_the_epoch_closes_the_turn_and_cancels_the_line(switch_off: str):
    chat = Chat().answered("um", "dois").claim().customer().ring()
    acts = {
        "take": chat.take,
        "ana": chat.ana,
        "parar": lambda: chat.customer("parar"),
        "handoff": chat.fail,
        "doubt": lambda: chat.report(Outcome.CANT_TELL),
    }
    acts[switch_off]()
    assert (chat.state.bot_on, chat.state.epoch, chat.state.turn) == (False, 1, None)
    assert chat.line[1] is CANCELLED
    assert not chat.state.timers.keys() - {TimerKind.SLA}


def test_a_goodbye_belongs_to_the_epoch_that_it_opens():
    chat = Chat().asked().fail()
    assert chat.may_claim() is SEND
    assert chat.later(seconds(5)).take().may_claim() is LEAVE
    assert chat.line == [CANCELLED]


def test_only_a_goodbye_may_be_claimed_while_the_bot_is_off():
    chat = Chat().asked().fail()
    chat.state = delivery.put(chat.state, replace(chat.row(), farewell=False))
    assert chat.may_claim() is LEAVE


def test_a_release_gives_one_turn_however_many_messages_wait():
    chat = Chat().take().customer().customer().customer().later(seconds(5)).release().ring()
    assert chat.told(AskReply)[0].turn.answers == {1, 2, 3}


def test_a_released_chat_rests_until_the_next_message_when_what_waits_is_old():
    chat = Chat().take().customer().later(minutes(31)).release()
    assert chat.does(TimerFired(TimerKind.RESUME)).state.timers == {}
    assert chat.customer().ring().told(AskReply)[0].turn.answers == {1, 2}
    assert not chat.state.resting
