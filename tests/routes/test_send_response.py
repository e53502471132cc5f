"""POST /send-response: the answer to a turn, or a message of one's own; once, and never over a salesperson's head."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from app.domain.ids import ConversationId
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import conversation_of, line_of, work_off
from tests.routes.calls import OUTSIDE, error_of, knock, talk

Key = dict[str, str]


@pytest_asyncio.fixture
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    """A conversation whose first answer is on its way: lead 901."""
    return await talk(web, house, hook_secret, a_kommo_body())


@pytest_asyncio.fixture
async def turn(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> str:
    """A turn that a brain is being asked about."""
    await knock(web, f"kommo/{hook_secret}", a_kommo_body())
    await work_off(house, but=("ask", *OUTSIDE))
    number = await conversation_of(house.database)
    assert await house.database.fetchval("select state from turns where conversation_id = $1", number) == "open"
    return f"{number}:1"


async def send(web: httpx.AsyncClient, key: Key, **body: object) -> httpx.Response:
    return await web.post("/send-response", json=body, headers=key)


@pytest.fixture
def caller(node: Key, turn: str, account: Account, secret_key: str) -> Key:
    """The API key and the token of the turn."""
    number, _, place = turn.partition(":")
    until = datetime.now(UTC) + timedelta(minutes=1)
    token = TurnTokens([secret_key]).mint(TurnRef(account.id, ConversationId(int(number)), int(place), until))
    return {**node, "X-Ponte-Turn": token}


async def pause(web: httpx.AsyncClient, key: Key, number: int | str) -> None:
    order = {"action": "pause", "conversation_id": number}
    assert (await web.post("/bot-control", json=order, headers=key)).status_code == 200


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u3164\ufeff"])
async def test_a_message_in_which_nothing_can_be_seen_is_refused(
    web: httpx.AsyncClient, house: House, node: Key, number: int, text: str
):
    before = await line_of(house.database)
    answer = await send(web, node, conversation_id=number, text=text)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("The body: `text` is missing, or there is nothing to read")
    assert await line_of(house.database) == before


async def test_what_is_wrong_is_named_as_the_caller_wrote_it(web: httpx.AsyncClient, node: Key, number: int):
    answer = await send(web, node, conversation_id=number)
    assert answer.json()["error"]["message"].startswith("The body: `text` is missing")
    answer = await send(web, node, conversation_id=number, text=5, buttons="Bom")
    assert "`message" not in answer.json()["error"]["message"]
    assert "`buttons`" in answer.json()["error"]["message"]


async def test_answers_to_tap_are_written_out_where_the_channel_shows_none(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    answer = await send(web, node, conversation_id=number, text="Como foi?", buttons=["Bom", {"title": "Ruim"}])
    assert answer.status_code == 200
    files = {"kind": "image", "link": "https://example.com/a.png"}
    assert (await send(web, node, conversation_id=number, media=files)).status_code == 200
    menu = {"button": "Ver", "rows": ["Corte"]}
    assert (await send(web, node, conversation_id=number, text="O que?", list=menu)).status_code == 200
    texts = [text for _, text in await line_of(house.database)][1:]
    assert texts == ["Como foi?\n\n1. Bom\n2. Ruim", "https://example.com/a.png", "O que?\n\n1. Corte"]


async def test_answers_to_tap_go_along_where_the_channel_shows_them(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    await house.database.execute('update accounts set capabilities = capabilities || \'{"shows": ["buttons"]}\'')
    await send(web, node, conversation_id=number, text="Como foi?", buttons=["Bom", {"title": "Ruim", "id": "bad"}])
    sql = "select body, content ->> 'form' as form from outbox where kind = 'message' order by number desc limit 1"
    row = await house.database.fetchrow(sql)
    assert row is not None
    assert (row["body"], row["form"]) == ("Como foi?\n\n1. Bom\n2. Ruim", "buttons")


@pytest.mark.parametrize(
    "more",
    [
        {"text": "Como foi?", "buttons": ["x" * 21]},
        {"text": "Como foi?", "buttons": ["A", "B", "C", "D"]},
        {"buttons": ["A"]},
        {"text": "Oi", "buttons": ["A"], "media": {"kind": "image", "link": "https://example.com/a.png"}},
        {"media": {"kind": "image", "link": "http://example.com/a.png"}},
        {"media": {"kind": "image", "link": "https://10.0.0.1/a.png"}},
    ],
)
async def test_what_no_phone_would_show_is_refused_before_anything_leaves(
    web: httpx.AsyncClient, house: House, node: Key, number: int, more: dict[str, object]
):
    before = await line_of(house.database)
    assert (await send(web, node, conversation_id=number, **more)).status_code == 422
    assert await line_of(house.database) == before


async def test_the_answer_to_a_turn_goes_on_its_way(web: httpx.AsyncClient, house: House, caller: Key, turn: str):
    answer = await send(web, caller, turn_id=turn, reply="Custa 200 reais.")
    assert answer.status_code == 200
    assert set(answer.json()) == {"conversation_id", "status", "bot_on", "epoch"}
    assert (answer.json()["status"], answer.json()["bot_on"]) == ("admitted", True)
    assert await line_of(house.database) == [("pending", "Custa 200 reais.")]


async def test_only_the_first_answer_to_a_turn_counts(web: httpx.AsyncClient, house: House, caller: Key, turn: str):
    await send(web, caller, turn_id=turn, reply="Primeira.")
    again = await send(web, caller, turn_id=turn, reply="Primeira.")
    assert (again.status_code, again.json()["status"]) == (200, "repeated")
    assert error_of(await send(web, caller, turn_id=turn, reply="Segunda."), 401)
    assert await line_of(house.database) == [("pending", "Primeira.")]


async def test_an_answer_after_the_turn_was_answered_otherwise_is_late(
    web: httpx.AsyncClient, house: House, caller: Key, turn: str
):
    await work_off(house, but=OUTSIDE)
    late = error_of(await send(web, caller, turn_id=turn, reply="Tarde."), 409)
    assert late["code"] == "turn_is_closed"
    assert [text for _, text in await line_of(house.database)] == ["A limpeza custa 200 reais."]


async def test_a_key_that_was_used_for_another_text_sends_nothing_and_says_so(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    key = {**node, "Idempotency-Key": "order-381"}
    first = await send(web, key, conversation_id=str(number), text="Seu pedido chegou.")
    assert first.json()["status"] == "admitted"
    told = error_of(await send(web, key, conversation_id=str(number), text="Seu pedido atrasou."), 422)
    assert told["code"] == "key_reused"
    assert "Seu pedido atrasou." not in [text for _, text in await line_of(house.database)]


async def test_an_answer_after_a_take_over_is_refused(web: httpx.AsyncClient, house: House, caller: Key, turn: str):
    await pause(web, caller, turn.partition(":")[0])
    refused = error_of(await send(web, caller, turn_id=turn, reply="Oi."), 409)
    assert refused["code"] == "turn_is_closed"
    assert await line_of(house.database) == []


async def test_a_message_of_ones_own_goes_behind_what_is_on_its_way(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    for named in ({"conversation_id": number}, {"lead_id": 901}, {"conversa_id": "chat-1"}):
        answer = await send(web, node, **named, texto="Seu pedido chegou.")
        assert (answer.status_code, answer.json()["conversation_id"]) == (200, number)
    texts = [text for _, text in await line_of(house.database)]
    assert texts == ["A limpeza custa 200 reais.", *["Seu pedido chegou."] * 3]


async def test_a_message_is_sent_once_for_its_idempotency_key(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    once = {**node, "Idempotency-Key": "order-381-ready"}
    answers = await asyncio.gather(*(send(web, once, conversation_id=number, text="Chegou.") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["status"] for answer in answers) == ["admitted", *["repeated"] * 9]
    assert [text for _, text in await line_of(house.database)].count("Chegou.") == 1


async def test_a_message_never_goes_over_a_salespersons_head(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    await pause(web, node, number)
    refused = error_of(await send(web, node, conversation_id=number, text="Oi!"), 409)
    assert "AI paused by the node" in refused["message"]
    assert "Release" in refused["hint"]
    assert "Oi!" not in [text for _, text in await line_of(house.database)]


async def test_a_message_that_waits_is_cancelled_by_a_take_over(
    web: httpx.AsyncClient, house: House, node: Key, number: int
):
    await send(web, node, conversation_id=number, text="Chegou.")
    await pause(web, node, number)
    assert ("cancelled", "Chegou.") in await line_of(house.database)


async def test_a_lead_with_two_chats_must_be_named_more_closely(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str, number: int
):
    await knock(web, f"kommo/{hook_secret}", a_kommo_body(chat_id="chat-2"))
    assert "conversation_id" in error_of(await send(web, node, lead_id=901, text="Oi"), 409)["hint"]


async def test_what_does_not_exist_gets_404(web: httpx.AsyncClient, node: Key, stranger: Key, turn: str):
    number = int(turn.partition(":")[0])
    assert error_of(await send(web, node, conversation_id=number + 1, text="Oi"), 404)
    assert error_of(await send(web, node, turn_id=f"{number + 1}:1", reply="Oi"), 401)
    assert error_of(await send(web, node, turn_id="nonsense1", reply="Oi"), 401)
    assert error_of(await send(web, stranger, turn_id=turn, reply="Oi"), 401)
    assert error_of(await send(web, stranger, conversation_id=number, text="Oi"), 404)


async def test_the_token_of_another_turn_is_refused(web: httpx.AsyncClient, house: House, caller: Key, turn: str):
    other = f"{turn.partition(':')[0]}:99"
    assert error_of(await send(web, caller, turn_id=other, reply="Oi"), 409)["code"] == "other_turn"
    assert await line_of(house.database) == []


async def test_a_lead_without_a_chat_cannot_be_written_to(web: httpx.AsyncClient, node: Key, number: int):
    assert error_of(await send(web, node, lead_id=77, text="Oi"), 404)["hint"]
