"""The registration as its customers live through it, step by step."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.flows import ErrandDone, FlowState, Hearing, Move
from app.services.flows.engine import ENGINE

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
CODE = "482913"
ANSWERS = ("Asha Rao", "7", "560001", "98765 43210")


def at(minutes: float = 0, *, written: str = "", locale: str = "en") -> Hearing:
    return Hearing(START + timedelta(minutes=minutes), locale, 1, written=written)


def place(move: Move) -> FlowState:
    assert move.state is not None
    return move.state


def begun() -> Move:
    return ENGINE.begin("registration", at())


def hear(move: Move, text: str, **more: str) -> Move:
    return ENGINE.hear(place(move), [text], at(1, **more))


def played(*texts: str) -> Move:
    move = begun()
    for text in texts:
        move = hear(move, text)
    return move


def came(move: Move, status: str, **data: str) -> Move:
    (errand,) = move.errands
    return ENGINE.errand_done(place(move), ErrandDone(errand.kind, errand.key, status, data), at(2))


def sent() -> Move:
    return came(played(*ANSWERS, "YES"), "success")


def said(move: Move) -> str:
    return "\n".join(move.balloons)


def test_it_asks_for_each_field_in_turn_and_shows_what_it_has_read():
    steps = [place(played(*ANSWERS[:count])).step for count in range(5)]

    assert steps == ["name", "sector", "pincode", "phone", "confirmation"]
    told = said(played(*ANSWERS))
    assert all(value in told for value in ("Asha Rao", "Retail", "560001", "+919876543210"))


def test_yes_has_a_code_sent_and_the_right_code_completes_it_with_the_link():
    asked = played(*ANSWERS, "YES")
    checking = hear(came(asked, "success"), f"it is {CODE}")
    over = came(checking, "success", link="https://app.example.com")

    assert asked.errands[0].data == {
        "name": "Asha Rao", "sector": "Retail", "pincode": "560001", "phone": "+919876543210"
    }  # fmt: skip
    assert checking.errands[0].data == {"phone": "+919876543210", "code": CODE}
    assert over.state is None
    assert "https://app.example.com" in over.balloons[-1]
    assert over.tags == ("REGISTERED",)


def test_without_an_address_no_link_is_told():
    over = came(hear(sent(), CODE), "success", link="")

    assert "{" not in said(over)
    assert over.balloons


def test_the_code_is_in_no_row_of_the_log_and_is_kept_only_while_it_is_checked():
    checking = hear(sent(), CODE)
    for status in ("success", "wrong", "expired", "error", "unknown"):
        move = came(checking, status)
        assert CODE not in str(move.log)
        assert move.state is None or CODE not in str(move.state.data)
    assert CODE not in str(checking.log) + said(checking)


@pytest.mark.parametrize("step", range(5))
@pytest.mark.parametrize("word", ["HELP", "SUPPORT", "hello", "मदद", "नमस्ते"])
def test_words_of_the_flow_are_answered_in_every_step_and_it_stays(step: int, word: str):
    before = played(*ANSWERS[:step])
    after = hear(before, word)

    assert (after.is_mine, place(after).step) == (True, place(before).step)
    assert after.balloons
    assert place(after).data == place(before).data


def test_help_at_the_code_tells_of_resending():
    assert "RESEND" in said(hear(sent(), "HELP"))


@pytest.mark.parametrize("step", range(1, 5))
def test_restart_begins_anew_with_nothing_known(step: int):
    move = hear(played(*ANSWERS[:step]), "RESTART")

    assert place(move).step == "name"
    assert not any(place(move).data.get(field) for field in ("name", "sector", "pincode", "phone"))


def test_no_asks_what_to_change_and_only_that_is_asked_again():
    asked = hear(played(*ANSWERS), "NO")
    again = hear(asked, "SECTOR")
    confirmed = hear(again, "textile")

    assert "PINCODE" in said(asked)
    assert place(again).step == "sector"
    assert place(confirmed).step == "confirmation"
    assert "Textile" in said(confirmed)


def test_a_pincode_of_no_circle_is_warned_about_and_kept():
    move = played(*ANSWERS[:2], "100001")

    assert place(move).step == "phone"
    assert place(move).data["pincode"] == "100001"
    assert "100001" in move.balloons[0]


@pytest.mark.parametrize(("step", "wrong"), [(0, "1"), (1, "banana"), (2, "123"), (3, "12345"), (4, "perhaps")])
def test_an_error_is_told_twice_in_other_words_and_then_a_person_goes_on(step: int, wrong: str):
    first = hear(played(*ANSWERS[:step]), wrong)
    second = hear(first, wrong)

    assert first.balloons != second.balloons
    assert hear(second, wrong).hand_over == "registration_lost"


def test_no_error_text_is_said_twice_in_a_session_whatever_lies_between():
    first = hear(played(*ANSWERS[:1]), "banana")
    again = hear(hear(hear(first, "HELP"), "RESTART"), "Asha")
    second = hear(again, "banana")

    assert set(first.balloons).isdisjoint(second.balloons)
    assert hear(second, "banana").hand_over == "registration_lost"


@pytest.mark.parametrize("step", range(4))
def test_a_question_is_the_brains(step: int):
    move = hear(played(*ANSWERS[:step]), "How much does the registration cost?")

    assert not move.is_mine
    assert move.balloons


def test_who_writes_hindi_is_answered_in_hindi_from_the_first_word():
    greeted = ENGINE.begin("registration", at(written="hi"))
    named = ENGINE.hear(place(greeted), ["Asha"], at(1))

    assert "स्वागत" in said(greeted)
    assert "क्षेत्र" in said(named)
    assert "नाम" in said(hear(named, "RESTART"))


def test_a_language_is_chosen_by_its_name():
    hindi = hear(begun(), "HINDI")

    assert "नाम" in said(hindi)
    assert "name" in said(hear(hindi, "English"))
    assert "क्षेत्र" in said(hear(begun(), "आशा", written="hi"))


def test_the_languages_of_the_house_are_spoken_to_in_english():
    assert "name" in said(ENGINE.begin("registration", at(locale="pt-BR")))


@pytest.mark.parametrize("status", ["unknown", "limited", "too_soon", "held_back"])
def test_what_kept_a_code_from_being_sent_is_told_once_and_resend_asks_anew(status: str):
    move = came(played(*ANSWERS, "YES"), status)
    again = hear(move, "RESEND")

    assert (place(move).step, len(move.balloons)) == ("otp", 1)
    assert again.errands[0].kind == "otp_send"
    assert set(came(again, status).balloons).isdisjoint(move.balloons)


def test_three_codes_are_sent_and_no_more():
    move = sent()
    for _ in range(2):
        move = came(hear(move, "RESEND"), "success")
    enough = hear(move, "RESEND")

    assert not enough.errands
    assert enough.balloons
    assert hear(enough, "RESEND").hand_over == "registration_lost"


def test_whoever_begins_anew_has_no_more_codes_than_others():
    move = sent()
    for number in ("9876543211", "9876543212"):
        move = hear(move, "RESTART")
        for text in (*ANSWERS[:-1], number, "YES"):
            move = hear(move, text)
        move = came(move, "success")
    move = hear(move, "RESTART")
    for text in (*ANSWERS, "YES"):
        move = hear(move, text)
    assert not move.errands
    assert place(move).step == "confirmation"


def test_a_number_that_takes_no_code_is_asked_for_again():
    move = came(played(*ANSWERS, "YES"), "bad_phone")

    assert place(move).step == "phone"
    assert place(hear(move, "9123456780")).step == "confirmation"


def test_who_is_registered_already_is_told_so_with_the_link():
    over = came(played(*ANSWERS, "YES"), "already_registered", link="https://app.example.com")

    assert over.state is None
    assert "already" in over.balloons[0]
    assert "https://app.example.com" in over.balloons[-1]


def test_wrong_codes_are_told_in_other_words_and_the_third_calls_a_person():
    first = came(hear(sent(), "111111"), "wrong")
    second = came(hear(first, "222222"), "wrong")

    assert (place(first).step, place(second).step) == ("otp", "otp")
    assert first.balloons != second.balloons
    assert came(hear(second, "333333"), "wrong").hand_over == "registration_failed"


@pytest.mark.parametrize("status", ["error", "what"])
def test_what_nobody_can_mend_calls_a_person(status: str):
    assert came(played(*ANSWERS, "YES"), status).hand_over == "registration_failed"
    assert came(hear(sent(), CODE), status).hand_over == "registration_failed"


def test_who_asks_for_a_person_in_hindi_gets_one():
    assert hear(played("Asha"), "एजेंट से बात करनी है").hand_over == "asked"
