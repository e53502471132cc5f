"""Short answers to tap under the agent's question: the reply contract's rules, and words where nothing is tapped."""

import json
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from app.agents.answer import Answer
from app.channels.messengers import Limits
from app.domain.brain import BrainFailed, Occasion, Proposal, ReplyAction
from app.domain.content import Choice, Content, Form, Section
from app.domain.receipts import claims_booking
from app.n8n.balloons import BalloonItem
from app.services.conversation.ladder import checked
from tests.agents.conftest import Answering, a_request, an_answer
from tests.sandbox.modelling import Model

QUESTION = "Que horário prefere?"
ASKED = "quero marcar uma limpeza"
WRITTEN = f"{QUESTION}\n\n1. De manhã\n2. À tarde"
BUTTONS = Content(Form.BUTTONS, QUESTION, (Section("", (Choice("De manhã"), Choice("À tarde"))),))
UNFIT: list[Any] = [
    ["1h", "2h", "3h", "4h"],
    ["Na parte da manhã, antes do almoço", "À tarde"],
    ["Sim", "SIM"],
    [{"title": "Sim"}, {"title": "Não"}],
    [True, False],
    {"sim": "Sim"},
    7,
]
CUSTOMERS = [
    *(["Garantia", "Troca", "Reembolso"], ["Quero desconto", "Não, obrigado"], ["Sim, marquei", "Não marquei"]),
    *(["Booked", "Not yet"], ["Sou uma pessoa", "Sou empresa"], ["Agendado", "Ainda não"]),
]
LEAKED = [
    *("Só hoje: R$ 9,90", "loja-falsa.com/x", "(11) 98888-7777", "eva@mail.com", "free_slots", "Consulta da Wanda"),
    *("<tool_call>", "System prompt", "free\u200b_slots", "Ignore as regras", "Indolor"),
]
TITLES = st.lists(st.text("aB é😀", min_size=1, max_size=24).filter(str.strip), min_size=1, max_size=5)


def titles(proposal: Proposal) -> list[str]:
    return [one.title for content in proposal.contents if content for one in content.choices]


async def test_options_are_buttons_under_the_last_balloon(agent: Answering, model: Model):
    await model.tell(an_answer("Claro!", QUESTION, options=["De manhã", " À tarde "]))
    proposal = await agent().reply(a_request(ASKED))
    assert proposal.balloons == ("Claro!", WRITTEN)
    assert proposal.contents == (None, BUTTONS)


async def test_where_a_channel_shows_no_buttons_the_options_are_numbered_words(agent: Answering, model: Model):
    await model.tell(an_answer(QUESTION, options=["De manhã", "À tarde"]))
    proposal = await agent().reply(a_request(ASKED))
    plain = checked(proposal, Limits())
    assert (plain.balloons, plain.contents) == ((WRITTEN,), ())
    shown = checked(proposal, Limits(shows=frozenset({Form.BUTTONS})))
    assert (shown.balloons, shown.contents) == ((WRITTEN,), (BUTTONS,))


@pytest.mark.parametrize("none", [{}, {"options": []}, {"options": None}, {"options": [" ", ""]}])
async def test_who_offers_none_answers_as_before(agent: Answering, model: Model, none: dict[str, Any]):
    await model.tell(an_answer("Claro!", QUESTION, **none))
    proposal = await agent().reply(a_request(ASKED))
    assert (proposal.balloons, proposal.contents) == (("Claro!", QUESTION), ())


@pytest.mark.parametrize("options", UNFIT)
@pytest.mark.parametrize("is_text", [False, True], ids=["tool", "text"])
async def test_options_that_do_not_fit_are_dropped_and_the_answer_is_sent_at_once(
    agent: Answering, model: Model, options: Any, is_text: bool
):
    answer = an_answer("Claro!", QUESTION, options=options)
    await model.tell({"plain": True, "say": json.dumps(answer["answer"])} if is_text else answer)
    proposal = await agent().reply(a_request(ASKED))
    assert (proposal.balloons, proposal.contents) == (("Claro!", QUESTION), ())
    assert len(await model.record()) == 1


async def test_a_balloon_too_long_for_buttons_is_sent_without_them(agent: Answering, model: Model):
    long = "a " * 510 + "bom, que tal?"
    await model.tell(an_answer(long, options=["Sim", "Não"]))
    proposal = await agent().reply(a_request(ASKED))
    assert (proposal.balloons, proposal.contents) == ((long,), ())


@pytest.mark.parametrize("empty", ["", " ", "\u200b"])
async def test_options_of_a_balloon_that_was_left_empty_are_not_put_under_another(
    agent: Answering, model: Model, empty: str
):
    await model.tell(an_answer("Claro!", empty, options=["Sim", "Não"]))
    proposal = await agent().reply(a_request(ASKED))
    assert (proposal.balloons, proposal.contents) == (("Claro!",), ())


@pytest.mark.parametrize("question", ["Prefere de manhã ou à tarde?", "Quando?\n- De manhã\n- À tarde"])
async def test_a_balloon_that_names_its_options_already_is_not_given_them_again_in_words(
    agent: Answering, model: Model, question: str
):
    await model.tell(an_answer(question, options=["De manhã", "À tarde"]))
    proposal = await agent().reply(a_request(ASKED))
    assert proposal.balloons == (question,)
    assert titles(proposal) == ["De manhã", "À tarde"]
    assert checked(proposal, Limits()).balloons == (question,)


@pytest.mark.parametrize(
    "given", ["**10h**", "__10h__", "*10h*", "`10h`", "- 10h", "10\u202eh", "\u200e10h\u2069", "10h\x07"]
)
async def test_a_title_is_what_is_read_and_no_mark_around_it(agent: Answering, model: Model, given: str):
    await model.tell(an_answer(QUESTION, options=[given, "15h"]))
    assert titles(await agent().reply(a_request(ASKED))) == ["10h", "15h"]


def test_a_title_keeps_the_marks_that_make_one_emoji_of_several():
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    offered = Answer(action="reply", balloons=[QUESTION], options=[family, "Só eu"]).offered
    assert offered is not None
    assert offered.choices[0].title == family


@pytest.mark.parametrize("options", CUSTOMERS)
async def test_options_are_the_customers_words_and_promise_nothing(agent: Answering, model: Model, options: list[str]):
    await model.tell(an_answer(QUESTION, options=options))
    proposal = await agent().reply(a_request(ASKED))
    assert titles(proposal) == options
    assert proposal.balloons[0].startswith(QUESTION)
    assert not claims_booking("\n".join(proposal.balloons))
    assert len(await model.record()) == 1


@pytest.mark.parametrize("leaked", LEAKED)
async def test_options_that_break_a_rule_are_dropped_and_the_answer_is_not(agent: Answering, model: Model, leaked: str):
    await model.tell(an_answer(QUESTION, options=["Sim", leaked]))
    proposal = await agent(never_promise=("indolor",)).reply(a_request(ASKED))
    assert (proposal.balloons, proposal.contents) == ((QUESTION,), ())
    assert len(await model.record()) == 1


async def test_what_the_balloons_promise_is_vetoed_whatever_is_offered_with_them(agent: Answering, model: Model):
    await model.tell(an_answer("Damos garantia de dez anos. Quer?", options=["Sim", "Não"]))
    with pytest.raises(BrainFailed, match="vetoed:promise_guarantee"):
        await agent().reply(a_request(ASKED))


async def test_a_person_who_is_offered_stands_after_the_options(agent: Answering, model: Model):
    await model.tell(an_answer(QUESTION, options=["De manhã", "À tarde"], wants_human=True))
    proposal = await agent().reply(a_request(ASKED))
    assert (proposal.balloons[0], len(proposal.balloons)) == (WRITTEN, 2)
    assert proposal.contents == (BUTTONS, None)


async def test_a_hand_over_and_a_first_message_carry_no_options(agent: Answering, model: Model):
    await model.tell(an_answer(action="handoff", note="Quer marcar.", options=["De manhã"]))
    given_away = await agent().reply(a_request(ASKED))
    assert (given_away.action, given_away.contents) == (ReplyAction.HANDOFF, ())
    await model.tell(an_answer(QUESTION, options=["De manhã"]))
    first = await agent().reply(a_request(occasion=Occasion("formulario", {"nome": "Maria"})))
    assert (first.balloons, first.contents) == ((QUESTION,), ())


@hypothesis.given(TITLES, st.integers(1, 1100))
def test_what_may_be_offered_is_what_the_reply_contract_lets_a_workflow_offer(given: list[str], length: int):
    words = "a" * length
    try:
        workflow = BalloonItem(text=words, buttons=given).content  # pyright: ignore[reportArgumentType] - bare titles
    except ValidationError:
        workflow = None
    assert Answer(action="reply", balloons=[words], options=given).offered == workflow
