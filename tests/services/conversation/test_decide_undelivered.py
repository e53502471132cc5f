"""What the messenger tells later: it never delivered what the channel had taken."""

import pytest

from app.domain.conversation import (
    AskBack,
    Assign,
    Log,
    Note,
    NoteKind,
    Outcome,
    PauseReason,
    RowState,
    SetOptOut,
    Undelivered,
)
from app.domain.ids import ExternalId
from app.domain.messages import Trouble
from app.services.conversation import rules
from app.services.conversation.rules import must_wait
from tests.services.conversation.by_hand import Chat


def told_later(trouble: Trouble, chat: Chat) -> Chat:
    return chat.does(Undelivered(trouble, chat.now))


@pytest.mark.parametrize("trouble", [Trouble.WINDOW_CLOSED, Trouble.UNREACHABLE, Trouble.REFUSED])
def test_what_was_never_delivered_goes_to_a_person_and_nothing_more_is_said(trouble: Trouble):
    chat = told_later(trouble, Chat().answered("um", "dois").sent())
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.REFUSED
    assert chat.line == [RowState.SENT, RowState.CANCELLED]
    assert chat.told(Assign) == [Assign(PauseReason.REFUSED)]
    assert [one.why for one in chat.told(Log) if one.what == "undelivered"] == [trouble.value]


def test_who_has_blocked_us_is_opted_out_without_another_word():
    chat = told_later(Trouble.OPTED_OUT, Chat().answered("um", "dois").sent())
    assert chat.state.opted_out
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=True)]
    assert chat.line == [RowState.SENT, RowState.CANCELLED]
    chat.customer("oi")
    assert chat.verdict == "bot_off"


def test_who_has_the_chat_is_told_what_did_not_arrive_and_keeps_it():
    chat = told_later(Trouble.UNREACHABLE, Chat().take())
    assert chat.told(Note) == [Note(NoteKind.REFUSED)]
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.COMMAND


def test_what_another_program_sent_on_this_number_takes_no_chat_from_the_bot():
    chat = Chat().answered("um").sent()
    chat.does(Undelivered(Trouble.REFUSED, chat.now, ExternalId("of-a-campaign")))
    assert (chat.verdict, chat.state.bot_on, chat.effects) == ("not_ours", True, ())


def test_a_receipt_waits_while_the_send_that_it_may_be_about_has_not_answered():
    chat = Chat().answered("um").claim()
    receipt = Undelivered(Trouble.REFUSED, chat.now, ExternalId("not-known-yet"))
    assert must_wait(chat.state, receipt)
    assert not must_wait(Chat().answered("um").sent().state, receipt)
    assert not must_wait(Chat().answered("um").claim("salesbot").state, receipt)


def test_who_blocks_us_after_another_programs_message_is_opted_out_too():
    chat = Chat().answered("um").sent()
    chat.does(Undelivered(Trouble.OPTED_OUT, chat.now, ExternalId("of-a-campaign")))
    assert chat.state.opted_out


def test_who_has_blocked_us_by_the_answer_to_a_send_is_opted_out_as_well():
    chat = Chat().answered("um", "dois").claim().report(Outcome.REFUSED, reason="opted_out")
    assert chat.state.opted_out
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=True)]
    assert chat.told(Assign) == []
    assert chat.line == [RowState.FAILED, RowState.CANCELLED]
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.OPT_OUT


def test_whoever_has_the_chat_keeps_it_when_the_customer_blocks_us():
    chat = Chat().answered("um").claim()
    chat = chat.take().report(Outcome.REFUSED, reason="opted_out")
    assert chat.state.opted_out
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.COMMAND


def test_a_window_that_is_closed_stops_that_answer_alone_and_leaves_the_chat_to_the_bot():
    chat = Chat().answered("um", "dois").caller("do sistema").claim().report(Outcome.REFUSED, reason="window_closed")
    assert chat.state.bot_on
    assert chat.told(AskBack) == [AskBack(1)]
    assert chat.told(Assign) == []
    assert chat.line == [RowState.FAILED, RowState.CANCELLED, RowState.PENDING]
    assert (chat.state.turn, rules.unanswered(chat.state)) == (None, ())


def test_a_window_that_is_told_to_be_closed_later_names_the_line_that_it_was():
    chat = Chat().answered("um", "dois").sent()
    sent = chat.state.rows[0].external_id
    chat.does(Undelivered(Trouble.WINDOW_CLOSED, chat.now, sent))
    assert (chat.state.bot_on, chat.told(AskBack)) == (True, [AskBack(1)])
    assert chat.line == [RowState.SENT, RowState.PENDING]


@pytest.mark.parametrize("later", [False, True])
def test_a_closed_window_takes_the_chat_from_nobody(*, later: bool):
    chat = Chat().answered("um")
    chat = chat.sent().take() if later else chat.claim().take()
    if later:
        chat.does(Undelivered(Trouble.WINDOW_CLOSED, chat.now, chat.state.rows[0].external_id))
    else:
        chat.report(Outcome.REFUSED, reason="window_closed")
    assert (chat.told(AskBack), chat.told(Note)) == ([AskBack(1)], [])
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.COMMAND
