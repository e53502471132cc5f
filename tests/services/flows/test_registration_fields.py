"""What people write for a name, a sector, a pincode, a mobile and a code, with the value that is meant."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.flows.registration_fields import (
    SECTORS,
    is_known_pincode,
    read_code,
    read_name,
    read_phone,
    read_pincode,
    read_sector,
)
from app.services.flows.registration_words import Word, word_of

NAMES = [
    ("Asha Rao", "Asha Rao"), ("  asha   rao ", "asha rao"), ("My name is Asha Rao.", "Asha Rao"), ("I'm Ravi", "Ravi"),
    ("Name: O'Neil D'Souza", "O'Neil D'Souza"), ("मेरा नाम आशा राव है", "आशा राव"), ("mera naam Ravi hai", "Ravi"),
    ("李明", "李明"), ("முருகன்", "முருகன்"), ("محمد علي", "محمد علي"), ("Al", "Al"), ("A1 Traders", "A1 Traders"),
    ("Good morning\nRavi", "Ravi"), ("A", ""), ("", ""), ("12", ""), ("...", ""), ("😊😊", ""), ("9876543210", ""),
    ("a@b.in", ""), ("https://x.in", ""), ("x" * 81, ""), ("What for?", ""),
]  # fmt: skip
WRITTEN_SECTORS = [
    ("1", "Manufacturing"), ("12", "Other"), ("12.", "Other"), (" 9 ", "Food & Beverage"), ("sector 3", "Technology"),
    ("१०", "Textile"), ("Retail", "Retail"), ("RETAIL", "Retail"), ("retial", "Retail"), ("agricultre", "Agriculture"),
    ("Helthcare", "Healthcare"), ("manufacturng", "Manufacturing"), ("food", "Food & Beverage"), ("IT", "Technology"),
    ("food & beverage", "Food & Beverage"), ("my business is in construction", "Construction"),
    ("it is retail", "Retail"),
    ("kirana shop", "Retail"), ("textile services", "Textile"), ("कृषि", "Agriculture"), ("शिक्षा", "Education"),
    ("स्वास्थ्य", "Healthcare"), ("7 Retail", "Retail"), ("0", ""), ("13", ""), ("3 or 4", ""), ("retail and textile", ""),
    ("banana", ""), ("", ""), ("1234567", ""),
]  # fmt: skip
PINCODES = [
    ("560001", "560001"), ("560 001", "560001"), ("560-001", "560001"), ("PIN 110001.", "110001"), ("५६०००१", "560001"),
    ("Bengaluru 560001", "560001"), ("060001", ""), ("56001", ""), ("5600011", ""), ("", ""), ("560001 110001", ""),
]  # fmt: skip
PHONES = [
    ("9876543210", "+919876543210"), ("+91 98765 43210", "+919876543210"), ("+91-98765-43210", "+919876543210"),
    ("919876543210", "+919876543210"), ("09876543210", "+919876543210"), ("00919876543210", "+919876543210"),
    ("whatsapp:+919876543210", "+919876543210"), ("my number is 6123456789", "+916123456789"),
    ("९८७६५४३२१०", "+919876543210"), ("9198765432", "+919198765432"), ("5876543210", ""), ("987654321", ""),
    ("98765432101", ""), ("+14155550123", ""), ("9876543210\n9876543211", ""), ("", ""),
]  # fmt: skip
CODES = [
    ("123456", "123456"),
    ("12 34 56", "123456"),
    ("OTP: 1234", "1234"),
    ("१२३४५६", "123456"),
    ("123", ""),
    ("", ""),
]
SAID = [
    ("HI", Word.HELLO), ("start", Word.HELLO), ("नमस्ते", Word.HELLO), ("HELP!", Word.HELP), ("मदद", Word.HELP),
    ("Restart.", Word.RESTART), ("SUPPORT", Word.SUPPORT), ("Yes", Word.YES), ("हाँ", Word.YES), ("haan", Word.YES),
    ("NO", Word.NO), ("नहीं।", Word.NO), ("resend", Word.RESEND), ("hi\nhelp", Word.HELP), ("हिंदी", Word.HINDI),
    ("एजेंट से बात करनी है", Word.PERSON), ("help yourself", None), ("yes but no", None), ("", None), ("?", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_a_name_is_read(text: str, name: str):
    assert read_name(text) == name


@pytest.mark.parametrize(("text", "sector"), WRITTEN_SECTORS)
def test_a_sector_is_read(text: str, sector: str):
    assert read_sector(text) == sector


@pytest.mark.parametrize(("text", "pincode"), PINCODES)
def test_a_pincode_is_read(text: str, pincode: str):
    assert read_pincode(text) == pincode


@pytest.mark.parametrize(("text", "phone"), PHONES)
def test_a_mobile_is_read(text: str, phone: str):
    assert read_phone(text) == phone


@pytest.mark.parametrize(("text", "code"), CODES)
def test_a_code_is_read(text: str, code: str):
    assert read_code(text) == code


@pytest.mark.parametrize(("text", "word"), SAID)
def test_a_word_of_the_flow_counts_as_a_whole_message(text: str, word: Word | None):
    assert word_of(text) is word


@given(st.text(max_size=60))
def test_whatever_is_written_is_read_as_nothing_or_as_what_it_must_be(text: str):
    assert read_sector(text) in ("", *SECTORS)
    assert re.fullmatch(r"([1-9]\d{5})?", read_pincode(text))
    assert re.fullmatch(r"(\+91[6-9]\d{9})?", read_phone(text))
    assert re.fullmatch(r"(\d{4,8})?", read_code(text))
    assert read_name(text) == "" or len(read_name(text)) > 1
    assert word_of(text) is None or text.strip()


@given(
    st.integers(6_000_000_000, 9_999_999_999), st.sampled_from(["", "+91", "+91 ", "91", "0", "0091"]), st.booleans()
)
def test_every_indian_mobile_is_read_however_it_is_written(number: int, prefix: str, parted: bool):
    digits = str(number)
    written = f"{digits[:5]} {digits[5:]}" if parted else digits
    assert read_phone(f"{prefix}{written}") == f"+91{number}"


@given(st.integers(100_000, 999_999))
def test_every_pincode_is_read_and_none_is_refused_for_being_unknown(number: int):
    assert read_pincode(str(number)) == str(number)


@given(st.sampled_from(range(1, 13)), st.sampled_from(["{}", "{}.", " {} ", "no {}", "{})"]))
def test_every_sector_has_its_number(place: int, form: str):
    assert read_sector(form.format(place)) == SECTORS[place - 1]


@pytest.mark.parametrize("sector", SECTORS)
@given(data=st.data())
def test_a_letter_too_few_does_no_harm(sector: str, data: st.DataObject):
    if len(sector) > 6 and sector.isalpha():
        place = data.draw(st.integers(1, len(sector) - 1))
        assert read_sector(sector[:place] + sector[place + 1 :]) == sector


@pytest.mark.parametrize(
    ("pincode", "known"), [("560001", True), ("110001", True), ("900056", True), ("100001", False), ("560999", False)]
)
def test_a_pincode_that_india_post_does_not_list_is_noticed(pincode: str, known: bool):
    assert is_known_pincode(pincode) is known
