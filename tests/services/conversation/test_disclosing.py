"""Which answers need the sentence that a program writes, and what it is put before."""

import pytest

from app.domain.account import Policy
from app.domain.brain import Proposal, ReplyAction
from app.domain.conversation import Event, ReplyFailed, ReplyProposed
from app.domain.disclosure import answer, discloses, disclosure
from app.domain.language import LOCALES
from app.services.conversation.disclosing import disclosed, must_disclose

WANTS = Policy(ai_disclosure=True, business_name="Loja Azul")


def proposed(*balloons: str, action: ReplyAction = ReplyAction.REPLY, locale: str = "") -> ReplyProposed:
    return ReplyProposed(1, Proposal(action, balloons, locale=locale))


@pytest.mark.parametrize(
    ("event", "policy", "must"),
    [
        (proposed("Sim."), WANTS, True),
        (proposed("Marcado.", action=ReplyAction.BOOK), WANTS, True),
        (proposed("Sim."), Policy(), False),
        (proposed(" "), WANTS, False),
        (proposed("\u200b"), WANTS, False),
        (proposed(action=ReplyAction.NONE), WANTS, False),
        (proposed(action=ReplyAction.HANDOFF), WANTS, False),
        (proposed(disclosure("es", "Outra"), "Sí."), WANTS, False),
        (proposed(f"{answer('en', '')} It costs 80."), WANTS, False),
        (ReplyFailed(1, 0, "empty"), WANTS, False),
    ],
)
def test_an_answer_in_words_that_does_not_say_so_of_itself_needs_it(event: Event, policy: Policy, *, must: bool):
    assert must_disclose(event, policy) is must


@pytest.mark.parametrize(("locale", "known"), [("es", "pt-BR"), ("", "es")])
def test_it_is_said_in_the_language_of_the_answer_and_else_of_the_chat(locale: str, known: str):
    said = disclosed(proposed("Sí.", locale=locale), WANTS, known)
    assert isinstance(said, ReplyProposed)
    assert said.proposal.balloons == (disclosure("es", "Loja Azul"), "Sí.")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("business", ["", "Loja Azul"])
def test_what_discloses_is_known_again_in_any_name(locale: str, business: str):
    assert discloses(disclosure(locale, business))
    assert discloses(answer(locale, business))
    assert not discloses("Aqui é o assistente virtual da Loja Azul.")
