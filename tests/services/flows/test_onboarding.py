"""The onboarding as its customers and salespeople live through it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.flows import ErrandDone, FlowState, Hearing, Move
from app.domain.usernames import is_username
from app.services.flows.engine import ENGINE
from app.services.flows.onboarding import MAX_ATTEMPTS

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(minutes: float = 0, *, locale: str = "es", seed: int = 3, **more: dict[str, tuple[str, ...]]) -> Hearing:
    return Hearing(START + timedelta(minutes=minutes), locale, seed, **more)


def begun() -> FlowState:
    return place(ENGINE.begin("onboarding", at()))


def place(move: Move) -> FlowState:
    assert move.state is not None
    return move.state


def named(text: str = "me llamo Sofía") -> Move:
    return ENGINE.hear(begun(), [text], at(1))


def came(move: Move, status: str, minutes: float = 2, **data: str) -> Move:
    state = place(move)
    return ENGINE.errand_done(state, ErrandDone("provision", state.data["_errand"], status, data), at(minutes))


def said(move: Move) -> str:
    return "\n".join(move.balloons)


def test_it_greets_informs_and_asks_for_the_name():
    move = ENGINE.begin("onboarding", at())

    assert place(move).step == "name"
    assert len(move.balloons) == 3
    assert move.due == START + timedelta(minutes=15)


@pytest.mark.parametrize(("locale", "word"), [("es", "nombre"), ("pt-BR", "nome"), ("en", "name"), ("", "nombre")])
def test_it_speaks_the_customers_language(locale: str, word: str):
    state = begun()

    assert word in said(ENGINE.hear(state, ["?"], at(1, locale=locale)))


def test_a_name_asks_for_a_user():
    move = named()

    assert place(move).step == "username"
    (errand,) = move.errands
    assert errand.kind == "provision"
    assert errand.data["captured_user_name"] == "Sofía"
    assert errand.data["attempt_number"] == "1"
    assert errand.data["candidate_username"].startswith("sofia")
    assert is_username(errand.data["candidate_username"])
    assert move.log[0]["event_type"] == "rpa_request"
    assert move.log[0]["extracted_name"] == "Sofía"


def test_a_user_that_is_there_is_told_in_order_and_kept_on_the_lead():
    move = came(named(), "success", generated_username="sofia1234", password="p-4711")

    assert move.state is None
    assert [text in said(move) for text in ("Sofía", "sofia1234", "p-4711")][1:] == [True, True]
    assert said(move).index("sofia1234") < said(move).index("p-4711")
    assert move.fields == {"Username": "sofia1234"}
    assert move.tags == ("USUARIO AGENDADO",)
    assert [row["event_type"] for row in move.log] == ["rpa_response", "onboarding_done"]
    assert "p-4711" not in str(move.log)


def test_without_a_password_the_panels_own_message_is_told():
    move = came(named(), "success", generated_username="sofia1234", response_message="Usuario sofia1234 {name} listo")

    assert "Usuario sofia1234 {name} listo" in move.balloons


def test_a_name_that_is_taken_gets_other_digits_and_the_customer_hears_nothing_of_it():
    first = named()
    second = came(first, "conflict")

    assert not second.balloons
    assert second.errands[0].data["attempt_number"] == "2"
    assert second.errands[0].data["candidate_username"] != first.errands[0].data["candidate_username"]
    assert second.errands[0].key != first.errands[0].key


def test_after_ten_taken_names_a_person_goes_on():
    move, tried = named(), set[str]()
    while move.errands:
        tried.add(move.errands[0].data["candidate_username"])
        move = came(move, "conflict")

    assert len(tried) == MAX_ATTEMPTS
    assert move.hand_over == "username_conflicts"
    assert move.state is None


def test_where_fewer_names_are_to_be_tried_a_person_goes_on_sooner():
    second = came(named(), "conflict", names_left="1")
    third = came(second, "conflict", names_left="0")

    assert second.errands
    assert third.hand_over == "username_conflicts"
    assert not third.errands


def test_when_the_panel_fails_a_person_goes_on_and_the_customer_is_told():
    move = came(named(), "error", error_detail="panel_down")

    assert move.hand_over == "provisioning_error"
    assert move.state is None
    assert move.balloons
    assert move.log[0] | {"status": "error", "error_detail": "panel_down"} == move.log[0]


def test_who_writes_while_the_user_is_made_is_told_so_once():
    first = ENGINE.hear(place(named()), ["dale"], at(2))
    second = ENGINE.hear(place(first), ["dale!!"], at(3))
    question = ENGINE.hear(place(named()), ["¿cuánto cuesta?"], at(2))

    assert first.is_mine
    assert len(first.balloons) == 1
    assert not second.is_mine
    assert (question.is_mine, question.balloons, question.state) == (False, (), place(named()))


@pytest.mark.parametrize("question", ["¿cuánto cuesta?", "donde quedan", "quanto custa a ficha?", "how does it work"])
def test_a_question_is_the_brains_and_the_step_is_brought_back_to_mind(question: str):
    move = ENGINE.hear(begun(), [question], at(1))

    assert not move.is_mine
    assert move.state == begun()
    assert "nombre" in said(move)
    assert not move.errands


def test_a_doubtful_name_is_asked_about_once_and_yes_will_do():
    asked = ENGINE.hear(begun(), ["yamile"], at(1))
    agreed = ENGINE.hear(place(asked), ["sí"], at(2))

    assert "Yamile" in said(asked)
    assert agreed.errands[0].data["captured_user_name"] == "Yamile"


@pytest.mark.parametrize("answer", ["no", "juan y maría", "zulmy", "😊"])
def test_a_second_doubt_calls_a_person(answer: str):
    asked = ENGINE.hear(begun(), ["yamile"], at(1))

    assert ENGINE.hear(place(asked), [answer], at(2)).hand_over == "name_unclear"


def test_two_names_are_offered_to_choose_from():
    asked = ENGINE.hear(begun(), ["Juan y María"], at(1))

    assert "Juan / María" in said(asked)
    assert ENGINE.hear(place(asked), ["María"], at(2)).errands[0].data["captured_user_name"] == "María"


def test_who_keeps_the_name_back_is_told_what_it_is_for_and_may_then_have_a_person():
    refused = ENGINE.hear(begun(), ["no quiero dar mi nombre"], at(1))

    assert refused.is_mine
    assert ENGINE.hear(place(refused), ["que no quiero darte mi nombre"], at(2)).hand_over == "name_unclear"
    assert ENGINE.hear(place(refused), ["bueno, soy Ana"], at(2)).errands


def test_three_answers_that_are_none_call_a_person():
    state, moves = begun(), list[Move]()
    while not moves or moves[-1].state:
        moves.append(ENGINE.hear(place(moves[-1]) if moves else state, ["hola"], at(len(moves) + 1)))

    assert len(moves) == 3
    assert moves[-1].hand_over == "name_unclear"
    assert moves[0].balloons != moves[1].balloons


def test_reminders_come_at_their_times_and_then_it_is_over():
    state = begun()
    early = ENGINE.overdue(state, at(14))
    first = ENGINE.overdue(state, at(15))
    second = ENGINE.overdue(place(first), at(180))
    last = ENGINE.overdue(place(second), at(24 * 60))

    assert early == Move(state, due=START + timedelta(minutes=15))
    assert first.balloons
    assert first.due == START + timedelta(hours=3)
    assert second.balloons
    assert second.due == START + timedelta(hours=24)
    assert last.state is None
    assert not last.balloons


def test_reminders_that_were_missed_are_not_made_up_for():
    move = ENGINE.overdue(begun(), at(400))

    assert len(move.balloons) == 1
    assert place(move).reminders == 2


def test_a_user_that_takes_too_long_calls_a_person_who_is_told_when_it_comes():
    asked = named()
    late = ENGINE.overdue(place(asked), at(11))
    heard = ENGINE.hear(place(late), ["hola?"], at(12))
    there = came(late, "success", 30, generated_username="sofia1234", password="p-4711")

    assert late.hand_over == "provisioning_late"
    assert not heard.is_mine
    assert there.state is None
    assert not there.balloons
    assert "sofia1234" in there.note
    assert "p-4711" not in there.note
    assert there.fields == {"Username": "sofia1234"}


def test_a_result_that_nobody_waits_for_only_joins_the_log():
    state = place(named())
    move = ENGINE.errand_done(state, ErrandDone("provision", "another", "success", {"password": "p"}), at(2))

    assert move.state == state
    assert not move.balloons
    assert [row["event_type"] for row in move.log] == ["provision_unasked"]


@pytest.mark.parametrize("text", ["reiniciar", "Empezar de nuevo!", "RESTART", "Começar de novo"])
def test_a_restart_word_begins_anew(text: str):
    doubtful = place(ENGINE.hear(begun(), ["yamile"], at(1)))
    move = ENGINE.hear(doubtful, [text], at(2))

    assert place(move).data == {}
    assert place(move).version == doubtful.version + 1
    assert len(move.balloons) == 3


def test_nothing_begins_anew_while_the_user_is_being_made():
    assert place(ENGINE.hear(place(named()), ["reiniciar"], at(2))).step == "username"


def test_a_salesperson_skips_resets_and_is_told_what_cannot_be():
    state = begun()
    cannot = ENGINE.skip(state, None, at(1))

    assert cannot.state == state
    assert "name" in cannot.note
    assert ENGINE.missing(state, "username") == ("name",)
    assert ENGINE.missing(state, "nowhere") == ("no_such_step",)
    assert ENGINE.skip(state, "done", at(1)).state is None
    assert place(ENGINE.reset(replace(state, tries=2), at(1))).tries == 0
    assert ENGINE.steps("onboarding") == ("greeting", "informational", "name", "username", "account", "done")


def test_a_step_that_is_reset_asks_for_the_same_user_so_that_there_are_not_two():
    first = named()
    again = ENGINE.reset(place(first), at(5, seed=99))

    assert again.errands[0].data == first.errands[0].data
    assert again.errands[0].key != first.errands[0].key


def test_the_accounts_own_words_go_before_ours():
    own = {
        "onboarding.greeting": ("¡Ey!",),
        "onboarding.ask_name.es": ("¿Tu nombre, campeón?",),
        "onboarding.information": ("Hola {nobody}",),
    }
    move = ENGINE.begin("onboarding", at(words=own))

    assert move.balloons[0] == "¡Ey!"
    assert move.balloons[2] == "¿Tu nombre, campeón?"
    assert "{" not in said(move)


def test_sentences_vary_by_the_seed_and_stay_the_same_for_the_same():
    seen = {ENGINE.begin("onboarding", at(seed=seed)).balloons for seed in range(20)}

    assert len(seen) > 2
    assert ENGINE.begin("onboarding", at(seed=7)) == ENGINE.begin("onboarding", at(seed=7))


def test_a_day_later_it_is_over():
    move = ENGINE.hear(begun(), ["soy Sofía"], at(24 * 60 + 1))

    assert (move.state, move.is_mine) == (None, False)
