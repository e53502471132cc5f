"""A receiver can tell who asks: the time and the raw body are signed, and two secrets hold while one is changed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.n8n.signatures import sign, verify
from tests.architecture.source import ROOT
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


def test_the_receiver_of_the_documentation_understands_our_header():
    page = (ROOT / "docs" / "howto" / "write-replies-elsewhere.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    known: dict[str, Any] = {}
    exec(code, known)
    header = sign(BODY, ["new", "old"], datetime.now(UTC))
    assert known["is_from_ponte"](header, BODY, "old")
    assert not known["is_from_ponte"](header, BODY + b" ", "old")
    assert not known["is_from_ponte"](sign(BODY, ["old"], NOON), BODY, "old")
