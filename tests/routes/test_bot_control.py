"""POST /bot-control: pause, resume and status, by conversation, contact or lead, with who, why and until when."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import line_of, work_off
from tests.routes.calls import OUTSIDE, error_of, knock, talk

Key = dict[str, str]


@pytest_asyncio.fixture
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    """The conversation of a customer who wrote: contact 501, lead 901."""
    return await talk(web, house, hook_secret, a_kommo_body())


async def control(web: httpx.AsyncClient, key: Key, action: str, **order: object) -> httpx.Response:
    return await web.post("/bot-control", json={"action": action, **order}, headers=key)


async def test_pause_status_and_resume_tell_the_state_after_the_call(web: httpx.AsyncClient, node: Key, number: int):
    paused = (await control(web, node, "pause", conversation_id=number, reason="visit")).json()
    assert set(paused) == {"scope", "id", "message", "conversations"}
    assert (paused["scope"], paused["id"], paused["message"]) == (
        "conversation",
        str(number),
        "IA pausada por the node",
    )
    state = paused["conversations"][0]
    fields = ["conversation_id", "bot_on", "epoch", "state", "reason", "paused_by", "paused_until"]
    assert list(state) == fields
    assert (state["bot_on"], state["epoch"], state["reason"]) == (False, 1, "command")
    assert (await control(web, node, "status", conversation_id=number)).json() == paused
    resumed = (await control(web, node, "resume", conversation_id=number)).json()["conversations"][0]
    assert (resumed["bot_on"], resumed["epoch"], resumed["reason"], resumed["paused_by"]) == (True, 1, None, None)


@pytest.mark.parametrize(("scope", "ref"), [("contact", "501"), ("lead", "901"), ("conversation", "chat-1")])
async def test_it_reaches_the_chat_by_every_kind_of_id(
    web: httpx.AsyncClient, node: Key, number: int, scope: str, ref: str
):
    found = (await control(web, node, "pause", **{f"{scope}_id": ref})).json()
    assert (found["scope"], found["id"]) == (scope, ref)
    assert [state["conversation_id"] for state in found["conversations"]] == [number]
    assert found["conversations"][0]["bot_on"] is False


async def test_what_waited_to_be_sent_is_cancelled_before_the_answer(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    assert [state for state, _ in await line_of(house.database)] == ["pending"]
    assert (await control(web, node, "pause", conversation_id=number)).status_code == 200
    assert [state for state, _ in await line_of(house.database)] == ["cancelled"]


@pytest.mark.parametrize("scope", ["contact", "lead"])
async def test_somebody_who_has_not_written_yet_can_be_paused_seen_and_released(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str, scope: str
):
    named = {"contact": {"contact_id": "501"}, "lead": {"lead_id": "901"}}[scope]
    active = (await control(web, node, "status", **named)).json()
    assert (active["message"], active["conversations"]) == ("IA ativa", [])
    paused = (await control(web, node, "pause", **named, minutes=90)).json()
    assert paused["conversations"] == []
    which = " ".join(*named.items())
    assert paused["warning"] == (
        f"Ainda não há nenhuma conversa com {which}: isto só vale a partir da primeira mensagem. Confira o id."
    )
    assert paused["message"].startswith("IA pausada por the node até ")
    assert (await control(web, node, "status", **named)).json() == paused
    number = await talk(web, house, hook_secret, a_kommo_body())
    assert await line_of(house.database) == []
    after = (await control(web, node, "status", conversation_id=number)).json()["conversations"][0]
    assert (after["bot_on"], after["reason"], after["paused_by"]) == (False, scope, "the node")
    assert (await control(web, node, "resume", **named)).json()["conversations"][0]["bot_on"] is True


async def test_a_pause_of_a_contact_covers_chats_that_come_later_until_it_is_lifted(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str, number: int
):
    await control(web, node, "pause", contact_id=501)
    await knock(web, f"kommo/{hook_secret}", a_kommo_body(chat_id="chat-2", talk_id="102"))
    await work_off(house, but=OUTSIDE)
    found = (await control(web, node, "status", contact_id=501)).json()["conversations"]
    assert [state["bot_on"] for state in found] == [False, False]
    found = (await control(web, node, "resume", contact_id=501)).json()["conversations"]
    assert [state["bot_on"] for state in found] == [True, True]


async def test_minutes_and_until_say_when_it_ends_by_itself(web: httpx.AsyncClient, node: Key, number: int):
    before = datetime.now(UTC)
    found = (await control(web, node, "pause", conversation_id=number, minutes=60)).json()["conversations"][0]
    until = datetime.fromisoformat(found["paused_until"])
    assert before + timedelta(minutes=60) <= until <= datetime.now(UTC) + timedelta(minutes=60)
    later = "2040-05-01T16:40:00-03:00"
    found = (await control(web, node, "pause", conversation_id=number, until=later)).json()
    assert datetime.fromisoformat(found["conversations"][0]["paused_until"]) == datetime.fromisoformat(later)
    assert found["message"] == "IA pausada por the node até 16:40"


async def test_a_pause_that_would_be_over_is_refused(web: httpx.AsyncClient, node: Key, number: int):
    answer = await control(web, node, "pause", conversation_id=number, until="2020-01-01T00:00:00Z")
    assert error_of(answer, 409)["code"] == "in_the_past"


async def test_a_conversation_that_is_not_there_gets_404(web: httpx.AsyncClient, node: Key, number: int):
    assert error_of(await control(web, node, "pause", conversation_id=number + 1), 404)["code"] == "not_found"


async def test_portuguese_names_of_fields_do_too(web: httpx.AsyncClient, node: Key, number: int):
    order = {"acao": "pause", "conversa_id": number, "minutos": 30, "motivo": "visita"}
    answer = await web.post("/bot-control", json=order, headers=node)
    assert answer.json()["conversations"][0]["paused_until"]
    assert (await web.post("/bot-control", json={"acao": "pause", "contato_id": 7}, headers=node)).status_code == 200


async def test_who_and_why_are_in_the_audit_log(web: httpx.AsyncClient, house: House, node: Key, number: int):
    await control(web, node, "pause", conversation_id=number, reason="negotiation")
    await control(web, node, "resume", conversation_id=number)
    rows = await house.database.fetch("select who, what, why from event_log order by id")
    assert ("the node", "paused", "negotiation") in [tuple(row) for row in rows]
    assert ("the node", "released") in [tuple(row)[:2] for row in rows]


async def test_a_second_call_with_the_same_key_changes_nothing(web: httpx.AsyncClient, node: Key, number: int):
    once = {**node, "Idempotency-Key": "shift-change-12"}
    assert (await control(web, once, "pause", conversation_id=number)).json()["conversations"][0]["bot_on"] is False
    assert (await control(web, node, "resume", conversation_id=number)).json()["conversations"][0]["bot_on"] is True
    again = (await control(web, once, "pause", conversation_id=number)).json()["conversations"][0]
    assert (again["bot_on"], again["epoch"]) == (True, 1)


async def test_another_accounts_conversations_do_not_exist_here(
    web: httpx.AsyncClient, node: Key, stranger: Key, number: int
):
    assert error_of(await control(web, stranger, "pause", conversation_id=number), 404)
    assert (await control(web, stranger, "pause", contact_id=501)).json()["conversations"] == []
    assert (await control(web, node, "status", conversation_id=number)).json()["conversations"][0]["bot_on"] is True
