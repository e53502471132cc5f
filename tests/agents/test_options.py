"""Short answers to tap under the agent's question: the reply contract's rules, and words where nothing is tapped."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.agents.answer import Answer
from app.channels.messengers import Limits
from app.domain.brain import BrainFailed, Occasion, ReplyAction
from app.domain.content import Choice, Content, Form, Section
from app.n8n.balloons import BalloonItem
from app.services.conversation.ladder import checked
from tests.agents.conftest import Answering, a_request, an_answer
from tests.sandbox.modelling import Model

QUESTION = "Prefere de manhã ou à tarde?"
ASKED = "quero marcar uma limpeza"
WRITTEN = f"{QUESTION}\n\n1. De manhã\n2. À tarde"
BUTTONS = Content(Form.BUTTONS, QUESTION, (Section("", (Choice("De manhã"), Choice("À tarde"))),))
TITLES = st.lists(st.text("aB é😀", min_size=1, max_size=24).filter(str.strip), min_size=1, max_size=5)


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


@pytest.mark.parametrize("options", [["1h", "2h", "3h", "4h"], ["Na parte da manhã, antes do almoço"], ["Sim", "SIM"]])
async def test_options_that_no_phone_shows_are_asked_for_again(agent: Answering, model: Model, options: list[str]):
    await model.tell({"steps": [an_answer(QUESTION, options=options), an_answer(QUESTION, options=["De manhã"])]})
    proposal = await agent().reply(a_request(ASKED))
    assert [one.title for content in proposal.contents if content for one in content.choices] == ["De manhã"]


async def test_options_are_guarded_as_the_words_are(agent: Answering, model: Model):
    await model.tell(an_answer(QUESTION, options=["Só hoje: R$ 9,90"]))
    with pytest.raises(BrainFailed, match="vetoed:unknown_price"):
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


@given(TITLES, st.integers(1, 1100))
def test_what_may_be_offered_is_what_the_reply_contract_lets_a_workflow_offer(titles: list[str], length: int):
    words = "a" * length
    try:
        workflow = BalloonItem(text=words, buttons=titles).content  # pyright: ignore[reportArgumentType] - bare titles
    except ValidationError:
        workflow = None
    try:
        answer = Answer(action="reply", balloons=[words], options=titles).offered
    except ValidationError:
        answer = None
    assert answer == workflow
