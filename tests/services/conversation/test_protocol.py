"""The rules of the protocol in the places where it is easy to get wrong: each test fails when its rule is taken out.

What lives in SQL (the door decodes, the lock in a statement of its own, the lease, the jobs) is proved on Postgres.
"""

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain.conversation import (
    AskReply,
    Conversation,
    OutboxRow,
    Outcome,
    OutgoingMessage,
    Pause,
    PauseReason,
    RowState,
    TimerFired,
    TimerKind,
)
from app.domain.ids import ConversationId, ExternalId
from app.domain.messages import Author, MessageKind, ReadBack, SeenMessage
from app.services.conversation import delivery, rules
from app.services.conversation.decide import settle
from app.services.conversation.doubt import SECOND_LOOK, SKEW, Finding, judge
from app.store.outbox import Doubt
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENDING, RowState.SENT, RowState.CANCELLED
SEND, CANCEL, LEAVE = rules.Claim.SEND, rules.Claim.CANCEL, rules.Claim.LEAVE
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
    chat = Chat().answered("um").claim().take().later(seconds(5)).release().customer().ring().reply("dois")
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


# --- sends whose outcome is unknown -----------------------------------------------------------------------------------


def a_doubt(text: str = "oi", **fields: object) -> Doubt:
    row = OutboxRow(2, 0, text, state=SENDING, attempt=1, claimed_at=START)
    return Doubt(
        *(7, 1, ConversationId(1), "kommo", "chat", "talk", None, None), created_at=START, row=replace(row, **fields)
    )


def seen(text: str, number: str, *, after: float = 1, author: Author = Author.BOT) -> SeenMessage:
    return SeenMessage(ExternalId(number), author, text, START + seconds(after))


def read(*messages: SeenMessage, complete: bool = True) -> ReadBack:
    return ReadBack(complete, messages)


NOW = START + minutes(1)
LONG_ABSENT = {"absent_since": NOW - SECOND_LOOK}


def found(doubt: Doubt, back: ReadBack, *others: str | None, now: datetime = NOW) -> Finding:
    return judge(doubt, back, others, now=now)[0]


def test_a_message_that_the_channel_shows_is_found_with_its_id():
    assert judge(a_doubt(), read(seen("oi", "x1")), (), now=NOW) == (Finding.FOUND, "x1")


def test_a_message_that_another_row_owns_by_its_id_is_not_found():
    assert found(a_doubt(**LONG_ABSENT), read(seen("oi", "x1")), "x1") is Finding.ABSENT


def test_a_row_without_an_id_owns_one_of_the_messages_with_its_words():
    assert found(a_doubt(**LONG_ABSENT), read(seen("oi", "x1")), None) is Finding.ABSENT
    assert judge(a_doubt(), read(seen("oi", "x1"), seen("oi", "x2")), (None,), now=NOW) == (Finding.FOUND, "x2")


def test_the_customer_who_repeats_our_words_is_not_our_message():
    repeated = read(seen("oi", "x1", author=Author.CUSTOMER))
    assert found(a_doubt(**LONG_ABSENT), repeated) is Finding.ABSENT


def test_other_words_are_not_our_message():
    assert found(a_doubt(**LONG_ABSENT), read(seen("olá", "x1"))) is Finding.ABSENT


def test_the_channels_clock_may_be_five_seconds_behind():
    assert found(a_doubt(**LONG_ABSENT), read(seen("oi", "x1", after=-SKEW.total_seconds()))) is Finding.FOUND
    assert found(a_doubt(**LONG_ABSENT), read(seen("oi", "x1", after=-6))) is Finding.ABSENT


def test_the_first_look_that_finds_nothing_looks_again():
    assert found(a_doubt(), read()) is Finding.LOOK_AGAIN


def test_absent_takes_two_complete_reads_ten_seconds_apart():
    doubt = a_doubt(absent_since=NOW)
    assert found(doubt, read(), now=NOW + seconds(9)) is Finding.LOOK_AGAIN
    assert found(doubt, read(), now=NOW + seconds(10)) is Finding.ABSENT


def test_an_incomplete_read_can_find_but_never_tell_that_nothing_is_there():
    assert found(a_doubt(**LONG_ABSENT), read(complete=False)) is Finding.CANT_TELL
    assert found(a_doubt(), read(seen("oi", "x1"), complete=False)) is Finding.FOUND


def test_when_nobody_can_tell_a_person_owns_the_chat():
    chat = Chat().answered("um", "dois").claim().report(Outcome.CANT_TELL)
    assert (chat.state.bot_on, chat.state.epoch, chat.line) == (False, 1, [RowState.PERSON, CANCELLED])


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
    assert (chat.line[1], chat.state.timers) == (CANCELLED, {})


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
