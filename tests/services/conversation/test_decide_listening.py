"""What `decide` makes of words in the chat: the customer's, a salesperson's, our own and another program's."""

import pytest

from app.domain.conversation import (
    CloseTurn,
    Note,
    NoteKind,
    Notify,
    Outcome,
    Pause,
    PauseReason,
    Remember,
    RowState,
    TimerKind,
)
from app.domain.ids import ExternalId
from app.domain.messages import Author, Media, MessageKind
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENDING, RowState.SENT, RowState.CANCELLED


# --- the customer -----------------------------------------------------------------------------------------------------


def test_a_customers_message_starts_the_burst_timer_and_is_remembered():
    chat = Chat().customer("Quanto custa o corte?")
    assert chat.state.timers == {TimerKind.BURST: START + seconds(1.5)}
    assert [(line.author, line.fold) for line in chat.told(Remember)] == [(Author.CUSTOMER, 1)]


def test_another_fragment_moves_the_burst_timer():
    chat = Chat().customer("Quanto custa?").later(seconds(1)).customer("o corte e")
    assert chat.state.timers[TimerKind.BURST] > START + seconds(2.5)


def test_a_burst_is_answered_at_most_eight_seconds_after_its_first_fragment():
    chat = Chat().customer("eu queria")
    for _ in range(5):
        chat.later(seconds(1.5)).customer("e")
    assert chat.state.timers[TimerKind.BURST] == START + seconds(8)


def test_a_customers_message_while_the_bot_is_off_starts_no_timer():
    chat = Chat().take().customer()
    assert chat.state.timers == {}
    assert (chat.verdict, chat.waiting) == ("bot_off", [1])


def test_a_picture_is_remembered_with_its_link():
    picture = Media(MessageKind.PICTURE, "https://example.com/1.jpg")
    chat = Chat().customer("", kind=MessageKind.PICTURE, media=picture)
    assert chat.told(Remember)[0].media == picture
    assert chat.waiting == [1]


def test_a_command_written_by_the_customer_is_ordinary_text():
    chat = Chat().customer("/assumir")
    assert chat.state.bot_on
    assert chat.waiting == [1]


def test_the_language_of_the_customer_is_learned_and_kept():
    chat = Chat().customer("Hola, quiero hablar con alguien").customer("ok")
    assert chat.state.locale == "es"


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_salespersons_message_pauses_raises_the_epoch_and_is_noted_once():
    chat = Chat().customer().ana()
    assert (chat.state.pause, chat.state.epoch) == (Pause(PauseReason.HUMAN, "Ana"), 1)
    assert chat.told(Note) == [Note(NoteKind.STATE)]
    assert chat.ana("E mais uma coisa.").told(Note) == []


def test_a_salespersons_message_answers_what_was_folded_before_it():
    assert Chat().customer().ana().waiting == []


def test_a_salespersons_message_is_remembered_as_theirs():
    line = Chat().ana("Oi!").told(Remember)[0]
    assert (line.author, line.author_id, line.text) == (Author.HUMAN, "1", "Oi!")


def test_a_salespersons_message_closes_the_open_turn_and_cancels_what_has_not_left():
    chat = Chat().answered("um", "dois").sent().ana()
    assert chat.line == [SENT, CANCELLED]
    assert Chat().asked().ana().told(CloseTurn) == [CloseTurn(1, "closed", "human")]


def test_writing_keeps_the_pause_that_was_commanded():
    chat = Chat().take(until=START + minutes(60)).later(minutes(1)).ana()
    assert chat.state.pause == Pause(PauseReason.COMMAND, "Ana", START + minutes(60), fixed=True)


def test_writing_after_the_commanded_time_is_a_pause_of_its_own():
    chat = Chat().take(until=START + minutes(1)).later(minutes(2)).ana()
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana")
    assert chat.state.timers == {}


def test_a_message_older_than_the_release_does_not_pause_again():
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ana(at=START + seconds(5))
    assert (chat.verdict, chat.state.bot_on) == ("late_human", True)
    assert chat.waiting == []


def test_a_late_message_does_not_swallow_what_the_customer_wrote_after_it():
    chat = Chat().later(seconds(10)).take().later(seconds(10)).release().later(seconds(5)).customer()
    chat.ana(at=START + seconds(5))
    assert chat.waiting == [1]
    assert TimerKind.BURST in chat.state.timers


def test_a_late_message_closes_the_turn_that_would_answer_what_it_answered():
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ring()
    chat.ana(at=START + seconds(5))
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "answered_by_person")]
    assert chat.reply(turn=1).line == []


def test_a_late_message_cancels_the_reply_to_what_it_answered():
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ring().reply()
    assert chat.ana(at=START + seconds(5)).line == [CANCELLED]


@pytest.mark.parametrize("never_left", [Outcome.ABSENT, Outcome.NOT_STARTED])
def test_a_late_message_keeps_the_reply_to_what_it_answered_from_leaving_a_second_time(never_left: Outcome):
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ring().reply().claim()
    assert chat.ana(at=START + seconds(5)).line == [SENDING]
    assert chat.report(never_left).line == [CANCELLED]
    assert chat.waiting == []


def test_a_late_message_leaves_alone_the_reply_to_what_came_after_it():
    chat = Chat().later(seconds(10)).take().later(seconds(10)).release().asked().reply()
    assert chat.ana(at=START + seconds(5)).line == [PENDING]


# --- our echo and other programs --------------------------------------------------------------------------------------


def test_an_echo_with_a_known_id_changes_nothing():
    chat = Chat().answered("oi").sent().written("oi", external_id=ExternalId("ours1"))
    assert (chat.verdict, chat.state.bot_on, chat.line) == ("echo", True, [SENT])


def test_an_echo_without_a_known_id_confirms_the_send():
    chat = Chat().answered("oi").claim("salesbot").report(Outcome.ACCEPTED)
    assert chat.line == [SENDING]
    chat.written("oi", external_id=ExternalId("x"))
    assert (chat.line, chat.row().external_id, chat.state.bot_on) == ([SENT], "x", True)


def test_another_bot_neither_pauses_nor_counts_as_the_customer():
    chat = Chat().customer().written("Olá! Sou um robô.", author=Author.BOT)
    assert (chat.verdict, chat.state.bot_on, chat.waiting) == ("other_bot", True, [1])
    assert chat.told(Remember)[0].author is Author.BOT
    assert chat.told(Notify) == []


def test_another_bot_twice_in_a_minute_is_told():
    chat = Chat().written("Olá!", author=Author.BOT).later(seconds(59)).written("Oi!", author=Author.BOT)
    assert chat.told(Notify) == [Notify("other_bot")]


def test_another_bot_once_in_a_while_is_not():
    chat = Chat().written("Olá!", author=Author.BOT).later(seconds(61)).written("Oi!", author=Author.BOT)
    assert chat.told(Notify) == []
