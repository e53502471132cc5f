"""A customer who wants no more messages, or wants them again (promise 12)."""

from app.domain.conversation import (
    CloseTurn,
    Conversation,
    Pause,
    PauseReason,
    RowState,
    SetOptOut,
    TimerKind,
)
from app.services.conversation import rules
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENT, RowState.CANCELLED


def test_opting_out_switches_off_confirms_once_and_tells_the_store():
    chat = Chat().customer("PARAR")
    assert chat.state.pause == Pause(PauseReason.OPT_OUT)
    assert [row.text for row in chat.state.rows] == [say(Phrase.OPT_OUT_DONE, "pt-BR")]
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=True)]


def test_opting_out_cancels_the_answer_that_waits():
    chat = Chat().answered().customer("parar")
    assert chat.line == [CANCELLED, PENDING]
    assert chat.may_claim(2) is rules.Claim.SEND


def test_opting_out_closes_the_open_turn():
    chat = Chat().asked().customer("parar")
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "opt_out")]
    assert chat.reply(turn=1).verdict == "turn_is_closed"


def test_a_second_opt_out_is_not_confirmed_again():
    chat = Chat().customer("parar").sent().customer("parar")
    assert chat.line == [SENT]


def test_a_release_does_not_lift_an_opt_out():
    chat = Chat().customer("parar").release()
    assert (chat.verdict, chat.state.bot_on) == ("opted_out", False)


def test_a_row_that_a_caller_put_on_the_line_is_not_claimed_after_an_opt_out():
    chat = Chat().answered()
    chat.state = Conversation(opted_out=True, rows=chat.state.rows)
    assert chat.may_claim() is rules.Claim.CANCEL


def test_opting_in_brings_the_bot_back_and_confirms():
    chat = Chat().customer("parar").sent().customer("voltar")
    assert chat.state.bot_on
    assert not chat.state.opted_out
    assert chat.row(2).text == say(Phrase.OPT_IN_DONE, "pt-BR")
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=False)]


def test_what_was_written_while_opted_out_is_not_answered_afterwards():
    chat = Chat().customer("parar").customer("e o preço?").customer("voltar")
    assert (chat.waiting, chat.state.timers) == ([], {})


def test_the_word_for_opting_in_is_ordinary_text_for_those_who_are_in():
    chat = Chat().customer("voltar")
    assert (chat.verdict, chat.waiting) == ("heard", [1])


def test_opting_out_and_in_again_does_not_lift_a_salespersons_pause():
    chat = Chat().take().customer("parar").customer("voltar")
    assert chat.state.pause == Pause(PauseReason.COMMAND, "Ana")
    assert chat.state.rows == ()


def test_a_take_over_while_opted_out_outlives_the_opting_in():
    chat = Chat().customer("parar").later(seconds(5)).ana().customer("voltar")
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana")


def test_a_release_while_opted_out_leaves_only_the_opt_out():
    chat = Chat().take().customer("parar").later(seconds(5)).release()
    assert chat.state.pause == Pause(PauseReason.OPT_OUT)
    assert chat.customer("voltar").state.bot_on


def test_the_timed_return_does_not_lift_an_opt_out():
    chat = Chat().take(until=START + minutes(5)).customer("parar").ring(TimerKind.RESUME)
    assert chat.state.pause == Pause(PauseReason.OPT_OUT)
    assert chat.state.timers == {}
