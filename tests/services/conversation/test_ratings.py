"""What a customer answers to the one question, in a word or two; anything else is ordinary talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback import Rating, Scale, Thumb, rating_of
from app.services.conversation.ratings import read_rating

UP, DOWN = Rating(Thumb.UP), Rating(Thumb.DOWN)
SAID = [
    (
        UP,
        (
            "👍",
            "👍🏽",
            "👍👍👍",
            "👍!",
            " 👍\ufe0f ",
            "Ótimo!",
            "excelente",
            "foi muito bom",
            "Great",
            "Perfecto, gracias",
        ),
    ),
    (DOWN, ("👎", "👎🏿", "péssimo", "muito ruim", "Horrible", "foi mal", "terrible service")),
    (
        rating_of(5),
        ("5", "5!", "nota 5", "cinco", "5/5", "5 de 5", "Five", "⭐⭐⭐⭐⭐", "5 estrelas", "dou 5, obrigado"),
    ),
    (rating_of(4), ("4", "um 4", "cuatro", "4 de 5")),
    (rating_of(3), ("3", "três", "tres", "⭐ ⭐ ⭐")),
    (rating_of(1), ("1", "um", "nota um", "una estrella", "one")),
]
ANSWERS = {said: rating for rating, ways in SAID for said in ways}
NUMBERS = ("0", "6", "10", "4,5", "3-4", "-1", "5 reais", "5 pessoas", "às 5", "quero 2", "1 e 2", "555", "5551234")
TALK = (
    *(
        "",
        "   ",
        "?",
        "não foi bom",
        "bom e ruim",
        "Quanto custa o corte?",
        "ótimo, e o preço?",
        "👍👎",
        "👍 e o preço?",
    ),
    *("🙂", "oi", "obrigado", "bom dia", "⭐⭐⭐⭐⭐⭐", "sim, quero agendar", "ok", "🍕 5"),
)
YES_AND_NO = {"sim": UP, "sí, mucho": UP, "yes": UP, "não": DOWN, "no": DOWN, "não ajudou": DOWN}


@pytest.mark.parametrize("said", ANSWERS)
def test_an_answer_is_understood_in_three_languages_and_by_its_sign(said: str):
    assert read_rating(said, Scale.SCORE) == ANSWERS[said]


@pytest.mark.parametrize("said", [*NUMBERS, *TALK])
def test_whatever_else_is_said_is_ordinary_talk(said: str):
    assert read_rating(said, Scale.SCORE) is None


@pytest.mark.parametrize("said", YES_AND_NO)
def test_yes_and_no_answer_only_a_question_that_asks_for_them(said: str):
    assert read_rating(said, Scale.THUMBS) == YES_AND_NO[said]
    assert read_rating(said, Scale.SCORE) is None


@pytest.mark.parametrize(
    ("score", "thumb"), [(1, Thumb.DOWN), (2, Thumb.DOWN), (3, None), (4, Thumb.UP), (5, Thumb.UP)]
)
def test_a_score_comes_to_a_thumb_but_in_the_middle(score: int, thumb: Thumb | None):
    assert rating_of(score).thumb == thumb


@given(st.text(max_size=40), st.sampled_from(Scale))
def test_whatever_is_written_it_never_raises(text: str, scale: Scale):
    read_rating(text, scale)
