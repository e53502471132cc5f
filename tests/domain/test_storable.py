"""What can be stored of a text, and whether there is anything in it to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.storable import storable, visible

UNSEEN = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u3164\uffa0\u115f\u1160\u2800\ufe0e\ufe0f\u034f\u180e\u00a0\u3000\x00"
)


@given(st.text(alphabet=UNSEEN + " \t\r\n\U000e0101\U000e0041\u2028"))
def test_a_text_of_nothing_but_unseen_characters_is_not_visible(text: str):
    assert not visible(text)


@pytest.mark.parametrize(
    "text", ["ok", "👍", "👨\u200d👩\u200d👧", "❤\ufe0f", "1\ufe0f\u20e3", "?", "नमस्ते", "안녕", "ᄒ", "🇧🇷", "."]
)
def test_words_signs_and_emoji_are_visible_whatever_stands_around_them(text: str):
    assert visible(text)
    assert visible(f"\u200b{text}\u200b")


@given(st.text())
def test_any_text_is_looked_at_without_an_error_and_what_is_visible_has_more_than_blanks(text: str):
    assert not visible(text) or text.strip()
    assert visible(storable(text)) == visible(text)
