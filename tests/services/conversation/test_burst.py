"""The adaptive wait of promise 6: its table of examples, and the bounds that hold for any text at all."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.account import Policy
from app.domain.messages import MessageKind
from app.services.conversation.burst import Fragment, due_at, wait_after

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
SHORT = (timedelta(seconds=1.5), timedelta(seconds=2.5))
LONG = (timedelta(seconds=4), timedelta(seconds=6))


def _said(*texts: str) -> list[Fragment]:
    return [Fragment(text, MessageKind.TEXT, NOW) for text in texts]


COMPLETE = [
    # pt-BR
    "Quanto custa a limpeza?",
    "qual o horário de funcionamento",
    "Vocês abrem no sábado?? 😊",
    "Quero marcar uma consulta para terça.",
    "quero marcar uma consulta",
    "Oi, quanto custa o clareamento?",
    "obrigada!",
    "muito obrigado",
    "sim",
    "quanto é",
    "que horas são",
    "terça às 10h",
    "vocês aceitam cartão",
    "meu nome é Bruna Exemplo",
    "MEU PEDIDO NÃO CHEGOU",
    "vi o anúncio do aparelho transparente",
    "?",
    # es
    "¿Cuánto cuesta la limpieza?",
    "quiero reservar una cita",
    "¿Abren los domingos?",
    "muchas gracias",
    "dónde están ubicados",
    "Perfecto, nos vemos el martes.",
    "no sé cómo llegar",
    "el martes a las 10",
    "creo que sí",
    # en
    "How much is a cleaning?",
    "do you open on sundays",
    "I would like to book an appointment",
    "thanks!",
    "where are you located",
    "Tuesday at 10 works for me.",
    "ok",
    "my order did not arrive!!",
]
INCOMPLETE = [
    # pt-BR
    "oi",
    "Oiii!!",
    "Olá, tudo bem?",
    "Bom dia",
    "boa noite 🙂",
    "bom dia, tudo bem com você?",
    "quero marcar e",
    "eu queria saber,",
    "então...",
    "pois é…",
    "preciso de uma consulta para",
    "queria saber o preço do",
    "vocês têm horário na terça ou",
    "limpeza",
    "sobre o aparelho",
    "é que",
    "meu filho -",
    "👍",
    # es
    "hola",
    "Holaaa",
    "¡Buenos días!",
    "buenas tardes, ¿qué tal?",
    "quiero una cita y",
    "quería saber,",
    "tengo una pregunta sobre la",
    "la limpieza",
    "bueno pues",
    # en
    "hello",
    "Hi there!",
    "good morning",
    "hey, how are you?",
    "I want to book and",
    "so,",
    "the price of the",
    "do you have a",
    "cleaning",
    "well...",
]


@pytest.mark.parametrize("text", COMPLETE)
def test_a_text_that_looks_complete_is_answered_soon(text: str):
    assert SHORT[0] <= wait_after(_said(text)) <= SHORT[1]


@pytest.mark.parametrize("text", INCOMPLETE)
def test_a_greeting_or_a_trailing_text_is_waited_for(text: str):
    assert LONG[0] <= wait_after(_said(text)) <= LONG[1]


@pytest.mark.parametrize("text", COMPLETE + INCOMPLETE)
def test_the_unicode_form_does_not_change_the_wait(text: str):
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert wait_after(_said(composed)) == wait_after(_said(apart))


@pytest.mark.parametrize("text", COMPLETE + INCOMPLETE)
def test_capitals_do_not_change_the_wait(text: str):
    assert wait_after(_said(text.upper())) == wait_after(_said(text.lower()))


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.TEXT])
def test_media_counts_as_a_fragment_that_more_will_follow(kind: MessageKind):
    fragment = Fragment("", kind, NOW)
    assert LONG[0] <= wait_after([fragment]) <= LONG[1]
    assert wait_after([*_said("oi"), fragment]) > wait_after([fragment])


def test_the_last_fragment_says_whether_more_will_come():
    assert wait_after(_said("oi", "quanto custa?")) <= SHORT[1]
    assert wait_after(_said("quanto custa a limpeza", "e")) >= LONG[0]


def test_a_customer_who_writes_in_pieces_is_given_more_time():
    assert wait_after(_said("oi", "tudo bem?", "quanto custa?")) > wait_after(_said("quanto custa?"))


def test_nothing_unanswered_needs_no_wait():
    assert wait_after([]) == timedelta(0)
    assert due_at([], now=NOW, policy=Policy()) == NOW


def test_the_answer_is_never_later_than_the_limit_after_the_first_fragment():
    early = Fragment("oi", MessageKind.TEXT, NOW - timedelta(seconds=7))
    assert due_at([early, *_said("eu queria,")], now=NOW, policy=Policy()) == NOW + timedelta(seconds=1)


def test_a_burst_that_is_over_its_limit_is_due_now():
    early = Fragment("oi", MessageKind.TEXT, NOW - timedelta(minutes=3))
    assert due_at([early, *_said("oi")], now=NOW, policy=Policy()) == NOW


def test_a_scale_of_nothing_answers_at_once():
    assert due_at(_said("oi"), now=NOW, policy=Policy(burst_scale=0)) == NOW


fragments = st.lists(
    st.builds(
        Fragment,
        st.text(max_size=80),
        st.sampled_from(MessageKind),
        st.integers(-20_000, 2_000).map(lambda ms: NOW + timedelta(milliseconds=ms)),
    ),
    min_size=1,
    max_size=12,
)


@given(fragments)
def test_every_wait_lies_in_one_of_the_two_bands(burst: list[Fragment]):
    wait = wait_after(burst)
    assert SHORT[0] <= wait <= SHORT[1] or LONG[0] <= wait <= LONG[1]


@given(fragments, st.floats(0, 4))
def test_the_due_time_keeps_its_bounds(burst: list[Fragment], scale: float):
    policy = Policy(burst_scale=scale)
    due = due_at(burst, now=NOW, policy=policy)
    first = min(fragment.received_at for fragment in burst)
    assert NOW <= due <= NOW + timedelta(seconds=6) * scale
    assert due <= max(NOW, first + policy.burst_limit * scale)


@given(st.text(max_size=200))
def test_any_text_waits_the_same_in_every_unicode_form(text: str):
    composed, apart = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert wait_after(_said(composed)) == wait_after(_said(apart))


def test_a_text_of_64_kilobytes_is_read_too():
    assert wait_after(_said("palavra " * 8192)) <= SHORT[1]
