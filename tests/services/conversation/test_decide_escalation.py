"""Nobody answers a customer whom the bot has given away: the next salesperson is told, and at last the customer."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.account import Policy
from app.domain.brain import ReplyAction
from app.domain.conversation import (
    Assign,
    FindTimes,
    HandoffRequested,
    Log,
    Note,
    NoteKind,
    Notify,
    PauseReason,
    RowState,
    TimerFired,
    TimerKind,
    TimesFound,
)
from app.domain.language import LOCALES
from app.domain.receipts import claims_booking
from app.domain.written_hours import parse_hours
from app.services.conversation.notes import note_text
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

SLA, OFFER = TimerKind.SLA, TimerKind.OFFER
MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FOUND = TimesFound((MONDAY, MONDAY + minutes(30), MONDAY + minutes(60)), "Ana", "America/Sao_Paulo")


def handed_over(**policy: Any) -> Chat:
    """The bot has given the chat to a person, and its goodbye has left."""
    return Chat(Policy(burst_scale=0, **policy)).asked().reply(action=ReplyAction.HANDOFF).sent()


def unanswered(chat: Chat) -> Chat:
    """Everybody who is told lets the customer wait; free times are being looked for."""
    while SLA in chat.state.timers:
        chat.ring(SLA)
    return chat


def excused(chat: Chat) -> Chat:
    """And the customer has been told so."""
    return unanswered(chat).does(FOUND)


def test_a_hand_over_starts_the_clock_of_the_one_who_must_answer():
    assert handed_over().state.timers == {SLA: START + minutes(10)}


def test_an_account_without_a_time_limit_counts_nobodys_minutes():
    assert handed_over(handoff_sla=None).state.timers == {}


def test_when_the_time_is_over_it_is_the_next_salespersons_turn():
    chat = handed_over().ring(SLA)
    assert chat.told(Assign) == [Assign(PauseReason.UNKNOWN_ANSWER, passed=1)]
    assert chat.told(Note) == [Note(NoteKind.ESCALATED)]
    assert chat.told(Log) == [Log("clock", "escalated", "unknown")]
    assert chat.state.timers == {SLA: START + minutes(20)}


@pytest.mark.parametrize(("most", "rings"), [(0, 1), (1, 2), (2, 3)])
def test_after_the_last_salesperson_the_customer_is_told_honestly_once(most: int, rings: int):
    chat = handed_over(escalations=most)
    for _ in range(rings):
        assert len(chat.state.rows) == 1
        chat.ring(SLA)
    assert chat.verdict == "unanswered"
    assert chat.told(FindTimes) == [FindTimes()]
    assert chat.told(Notify) == [Notify("handoff_unanswered")]
    assert chat.does(TimesFound()).row(2).text == say(Phrase.NOBODY_THERE, "pt-BR")
    assert chat.told(Note) == [Note(NoteKind.UNANSWERED)]
    assert chat.state.timers == {}
    assert chat.sent(2).line == [RowState.SENT, RowState.SENT]


@pytest.mark.parametrize(
    ("locale", "times"),
    [
        ("pt-BR", "com Ana estão livres: segunda, 23/11 às 09:00, 09:30, 10:00."),
        ("es", "con Ana están libres: lunes, 23/11 a las 09:00, 09:30, 10:00."),
        ("en", "free with Ana: Monday, Nov 23 at 09:00, 09:30, 10:00."),
    ],
)
def test_what_is_free_is_offered_in_the_customers_language_and_zone(locale: str, times: str):
    chat = unanswered(handed_over())
    chat.state = replace(chat.state, locale=locale)
    assert times in chat.does(FOUND).row(2).text
    assert chat.told(Note) == [Note(NoteKind.UNANSWERED, "Ana", FOUND.starts)]


def test_a_zone_that_the_customer_could_mistake_is_named():
    abroad = replace(FOUND, zone="Europe/Lisbon", place="Lisbon")
    assert "12:00, 12:30, 13:00 (horário de Lisbon)." in unanswered(handed_over()).does(abroad).row(2).text


def test_the_note_lists_what_was_offered_in_the_companys_language_and_zone():
    chat = excused(handed_over())
    text = note_text(chat.told(Note)[0], chat.state, locale="en", timezone="UTC")
    assert "these free times of Ana: Monday, Nov 23 at 12:00, 12:30, 13:00." in text


def test_where_nothing_is_found_in_time_the_customer_hears_it_without():
    chat = unanswered(handed_over()).ring(OFFER)
    assert (chat.verdict, chat.row(2).text) == ("excused", say(Phrase.NOBODY_THERE, "pt-BR"))


def test_the_customer_is_told_once_however_often_times_are_found():
    chat = excused(handed_over())
    assert chat.verdict == "times_offered"
    chat.does(FOUND).does(TimerFired(OFFER))
    assert (chat.verdict, len(chat.line), chat.effects) == ("too_late_to_offer", 2, ())


@pytest.mark.parametrize("act", ["ana", "take", "release"])
def test_whoever_speaks_while_times_are_looked_for_has_the_chat(act: str):
    chat = unanswered(handed_over()).later(seconds(1))
    getattr(chat, act)()
    assert len(chat.does(FOUND).line) == 1
    assert OFFER not in chat.state.timers


def test_what_the_customer_answers_to_the_offer_waits_for_the_salesperson():
    chat = excused(handed_over()).sent(2).later(seconds(60)).customer("Pode ser às 9h30")
    assert (chat.state.bot_on, chat.waiting, chat.state.timers) == (False, [2], {})


@pytest.mark.parametrize("act", ["ana", "take", "release"])
def test_whoever_answers_or_orders_stops_the_clock(act: str):
    chat = handed_over().later(seconds(30))
    getattr(chat, act)()
    assert SLA not in chat.state.timers


def test_an_excuse_that_has_not_left_never_goes_over_a_person():
    chat = excused(handed_over()).later(seconds(1)).ana()
    assert chat.line[1] is RowState.CANCELLED


def test_the_customer_may_write_while_waiting_and_the_clock_runs_on():
    chat = handed_over().later(seconds(30)).customer("Oi?")
    assert chat.state.timers == {SLA: START + minutes(10)}


def test_who_wants_no_messages_is_not_told_that_nobody_is_there():
    chat = handed_over().later(seconds(5)).customer("parar").sent(2)
    assert SLA not in chat.state.timers
    assert len(chat.line) == 2


def test_every_hand_over_begins_to_count_anew():
    chat = excused(handed_over()).later(seconds(5)).release().does(HandoffRequested(PauseReason.ASKED))
    assert (chat.state.escalations, SLA in chat.state.timers) == (0, True)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_excuse_promises_nothing_and_asks_for_a_better_time(locale: str):
    for said in (say(Phrase.NOBODY_THERE, locale), say(Phrase.NOBODY_THERE_OFFER, locale, seller="Ana", times="9h")):
        assert "?" not in said
        assert any(word in said for word in ("horário", "hora", "time"))
        assert not claims_booking(said)


def test_nobody_is_counted_on_while_the_company_is_closed():
    office = parse_hours({"week": {"fri": ["09:00-09:05"], "mon": ["09:00-18:00"]}})
    chat = handed_over(hours=office, zone="America/Sao_Paulo")  # on a Friday at nine
    assert chat.state.timers == {SLA: datetime(2026, 11, 23, 12, 5, tzinfo=UTC)}
