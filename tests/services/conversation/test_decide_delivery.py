"""What became of a send, and what `settle` keeps of it."""

import pytest

from app.domain.conversation import (
    Assign,
    Note,
    NoteKind,
    Outcome,
    Pause,
    PauseReason,
    RowState,
)
from app.services.conversation.decide import settle
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENT, RowState.CANCELLED


# --- what became of a send --------------------------------------------------------------------------------------------


def test_an_accepted_send_is_sent_and_keeps_its_id():
    chat = Chat().answered().sent()
    assert (chat.line, chat.row().external_id, chat.row().sent_at) == ([SENT], "ours1", START + seconds(1.5))
    assert chat.state.messages == ()


def test_an_accepted_send_without_an_id_where_ways_give_ids_is_sent_too():
    assert Chat().answered().claim().report(Outcome.ACCEPTED).line == [SENT]


def test_a_send_that_only_became_a_note_goes_to_a_person():
    chat = Chat().answered().claim("note").report(Outcome.ACCEPTED)
    assert (chat.line, chat.state.pause) == ([RowState.PERSON], Pause(PauseReason.DOUBT))


def test_a_send_that_never_started_is_pending_again_and_waits_as_wished():
    later = START + minutes(1)
    chat = Chat().answered().claim().report(Outcome.NOT_STARTED, not_before=later, reason="limited")
    assert (chat.line, chat.row().not_before, chat.row().reason) == ([PENDING], later, "limited")
    assert chat.state.bot_on


def test_a_send_that_never_started_under_an_old_epoch_is_cancelled():
    assert Chat().answered().claim().take().report(Outcome.NOT_STARTED).line == [CANCELLED]


def test_a_send_that_is_certainly_absent_is_pending_again_under_the_next_attempt():
    chat = Chat().answered().claim().report(Outcome.ABSENT)
    assert chat.line == [PENDING]
    assert chat.claim().row().attempt == 2


def test_a_refused_send_goes_to_a_person_and_the_rest_is_cancelled():
    chat = Chat().answered("um", "dois").claim().report(Outcome.REFUSED, reason="blocked")
    assert (chat.line, chat.state.pause) == ([RowState.FAILED, CANCELLED], Pause(PauseReason.REFUSED))
    assert chat.told(Assign) == [Assign(PauseReason.REFUSED)]


def test_a_send_in_doubt_goes_to_a_person_and_the_rest_is_cancelled():
    chat = Chat().answered("um", "dois").claim().report(Outcome.CANT_TELL)
    assert (chat.line, chat.state.pause, chat.state.epoch) == (
        [RowState.PERSON, CANCELLED],
        Pause(PauseReason.DOUBT),
        1,
    )


def test_a_send_in_doubt_while_the_bot_is_off_is_noted_for_the_person_who_has_the_chat():
    chat = Chat().answered().claim().take().report(Outcome.CANT_TELL)
    assert (chat.line, chat.told(Note)) == ([RowState.PERSON], [Note(NoteKind.DOUBT)])
    assert chat.state.pause == Pause(PauseReason.COMMAND, "Ana")


def test_a_report_about_a_row_that_is_gone_changes_nothing():
    assert Chat().report(Outcome.ACCEPTED, 7, attempt=1).verdict == "not_this_attempt"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_the_attempt_that_is_under_way_may_report(outcome: Outcome):
    chat = Chat().answered().claim().report(Outcome.NOT_STARTED).claim()
    before = chat.state
    assert chat.report(outcome, attempt=1).verdict == "not_this_attempt"
    assert chat.state == before


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_row_that_is_sent_stays_sent(outcome: Outcome):
    chat = Chat().answered().sent().report(outcome)
    assert (chat.verdict, chat.line) == ("not_this_attempt", [SENT])


# --- settle -----------------------------------------------------------------------------------------------------------


def test_settling_twice_is_settling_once():
    chat = Chat().answered().customer()
    assert settle(chat.state, chat.policy, chat.now) == chat.state


def test_settle_forgets_messages_that_are_finally_answered():
    assert Chat().answered().state.messages != ()
    assert Chat().answered().sent().state.messages == ()
