"""Asking a brain and admitting its answer (promises 6 and 8)."""

from app.domain.account import Policy
from app.domain.brain import ReplyAction
from app.domain.conversation import (
    AskReply,
    Assign,
    CloseTurn,
    Note,
    NoteKind,
    Pause,
    PauseReason,
    RowState,
    SetTags,
    TimerFired,
    TimerKind,
)
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes

PENDING, SENDING = RowState.PENDING, RowState.SENDING
TWO_RUNGS = Policy(rungs=2)


def test_the_end_of_the_burst_asks_once_for_all_that_waits():
    chat = Chat().customer().customer().ring()
    turn = chat.told(AskReply)[0].turn
    assert (turn.number, turn.epoch, turn.watermark, turn.answers) == (1, 0, 2, {1, 2})
    assert chat.state.timers == {}


def test_a_burst_timer_that_rings_twice_asks_once():
    chat = Chat().asked().does(TimerFired(TimerKind.BURST))
    assert (chat.verdict, chat.told(AskReply)) == ("already_asked", [])


def test_a_burst_timer_that_rings_while_off_or_for_nothing_asks_nobody():
    assert Chat().does(TimerFired(TimerKind.BURST)).verdict == "nothing_to_answer"
    assert Chat().customer().take().does(TimerFired(TimerKind.BURST)).verdict == "nothing_to_answer"


def test_a_reply_joins_the_line_in_order():
    chat = Chat().answered("um", "dois")
    assert [(row.number, row.text, row.turn, row.answers) for row in chat.state.rows] == [
        (1, "um", 1, {1}),
        (2, "dois", 1, {1}),
    ]
    assert (chat.waiting, chat.state.turn, chat.told(CloseTurn)) == ([], None, [CloseTurn(1, "admitted")])


def test_of_a_reply_that_was_admitted_nothing_is_cut_off():
    assert len(Chat().answered(*"abcdefghijklm").line) == len("abcdefghijklm")


def test_a_newer_message_supersedes_the_answer_and_gets_a_turn_with_the_rest():
    chat = Chat().asked().customer().reply(turn=1)
    assert (chat.verdict, chat.line) == ("superseded", [])
    assert chat.told(CloseTurn) == [CloseTurn(1, "superseded", "newer_message")]
    assert chat.ring().told(AskReply)[0].turn.answers == {1, 2}


def test_a_timer_that_finds_the_turn_on_an_older_watermark_supersedes_it():
    chat = Chat().asked().customer().ring()
    assert chat.told(CloseTurn) == [CloseTurn(1, "superseded", "newer_message")]
    assert chat.told(AskReply)[0].turn.number == 2
    assert chat.reply(turn=1).verdict == "turn_is_closed"


def test_after_two_supersedes_it_answers_and_the_rest_gets_its_own_turn():
    chat = Chat().asked().customer().ring().customer().ring().customer().ring()
    assert (chat.verdict, chat.open_turn) == ("already_asked", 3)
    chat.reply()
    assert (chat.verdict, chat.row().answers, chat.waiting) == ("admitted", {1, 2, 3}, [4])
    assert chat.ring().told(AskReply)[0].turn.answers == {4}


def test_an_admission_and_a_take_over_reset_the_count_of_supersedes():
    chat = Chat().asked().customer().ring()
    assert chat.state.superseded == 1
    assert chat.reply().state.superseded == 0
    assert Chat().asked().customer().ring().take().state.superseded == 0


def test_the_first_answer_of_a_turn_wins():
    chat = Chat().answered("primeira").reply("segunda", turn=1)
    assert (chat.verdict, [row.text for row in chat.state.rows]) == ("turn_is_closed", ["primeira"])


def test_a_customers_message_during_sending_cancels_nothing_and_gets_the_next_turn():
    chat = Chat().answered("um", "dois").claim().customer()
    assert chat.line == [SENDING, PENDING]
    assert chat.ring().told(AskReply)[0].turn.answers == {2}


def test_a_brain_may_choose_to_stay_quiet():
    chat = Chat().asked("ok").reply(action=ReplyAction.NONE)
    assert (chat.verdict, chat.line, chat.waiting, chat.state.timers) == ("quiet", [], [], {})
    assert chat.state.bot_on


def test_a_brains_note_and_tags_reach_the_lead():
    chat = Chat().asked().reply(note="Quer corte", tags=("corte",))
    assert Note(NoteKind.BRAIN, "Quer corte") in chat.told(Note)
    assert chat.told(SetTags) == [SetTags(("corte",))]


def test_a_brains_language_is_kept():
    assert Chat().asked().reply(locale="en").state.locale == "en"


def test_an_answer_without_words_counts_as_a_failure():
    chat = Chat(TWO_RUNGS).asked().reply("", "  ")
    assert (chat.verdict, chat.line) == ("next_rung", [])


def test_an_answer_to_a_stale_message_goes_to_a_person_without_a_goodbye():
    chat = Chat().asked().later(minutes(11)).reply()
    assert (chat.verdict, chat.state.pause) == ("handed_over", Pause(PauseReason.STALE))
    assert chat.line == []
    assert chat.told(Assign) == [Assign(PauseReason.STALE)]


def test_an_answer_just_in_time_is_admitted():
    chat = Chat().asked()
    chat.now = START + minutes(10)
    assert chat.reply().verdict == "admitted"


def test_a_failed_brain_is_followed_by_the_next_rung():
    chat = Chat(TWO_RUNGS).asked().fail()
    assert (chat.verdict, chat.told(AskReply)[0].turn.rung) == ("next_rung", 1)
    assert chat.reply("do segundo").verdict == "admitted"


def test_a_failure_of_a_rung_that_has_been_left_changes_nothing():
    chat = Chat(TWO_RUNGS).asked().fail().fail(rung=0)
    assert (chat.verdict, chat.open_turn) == ("turn_is_closed", 1)


def test_a_failure_of_a_closed_turn_changes_nothing():
    chat = Chat().answered().fail(turn=1)
    assert (chat.verdict, chat.state.bot_on) == ("turn_is_closed", True)


def test_a_late_answer_of_an_earlier_rung_still_counts_while_the_turn_is_open():
    assert Chat(TWO_RUNGS).asked().fail().reply("do primeiro").verdict == "admitted"


def test_after_the_last_rung_the_customer_gets_a_goodbye_and_a_person():
    chat = Chat(TWO_RUNGS).asked().fail().fail(rung=1)
    assert chat.state.pause == Pause(PauseReason.BRAIN_FAILED)
    assert [row.text for row in chat.state.rows] == [say(Phrase.GOODBYE_FAILED, "pt-BR")]
    assert chat.told(CloseTurn) == [CloseTurn(1, "handed_over", "brain_failed")]
