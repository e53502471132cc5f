"""Answers by callback, over HTTP: the API key and the turn's own token, before the deadline, once.

Without either, stale, spent or foreign: the same 401. Another turn's token: 409 with the reason. All of it is seen.
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.domain.ids import AccountId, ConversationId
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.store.accounts import Account, NewAccount
from app.store.breakers import Breakers
from app.wiring import House
from tests.builders import a_channel_event, written_by_ana
from tests.house import conversation_of, deliver, line_of, work_off
from tests.n8n.builder import Asked, Said, Webhook, answering

Key = dict[str, str]
LATER = answering({"action": "later"})
WORDS = "Custa 200 reais."


@pytest_asyncio.fixture
async def asked(house: House, account: Account, webhook: Webhook) -> Asked:
    """A workflow that has been asked and has promised to call back."""
    webhook.says = [LATER]
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    return webhook.asked[0]


async def calls_back(web: httpx.AsyncClient, key: Key, asked: Asked | None = None, **body: Any) -> httpx.Response:
    if asked is not None:
        body = {"turn_id": asked.body["turn_id"], "token": asked.token, **body}
    return await web.post("/send-response", json=body, headers=key)


def code_of(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    return answer.json()["error"]["code"]


async def refusals(house: House) -> list[str]:
    rows = await house.database.fetch("select why from event_log where what = 'callback_refused' order by id")
    return [row["why"] for row in rows]


async def outcomes(house: House) -> list[str]:
    rows = await house.database.fetch("select s ->> 'outcome' as o from turns, jsonb_array_elements(stages) as s")
    return [row["o"] for row in rows]


async def test_a_promised_answer_comes_by_callback(house: House, web: httpx.AsyncClient, node: Key, asked: Asked):
    assert await outcomes(house) == ["later"]
    answer = await calls_back(web, node, asked, reply=[WORDS, "Quer marcar?"], usage={"model": "m-1"})
    assert (answer.status_code, answer.json()["status"]) == (200, "admitted")
    assert await line_of(house.database) == [("pending", WORDS), ("pending", "Quer marcar?")]
    assert await outcomes(house) == ["answered"]
    assert await house.database.fetchval("select model from turns") == "m-1"


async def test_a_kept_promise_closes_the_breaker_as_an_answer_does(
    house: House, account: Account, web: httpx.AsyncClient, node: Key, asked: Asked
):
    for _ in range(5):
        await Breakers(house.database).failed(account.id, "n8n", datetime.now(UTC))
    await calls_back(web, node, asked, reply=WORDS)
    assert await house.database.fetchval("select count(*) from brain_breakers") == 0
    row = await house.database.fetchrow("select cause, is_open from notices")
    assert row is not None
    assert (row["cause"], row["is_open"]) == ("brain_n8n_down", False)


async def test_the_token_may_come_as_a_header(house: House, web: httpx.AsyncClient, node: Key, asked: Asked):
    answer = await calls_back(web, {**node, "X-Ponte-Turn": asked.token}, reply=WORDS)
    assert answer.status_code == 200
    assert await line_of(house.database) == [("pending", WORDS)]


@pytest.mark.parametrize(
    ("body", "status", "rows"),
    [
        ({"action": "handoff", "note": "Quer negociar."}, "handed_over", 1),
        ({"action": "none"}, "quiet", 0),
        ({"action": "note", "note": "Ligar amanhã."}, "quiet", 0),
    ],
)
async def test_every_action_may_come_by_callback(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked, body: dict[str, str], status: str, rows: int
):
    answer = await calls_back(web, node, asked, **body)
    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert len(await line_of(house.database)) == rows


@pytest.mark.parametrize("patience", [9.0])  # below the ten seconds after which the customer hears that we still look
async def test_a_promise_survives_its_process_and_is_broken_at_the_deadline(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked
):
    """Nothing waits in a process: a timer in the database does, and the sweep asks nobody twice meanwhile."""
    await house.database.execute("update turns set settled_at = settled_at - interval '10 minutes'")
    await house.workshop.upkeep.sweep()
    await work_off(house, but=("send", "crm"))
    assert await line_of(house.database) == []
    await house.database.execute("update timers set due_at = now() where kind = 'reply'")
    await house.workshop.waking.wake(await conversation_of(house.database))
    await work_off(house, but=("send", "crm"))
    assert await outcomes(house) == ["too_late", "answered"]
    assert len(await line_of(house.database)) == 1
    assert await house.database.fetchval("select array_length(failures, 1) from brain_breakers") == 1
    assert code_of(await calls_back(web, node, asked, reply=WORDS), 409) == "turn_is_closed"


async def test_a_duplicate_callback_changes_nothing_and_another_answer_is_a_replay(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked
):
    answers = await asyncio.gather(*(calls_back(web, node, asked, reply=WORDS) for _ in range(5)))
    assert sorted(answer.json()["status"] for answer in answers) == ["admitted", *["repeated"] * 4]
    assert code_of(await calls_back(web, node, asked, reply="Outra coisa."), 401) == "unauthorised"
    assert await line_of(house.database) == [("pending", WORDS)]


async def test_without_a_good_token_every_callback_gets_the_same_401(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked, secret_key: str, account: Account
):
    number, tokens = int(asked.body["conversation_id"]), TurnTokens([secret_key])
    over = TurnRef(account.id, ConversationId(number), 1, datetime.now(UTC) - timedelta(seconds=1))
    foreign = TurnRef(AccountId(account.id + 1), ConversationId(number), 1, datetime.now(UTC) + timedelta(minutes=1))
    turn = asked.body["turn_id"]
    bodies: list[dict[str, Any]] = [
        {"turn_id": turn},
        {"turn_id": turn, "token": tokens.mint(over)},
        {"turn_id": turn, "token": tokens.mint(foreign)},
        {"turn_id": turn, "token": TurnTokens(["another installation"]).mint(foreign)},
        {"turn_id": turn, "token": asked.token[:-1]},
        {"turn_id": "999:1", "token": "pt1.x"},
    ]
    answers = [await calls_back(web, node, **body, reply=WORDS) for body in bodies]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}
    nobody = await calls_back(web, {}, asked, reply=WORDS)
    assert code_of(nobody, 401) == code_of(answers[0], 401)
    assert await line_of(house.database) == []
    assert await refusals(house) == ["no_token", "stale", "foreign", "bad_token", "bad_token", "bad_token"]


async def test_the_key_of_another_account_is_foreign(house: House, web: httpx.AsyncClient, asked: Asked):
    new = NewAccount("Outra", "kommo", "30100999", "http://127.0.0.1:9", "token", "hook-of-another")
    await house.accounts.add_key(await house.accounts.connect(new), "ponte-other", label="other", scopes=["node"])
    assert code_of(await calls_back(web, {"X-API-Key": "ponte-other"}, asked, reply=WORDS), 401) == "unauthorised"
    assert await line_of(house.database) == []


async def test_a_token_of_another_turn_is_told_so(house: House, web: httpx.AsyncClient, node: Key, asked: Asked):
    other = f"{asked.body['conversation_id']}:2"
    answer = await calls_back(web, node, asked, turn_id=other, reply=WORDS)
    assert code_of(answer, 409) == "other_turn"
    assert asked.body["turn_id"] in answer.json()["error"]["message"]
    assert await refusals(house) == ["other_turn"]


async def test_a_callback_of_an_older_epoch_is_refused_and_seen(
    house: House, web: httpx.AsyncClient, account: Account, node: Key, reader: Key, asked: Asked
):
    await deliver(house.database, account, written_by_ana())
    assert code_of(await calls_back(web, node, asked, reply=WORDS), 409) == "turn_is_closed"
    assert await line_of(house.database) == []
    shown = (await web.get("/debug/conversations", params={"id": "901"}, headers=reader)).json()
    assert ("callback_refused", "turn_is_closed") in [(entry["what"], entry["why"]) for entry in shown["audit"]]
    stats = (await web.get("/stats", headers=reader)).json()
    assert stats["callbacks_refused_24h"] == [{"reason": "turn_is_closed", "n": 1}]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "reply"}, "no_text"),
        ({"note": "sem resposta"}, "no_text"),
        ({"reply": "x" * 17_000}, "too_long"),
        ({"action": "reply", "reply": "\u200b"}, "no_text"),
        ({"action": "book", "reply": "Feito."}, "no_receipt"),
        ({"reply": "Sim.", "usage": {"a": json.loads("[" * 300 + "]" * 300)}}, "bad_answer"),
    ],
)
async def test_a_bad_callback_is_told_to_its_builder_and_may_be_mended(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked, body: dict[str, Any], code: str
):
    assert code_of(await calls_back(web, node, asked, **body), 422) == code
    assert await refusals(house) == [code]
    assert (await calls_back(web, node, asked, reply=WORDS)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"reply": WORDS, "reason": "asked_for_person:model"},
        {"reply": WORDS, "reason": "Price Objection"},
        {"reply": WORDS, "intent": "price"},
        {"reply": WORDS, "tags": [None, "a"]},
        {"output": {"action": "reply", "reply": WORDS}},
    ],
)
async def test_what_is_good_in_the_response_is_good_as_a_callback(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked, body: dict[str, Any]
):
    assert (await calls_back(web, node, asked, **body)).status_code == 200
    assert await line_of(house.database) == [("pending", WORDS)]


@pytest.mark.parametrize("named", [{"turn_id": "1:1"}, {"token": "rubbish"}, {"turn_id": "1:1", "token": "rubbish"}])
async def test_a_text_of_ones_own_beside_a_turn_is_refused_and_nothing_is_said(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked, named: dict[str, str]
):
    """Taken for a message of one's own it would be sent anew at every try, over a turn that was answered."""
    answer = await calls_back(web, node, **named, conversation_id=asked.body["conversation_id"], text=WORDS)
    assert answer.status_code == 422
    assert "reply" in answer.text
    assert await line_of(house.database) == []


@pytest.mark.parametrize("usage", ["12", 3, [], {"input_tokens": 12.5}, {"input_tokens": 2**40}, {"model": 7}])
async def test_a_cost_in_another_form_costs_nobody_an_answer_by_callback_either(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked, usage: object
):
    answer = await calls_back(web, node, asked, reply=WORDS, usage=usage)
    assert (answer.status_code, answer.json().get("status")) == (200, "admitted")
    assert await line_of(house.database) == [("pending", WORDS)]
    assert await house.database.fetchval("select input_tokens from turns") is None


async def test_what_a_model_counted_besides_is_left_out_and_the_rest_of_the_cost_kept(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked
):
    used = {"model": None, "input_tokens": 7, "total_tokens": 9}
    assert (await calls_back(web, node, asked, reply=WORDS, usage=used)).status_code == 200
    assert await house.database.fetchval("select input_tokens from turns") == 7


async def test_a_booking_that_nobody_made_is_no_answer_by_callback_either(
    house: House, web: httpx.AsyncClient, node: Key, asked: Asked
):
    body = {"action": "book", "reply": "Agendado para amanhã às 15h!", "receipt": "AG-7KM2Q9XD"}
    assert code_of(await calls_back(web, node, asked, **body), 409) == "unproven_booking"
    assert await line_of(house.database) == []


async def test_a_workflow_that_calls_back_before_it_responds_is_answered_by_its_callback(
    house: House, account: Account, web: httpx.AsyncClient, node: Key, webhook: Webhook
):
    """A flow whose last node answers nothing: what it posted on the way is the answer, and it has not failed."""

    async def before(asked: Asked) -> None:
        assert (await calls_back(web, node, asked, reply=WORDS)).status_code == 200

    webhook.before, webhook.says = before, [Said(200, "")]
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    assert await line_of(house.database) == [("pending", WORDS)]
    assert await house.database.fetchval("select count(*) from brain_breakers") == 0


async def test_a_replay_of_an_old_turn_sends_nothing(
    house: House, web: httpx.AsyncClient, account: Account, node: Key, asked: Asked, secret_key: str
):
    number = ConversationId(asked.body["conversation_id"])
    replay = TurnRef(account.id, number, 1, datetime.now(UTC) + timedelta(minutes=1), dry_run=True)
    answer = await calls_back(web, node, asked, token=TurnTokens([secret_key]).mint(replay), reply=WORDS)
    assert code_of(answer, 409) == "dry_run"
    assert await refusals(house) == ["dry_run"]
