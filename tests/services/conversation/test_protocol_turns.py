"""The rules of the protocol, each with a test that fails when it is taken out: wake-ups, the open turn, answers."""

from dataclasses import replace

import pytest

from app.domain.conversation import (
    AskReply,
    Conversation,
    Outcome,
    Pause,
    PauseReason,
    RowState,
    TimerFired,
    TimerKind,
)
from app.domain.ids import ExternalId
from app.services.conversation import rules
from app.services.conversation.decide import settle
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENDING, CANCELLED = RowState.PENDING, RowState.SENDING, RowState.CANCELLED
ALL_STATES = list(RowState)


# --- settle: whatever waits has a wake-up -----------------------------------------------------------------------------


def test_settle_sets_the_burst_timer_for_what_nobody_answers():
    chat = Chat().take().customer().later(seconds(5)).release()
    assert TimerKind.BURST in chat.state.timers


def test_settle_sets_the_timer_again_after_a_superseded_answer():
    chat = Chat().asked().customer()
    chat.does(TimerFired(TimerKind.BURST))  # consumed: turn 2 is asked
    chat.customer()
    chat.state = chat.state.without_timer(TimerKind.BURST)
    assert chat.reply(turn=2).verdict == "superseded"
    assert TimerKind.BURST in chat.state.timers


@pytest.mark.parametrize("quiet", ["off", "resting", "asked", "answered"])
def test_settle_sets_no_timer_where_there_is_nothing_to_ask(quiet: str):
    chats = {
        "off": Chat().customer().take(),
        "resting": Chat().take().customer().later(minutes(40)).release(),
        "asked": Chat().asked(),
        "answered": Chat().answered(),
    }
    assert chats[quiet].state.timers == {}


def test_settle_leaves_a_timer_alone_that_is_set():
    chat = Chat().customer()
    due = chat.state.timers
    assert settle(chat.state, chat.policy, START + seconds(1)).timers == due


def test_the_next_to_send_is_the_first_unfinished_row_of_the_whole_line():
    chat = Chat().answered("um", "dois").sent().customer().ring().reply("três")
    state = replace(chat.state, rows=chat.state.rows[::-1])
    row = rules.next_row(state)
    assert row is not None
    assert row.text == "dois"


@pytest.mark.parametrize(("state", "counts"), [(s, s in (PENDING, SENDING)) for s in ALL_STATES])
def test_only_unfinished_rows_wait_to_be_sent(state: RowState, counts: bool):
    row = replace(Chat().answered().row(), state=state)
    assert (rules.next_row(Conversation(rows=(row,))) is not None) == counts


# --- one open turn ----------------------------------------------------------------------------------------------------


def test_only_the_open_turn_is_answered():
    chat = Chat().asked().customer().ring()
    assert chat.reply("velha", turn=1).line == []
    assert chat.reply("nova", turn=2).line == [PENDING]


def test_a_turn_is_answered_only_once():
    assert Chat().answered("um").reply("um", turn=1).line == [PENDING]


def test_an_open_turn_is_not_asked_again_while_nothing_is_new():
    chat = Chat().asked()
    assert chat.does(TimerFired(TimerKind.BURST)).told(AskReply) == []


def test_an_answer_of_an_older_epoch_is_dropped():
    chat = Chat().asked().take().later(seconds(5)).release().ring()
    assert chat.state.epoch == 1
    assert chat.reply("velha", turn=1).line == []


def test_an_answer_whose_epoch_is_over_is_dropped_even_if_its_turn_was_left_open():
    chat = Chat().asked()
    chat.state = replace(chat.state, epoch=chat.state.epoch + 1)
    assert chat.reply().line == []


def test_no_answer_is_admitted_while_the_bot_is_off_even_if_its_turn_was_left_open():
    chat = Chat().asked()
    chat.state = replace(chat.state, pause=Pause(PauseReason.COMMAND))
    assert chat.reply().line == []


def test_the_watermark_counts_folds_and_not_the_channels_times_or_ids():
    chat = Chat().customer(external_id=ExternalId("m9")).ring()
    chat.customer(at=START - minutes(1), external_id=ExternalId("m1"))
    assert chat.reply().verdict == "superseded"


def test_messages_that_come_in_another_order_than_they_were_written_are_answered_at_once():
    chat = Chat().customer(external_id=ExternalId("m9")).customer(at=START - minutes(1), external_id=ExternalId("m1"))
    assert chat.ring().reply().verdict == "admitted"


def test_an_answer_is_superseded_twice_and_the_third_counts():
    chat = Chat().asked()
    for verdict in ("superseded", "superseded", "admitted"):
        chat.customer()
        assert chat.reply().verdict == verdict
        chat = chat if verdict == "admitted" else chat.ring()
    assert chat.waiting == [4]


def test_a_replacement_counts_as_a_supersede():
    chat = Chat().asked().customer().ring().customer().ring().customer()
    assert chat.reply().verdict == "admitted"


# --- answered is kept by message --------------------------------------------------------------------------------------


def test_a_cancelled_answer_makes_its_messages_unanswered_again():
    chat = Chat().answered()
    assert chat.waiting == []
    assert chat.take().waiting == [1]


def test_a_cancelled_answer_gives_back_its_own_messages_though_a_later_answer_lives():
    chat = Chat().answered("um").claim().take().later(seconds(5)).release().customer().caller("dois")
    chat.report(Outcome.NOT_STARTED)
    assert chat.line == [CANCELLED, PENDING]
    assert chat.waiting == [1]


@pytest.mark.parametrize(("state", "live"), [(s, s is not CANCELLED) for s in ALL_STATES])
def test_a_row_answers_its_messages_unless_it_is_cancelled(state: RowState, live: bool):
    row = replace(Chat().answered().row(), state=state)
    assert rules.is_live(row, row.epoch) == live


@pytest.mark.parametrize(("state", "live"), [(s, s not in (CANCELLED, PENDING)) for s in ALL_STATES])
def test_a_pending_row_of_an_older_epoch_answers_nothing(state: RowState, live: bool):
    row = replace(Chat().answered().row(), state=state)
    assert rules.is_live(row, row.epoch + 1) == live


def test_a_human_message_answers_everything_folded_before_it():
    chat = Chat().customer().customer().ana().customer()
    assert chat.waiting == [3]


def test_a_human_message_outlives_the_release():
    chat = Chat().customer().later(seconds(5)).ana().later(seconds(5)).release().customer().ring()
    assert chat.told(AskReply)[0].turn.answers == {2}


def test_a_finally_answered_message_stays_answered_when_its_row_is_forgotten():
    chat = Chat().answered().sent()
    chat.state = replace(chat.state, rows=())
    assert chat.waiting == []
