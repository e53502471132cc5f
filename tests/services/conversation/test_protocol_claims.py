"""The rules of the protocol, each with a test that fails when it is taken out: claims and echoes.

What lives in SQL (the door decodes, the lock in a statement of its own, the lease, the jobs) is proved on Postgres.
"""

from dataclasses import replace

import pytest

from app.domain.conversation import (
    Outcome,
    OutgoingMessage,
    Pause,
    PauseReason,
    RowState,
)
from app.domain.ids import ExternalId
from app.domain.messages import Author, MessageKind
from app.services.conversation import delivery, rules
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENDING, RowState.SENT, RowState.CANCELLED
SEND, CANCEL, LEAVE = rules.Claim.SEND, rules.Claim.CANCEL, rules.Claim.LEAVE
ALL_STATES = list(RowState)


# --- claiming a balloon -----------------------------------------------------------------------------------------------


def test_a_row_may_be_claimed_when_nothing_forbids_it():
    assert Chat().answered().may_claim() is SEND


def test_a_row_whose_epoch_is_over_is_cancelled_and_never_sent():
    chat = Chat().answered()
    chat.state = replace(chat.state, epoch=chat.state.epoch + 1)
    assert chat.may_claim() is CANCEL


def test_a_row_is_not_claimed_while_the_bot_is_off():
    chat = Chat().answered()
    chat.state = replace(chat.state, pause=Pause(PauseReason.COMMAND))
    assert chat.may_claim() is LEAVE


def test_a_row_is_not_claimed_while_something_human_lies_unread():
    assert Chat().answered().may_claim(unread=True) is LEAVE


@pytest.mark.parametrize(("earlier", "may"), [(s, LEAVE if s in (PENDING, SENDING) else SEND) for s in ALL_STATES])
def test_a_balloon_waits_for_every_earlier_row_that_is_unfinished_and_for_no_other(earlier: RowState, may: rules.Claim):
    chat = Chat().answered("um", "dois")
    chat.state = delivery.put(chat.state, replace(chat.row(1), state=earlier))
    assert chat.may_claim(2) is may


def test_a_balloon_waits_for_the_previous_turns_row_too():
    chat = Chat().answered("um").claim().customer().ring().reply("dois")
    assert chat.row(1).turn != chat.row(2).turn
    assert chat.may_claim(2) is LEAVE


@pytest.mark.parametrize("state", [s for s in ALL_STATES if s is not PENDING])
def test_only_a_pending_row_is_claimed(state: RowState):
    chat = Chat().answered()
    chat.state = delivery.put(chat.state, replace(chat.row(), state=state))
    assert chat.may_claim() is LEAVE


def test_each_claim_takes_a_number_of_its_own():
    chat = Chat().answered().claim()
    assert chat.row().attempt == 1
    assert chat.report(Outcome.ABSENT).claim().row().attempt == 2


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_word_about_an_earlier_attempt_changes_nothing(outcome: Outcome):
    chat = Chat().answered().claim().report(Outcome.ABSENT).claim()
    assert chat.report(outcome, attempt=1).line == [SENDING]
    assert chat.state.bot_on


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_word_about_a_row_that_is_not_being_sent_changes_nothing(outcome: Outcome):
    chat = Chat().answered().claim().report(Outcome.ABSENT)
    assert chat.report(outcome, attempt=1).line == [PENDING]


# --- our own echo -----------------------------------------------------------------------------------------------------


def echo_of(text: str, number: str = "x1") -> OutgoingMessage:
    return OutgoingMessage(text, MessageKind.TEXT, START, ExternalId(number), Author.HUMAN, "1", "Ana")


def test_a_known_id_is_ours_whatever_the_words():
    chat = Chat().answered("oi").sent().written("oi!", external_id=ExternalId("ours1"))
    assert (chat.verdict, chat.state.bot_on) == ("echo", True)


def test_the_words_of_a_row_that_is_being_sent_wait_until_its_call_has_answered():
    chat = Chat().answered("oi").claim()
    assert rules.must_wait(chat.state, echo_of("oi"))
    chat.report(Outcome.ACCEPTED, external_id=ExternalId("ours1"))
    assert not rules.must_wait(chat.state, echo_of("oi"))
    assert not chat.written("oi").state.bot_on


def test_other_words_do_not_wait():
    assert not rules.must_wait(Chat().answered("oi").claim().state, echo_of("Oi, aqui é a Ana"))


def test_a_known_id_does_not_wait_for_a_twin_that_is_being_sent():
    chat = Chat().answered("oi", "oi").sent().claim()
    assert not rules.must_wait(chat.state, echo_of("oi", "ours1"))


def test_where_no_id_will_come_nothing_waits():
    assert not rules.must_wait(Chat().answered("oi").claim("salesbot").state, echo_of("oi"))


@pytest.mark.parametrize("then", [Outcome.ABSENT, Outcome.CANT_TELL, Outcome.ACCEPTED])
def test_any_row_that_may_have_reached_the_channel_owns_an_echo(then: Outcome):
    chat = Chat().answered("oi").claim().report(then).written("oi")
    assert chat.line == [SENT]
    assert chat.verdict in ("echo", "echo_by_words")


def test_a_row_owns_only_one_echo_and_the_second_is_a_humans():
    chat = Chat().answered("oi").claim("salesbot").written("oi", external_id=ExternalId("x1"))
    assert chat.state.bot_on
    chat.written("oi", external_id=ExternalId("x2"))
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana")


@pytest.mark.parametrize("doubt", [Outcome.ABSENT, Outcome.CANT_TELL])
def test_an_echo_belongs_to_the_last_row_that_was_claimed_when_it_was_written(doubt: Outcome):
    chat = Chat().asked().fail().claim("salesbot").later(minutes(1)).take().report(doubt)
    chat.later(seconds(1)).release().customer().ring().fail()
    chat.later(minutes(1)).claim("salesbot")
    assert chat.row(1).words == chat.row(2).words
    before = chat.line[0]
    chat.written(chat.row(2).text)
    assert (chat.verdict, chat.line) == ("echo", [before, SENT])


def test_a_late_echo_belongs_to_the_row_that_was_claimed_when_it_was_written():
    chat = Chat().asked().fail().claim("salesbot").later(minutes(1)).take().report(Outcome.CANT_TELL)
    chat.later(seconds(1)).release().customer().ring().fail()
    chat.later(minutes(1)).claim("salesbot").written(chat.row(2).text, at=START + seconds(3))
    assert (chat.verdict, chat.line) == ("echo", [SENT, SENDING])


def test_two_rows_with_the_same_words_own_two_echoes():
    chat = Chat().answered("oi", "oi").claim("salesbot").written("oi", external_id=ExternalId("x1"))
    chat.claim("salesbot").written("oi", external_id=ExternalId("x2"))
    assert (chat.line, chat.state.bot_on) == ([SENT, SENT], True)


def test_a_row_that_was_never_claimed_owns_no_echo():
    chat = Chat().answered("oi").written("oi")
    assert (chat.line, chat.state.bot_on) == ([CANCELLED], False)


@pytest.mark.parametrize("outcome", [Outcome.NOT_STARTED, Outcome.REFUSED])
def test_a_row_whose_message_certainly_never_left_owns_no_echo(outcome: Outcome):
    chat = Chat().answered("oi").claim().report(outcome).written("oi")
    assert chat.verdict == "human_took_over"
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana")


def test_an_echo_is_known_in_any_unicode_form():
    chat = Chat().answered("Até amanhã!").claim("salesbot").written("Ate\u0301 amanha\u0303!  ")
    assert (chat.line, chat.state.bot_on) == ([SENT], True)
