"""Phones as people type them and as messengers know them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.phones import NoPhone, country_of, e164, forms, is_same, one_form, tail, understand, zones


@pytest.mark.parametrize(
    ("typed", "country", "meant"),
    [
        ("+55 (11) 98765-4321", None, "+5511987654321"),
        ("(11) 98765-4321", "BR", "+5511987654321"),
        ("11 8765-4321", "BR", "+5511987654321"),  # before the ninth digit came
        ("551187654321", "BR", "+5511987654321"),
        ("551187654321@s.whatsapp.net", None, "+5511987654321"),
        ("5511987654321:12@s.whatsapp.net", None, "+5511987654321"),
        ("whatsapp:+5491155551234", "BR", "+5491155551234"),
        ("011 15-5555-1234", "AR", "+5491155551234"),
        ("5215512345678", "MX", "+525512345678"),
        ("5215512345678@c.us", None, "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("(51) 98765-4321", "BR", "+5551987654321"),  # Porto Alegre, though it would be a number of Peru
        ("0055 11 98765 4321", "MX", "+5511987654321"),
        ("5511987654321", None, "+5511987654321"),
        ("11 3333-4444", "BR", "+551133334444"),
        ("tel:+1-212-555-0100", "BR", "+12125550100"),
    ],
)
def test_a_phone_is_read_as_it_was_meant(typed: str, country: str | None, meant: str):
    assert understand(typed, country).e164 == meant


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("", "BR", "no_phone"),
        ("ramal 12", "BR", "no_phone"),
        ("12", "BR", "no_phone"),
        ("maria@example.com", "BR", "no_phone"),
        ("+55 11 98765-4321 ramal 3", "BR", "no_phone"),
        ("+999 123 456 789", "BR", "no_phone"),
        ("0" * 65, "BR", "no_phone"),
        ("51987654321", None, "ambiguous_phone"),
    ],
)
def test_what_is_no_phone_or_one_of_several_is_refused(typed: str, country: str | None, code: str):
    with pytest.raises(NoPhone) as refused:
        understand(typed, country)
    assert refused.value.code == code
    assert not typed or len(typed) < 4 or typed not in refused.value.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5511987654321", "551187654321"),
        ("+5511987654321", "(11) 8765-4321"),
        ("+525512345678", "5215512345678"),
        ("+5491155551234", "541155551234"),
        ("+5491155551234", "011 15-5555-1234"),
    ],
)
def test_the_forms_of_one_phone_are_one_phone(one: str, other: str):
    assert is_same(understand(one, None), other)


@pytest.mark.parametrize("other", ["+5521987654321", "+5511987654322", "987654321", "", "+511198765432"])
def test_another_phone_is_another(other: str):
    assert not is_same(understand("+5511987654321", None), other)


@pytest.mark.parametrize(
    ("shown", "known"),
    [
        ("553187654321", "5531987654321"),
        ("5531987654321", "5531987654321"),
        ("5215512345678", "525512345678"),
        ("5491155550123", "5491155550123"),
        ("14155550123", "14155550123"),
        ("553133334444", "553133334444"),
        ("123456", "123456"),
    ],
)
def test_a_messengers_id_of_a_phone_has_one_form_here(shown: str, known: str):
    assert one_form(shown) == known
    assert one_form(known) == known


def test_a_landline_has_no_ninth_digit():
    assert forms("+551133334444") == {"551133334444"}


@given(st.integers(min_value=60_000_000, max_value=99_999_999), st.sampled_from(["11", "21", "51", "85"]))
def test_with_and_without_the_ninth_digit_are_found_by_one_tail(number: int, area: str):
    old, new = f"55{area}{number}", f"55{area}9{number}"
    assert forms(old) == forms(new) == {old, new}
    assert old.endswith(tail(understand(f"+{new}", None)))


@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_phone_or_a_refusal(typed: str):
    with contextlib.suppress(NoPhone):
        assert understand(typed, "BR").e164.startswith("+")
    assert isinstance(e164(typed), str)


def test_the_customers_clock_is_known_by_the_phone():
    assert zones(understand("+5568999991234", None)) == ("America/Rio_Branco",)
    assert set(zones(understand("+34611223344", None))) == {"Europe/Madrid", "Atlantic/Canary"}


@pytest.mark.parametrize(
    ("settings", "zone", "country"),
    [
        ({}, "America/Sao_Paulo", "BR"),
        ({}, "America/Argentina/Buenos_Aires", "AR"),
        ({}, "UTC", None),
        ({"country": "mx"}, "America/Sao_Paulo", "MX"),
        ({"country": "Brasil"}, "America/Mexico_City", "MX"),
    ],
)
def test_an_accounts_country_is_its_setting_or_that_of_its_zone(
    settings: dict[str, str], zone: str, country: str | None
):
    assert country_of(settings, zone) == country
