"""Which language a text is in, with accents there or missing, and what is only politeness."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.courtesy import is_acknowledgement, is_farewell, is_greeting
from app.domain.language import LOCALES, fold, guess, words

SPOKEN = {
    "pt-BR": [
        "oi",
        "Oiii",
        "olá, tudo bem?",
        "OBRIGADO!",
        "você tem horário amanhã?",
        "voce tem horario amanha",
        "qual o endereço",
        "quanto custa a limpeza?",
        "não",
        "vocês aceitam cartão?",
        "quero falar com um atendente",
        "bom dia",
        "pão",
        "vcs abrem hj?",
    ],
    "es": [
        "hola",
        "¡Hola!",
        "holaaaa 😊",
        "gracias",
        "¿dónde están ubicados?",
        "donde estan ubicados",
        "cuanto cuesta la limpieza",
        "quiero hablar con una persona",
        "buenos días",
        "mañana puedo ir",
        "señor",
        "¿abren los domingos?",
    ],
    "en": [
        "hello",
        "Hi!",
        "thanks a lot",
        "how much is a cleaning?",
        "where are you located",
        "I want to speak to a human",
        "good morning",
        "do you open on sundays",
        "WHAT TIME DO YOU CLOSE?",
    ],
}


@pytest.mark.parametrize(("locale", "text"), [(locale, text) for locale in SPOKEN for text in SPOKEN[locale]])
def test_the_language_of_a_text_is_recognised(locale: str, text: str):
    assert {guess(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")} == {locale}


@pytest.mark.parametrize("text", ["", "ok", "123", "👍", "?", "WhatsApp", "Maria", "hola oi"])
def test_a_text_that_could_be_any_language_is_left_open(text: str):
    assert guess(text) is None


@given(st.text())
def test_no_text_makes_it_fail(text: str):
    assert guess(text) in {None, *LOCALES}
    assert fold(fold(text)) == fold(text)


def test_words_are_the_same_however_they_were_typed():
    assert words("OLÁÁÁÁ,  vocÊ\u200b!") == words(unicodedata.normalize("NFD", "olá você"))


@pytest.mark.parametrize(
    "text", ["oi", "Oiê", "Bom dia!", "boa tarde, tudo bem?", "holaaa", "¡Buenas!", "Hey", "hi there", "e aí, opa"]
)
def test_a_bare_greeting_is_one(text: str):
    assert is_greeting(text)


@pytest.mark.parametrize("text", ["", "👋", "tudo", "oi quanto custa", "dia 12", "hi, price?", "todo", "como vai ser"])
def test_more_than_a_greeting_is_none(text: str):
    assert not is_greeting(text)


@pytest.mark.parametrize(
    "text",
    ["obrigada!", "muito obrigado 🙏", "valeu", "ok, obrigado", "gracias, hasta luego", "thank you so much", "tchau"],
)
def test_thanks_and_goodbyes_are_farewells(text: str):
    assert is_farewell(text)


@pytest.mark.parametrize("text", ["", "ok", "obrigado, e o preço?", "gracias, ¿abren hoy?", "thanks, how much?"])
def test_thanks_with_a_question_are_no_farewell(text: str):
    assert not is_farewell(text)


def test_a_whole_answer_in_a_word_is_an_acknowledgement():
    assert is_acknowledgement("Okay!")
    assert not is_acknowledgement("ok, mas e o preço")
