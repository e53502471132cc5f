"""The one question after a hand-over, as `decide` sees it: when it is asked, never twice, and what an answer does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.account import Policy
from app.domain.conversation import (
    Outcome,
    Rated,
    Reacted,
    RowState,
    Surveyed,
    Thumbed,
    TimerFired,
    TimerKind,
)
from app.domain.feedback import Thumb, rating_of
from app.domain.flows import FlowState
from app.domain.ids import ExternalId
from app.domain.messages import MessageKind
from app.domain.written_hours import parse_hours
from app.services.conversation.rules import must_wait
from app.services.conversation.satisfaction import SETTLING
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

ASKING = Policy(satisfaction="score")
QUESTION, THANKS = say(Phrase.SURVEY_SCORE, "pt-BR"), say(Phrase.SURVEY_THANKS, "pt-BR")
CLOSED = parse_hours({"week": {"mon": ["09:00-10:00"]}})


def helped(policy: Policy = ASKING, *, says: str = "Quero falar com a Ana") -> Chat:
    """The customer has written, Ana has answered, and lets the chat go."""
    chat = Chat(policy).customer(says).later(seconds(5)).ana("Pronto, resolvido.").later(minutes(1)).release()
    return chat.later(seconds(1))


def asked(policy: Policy = ASKING) -> Chat:
    """The question has reached the customer."""
    chat = helped(policy).ring(TimerKind.SURVEY)
    return chat.sent(chat.state.lines).later(seconds(30))


def test_who_was_helped_by_a_person_is_asked_once_the_bot_is_back():
    chat = helped()
    assert chat.state.timers[TimerKind.SURVEY] == chat.now - seconds(1) + SETTLING
    chat.ring(TimerKind.SURVEY)
    assert chat.verdict == "surveyed"
    assert chat.row().text == QUESTION
    assert chat.told(Surveyed) == [Surveyed(1, 1, "1")]


def test_the_scale_is_the_accounts():
    assert helped(Policy(satisfaction="thumbs")).ring(TimerKind.SURVEY).row().text == say(Phrase.SURVEY_THUMBS, "pt-BR")


def test_off_is_the_default_and_then_nobody_is_asked():
    chat = helped(Policy())
    assert (chat.state.survey, chat.state.timers) == (None, {})


def test_the_end_of_a_pause_by_the_clock_is_a_hand_back_too():
    policy = Policy(satisfaction="score", auto_return=minutes(30))
    chat = Chat(policy).customer().later(seconds(5)).ana().ring(TimerKind.RESUME).ring(TimerKind.SURVEY)
    assert chat.verdict == "surveyed"


def test_nobody_is_asked_about_a_person_who_never_wrote():
    chat = Chat(ASKING).asked().reply().sent().take().release()
    assert TimerKind.SURVEY not in chat.state.timers


def test_a_command_after_the_persons_words_does_not_forget_them():
    chat = Chat(ASKING).customer().later(seconds(5)).ana().take().later(seconds(1)).release()
    assert TimerKind.SURVEY in chat.state.timers


def test_a_second_release_asks_no_second_time():
    chat = asked().release()
    assert chat.verdict == "already_on"
    assert TimerKind.SURVEY not in chat.state.timers
    assert chat.does(TimerFired(TimerKind.SURVEY)).verdict == "not_surveyed"
    assert [row.text for row in chat.state.rows] == [QUESTION]


def test_after_a_take_over_nothing_of_it_is_left():
    chat = helped().take()
    assert TimerKind.SURVEY not in chat.state.timers
    chat = helped().ring(TimerKind.SURVEY).take()
    assert chat.line == [RowState.CANCELLED]
    assert chat.state.survey is None
    chat = asked().take().customer("5")
    assert chat.verdict == "bot_off"


def test_the_next_hand_over_may_be_asked_about_again():
    chat = asked().customer("4").later(minutes(1)).ana().later(minutes(1)).release().later(SETTLING)
    assert chat.does(TimerFired(TimerKind.SURVEY)).verdict in ("surveyed", "survey_waits")


def test_who_still_waits_for_an_answer_is_not_asked():
    chat = Chat(ASKING).ana().later(seconds(5)).customer("E quanto custa?").release()
    assert (chat.state.survey, set(chat.state.timers)) == (None, {TimerKind.BURST})


def test_who_has_only_said_thanks_is_answered_first_and_then_asked():
    chat = Chat(ASKING).customer().later(seconds(5)).ana().later(seconds(5)).customer("Obrigada!").release()
    assert {TimerKind.BURST, TimerKind.SURVEY} <= set(chat.state.timers)
    chat.ring().later(SETTLING).does(TimerFired(TimerKind.SURVEY))
    assert chat.verdict == "survey_waits"
    chat.reply("Por nada!").sent().ring(TimerKind.SURVEY)
    assert chat.verdict == "surveyed"


def test_a_chat_that_does_not_come_to_rest_is_left_in_peace():
    chat = Chat(ASKING).customer().later(seconds(5)).ana().later(seconds(5)).customer("Obrigada!").release().ring()
    chat.later(minutes(5)).does(TimerFired(TimerKind.SURVEY))
    assert (chat.verdict, chat.state.survey) == ("not_surveyed", None)


def test_who_writes_before_the_question_is_not_asked():
    chat = helped().customer("E amanhã, abrem?")
    assert (chat.state.survey, TimerKind.SURVEY in chat.state.timers) == (None, False)


def test_who_writes_while_the_question_is_on_the_line_does_not_get_it():
    chat = helped().ring(TimerKind.SURVEY).later(seconds(1)).customer("5")
    assert chat.verdict == "heard"
    assert chat.line == [RowState.CANCELLED]


def test_a_word_whose_hook_is_late_keeps_the_question_back():
    chat = helped().ring(TimerKind.SURVEY)
    assert chat.row().quiet_since == START + seconds(5)
    assert chat.row().not_after == START + timedelta(hours=24)


@pytest.mark.parametrize(
    "policy", [Policy(satisfaction="score", hours=CLOSED), Policy(satisfaction="score", window=seconds(70))]
)
def test_nobody_is_asked_outside_the_hours_or_the_window(policy: Policy):
    assert helped(policy).ring(TimerKind.SURVEY).verdict == "not_surveyed"


def test_who_wants_no_messages_is_not_asked():
    chat = Chat(ASKING).customer().later(seconds(5)).ana().customer("parar").later(seconds(1)).release()
    assert (chat.state.survey, TimerKind.SURVEY in chat.state.timers) == (None, False)
    chat = asked().customer("parar")
    assert chat.verdict == "opted_out"


def test_a_flow_under_way_has_questions_of_its_own():
    chat = helped()
    chat.state = replace(chat.state, flow=FlowState("onboarding", "name", START, START))
    assert chat.ring(TimerKind.SURVEY).verdict == "not_surveyed"


# --- the answer -------------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_thanked_for_once_and_not_asked_of_a_brain():
    chat = asked().customer("5")
    assert chat.verdict == "rated"
    assert chat.told(Rated) == [Rated(1, rating_of(5))]
    assert [row.text for row in chat.state.rows] == [QUESTION, THANKS]
    assert (chat.waiting, chat.state.timers) == ([], {})
    chat.sent(2).later(seconds(9)).customer("5")
    assert chat.verdict == "heard"


@pytest.mark.parametrize("said", ["Obrigado, e quanto custa o corte?", "10", "5 pessoas"])
def test_anything_else_is_ordinary_talk_and_ends_the_matter(said: str):
    chat = asked().customer(said)
    assert chat.verdict == "heard"
    assert TimerKind.BURST in chat.state.timers
    assert chat.later(seconds(1)).customer("5").verdict == "heard"


def test_a_voice_message_is_no_answer():
    assert asked().customer("5", kind=MessageKind.VOICE).verdict == "heard"


def test_after_a_day_a_number_is_a_number_again():
    assert asked().later(timedelta(hours=25)).customer("5").verdict == "heard"


def test_what_was_written_before_the_question_came_is_no_answer_to_it():
    chat = asked()
    assert chat.customer("5", at=chat.now - minutes(1)).verdict == "heard"


def test_a_question_that_was_refused_asks_nothing():
    chat = helped().ring(TimerKind.SURVEY).claim()
    chat.report(Outcome.REFUSED)
    assert chat.state.survey is None


def test_thumbs_answer_a_question_for_a_score_too():
    assert asked().customer("👎").told(Rated)[0].rating.thumb is Thumb.DOWN


def reacts(chat: Chat, thumb: Thumb | None, about: str = "ours") -> Chat:
    return chat.does(Reacted(ExternalId(about), thumb, chat.now))


def test_a_thumb_on_an_answer_is_told_with_its_turn_and_moves_nothing():
    chat = reacts(before := Chat().answered("um").sent(), Thumb.UP, str(before.state.rows[0].external_id))
    assert [(one.turn, one.line, one.thumb) for one in chat.told(Thumbed)] == [(1, 1, Thumb.UP)]
    assert chat.verdict == "thumb_up"


def test_a_sign_waits_while_the_send_that_it_may_be_about_has_not_answered():
    sign = Reacted(ExternalId("not-known-yet"), Thumb.UP, Chat().now)
    assert must_wait(Chat().answered("um").claim().state, sign)
    assert not must_wait(Chat().answered("um").sent().state, sign)


def test_a_thumb_on_what_answered_nothing_counts_for_no_turn():
    chat = asked()
    told = reacts(chat, Thumb.DOWN, str(next(row for row in chat.state.rows if row.turn is None).external_id))
    assert (told.verdict, told.told(Thumbed)) == ("about_no_turn", [])
    assert reacts(asked(), Thumb.UP, "elsewhere").verdict == "not_ours"
