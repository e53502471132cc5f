"""A conversation with a plan: the flow answers behind the same fence, and never over a salesperson's head."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.account import Policy
from app.domain.brain import ReplyAction
from app.domain.conversation import (
    AnswerAtOnce,
    AskReply,
    CloseTurn,
    Command,
    Conversation,
    Log,
    Note,
    NoteKind,
    PauseReason,
    RunErrand,
    SetField,
    SetTags,
    TimerKind,
    Verb,
)
from app.domain.disclosure import discloses
from app.domain.flows import EXPIRED, OVER, ErrandDone
from tests.services.conversation.by_hand import Chat, minutes, seconds

ONBOARDING = Policy(flow="onboarding")


def begun() -> Chat:
    """A new customer was greeted and asked for a name; all that has left."""
    chat = Chat(ONBOARDING, Conversation(locale="es")).asked("Hola")
    return all_sent(chat)


def all_sent(chat: Chat) -> Chat:
    while any(row.state == "pending" for row in chat.state.rows):
        row = next(row for row in chat.state.rows if row.state == "pending")
        chat.now = max(chat.now, row.not_before or chat.now)
        chat.sent(row.number)
    return chat


def asked_for_user() -> tuple[Chat, RunErrand]:
    """The customer has told a name; the panel is being asked."""
    chat = begun().later(seconds(20)).asked("Me llamo Sofía Pérez")
    (errand,) = chat.told(RunErrand)
    return chat, errand


def done(wanted: RunErrand, status: str, **data: str) -> ErrandDone:
    return ErrandDone(wanted.errand.kind, wanted.errand.key, status, data)


def step(chat: Chat) -> str:
    assert chat.state.flow is not None
    return chat.state.flow.step


def test_a_new_customer_is_greeted_in_the_transaction_in_which_the_burst_ends():
    chat = Chat(ONBOARDING).asked("Olá")
    assert chat.told(AskReply) == []
    (turn,), (close,) = chat.told(AnswerAtOnce), chat.told(CloseTurn)
    assert (turn.turn.number, close.number, close.state) == (1, 1, "admitted")
    assert chat.state.rows
    assert {row.answers for row in chat.state.rows} == {frozenset({1})}
    assert chat.state.turn is None
    assert step(chat) == "name"


def test_a_customer_who_was_here_before_the_flow_is_not_greeted():
    chat = Chat().answered().sent()
    chat.policy = ONBOARDING
    chat.asked("E o preço da escova?")
    assert chat.told(AskReply)
    assert chat.state.flow is None


def test_a_flow_of_another_release_leaves_the_customer_to_the_brain():
    assert Chat(Policy(flow="no_such_flow")).asked("Oi").told(AskReply)


def test_a_question_in_between_is_the_brains_and_the_step_is_asked_again_behind_its_answer():
    chat = begun().later(seconds(20)).asked("¿Cuánto cuesta?")
    assert chat.told(AskReply)
    before = len(chat.state.rows)
    chat.reply("Cuesta diez pesos.")
    answered = chat.state.rows[before:]
    assert answered[0].text == "Cuesta diez pesos."
    assert len(answered) == 2
    assert step(chat) == "name"


def test_a_brain_that_gives_the_chat_away_does_not_ask_the_step_again():
    chat = begun().later(seconds(20)).asked("¿Cuánto cuesta?")
    before = len(chat.state.rows)
    chat.reply(action=ReplyAction.HANDOFF, reason="unknown")
    assert not chat.state.bot_on
    assert len(chat.state.rows) == before + 1


def test_who_asks_for_a_person_gets_one_in_the_middle_of_the_flow():
    chat = begun().later(seconds(20)).asked("quiero hablar con una persona")
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.ASKED
    assert step(chat) == "name"


def test_a_name_leads_to_one_errand_and_its_end_to_the_account():
    chat, errand = asked_for_user()
    assert errand.errand.kind == "provision"
    assert step(chat) == "username"
    username = errand.errand.data["candidate_username"]
    chat.does(done(errand, "success", generated_username=username, password="s3cret"))
    assert [(one.name, one.value) for one in chat.told(SetField)] == [("Username", username)]
    assert [one.add for one in chat.told(SetTags)] == [("USUARIO AGENDADO",)]
    assert any(username in row.text for row in chat.state.rows)
    assert step(chat) == OVER
    assert chat.state.flow is not None
    assert chat.state.flow.data == {}


def test_a_flow_that_is_over_does_not_begin_again_by_itself():
    chat, errand = asked_for_user()
    chat.does(done(errand, "success", generated_username="sofia1234", password="s3cret"))
    all_sent(chat).later(timedelta(days=3)).asked("Hola de nuevo")
    assert chat.told(AskReply)
    assert step(chat) == OVER


@pytest.mark.parametrize("rings", [True, False], ids=["its clock has rung", "its clock is late"])
def test_a_flow_that_nobody_moved_for_a_day_begins_anew(rings: bool):
    chat = begun()
    while rings and TimerKind.FLOW in chat.state.timers:
        all_sent(chat.ring(TimerKind.FLOW))
    assert step(chat) == (EXPIRED if rings else "name")
    chat.later(timedelta(hours=25)).asked("Hola")
    assert chat.told(AnswerAtOnce)
    assert step(chat) == "name"
    assert chat.state.flow is not None
    assert chat.state.flow.entered_at == chat.now


def test_a_flow_that_has_expired_says_nothing_until_the_customer_writes_and_skips_no_step():
    chat = begun()
    while TimerKind.FLOW in chat.state.timers:
        all_sent(chat.ring(TimerKind.FLOW))
    before = len(chat.state.rows)
    chat.does(Command(Verb.SKIP, "Ana", chat.now))
    assert step(chat) == EXPIRED
    assert len(chat.state.rows) == before


def test_who_was_in_a_salespersons_hands_for_days_is_not_greeted_as_if_she_were_new():
    chat = begun()
    chat.later(minutes(5)).ana("Hola Sofía, te ayudo yo")
    chat.later(timedelta(days=3)).release()
    chat.later(timedelta(hours=2)).asked("Gracias por todo, una pregunta más")
    assert chat.told(AnswerAtOnce) == []
    assert chat.told(AskReply)


def test_a_flow_that_expired_before_a_salesperson_answered_does_not_begin_anew():
    chat = begun()
    while TimerKind.FLOW in chat.state.timers:
        all_sent(chat.ring(TimerKind.FLOW))
    chat.later(minutes(5)).ana("Hola Sofía, te ayudo yo")
    chat.later(timedelta(days=3)).release()
    chat.later(timedelta(hours=2)).asked("Gracias por todo, una pregunta más")
    assert chat.told(AskReply)


def test_a_flow_that_was_switched_off_reminds_nobody_any_more():
    chat = begun()
    chat.policy = Policy()
    before = len(chat.state.rows)
    chat.ring(TimerKind.FLOW)
    assert len(chat.state.rows) == before
    assert TimerKind.FLOW not in chat.state.timers


def test_who_was_promised_a_user_is_told_of_it_though_the_flow_was_switched_off():
    chat, errand = asked_for_user()
    chat.policy = Policy()
    username = errand.errand.data["candidate_username"]
    chat.does(done(errand, "success", generated_username=username, password="s3cret"))
    assert any(username in row.text for row in chat.state.rows)
    assert step(chat) == OVER


def test_a_person_is_called_for_a_user_who_is_late_though_the_flow_was_switched_off():
    chat, _ = asked_for_user()
    chat.policy = Policy()
    chat.ring(TimerKind.FLOW)
    assert not chat.state.bot_on


def test_an_error_of_the_panel_calls_a_person_who_is_told_and_the_customer_hears_it():
    chat, errand = asked_for_user()
    before = len(chat.state.rows)
    chat.does(done(errand, "error", error_detail="panel_down"))
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.FLOW
    said = chat.state.rows[before:]
    assert said
    assert all(row.farewell and row.epoch == chat.state.epoch for row in said)
    assert [(one.who, one.what) for one in chat.told(Log)].count(("bot", "handed_over")) == 1


def test_the_words_with_which_a_flow_gives_up_answer_what_the_customer_wrote():
    chat = begun()
    for text in ("???", "...", "!!", "123", "hmm"):
        if chat.state.bot_on:
            chat.later(seconds(20)).asked(text)
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.FLOW
    assert chat.waiting == []
    all_sent(chat).later(minutes(1)).release()
    assert TimerKind.BURST not in chat.state.timers


def test_who_asks_for_a_person_after_the_flow_is_the_brains_matter():
    chat, errand = asked_for_user()
    chat.does(done(errand, "success", generated_username="sofia1234", password="s3cret"))
    all_sent(chat).later(minutes(5)).asked("quiero hablar con una persona")
    assert chat.told(AskReply)


def test_a_greeting_says_that_a_program_writes_where_the_account_wants_it_and_only_the_first():
    chat = Chat(replace(ONBOARDING, ai_disclosure=True), Conversation(locale="es")).asked("Hola")
    assert [discloses(row.text) for row in chat.state.rows].count(True) == 1
    assert discloses(chat.row(1).text)
    before = len(chat.state.rows)
    all_sent(chat).later(timedelta(hours=25)).asked("Hola")
    assert not any(discloses(row.text) for row in chat.state.rows[before:])


def test_what_comes_of_an_errand_after_a_take_over_is_told_to_the_salesperson_only():
    chat, errand = asked_for_user()
    chat.take()
    before = len(chat.state.rows)
    chat.does(done(errand, "success", generated_username="sofia1234", password="s3cret"))
    assert len(chat.state.rows) == before
    assert chat.verdict == "bot_off"
    (note,) = [one for one in chat.told(Note) if one.kind is NoteKind.FLOW]
    assert "sofia1234" in note.text


def test_a_panel_that_fails_after_somebody_has_taken_over_is_told_to_that_person():
    chat, errand = asked_for_user()
    chat.take()
    chat.does(done(errand, "error", error_detail="panel_down"))
    assert [one.kind for one in chat.told(Note)].count(NoteKind.BRIEF) == 1


def test_a_panel_that_fails_after_the_flow_has_given_up_waiting_is_told_to_the_person():
    chat, errand = asked_for_user()
    chat.ring(TimerKind.FLOW)
    assert not chat.state.bot_on
    chat.does(done(errand, "error", error_detail="panel_down"))
    assert [one.kind for one in chat.told(Note)].count(NoteKind.BRIEF) == 1


def test_an_errand_that_nobody_waits_for_changes_nothing_the_customer_sees():
    chat, errand = asked_for_user()
    chat.does(done(errand, "success", generated_username="sofia1234", password="s3cret"))
    rows = chat.state.rows
    chat.does(done(errand, "success", generated_username="sofia1234", password="s3cret"))
    assert chat.state.rows == rows


def test_who_falls_silent_is_reminded_once_and_not_after_writing():
    chat = begun()
    before = len(chat.state.rows)
    chat.ring(TimerKind.FLOW)
    (reminder,) = chat.state.rows[before:]
    assert reminder.quiet_since == chat.now
    chat.later(seconds(1)).customer("Ya voy")
    assert chat.may_claim(reminder.number) == "cancel"


def test_nobody_is_reminded_while_an_answer_is_on_its_way_and_the_clock_rings_again():
    chat = begun().later(minutes(14)).asked("¿Cuánto cuesta?")
    before = len(chat.state.rows)
    chat.ring(TimerKind.FLOW)
    assert len(chat.state.rows) == before
    chat.reply("Diez pesos.")
    assert chat.state.timers[TimerKind.FLOW] > chat.now


def test_no_reminder_is_said_in_a_salespersons_chat():
    chat = begun()
    rang = chat.state.timers[TimerKind.FLOW]
    chat.take()
    assert TimerKind.FLOW not in chat.state.timers
    assert rang > chat.now


def test_a_salesperson_skips_a_step_and_has_one_asked_anew():
    chat = begun()
    chat.does(Command(Verb.RESET, "Ana", chat.now))
    assert step(chat) == "name"
    assert [one.what for one in chat.told(Log)] == ["flow_reset"]
    chat.does(Command(Verb.SKIP, "Ana", chat.now))
    assert [one.kind for one in chat.told(Note)].count(NoteKind.STATE) == 1


def test_a_salesperson_who_has_the_chat_moves_the_flow_and_nothing_is_said():
    chat = begun().take()
    before = len(chat.state.rows)
    chat.does(Command(Verb.RESET, "Ana", chat.now))
    assert len(chat.state.rows) == before


def test_a_flow_that_is_over_begins_when_a_salesperson_says_so():
    chat = Chat().answered().sent()
    chat.policy = ONBOARDING
    chat.later(minutes(1)).does(Command(Verb.RESET, "Ana", chat.now))
    assert step(chat) == "name"


def test_without_a_flow_the_commands_of_flows_answer_and_change_nothing():
    chat = Chat().answered().sent()
    before = chat.state
    chat.does(Command(Verb.SKIP, "Ana", chat.now))
    assert chat.state == before
    assert [one.kind for one in chat.told(Note)] == [NoteKind.STATE]


def test_every_move_is_a_version_of_its_own():
    chat = begun()
    versions = [chat.state.flow.version if chat.state.flow else 0]
    chat.later(seconds(20)).asked("Me llamo Sofía Pérez")
    versions.append(chat.state.flow.version if chat.state.flow else 0)
    assert versions == sorted(set(versions))


def test_the_release_of_a_chat_goes_on_at_its_step():
    chat = begun().take().later(minutes(2))
    chat.release()
    chat.later(seconds(5)).asked("Me llamo Sofía Pérez")
    assert chat.told(RunErrand)
    assert replace(chat.state, flow=None).bot_on
