"""GET /conversations/active and /debug/conversations: what goes on, and why it is quiet, without anybody's words."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import work_off
from tests.routes.calls import OUTSIDE, Json, error_of, knock, talk

Key = dict[str, str]
WORDS = "Oi, qual o preço?"


async def active(web: httpx.AsyncClient, key: Key, **params: object) -> Json:
    answer = await web.get("/conversations/active", params=params, headers=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def debug(web: httpx.AsyncClient, key: Key, ref: object, **params: object) -> Json:
    answer = await web.get("/debug/conversations", params={"id": ref, **params}, headers=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def control(web: httpx.AsyncClient, key: Key, number: int, action: str, **more: object) -> None:
    order = {"action": action, "conversation_id": number, **more}
    assert (await web.post("/bot-control", json=order, headers=key)).status_code == 200


async def test_every_conversation_comes_once_newest_first_a_page_at_a_time(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, hook_secret: str
):
    for chat in range(7):
        await knock(web, f"kommo/{hook_secret}", a_kommo_body(chat_id=f"chat-{chat}"))
    await work_off(house, but=OUTSIDE)
    whole = (await active(web, reader))["conversations"]
    times = [one["last_customer_at"] for one in whole]
    assert times == sorted(times, reverse=True)
    paged, cursor = [], {}
    while True:
        page = await active(web, reader, limit=3, **cursor)
        assert len(page["conversations"]) <= 3
        paged += page["conversations"]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert paged == whole
    assert {one["chat_id"] for one in whole} == {f"chat-{chat}" for chat in range(7)}


async def test_a_page_holds_two_hundred_at_most(web: httpx.AsyncClient, house: House, account: Account, reader: Key):
    await house.database.execute(
        """insert into conversations (account_id, channel, chat_id, last_customer_at)
        select $1, 'kommo', 'chat-' || n, now() from generate_series(1, 201) n""",
        account.id,
    )
    first = await active(web, reader, limit=200)
    rest = await active(web, reader, limit=200, cursor=first["cursor"])
    assert (len(first["conversations"]), len(rest["conversations"]), rest["cursor"]) == (200, 1, None)
    assert len((await active(web, reader))["conversations"]) == 50


async def test_a_conversation_shows_its_ids_and_state_and_no_words(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str
):
    number = await talk(web, house, hook_secret, a_kommo_body(WORDS))
    await control(web, node, number, "pause", minutes=5, reason="visit")
    shown = (await active(web, node))["conversations"][0]
    ids = {"id": number, "chat_id": "chat-1", "talk_id": "101", "contact_id": "501", "lead_id": "901"}
    assert {name: shown[name] for name in ids} == ids
    assert (shown["bot_on"], shown["pause_reason"], shown["paused_by"]) == (False, "command", "the node")
    assert shown["paused_until"]
    assert WORDS not in str(shown)


async def test_it_shows_the_last_hours_only(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, hook_secret: str
):
    await talk(web, house, hook_secret, a_kommo_body())
    await house.database.execute("update conversations set last_customer_at = now() - interval '30 hours'")
    assert (await active(web, reader))["conversations"] == []
    assert len((await active(web, reader, hours=48))["conversations"]) == 1


async def test_whoever_was_quiet_for_a_day_is_found_behind_any_number_of_busy_chats(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key
):
    await house.database.execute(
        """insert into conversations (account_id, channel, chat_id, last_customer_at)
        select $1, 'kommo', 'chat-' || n, now() - interval '25 hours' * (n <= 3)::int from generate_series(1, 300) n""",
        account.id,
    )
    found = await active(web, reader, hours=72, quiet_hours=24, limit=2)
    rest = await active(web, reader, hours=72, quiet_hours=24, limit=2, cursor=found["cursor"])
    chats = {one["chat_id"] for one in (*found["conversations"], *rest["conversations"])}
    assert (chats, rest["cursor"]) == ({"chat-1", "chat-2", "chat-3"}, None)


async def test_other_accounts_conversations_are_not_shown(
    web: httpx.AsyncClient, house: House, account: Account, stranger: Key, hook_secret: str
):
    number = await talk(web, house, hook_secret, a_kommo_body())
    assert (await active(web, stranger))["conversations"] == []
    for ref in (number, "chat-1", "501", "901"):
        assert error_of(await web.get("/debug/conversations", params={"id": ref}, headers=stranger), 404)


async def test_debug_says_what_is_waited_for_at_every_step(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str
):
    await knock(web, f"kommo/{hook_secret}", a_kommo_body(WORDS))
    assert (await debug(web, node, "chat-1"))["why_quiet"].startswith("Events wait in the mailbox")
    await work_off(house, but=("ask", *OUTSIDE))
    assert "brain is being asked (turn 1)" in (await debug(web, node, "chat-1"))["why_quiet"]
    await work_off(house, but=OUTSIDE)
    found = await debug(web, node, "901")
    assert "on its way (line 1, pending)" in found["why_quiet"]
    await control(web, node, found["conversation_id"], "pause", reason="visit")
    told = (await debug(web, node, "501"))["why_quiet"]
    assert told.startswith("A salesperson took over: by ")
    assert told.endswith("through the API, until a person releases it.")
    await control(web, node, found["conversation_id"], "pause", minutes=5)
    assert "through the API, until 20" in (await debug(web, node, "501"))["why_quiet"]


async def test_debug_shows_what_stands_behind_it_and_no_words(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str
):
    number = await talk(web, house, hook_secret, a_kommo_body(WORDS))
    await control(web, node, number, "pause", reason="visit")
    found = await debug(web, node, number)
    assert {"ways_to_send", "sees_humans_by", "lead_id", "contact_id", "talk_id", "chat_id"} <= set(found)
    assert [event["kind"] for event in found["events"]] == ["command", "reply", "customer"]
    assert found["events"][0]["verdict"] == "taken_over"
    assert [(turn["number"], turn["state"]) for turn in found["turns"]] == [(1, "admitted")]
    assert [(row["kind"], row["state"]) for row in found["line"]][-1] == ("message", "cancelled")
    assert ("the node", "paused", "visit") in [(row["who"], row["what"], row["why"]) for row in found["audit"]]
    assert found["waiting"] == {"unread": [], "timers": []}
    for words in (WORDS, "A limpeza custa 200 reais."):
        assert words not in str(found)


async def test_debug_goes_back_to_any_time(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str
):
    before = datetime.now(UTC)
    number = await talk(web, house, hook_secret, a_kommo_body())
    answered = datetime.now(UTC)
    await asyncio.sleep(0.01)
    await control(web, node, number, "pause")
    assert (await debug(web, node, number))["state"]["bot_on"] is False
    then = await debug(web, node, number, at=answered.isoformat())
    assert then["state"]["bot_on"] is True
    assert then["audit"] == []
    assert datetime.fromisoformat(then["at"]) == answered
    assert (await debug(web, node, number, at=before.isoformat()))["why_quiet"] == "Nothing has happened here yet."


async def test_debug_without_an_id_lists_those_that_are_quiet(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str
):
    number = await talk(web, house, hook_secret, a_kommo_body(chat_id="chat-0", contact_id="", entity_id=""))
    await control(web, node, number, "pause")
    await house.database.execute(
        """insert into conversations (account_id, channel, chat_id, last_customer_at)
        select $1, 'kommo', 'chat-' || n, now() from generate_series(1, 250) n""",
        account.id,
    )
    answer = await web.get("/debug/conversations", headers=node)
    assert [one["id"] for one in answer.json()["conversations"]] == [number]


@pytest.mark.parametrize("ref", ["999", "chat-9", "nobody1"])
async def test_debug_of_what_does_not_exist_gets_404(
    web: httpx.AsyncClient, account: Account, reader: Key, *, ref: str
):
    assert error_of(await web.get("/debug/conversations", params={"id": ref}, headers=reader), 404)["hint"]


async def test_debug_of_a_contact_with_several_chats_names_them(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, hook_secret: str
):
    for chat in ("chat-1", "chat-2"):
        await knock(web, f"kommo/{hook_secret}", a_kommo_body(chat_id=chat))
    refused = error_of(await web.get("/debug/conversations", params={"id": "501"}, headers=reader), 409)
    numbers = [str(row["id"]) for row in await house.database.fetch("select id from conversations order by id")]
    assert ", ".join(numbers) in refused["message"]
