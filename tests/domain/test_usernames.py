"""User names out of the names of people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.usernames import candidate, clean_username, is_username


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Sofía", "sofia"),
        ("SOFÍA PÉREZ", "sofiaperez"),
        ("soﬁ 😊", "sofi"),
        ("\U0001d4e2\U0001d4f8\U0001d4ef\U0001d4f2\U0001d4ea ✨", "sofia"),
        ("Jean-Pierre d'Arc", "jeanpierredarc"),
        ("João", "joao"),
        ("Straße", "strasse"),
        ("Иван", "ivan"),
        ("李明", "liming"),
    ],
)
def test_what_is_left_of_a_name_is_plain_letters(name: str, left: str):
    assert clean_username(name) == left


@pytest.mark.parametrize("name", ["", " ", "?", "J", "😊😊", "1234", "...", "\x00", "J 55"])
def test_of_too_little_no_user_name_is_made(name: str):
    assert clean_username(name) is None
    with pytest.raises(ValueError, match="two letters"):
        candidate(name, "1234")


@pytest.mark.parametrize("digits", ["", "123", "12345", "12a4", "١٢٣٤", "1234\n"])
def test_only_four_digits_come_after_the_name(digits: str):
    with pytest.raises(ValueError, match="four digits"):
        candidate("Sofía", digits)


def test_name_and_digits_make_a_user_name():
    assert candidate("Sofía 😊", "1234") == "sofia1234"


@given(st.text(max_size=80), st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_whatever_somebody_is_called_the_user_name_is_one_that_panels_take(name: str, digits: str):
    if clean_username(name) is not None:
        assert is_username(candidate(name, digits))


@pytest.mark.parametrize("text", ["", "ab", "Sofia1234", "sofia 1", "a" * 33, "sofía1", "sofia\n"])
def test_what_panels_do_not_take_is_no_user_name(text: str):
    assert not is_username(text)
