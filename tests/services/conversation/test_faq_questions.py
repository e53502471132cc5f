"""Which messages are questions that many ask, and which of them are the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.brain import Line
from app.domain.messages import Author, Media, MessageKind
from app.services.conversation.faq_questions import FRESH, Asked, asked_in, is_first

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def said(text: str, author: Author = Author.CUSTOMER, *, ago: timedelta = timedelta(0), **more: object) -> Line:
    return Line(author, text, AT - ago, **more)  # type: ignore[arg-type]


def asked(text: str) -> Asked | None:
    return asked_in([said(text)], [], "pt-BR", AT)


def gist(text: str) -> str | None:
    found = asked(text)
    return found and found.gist


SAME = [
    ("Qual o horário de funcionamento?", "qual horario de funcionamento"),
    ("qual horario de funcionamento", "  QUAL O HORÁRIO DE FUNCIONAMENTO ?? "),
    ("Oi, qual o horário de funcionamento?", "Bom dia! Tudo bem? Qual o horário de funcionamento, por favor?"),
    ("Vocês aceitam cartão?", "vcs aceitam cartao"),
    ("Hola, ¿dónde están ubicados?", "donde estan ubicados?"),
    ("Hello! Do you accept cards? Thanks", "do you accept cards please"),
    ("Oiiii, vocês fazem entrega? 😊", "Voces fazem a entrega?"),
]
DIFFERENT = [
    ("Vocês abrem sábado?", "Vocês abrem domingo?"),
    ("Vocês aceitam cartão?", "Vocês não aceitam cartão?"),
    ("Quanto custa para 2 pessoas?", "Quanto custa para 3 pessoas?"),
    ("Quanto custa para uma pessoa?", "Quanto custa para duas pessoas?"),
    ("Parcela em 10x?", "Parcela em 12x?"),
    ("Vocês entregam em Campinas?", "Vocês entregam em Santos?"),
    ("Como vocês fazem a entrega?", "Vocês fazem entrega?"),
    ("Quanto custa com frete?", "Quanto custa sem frete?"),
    ("Do you deliver?", "Do you not deliver?"),
    ("Abre antes de 8?", "Abre depois de 8?"),
]
# Whatever is about the one who asks, the moment, what was said before, a booking, or somebody; and what is no question.
NONE_OF_THEM = [
    *("Qual o status do meu pedido?", "Where is my order?", "Sou a Maria, vocês atendem convênio?", "Me chamo Ana?"),
    *("Vocês estão abertos agora?", "Abrem hoje?", "¿Abren mañana?", "Are you open tomorrow?"),
    *("Quanto custa isso?", "E quanto custa?", "And how much is it?", "Tem esse em azul?"),
    *("Tem vaga para sexta?", "Posso agendar uma visita?", "Can I book an appointment?"),
    *("Vocês atendem o Pedro?", "A maria atende sábado?", "Vocês conhecem o João Silva?"),
    *("Meu telefone é 11987654321, vocês ligam?", "Vocês ligam para 11 98765 4321?", "Escrevo para ana@example.com?"),
    *("Custa R$ 1.500?", "É 50% de entrada?", "Abre 10-12?", "Entre 1,5 e 2?", "Aceita 111?", "Tem C++?"),
    *("Quero falar com um atendente", "Quero saber o preço. Quando abre? Onde fica?", "Bom dia!", "", "?", "ok"),
    *("Vocês são um robô ou uma pessoa? Quero falar com uma pessoa", "parar", "/assumir"),
    *("क्या आप खुले हैं?", "Вы открыты?", "Vocês têm 🍕?", "Preciso do endereço " + "a" * 300 + "?"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_greetings_articles_capitals_accents_and_marks_do_not_matter(one: str, other: str):
    assert gist(one) is not None
    assert gist(one) == gist(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_numbers_days_places_and_a_not_always_do(one: str, other: str):
    assert gist(one) != gist(other)


@pytest.mark.parametrize("text", NONE_OF_THEM)
def test_what_is_not_about_the_company_alone_is_never_looked_up(text: str):
    assert asked(text) is None


def test_a_question_is_kept_in_its_language_and_without_its_hello():
    found = asked("¡Hola! ¿Cuánto cuesta el envío?")
    assert found == Asked("es", "cuanto cuesta envio", "cuanto cuesta el envio")


def test_a_word_with_a_capital_may_be_a_name_and_is_told():
    assert asked("Vocês entregam em Campinas?") == Asked(
        "pt-BR", "entregam em campinas", "voces entregam em campinas", ("campinas",)
    )


def test_a_burst_of_several_messages_and_whatever_is_no_text_is_none():
    question = said("Qual o horário de funcionamento?")
    assert asked_in([question, question], [], "pt-BR", AT) is None
    assert asked_in([said("Qual o horário?", kind=MessageKind.VOICE)], [], "pt-BR", AT) is None
    media = Media("1.jpg", "https://example.com/1.jpg")
    assert asked_in([said("Qual o horário de funcionamento?", media=media)], [], "pt-BR", AT) is None


@pytest.mark.parametrize(
    ("history", "first"),
    [
        ([], True),
        ([said("Oi!"), said("Olá! Como posso ajudar?", Author.BOT)], True),
        ([said("Quanto custa o azul?")], False),
        ([said("Oi, aqui é a Ana", Author.HUMAN)], False),
        ([said("Vi que você baixou o catálogo. Quer saber o preço?", Author.BOT)], False),
        ([said("Quanto custa o azul?", ago=FRESH)], True),
    ],
)
def test_only_the_first_question_in_a_day_stands_by_itself(history: list[Line], *, first: bool):
    assert is_first(history, AT) is first


SAID = "não nao sem com 2 3 12x quanto custa o a vocês entrega sábado domingo até depois antes Campinas Santos e ou"
WORDS = st.sampled_from(sorted(set(SAID.split())))


@given(st.lists(WORDS, min_size=2, max_size=8), st.lists(WORDS, min_size=2, max_size=8))
def test_what_is_told_apart_by_a_word_that_counts_is_never_the_same(one: list[str], other: list[str]):
    first, second = asked(" ".join(one) + "?"), asked(" ".join(other) + "?")
    assume(first is not None and second is not None)
    if first is not None and second is not None and first.gist == second.gist:
        light = {"o", "a", "vocês"}
        plain = [["nao" if w == "não" else w for w in ws if w not in light] for ws in (one, other)]
        assert plain[0] == plain[1]


@given(st.text(max_size=60))
def test_whatever_is_written_it_never_raises(text: str):
    asked(text)
