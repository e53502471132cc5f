"""A second flow, with validation and a one-time password, on the engine as it is."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.flows import ErrandDone, Hearing, Move
from app.services.flows.running import Engine
from tests.services.flows.registration import registration

ENGINE = Engine((registration(),))
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
CODE = "123456"


def at(minutes: int) -> Hearing:
    return Hearing(START + timedelta(minutes=minutes), "en", 1)


def hear(move: Move, text: str) -> Move:
    assert move.state is not None
    return ENGINE.hear(move.state, [text], at(1))


def done(move: Move, status: str) -> Move:
    assert move.state is not None
    kind = "otp_send" if move.state.step == "send" else "otp_check"
    return ENGINE.errand_done(move.state, ErrandDone(kind, move.state.data["_errand"], status), at(2))


def asked() -> Move:
    return ENGINE.begin("registration", at(0))


def code_sent() -> Move:
    return done(hear(asked(), "it is ana@example.com"), "success")


def step(move: Move) -> str:
    return move.state.step if move.state else ""


@pytest.mark.parametrize(
    ("text", "contact"),
    [("Ana@Example.com", "ana@example.com"), ("98765 43210", "+919876543210"), ("+91-9876543210", "+919876543210")],
)
def test_a_contact_is_validated_and_the_code_is_sent_there(text: str, contact: str):
    move = hear(asked(), text)

    assert (step(move), move.errands[0].kind, move.errands[0].data) == ("send", "otp_send", {"contact": contact})


def test_a_contact_that_is_none_is_asked_for_again():
    assert hear(asked(), "12345").balloons == ("That is neither an e-mail nor a mobile number.",)


def test_the_right_code_completes_it():
    sent = code_sent()
    checking = hear(sent, f"here: {CODE}")
    over = done(checking, "success")

    assert "ana@example.com" in sent.balloons[0]
    assert checking.errands[0].data == {"contact": "ana@example.com", "code": CODE}
    assert (over.state, over.tags, over.fields) == (None, ("REGISTERED",), {"Contact": "ana@example.com"})


def test_a_wrong_code_is_asked_for_again_and_three_call_a_person():
    move = code_sent()
    for _ in range(2):
        move = done(hear(move, CODE), "wrong")
        assert step(move) == "otp"
        assert move.balloons[0] == "That was not the code."

    assert done(hear(move, CODE), "wrong").hand_over == "registration_failed"


def test_a_code_can_be_sent_again_three_times_in_all():
    move = code_sent()
    for _ in range(2):
        again = hear(move, "RESEND")
        assert again.errands[0].kind == "otp_send"
        move = done(again, "success")

    assert hear(move, "resend").balloons == ("We have sent it three times; please look for it.",)


def test_a_sending_that_fails_is_tried_again_and_then_a_person_goes_on():
    move = hear(asked(), "ana@example.com")
    for _ in range(2):
        move = done(move, "error")
        assert step(move) == "send"

    assert done(move, "error").hand_over == "registration_failed"
