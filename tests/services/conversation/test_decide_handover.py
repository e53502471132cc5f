"""The bot gives the chat to a person, or a keyed caller speaks in its place."""

from datetime import timedelta

from app.domain.brain import ReplyAction
from app.domain.conversation import (
    Assign,
    CloseTurn,
    HandoffRequested,
    Log,
    Note,
    NoteKind,
    Notify,
    Pause,
    PauseReason,
    RowState,
    SendRequested,
    TimerKind,
)
from app.services.conversation import rules
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENT, RowState.CANCELLED


# --- hand-over --------------------------------------------------------------------------------------------------------


def test_a_hand_over_says_goodbye_once_briefs_assigns_and_tells():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF, reason="asked_for_person", note="quer a Ana")
    assert [(row.text, row.farewell, row.epoch) for row in chat.state.rows] == [
        (say(Phrase.GOODBYE_ASKED, "pt-BR"), True, 1)
    ]
    assert chat.told(Note) == [Note(NoteKind.BRIEF, "quer a Ana")]
    assert chat.told(Assign) == [Assign(PauseReason.ASKED)]
    assert chat.told(Notify) == [Notify("handoff_asked_for_person")]
    assert chat.told(CloseTurn) == [CloseTurn(1, "handed_over", "asked_for_person")]


def test_a_hand_over_for_a_reason_nobody_knows_admits_not_to_know():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF, reason="whatever")
    assert chat.state.pause == Pause(PauseReason.UNKNOWN_ANSWER)


def test_the_goodbye_may_go_while_the_bot_is_off():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF)
    assert not chat.state.bot_on
    assert chat.sent().line == [SENT]


def test_the_goodbye_never_goes_over_a_person():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF)
    chat.later(seconds(1)).ana()
    assert chat.line == [CANCELLED]


def test_a_second_hand_over_says_nothing_more():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF).does(HandoffRequested(PauseReason.ASKED))
    assert (chat.verdict, len(chat.line), chat.effects) == ("already_with_a_person", 1, ())


def test_whoever_asks_for_a_hand_over_closes_the_open_turn_and_is_named():
    chat = Chat().asked().does(HandoffRequested(PauseReason.ASKED, by="n8n"))
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "asked_for_person")]
    assert chat.told(Log) == [Log("n8n", "handed_over", "asked_for_person")]


def test_what_the_goodbye_answered_is_not_answered_again_after_a_release():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF).sent().later(seconds(5)).release()
    assert (chat.waiting, chat.state.timers) == ([], {})


def test_a_goodbye_that_has_not_left_at_the_release_stays_here_and_the_bot_answers():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF).later(seconds(5)).release()
    assert chat.line == [CANCELLED]
    assert len(chat.waiting) == 1
    assert TimerKind.BURST in chat.state.timers


# --- a keyed caller ---------------------------------------------------------------------------------------------------


def test_a_caller_speaks_in_place_of_the_brain():
    chat = Chat().asked().caller("Pronto!")
    assert (chat.verdict, chat.row().text, chat.row().idempotency_key) == ("admitted", "Pronto!", "key-1")
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "answered_by_caller")]
    assert (chat.waiting, chat.reply(turn=1).line) == ([], [PENDING])


def test_a_caller_also_answers_the_burst_that_has_not_been_asked_yet():
    chat = Chat().customer().caller()
    assert (chat.waiting, chat.state.timers) == ([], {})


def test_a_follow_up_goes_only_while_nobody_has_written_since():
    quiet = SendRequested("Ainda posso ajudar?", "key-1", quiet_since=START)
    assert Chat().answered().sent().does(quiet).verdict == "admitted"
    assert Chat().later(seconds(1)).customer().does(quiet).verdict == "not_quiet"
    talked = Chat().later(seconds(1)).ana().later(seconds(1)).release().does(quiet)
    assert (talked.verdict, talked.line) == ("not_quiet", [])


def test_a_follow_up_that_waits_on_the_line_stays_here_when_the_customer_writes_first():
    chat = Chat().does(SendRequested("Ainda posso ajudar?", "key-1", quiet_since=START))
    assert chat.may_claim() is rules.Claim.SEND
    assert chat.later(seconds(1)).customer().may_claim() is rules.Claim.CANCEL


def test_a_message_of_ones_own_goes_only_inside_the_window_that_the_customer_has_opened():
    chat = Chat().answered().sent().later(timedelta(hours=23, minutes=59)).caller()
    assert chat.verdict == "admitted"
    assert chat.may_claim(2) is rules.Claim.SEND
    assert chat.later(minutes(2)).may_claim(2) is rules.Claim.CANCEL
    assert chat.caller().verdict == "window_closed"


def test_a_caller_is_refused_while_the_bot_is_off():
    chat = Chat().take().caller()
    assert (chat.verdict, chat.line) == ("bot_off", [])


def test_a_callers_message_takes_the_same_fence():
    assert Chat().caller().take().line == [CANCELLED]
