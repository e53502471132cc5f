"""The agent in an installation: its place in the ladder, the real tools behind it, and who speaks when it cannot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from app.agents.assembly import AgentSetup
from app.agents.prompting import BadPrompt
from app.domain.topics import Topic
from app.services.accounts.preferences import Preferences
from app.services.accounts.setting_checks import BadSetting
from app.services.flows.book import Book
from app.store.accounts import Account
from app.store.database import Database
from app.store.manners import PostgresManners
from app.wiring import House, open_house
from tests.agents.conftest import an_answer
from tests.house import company_said, connect, customer_says, settings_for, work_until_quiet
from tests.sandbox.modelling import Model
from tests.sandbox.player import Player


@pytest_asyncio.fixture
async def home(database: Database, secret_key: str, model: Model) -> AsyncIterator[House]:
    """An installation with a model."""
    settings = settings_for(database.dsn, secret_key, openai_base_url=model.url, ponte_model="model-1")
    async with open_house(settings) as made:
        yield made


@pytest_asyncio.fixture
async def account(home: House, sandbox: Player, hook_secret: str) -> Account:
    connected = await connect(home, sandbox, hook_secret)
    await home.knowledge.learn(connected.id, [Topic("pt-BR", "Preços", "A limpeza custa R$ 180.", "quanto valor")])
    return connected


async def test_a_customer_is_answered_by_the_model(home: House, account: Account, sandbox: Player, model: Model):
    await model.tell(an_answer("A limpeza custa só R$ 180!", sources=["Preços"]))
    said = await customer_says(sandbox, home, account, "quanto custa a limpeza?")
    await work_until_quiet(home)
    assert await company_said(sandbox, said) == ["A limpeza custa só R$ 180!"]
    row = await home.database.fetchrow("select brain, reason from turns")
    assert row is not None
    assert tuple(row) == ("agent", "known:Preços")


async def test_the_real_tools_are_offered_and_answer(home: House, account: Account, sandbox: Player, model: Model):
    look = {"call": [{"name": "lookup_knowledge", "arguments": {"question": "quanto custa a limpeza?"}}]}
    await model.tell({"steps": [look, an_answer("Custa R$ 180.", sources=["Preços"])]})
    await customer_says(sandbox, home, account, "quanto custa a limpeza?")
    await work_until_quiet(home)
    first, second = (entry["body"] for entry in await model.record())
    names = {tool["function"]["name"] for tool in first["tools"]}
    assert {"free_slots", "hold_slot", "confirm_slot", "lookup_knowledge"} <= names
    assert not names & {"hand_over", "pause_bot"}
    assert "The company says" in second["messages"][-1]["content"]


@pytest.mark.parametrize("fault", ["401", "429", "500", "no_finish"])
async def test_when_the_model_fails_the_offline_brain_answers(
    home: House, account: Account, sandbox: Player, model: Model, fault: str
):
    await model.tell({**an_answer("A limp"), "fault": fault})
    said = await customer_says(sandbox, home, account, "quanto custa a limpeza?")
    await work_until_quiet(home)
    assert await company_said(sandbox, said) == ["A limpeza custa R$ 180."]
    assert await home.database.fetchval("select brain from turns") == "offline"


async def test_a_false_booking_never_reaches_the_customer(home: House, account: Account, sandbox: Player, model: Model):
    await model.tell(an_answer("Pronto! Está agendado para amanhã às 9h."))
    said = await customer_says(sandbox, home, account, "marca a limpeza pra amanhã 9h")
    await work_until_quiet(home)
    assert not [text for text in await company_said(sandbox, said) if "agendado" in text]


async def test_who_asks_for_a_person_gets_one_and_the_salesperson_a_brief(
    home: House, account: Account, sandbox: Player, model: Model
):
    await model.tell({"say": "Quer saber o preço da limpeza."})
    await customer_says(sandbox, home, account, "quero falar com um atendente")
    await work_until_quiet(home)
    assert await home.database.fetchval("select pause_reason from conversations") == "asked_for_person"


async def test_the_ladder_holds_the_agent_only_where_a_model_is_set(house: House, home: House):
    assert [brain.name for brain in home.brains] == ["agent", "offline"]
    plain = AgentSetup.model_validate(house.settings)
    assert plain.models() == []


def test_a_key_does_not_travel_to_another_address():
    setup = AgentSetup(
        openai_api_key=SecretStr("first"),
        ponte_model="a",
        ponte_model_fallback="b",
        openai_fallback_base_url="http://127.0.0.1:9/v1",
    )
    first, second = setup.models()
    assert (first.key, second.key) == ("first", None)
    assert "first" not in repr(first)
    same = setup.model_copy(update={"openai_fallback_base_url": None}).models()
    assert [model.key for model in same] == ["first", "first"]


def test_a_model_without_a_key_or_an_address_is_none():
    assert AgentSetup(ponte_model="a").models() == []
    assert AgentSetup(openai_api_key=SecretStr("k")).models() == []


async def test_what_an_account_sets_holds_for_the_next_answer(home: House, account: Account):
    manners = PostgresManners(home.database)
    assert (await manners.manners(account.id)).never_promise == ()
    preferences = Preferences(home.accounts, flows=Book())
    shown = await preferences.change(
        account.id, {"ai_disclosure": True, "never_promise": ["indolor", "indolor "]}, who="test"
    )
    assert (shown["ai_disclosure"], shown["never_promise"]) == (True, ["indolor"])
    now = await manners.manners(account.id)
    assert now.never_promise == ("indolor",)
    for wrong in ({"ai_disclosure": 1}, {"never_promise": [""]}, {"never_promise": "indolor"}):
        with pytest.raises(BadSetting):
            await preferences.change(account.id, wrong, who="test")


def test_an_own_prompt_with_a_fault_is_refused_before_anything_runs(tmp_path: Path):
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "reply.md").write_text("---\nname: reply\nversion: x\nlanguage: es\n---\nHola\n")
    setup = AgentSetup(ponte_model="a", openai_base_url="http://127.0.0.1:9/v1", ponte_prompts=tmp_path)
    with pytest.raises(BadPrompt, match=r"reply\.md, line 3: "):
        setup.brain(None, knowledge=None, manners=None, toolbox=None)


@pytest.mark.parametrize(("model_name", "status"), [(None, "not_configured"), ("embed-1", "ok")])
async def test_the_doctor_tells_how_knowledge_is_searched(
    database: Database, secret_key: str, model: Model, model_name: str | None, status: str
):
    settings = settings_for(database.dsn, secret_key, openai_base_url=model.url, ponte_embedding_model=model_name)
    async with open_house(settings) as house:
        report = await house.doors.doctor.report()
    (line,) = [line for line in report.lines if line.name == "knowledge"]
    assert line.status == status
