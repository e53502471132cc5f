"""Which answers may be given to the next who asks, and which were for one customer or one moment only."""

from dataclasses import replace

import pytest

from app.domain.brain import Proposal, ReplyAction, Usage
from app.domain.content import Choice, Content, Form, Section
from app.domain.disclosure import disclosure, is_disclosure
from app.domain.language import LOCALES
from app.services.conversation.faq_answers import is_known, to_keep

PLAIN = Proposal(ReplyAction.REPLY, ("Abrimos de segunda a sexta, das 9h às 18h.",), "pt-BR", reason="known:Horário")
PASSING = [
    *(
        "Hoje abrimos até as 18h.",
        "Temos vaga às 10h ou 15h.",
        "Promoção: 20 reais de desconto!",
        "Válido até o dia 30.",
    ),
    *("Abrimos no dia 24/12.", "Sua visita está agendada para as 10h.", "Comprovante AG-7KM2Q9XD", "We open tomorrow."),
    *("Em dezembro fechamos mais cedo.", "Seu pedido saiu para entrega."),
]
PERSONAL = ["Oi, Wanderlânia! Abrimos às 9h.", "Claro, Maria. Abrimos às 9h.", "O Pedro atende você às 9h."]
COMPANYS = [
    *("Ficamos na Rua Maria Antônia, 100, em São Paulo.", "Aceitamos Pix, Visa e Mastercard em até 12x."),
    *("O telefone é (11) 4002-8922.", "A Dra. Ana atende convênios.", "Custa 200 reais, com tudo incluído."),
]


@pytest.mark.parametrize("text", COMPANYS)
def test_plain_words_about_the_company_may_be_said_again(text: str):
    assert to_keep(replace(PLAIN, balloons=(text,), usage=Usage("m", 1, 1)), "pt-BR") == (text,)


@pytest.mark.parametrize("text", PASSING)
def test_what_holds_for_a_while_only_is_not_kept(text: str):
    assert to_keep(replace(PLAIN, balloons=(text,)), "pt-BR") == ()


@pytest.mark.parametrize("text", PERSONAL)
def test_what_names_somebody_is_not_kept(text: str):
    assert to_keep(replace(PLAIN, balloons=(text,)), "pt-BR") == ()


@pytest.mark.parametrize(
    "more",
    [
        {"action": ReplyAction.HANDOFF},
        {"action": ReplyAction.BOOK, "receipt": "AG-7KM2Q9XD"},
        {"note": "Quer negociar."},
        {"tags": ("quente",)},
        {"receipt": "AG-7KM2Q9XD"},
        {"locale": "es"},
        {"reason": "asked_if_bot"},
        {"reason": "offered:angry"},
        {"reason": "greeting"},
        {"reason": "faq:12"},
        {"contents": (Content(Form.BUTTONS, "Serve?", (Section("", (Choice("Sim"),)),)),)},
        {"balloons": ()},
        {"balloons": ("um", "dois", "três", "quatro")},
        {"balloons": ("a" * 2_000,)},
    ],
)
def test_only_plain_words_in_the_language_of_the_question_are(more: dict[str, object]):
    assert to_keep(replace(PLAIN, **more), "pt-BR") == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_sentence_about_the_program_is_left_out(locale: str):
    told = disclosure(locale, "Loja Exemplo")
    assert is_disclosure(told)
    assert not is_disclosure(f"{told} Abrimos às 9h.")
    kept = replace(PLAIN, balloons=(told, *PLAIN.balloons), locale=locale)
    assert to_keep(kept, locale) == PLAIN.balloons
    assert to_keep(replace(kept, balloons=(*PLAIN.balloons, told)), locale) == ()


def test_whether_the_knowledge_is_behind_it_is_the_brains_word():
    assert is_known(PLAIN)
    assert not is_known(replace(PLAIN, reason="answered"))
    assert not is_known(replace(PLAIN, reason=""))
