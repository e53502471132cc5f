"""Who asks for a person gets one, who is badly served is offered one, who only mentions one is answered."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.language import LOCALES
from app.domain.wanting_a_person import Way, asks_for_person, offer, outcome, way_of

# verdict, language, what was written; every line must come out as it says.
PHRASES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "wanting_a_person_phrases.tsv").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("verdict", "language", "text"), PHRASES)
def test_every_phrase_comes_to_what_it_should(verdict: str, language: str, text: str):
    forms = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert {outcome(form).way.value for form in (*forms, text.upper())} == {verdict}


def test_the_set_is_large_and_has_every_language_and_verdict():
    assert len({text for _, _, text in PHRASES}) >= 300
    pairs = [(verdict, language) for verdict, language, _ in PHRASES]
    assert min(pairs.count((way.value, language)) for way in Way for language in ("pt", "es", "en")) >= 10


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("quero falar com um atendente", "talk_to_person"),
        ("atendente", "person_alone"),
        ("no quiero un robot", "no_robot_es"),
        ("você não entendeu", "misunderstood"),
        ("this is ridiculous", "complaint"),
        ("não precisa chamar atendente", "declined"),
        ("obrigado", "farewell"),
        ("qual o preço?", "ordinary"),
    ],
)
def test_a_verdict_names_its_rule(text: str, rule: str):
    assert outcome(text).rule == rule


def test_of_a_burst_whoever_asks_for_a_person_anywhere_gets_one():
    assert way_of(["que absurdo", "qual o preço?"]).way is Way.OFFER
    assert way_of(["que absurdo", "atendente", "qual o preço?"]).way is Way.ESCALATE
    assert way_of(["quero falar com", "um atendente"]).way is Way.ESCALATE
    assert way_of([]).way is Way.ANSWER


@pytest.mark.parametrize("locale", LOCALES)
def test_the_word_that_the_offer_names_brings_a_person(locale: str):
    assert asks_for_person(offer(locale).split('"')[1])


def test_nothing_and_a_smile_ask_for_nobody():
    assert not asks_for_person("")
    assert not asks_for_person("😊")


@given(st.text())
def test_no_text_makes_it_fail(text: str):
    assert outcome(text).way in Way


def test_a_text_of_64_kilobytes_is_read_too():
    assert not asks_for_person("palavra nova " * 5_000)
