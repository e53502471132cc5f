"""A receiver can tell who asks: the time and the raw body are signed, and two secrets hold while one is changed."""

from datetime import timedelta

import pytest

from app.n8n.signatures import sign, verify
from tests.builders import NOON

BODY = b'{"turn_id": "1:1"}'


def test_what_was_signed_is_verified_with_either_secret_of_a_rotation():
    header = sign(BODY, ["new", "old"], NOON)
    for known in (["new"], ["old"], ["other", "old"]):
        assert verify(header, BODY, known, now=NOON)


@pytest.mark.parametrize("late", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_signature_holds_for_five_minutes(late: timedelta):
    header = sign(BODY, ["new"], NOON)
    assert verify(header, BODY, ["new"], now=NOON + late * 5 / 6)
    assert not verify(header, BODY, ["new"], now=NOON + late)


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=00", "t=x,v1=00", f"t={'9' * 40},v1=00", "t=1,t=1,v1=0", "é=ã"])
def test_a_malformed_header_is_false(header: str):
    assert not verify(header, BODY, ["new"], now=NOON)


def test_another_body_another_time_and_another_secret_are_false():
    header = sign(BODY, ["new"], NOON)
    assert not verify(header, BODY + b" ", ["new"], now=NOON)
    assert not verify(header.replace("t=", "t=1"), BODY, ["new"], now=NOON)
    assert not verify(header, BODY, ["other"], now=NOON)
