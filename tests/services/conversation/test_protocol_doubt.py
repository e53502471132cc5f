"""The rules of the protocol, each with a test that fails when it is taken out: unknown outcomes."""

from dataclasses import replace
from datetime import datetime

from app.domain.conversation import (
    OutboxRow,
    Outcome,
    RowState,
)
from app.domain.ids import ConversationId, ExternalId
from app.domain.messages import Author, ReadBack, SeenMessage
from app.services.conversation.doubt import SECOND_LOOK, Finding, judge
from app.store.outbox import Doubt
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

SENDING, CANCELLED = RowState.SENDING, RowState.CANCELLED


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
    assert found(a_doubt(**LONG_ABSENT), read(seen("oi", "x1", after=-5))) is Finding.FOUND
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
