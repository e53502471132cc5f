"""Known answers at work: what is learned, what is given again, and through which doors it goes."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from app.domain.brain import Proposal, ReplyAction
from app.domain.content import Choice, Content, Form, Section
from app.domain.feedback import Rating, Thumb
from app.domain.topics import Topic
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, written_by_ana
from tests.house import ScriptedBrain, deliver, line_of, work_off

QUESTION = "Qual o horário de funcionamento?"
AGAIN = "Oi! Qual é o horario de funcionamento, por favor?"
SAME = "Bom dia, qual horário de funcionamento"
HOURS = "Abrimos de segunda a sexta, das 9h às 18h."


def known(text: str = HOURS, **more: Any) -> Proposal:
    return Proposal(ReplyAction.REPLY, (text,), **{"locale": "pt-BR", "reason": "known:Horário", **more})


@pytest_asyncio.fixture
async def cache(database: Database, account: Account) -> AsyncIterator[None]:
    """The account wants its answers known."""
    await database.execute("""update accounts set settings = settings || '{"faq_cache": true}'""")
    yield


@pytest.fixture
def says(brain: ScriptedBrain) -> ScriptedBrain:
    brain.says = [known()]
    return brain


async def asks(house: House, account: Account, chat: str, text: str = QUESTION) -> None:
    """A customer of this chat asks, and is answered as far as the line."""
    await deliver(house.database, account, a_channel_event(text, chat_id=chat, contact_id=f"c-{chat}"))
    await work_off(house, but=("send", "crm"))


async def told(house: House, chat: str) -> list[str]:
    """What is on the line to a chat."""
    sql = "select body from outbox join conversations c on c.id = conversation_id where chat_id = $1 and body <> ''"
    return [row["body"] for row in await house.database.fetch(sql + " and kind = 'message' order by number", chat)]


async def answers(house: House, account: Account) -> list[tuple[str, str]]:
    page, _ = await house.doors.faq.page(account.id, before=None, limit=50)
    return [(one["state"], one["question"]) for one in page]


async def learned(house: House, account: Account) -> None:
    """Two customers have had the same answer."""
    await asks(house, account, "ana")
    await asks(house, account, "bia", SAME)


async def test_an_answer_that_offers_answers_to_tap_is_not_learned_where_they_are_only_words(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    words = "Qual unidade prefere?"
    offered = Content(Form.BUTTONS, words, (Section("", (Choice("Centro"), Choice("Praia"))),))
    says.says = [known(offered.written, contents=(offered,))]
    await learned(house, account)
    assert await told(house, "ana") == [offered.written]
    assert await answers(house, account) == []


async def test_what_was_said_twice_from_the_knowledge_is_given_to_the_third_without_a_brain(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await asks(house, account, "ana")
    assert await answers(house, account) == [("waiting", "qual o horario de funcionamento")]
    await asks(house, account, "bia", SAME)
    assert [state for state, _ in await answers(house, account)] == ["confirmed"]
    await asks(house, account, "caio", "Oi, qual o horário de funcionamento?")
    assert (len(says.asked), await told(house, "caio")) == (2, [HOURS])
    row = await house.database.fetchrow("select brain, rung, state, reason from turns order by settled_at desc limit 1")
    assert row is not None
    assert (row["brain"], row["rung"], row["state"], row["reason"].partition(":")[0]) == ("faq", 0, "admitted", "faq")
    stats = await house.doors.explaining.stats(account.id)
    assert stats["faq"] == {"exact": 0, "near": 1, "missed": 2, "hit_rate": 0.333}


async def test_off_is_the_default_and_then_nothing_is_kept(house: House, account: Account, says: ScriptedBrain):
    await learned(house, account)
    await asks(house, account, "caio")
    assert (len(says.asked), await answers(house, account)) == (3, [])
    assert await house.database.fetchval("select count(*) from faq_days") == 0


async def test_the_same_customer_twice_confirms_nothing(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await asks(house, account, "ana")
    await asks(house, account, "ana")
    assert [state for state, _ in await answers(house, account)] == ["waiting"]


async def test_another_answer_takes_the_place_of_the_first_and_waits_itself(
    house: House, account: Account, cache: None, brain: ScriptedBrain
):
    brain.says = [known(), known("Abrimos todos os dias, das 8h às 20h.")]
    await learned(house, account)
    assert [state for state, _ in await answers(house, account)] == ["waiting"]
    await asks(house, account, "caio")
    assert [state for state, _ in await answers(house, account)] == ["confirmed"]


async def test_without_knowledge_behind_it_a_person_must_stand_by_it(
    house: House, account: Account, cache: None, brain: ScriptedBrain
):
    brain.says = [known(reason="")]
    await learned(house, account)
    assert [state for state, _ in await answers(house, account)] == ["waiting"]
    page, _ = await house.doors.faq.page(account.id, before=None, limit=1)
    await house.doors.faq.approve(account.id, page[0]["id"], who="operator")
    await asks(house, account, "caio")
    assert (len(brain.asked), await told(house, "caio")) == (2, [HOURS])


@pytest.mark.parametrize(
    "proposal",
    [
        known("Hoje abrimos até as 18h."),
        known(note="Quer negociar."),
        known(tags=("quente",)),
        Proposal(ReplyAction.HANDOFF, reason="unknown"),
        known("Oi, Wanderlânia! Abrimos às 9h."),
    ],
)
async def test_what_is_more_than_plain_words_is_not_learned(
    house: House, account: Account, cache: None, brain: ScriptedBrain, proposal: Proposal
):
    brain.says = [proposal]
    await learned(house, account)
    assert await answers(house, account) == []


async def test_a_turn_in_which_a_tool_was_called_teaches_nothing(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    async def looks(_: object) -> Proposal:
        await house.database.execute(
            """insert into tool_calls (account_id, conversation_id, turn, tool, digest, ok)
            select account_id, conversation_id, number, 'free_slots', '', true from turns where state = 'open'"""
        )
        return known()

    says.answer = looks
    await learned(house, account)
    assert await answers(house, account) == []


async def test_in_the_middle_of_a_conversation_nothing_is_given_and_nothing_learned(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await learned(house, account)
    await asks(house, account, "caio", "Vocês consertam bicicletas elétricas?")
    await asks(house, account, "caio", QUESTION)
    assert len(says.asked) == 4
    await house.database.execute("delete from faq_answers")
    await asks(house, account, "caio", "Qual o endereço da loja?")
    assert await answers(house, account) == []


async def test_a_hello_before_it_does_not_matter(house: House, account: Account, cache: None, says: ScriptedBrain):
    await learned(house, account)
    says.says = [Proposal(ReplyAction.REPLY, ("Olá! Como posso ajudar?",))]
    await asks(house, account, "caio", "Oi!")
    await asks(house, account, "caio", QUESTION)
    assert await told(house, "caio") == ["Olá! Como posso ajudar?", HOURS]


async def test_a_name_that_the_company_does_not_use_is_not_kept(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await asks(house, account, "ana", "Vocês entregam em Wanderlândia?")
    assert await answers(house, account) == []
    await house.knowledge.add(account.id, Topic("pt-BR", "Entregas", "Entregamos em Wanderlândia.", ""))
    await asks(house, account, "bia", "Vocês entregam em Wanderlândia?")
    assert await answers(house, account) == [("waiting", "voces entregam em wanderlandia")]


async def test_whatever_changes_in_the_knowledge_or_the_hours_makes_them_stale(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    for change in (
        house.knowledge.add(account.id, Topic("pt-BR", "Horário", "Das 8h às 20h.", "")),
        house.knowledge.add(account.id, Topic("pt-BR", "Horário", "Das 7h às 20h.", "")),
        house.knowledge.clear(account.id),
        house.doors.preferences.change(account.id, {"business_name": "Padaria"}, who="test"),
        house.doors.preferences.change(account.id, {"hours": {"week": {"mon": ["09:00-18:00"]}}}, who="test"),
    ):
        await house.database.execute("delete from conversations")
        await learned(house, account)
        assert [state for state, _ in await answers(house, account)] == ["confirmed"]
        await change
        assert [state for state, _ in await answers(house, account)] == ["stale"]
    before = len(says.asked)
    await asks(house, account, "caio")
    assert len(says.asked) == before + 1
    assert [state for state, _ in await answers(house, account)] == ["waiting"]


async def test_what_has_expired_is_asked_of_a_brain_again(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await learned(house, account)
    await house.database.execute("update faq_answers set expires_at = now()")
    await asks(house, account, "caio")
    assert len(says.asked) == 3


async def test_an_answer_in_another_language_is_another_answer(
    house: House, account: Account, cache: None, brain: ScriptedBrain
):
    brain.says = [known("We are open from 9 to 18.", locale="en")]
    await asks(house, account, "ana", "What are the opening hours?")
    await house.database.execute("update faq_answers set approved_at = now(), locale = 'es'")
    await asks(house, account, "bia", "What are the opening hours?")
    assert len(brain.asked) == 2


async def test_the_disclosure_stands_before_a_known_answer_too(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await house.doors.preferences.change(account.id, {"ai_disclosure": True}, who="test")
    await learned(house, account)
    await asks(house, account, "caio")
    said = await told(house, "caio")
    assert (len(says.asked), len(said), said[1]) == (2, 2, HOURS)
    assert "assistente virtual" in said[0]


async def test_a_take_over_before_it_is_sent_holds_it_back_as_any_answer(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await learned(house, account)
    await asks(house, account, "caio")
    number = await house.database.fetchval("select id from conversations where chat_id = 'caio'")
    await deliver(house.database, account, written_by_ana("Oi, sou a Ana", chat_id="caio", contact_id="c-caio"))
    await work_off(house, but=("send", "crm"))
    sql = "select state from outbox where conversation_id = $1 and kind = 'message'"
    assert await house.database.fetchval(sql, number) == "cancelled"


async def test_a_thumb_down_takes_it_away_and_keeps_it_out_and_one_up_stands_by_it(
    house: House, account: Account, cache: None, says: ScriptedBrain
):
    await learned(house, account)
    await asks(house, account, "caio")
    turn = await house.database.fetchrow("select conversation_id, number from turns order by settled_at desc limit 1")
    assert turn is not None
    turn_id = f"{turn['conversation_id']}:{turn['number']}"
    feedback = house.doors.feedback
    await feedback.give(account.id, Rating(Thumb.DOWN), conversation=None, turn=turn_id, who="n8n")
    assert [state for state, _ in await answers(house, account)] == ["refused"]
    await asks(house, account, "davi")
    await asks(house, account, "eva")
    assert [state for state, _ in await answers(house, account)] == ["refused"]
    await feedback.give(account.id, Rating(Thumb.UP), conversation=None, turn=turn_id, who="n8n")
    assert [state for state, _ in await answers(house, account)] == ["approved"]


async def test_forgetting_is_audited(house: House, account: Account, cache: None, says: ScriptedBrain):
    await learned(house, account)
    page, rest = await house.doors.faq.page(account.id, before=None, limit=1)
    await house.doors.faq.forget(account.id, page[0]["id"], who="operator")
    assert (rest, await answers(house, account)) == (None, [])
    await asks(house, account, "caio")
    assert await house.doors.faq.forget_all(account.id, who="operator") == 1
    logged = await house.database.fetch("select what, details::text as told from event_log where who = 'operator'")
    assert [(row["what"], list(json.loads(row["told"]))) for row in logged] == [
        ("faq_forgotten", ["answer"]),
        ("faq_forgotten", ["answers"]),
    ]
    assert (await line_of(house.database))[0] == ("pending", HOURS)
