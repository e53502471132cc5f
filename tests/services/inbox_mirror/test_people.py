"""Who a customer is in the mirror: one identifier for each person, whoever writes their number in whatever way."""

from typing import Any

import pytest

from app.services.inbox_mirror.people import best_name, is_better, someone

MARIA = "+5511987654321"


def known(**more: Any) -> Any:
    whose: dict[str, Any] = {"account_id": 7, "channel": "kommo", "chat_id": "0a9d", "contact_id": "41", "names": []}
    return someone(**{**whose, "phones": [], **more})


@pytest.mark.parametrize(
    "more",
    [
        {"phones": [MARIA]},
        {"phones": ["5511987654321"]},
        {"phones": ["", "+55 11 98765-4321"]},
        {"channel": "whatsapp", "contact_id": "5511987654321", "chat_id": "5511987654321"},
        {"channel": "twilio", "contact_id": None, "chat_id": "5511987654321"},
        {"contact_id": "5511987654321@c.us"},
        {"contact_id": "5511987654321@s.whatsapp.net"},
        {"contact_id": None, "chat_id": "whatsapp:+5511987654321"},
    ],
)
def test_a_phone_is_the_person_in_every_channel(more: dict[str, Any]):
    found = known(**more)
    assert (found.identifier, found.phone) == (f"ponte:{MARIA}", MARIA)
    assert set(found.also) == {
        "5511987654321",
        MARIA,
        "5511987654321@c.us",
        "5511987654321@s.whatsapp.net",
    }


def test_without_a_phone_the_channels_own_name_is_theirs_and_of_the_account_alone():
    assert known().identifier == "ponte:7:kommo:41"
    assert known(contact_id=None).identifier == "ponte:7:kommo:0a9d"
    assert known(account_id=8).identifier != known().identifier
    assert known(contact_id="x" * 400).identifier == f"ponte:7:kommo:{'x' * 400}"[:250]


def test_a_number_of_the_crm_is_no_phone():
    for number in ("59400001", "5511987654321"):
        assert known(contact_id=number).phone == ""
    assert known(channel="whatsapp", contact_id="BR.13491208655302741918", chat_id="BR.1").phone == ""


def test_the_best_name_is_the_first_that_is_one():
    assert best_name(["", " 11 98765-4321 ", "  Maria   Souza "], MARIA) == "Maria Souza"
    assert best_name(["WhatsApp +5511987654321"], MARIA) == f"WhatsApp {MARIA}"
    assert best_name([], "") == "WhatsApp"
    assert known(names=["M" * 500]).name == "M" * 200


@pytest.mark.parametrize(
    ("new", "old", "better"),
    [
        ("Maria", "", True),
        ("Maria", f"WhatsApp {MARIA}", True),
        ("Maria", "5511987654321", True),
        ("Maria", "Dona Maria da Silva", False),  # people's own word
        ("Maria", "Maria", False),
        (f"WhatsApp {MARIA}", "", False),
        ("", f"WhatsApp {MARIA}", False),
    ],
)
def test_a_name_is_improved_and_never_taken_from_people(new: str, old: str, *, better: bool):
    assert is_better(new, old) is better
