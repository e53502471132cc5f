"""Nobody answers a customer whom the bot has given away: the next salesperson is told, and at last the customer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.account import Policy
from app.domain.brain import ReplyAction
from app.domain.conversation import (
    Assign,
    HandoffRequested,
    Log,
    Note,
    NoteKind,
    Notify,
    PauseReason,
    RowState,
    TimerKind,
)
from app.domain.hours import parse_hours
from app.domain.language import LOCALES
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

SLA = TimerKind.SLA


def handed_over(**policy: Any) -> Chat:
    """The bot has given the chat to a person, and its goodbye has left."""
    return Chat(Policy(burst_scale=0, **policy)).asked().reply(action=ReplyAction.HANDOFF).sent()


def unanswered(chat: Chat) -> Chat:
    """Everybody who is told lets the customer wait."""
    while SLA in chat.state.timers:
        chat.ring(SLA)
    return chat


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
    assert chat.row(2).text == say(Phrase.NOBODY_THERE, "pt-BR")
    assert chat.told(Notify) == [Notify("handoff_unanswered")]
    assert chat.told(Note) == [Note(NoteKind.UNANSWERED)]
    assert chat.state.timers == {}
    assert chat.sent(2).line == [RowState.SENT, RowState.SENT]


@pytest.mark.parametrize("act", ["ana", "take", "release"])
def test_whoever_answers_or_orders_stops_the_clock(act: str):
    chat = handed_over().later(seconds(30))
    getattr(chat, act)()
    assert SLA not in chat.state.timers


def test_an_excuse_that_has_not_left_never_goes_over_a_person():
    chat = unanswered(handed_over()).later(seconds(1)).ana()
    assert chat.line[1] is RowState.CANCELLED


def test_the_customer_may_write_while_waiting_and_the_clock_runs_on():
    chat = handed_over().later(seconds(30)).customer("Oi?")
    assert chat.state.timers == {SLA: START + minutes(10)}


def test_who_wants_no_messages_is_not_told_that_nobody_is_there():
    chat = handed_over().later(seconds(5)).customer("parar").sent(2)
    assert SLA not in chat.state.timers
    assert len(chat.line) == 2


def test_every_hand_over_begins_to_count_anew():
    chat = unanswered(handed_over()).later(seconds(5)).release().does(HandoffRequested(PauseReason.ASKED))
    assert (chat.state.escalations, SLA in chat.state.timers) == (0, True)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_excuse_promises_nothing_and_asks_for_a_better_time(locale: str):
    said = say(Phrase.NOBODY_THERE, locale)
    assert "?" not in said
    assert any(word in said for word in ("horário", "hora", "time"))


def test_nobody_is_counted_on_while_the_company_is_closed():
    office = parse_hours({"week": {"fri": ["09:00-09:05"], "mon": ["09:00-18:00"]}})
    chat = handed_over(hours=office, zone="America/Sao_Paulo")  # on a Friday at nine
    assert chat.state.timers == {SLA: datetime(2026, 11, 23, 12, 5, tzinfo=UTC)}
