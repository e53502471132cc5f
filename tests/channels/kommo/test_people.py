"""Phones as the world writes them, where the country is certain."""

import pytest

from app.domain.phones import e164


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+55 (11) 90001-0001", "+5511900010001"),
        ("5511900010001", "+5511900010001"),
        ("005511900010001", "+5511900010001"),
        ("+52 55 5000 1000", "+525550001000"),
        ("(51) 98765-4321", "51987654321"),  # Porto Alegre, though it would be a number of Peru
        ("11 90001-0001", "11900010001"),
        ("+1", "1"),
        ("+99 999 999 999 999", "99999999999999"),
        ("ramal 12", "12"),
        ("none", ""),
        ("", ""),
    ],
)
def test_a_phone_is_written_with_its_country_only_where_that_is_certain(typed: str, kept: str):
    assert e164(typed) == kept
