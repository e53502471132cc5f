"""Sums as panels write them, and words that are safe to keep."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.browser.amounts import read_amount, typed_amount
from app.browser.recipe import Amounts
from app.browser.wording import MASK, masked, plain

BRAZIL = Amounts(decimal=",", thousands=".", symbols=("R$",), typed_decimal=",")
ENGLISH = Amounts(decimal=".", thousands=",", symbols=("USD", "$"))
PLAIN = Amounts()


@pytest.mark.parametrize(
    ("shown", "how", "sum_"),
    [
        ("1500.50", PLAIN, "1500.50"),
        ("R$ 1.500,50", BRAZIL, "1500.50"),
        ("R$\u00a01.234.567,8", BRAZIL, "1234567.8"),
        ("1500,5", BRAZIL, "1500.5"),
        ("-R$ 3,00", BRAZIL, "-3.00"),
        ("\u22123,00", BRAZIL, "-3.00"),
        ("$1,500", ENGLISH, "1500"),
        ("0.00 USD", ENGLISH, "0.00"),
        ("1 500,00", Amounts(decimal=",", thousands=" "), "1500.00"),
    ],
)
def test_a_sum_is_read_as_the_recipe_says(shown: str, how: Amounts, sum_: str):
    assert read_amount(shown, how) == Decimal(sum_)


@pytest.mark.parametrize("how", [PLAIN, BRAZIL, ENGLISH])
@pytest.mark.parametrize(
    "shown", ["", "-", "NaN", "1e5", "Infinity", "1.2.3", "15.00,00", "1,5.000", "abc", "1 2", "٣", "9" * 50, "1_000"]
)
def test_what_is_no_sum_in_this_way_is_refused(shown: str, how: Amounts):
    with pytest.raises(ValueError, match="sum"):
        read_amount(shown, how)


def test_thousands_are_never_taken_for_a_fraction():
    with pytest.raises(ValueError, match="sum"):
        read_amount("1.500,50", PLAIN)
    with pytest.raises(ValueError, match="sum"):
        read_amount("15.00", BRAZIL)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_what_is_typed_is_read_back(amount: Decimal):
    assert read_amount(typed_amount(amount, BRAZIL), BRAZIL) == amount
    assert "E" not in typed_amount(amount.normalize(), PLAIN)


def test_words_are_one_line_of_bounded_text():
    assert plain("  <b>hola</b>\n\x00\u202e qué\ttal ") == "<b>hola</b> qué tal"
    assert plain("x" * 1_000) == "x" * 299 + "…"


def test_a_secret_is_struck_out_however_it_is_spelt():
    secret = "a&b <c> ñ/d"
    for spelt in ("a&b <c> ñ/d", "a&amp;b &lt;c&gt; ñ/d", "a%26b%20%3Cc%3E%20%C3%B1%2Fd", "a%26b+%3Cc%3E+%C3%B1%2Fd"):
        assert masked(f"x {spelt} y", [secret]) == f"x {MASK} y"
    assert masked("abc", ["", "abc"]) == "abc"
