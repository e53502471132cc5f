"""The ladder over real HTTP: a workflow answers well, badly, late or not at all, and the customer is always answered.

Every bad answer is seen: its code on the stage of the turn (`/debug/conversations`), in `/stats` and in `/metrics`.
"""

from datetime import UTC, datetime

import httpx
import pytest

from app.n8n.reading import MOST_BYTES
from app.n8n.signatures import HEADER, verify
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, line_of, work_off
from tests.n8n.builder import Said, Webhook, answering

Key = dict[str, str]
PAGE = "<!DOCTYPE html><title>Sign in</title>"

BAD = {
    "empty 200": (Said(200, ""), "empty"),
    "4xx": (Said(404, "{}"), "http_404"),
    "5xx": (Said(500, '{"message": "Error in workflow"}'), "http_500"),
    "torn": (Said(None), "unreachable"),
    "packed": (Said(200, "no gzip", packed="gzip"), "packed"),
    "HTML": (Said(200, PAGE, "text/html"), "html"),
    "wrong JSON": (Said(200, '{"reply": '), "not_json"),
    "64 KB text": (answering({"reply": "x" * MOST_BYTES}), "too_long"),
    "16 KB text": (answering({"reply": "palavra " * 2100}), "too_long"),
    "action without text": (answering({"action": "reply"}), "no_text"),
    "book without receipt": (answering({"action": "book", "reply": "Feito."}), "no_receipt"),
    "unknown action": (answering({"action": "dance"}), "bad_answer"),
}


async def asks(house: House, account: Account, text: str = "Oi") -> None:
    await deliver(house.database, account, a_channel_event(text))
    await work_off(house, but=("send", "crm"))


async def stages(house: House) -> list[tuple[str, str]]:
    """Brain and outcome of each stage of the newest turn."""
    rows = await house.database.fetch(
        """select s ->> 'brain' as brain, s ->> 'outcome' as outcome
        from (select stages from turns order by number desc limit 1) as t, jsonb_array_elements(stages) as s"""
    )
    return [(row["brain"], row["outcome"]) for row in rows]


async def test_a_workflow_answers_and_the_customer_gets_its_balloons(house: House, account: Account, webhook: Webhook):
    usage = {"model": "m-1", "input_tokens": 812, "output_tokens": 40}
    webhook.says = [answering({"reply": ["Custa 200 reais.", "Quer marcar?"], "tags": ["preço"], "usage": usage})]
    await asks(house, account)
    assert await line_of(house.database) == [("pending", "Custa 200 reais."), ("pending", "Quer marcar?")]
    assert await stages(house) == [("n8n", "answered")]
    row = await house.database.fetchrow("select model, input_tokens, output_tokens, brain from turns")
    assert tuple(row or ()) == ("m-1", 812, 40, "n8n")


async def test_a_workflow_is_asked_with_key_signature_and_the_turn(house: House, account: Account, webhook: Webhook):
    await house.database.execute(
        """insert into vendedores (account_id, external_id, name) values ($1, '7', 'Ana')""", account.id
    )
    await house.database.execute(
        "insert into lead_owners (account_id, lead_id, seller_id, read_at) values ($1, '901', '7', now())", account.id
    )
    await asks(house, account, "Qual o preço?")
    [asked] = webhook.asked
    number = await conversation_of(house.database)
    assert asked.headers["x-api-key"] == "header-key"
    assert verify(asked.headers[HEADER.lower()], asked.raw, ["old-secret"], now=datetime.now(UTC))
    body = asked.body
    assert (body["turn_id"], body["text"], body["contact"]["id"], body["lead"]) == (
        *(f"{number}:1", "Qual o preço?"),
        *("501", {"id": "901"}),
    )
    assert body["seller"] == {"id": "7", "name": "Ana"}
    assert body["mcp_url"] == f"https://ponte.example/mcp/{asked.token}"
    assert body["facts"]["window_until"] > body["facts"]["now"]


@pytest.mark.parametrize("name", BAD)
async def test_after_a_bad_answer_the_next_brain_answers_and_the_reason_is_on_the_turn(
    house: House, account: Account, webhook: Webhook, name: str
):
    webhook.says, code = [BAD[name][0]], BAD[name][1]
    await asks(house, account)
    assert len(await line_of(house.database)) == 1
    assert await stages(house) == [("n8n", code), ("offline", "answered")]
    assert await house.database.fetchval("select body ->> 'reason' from inbox where kind = 'failed'") == code


@pytest.mark.parametrize("patience", [1.0])
async def test_after_a_workflow_that_hangs_the_next_brain_answers_at_its_deadline(
    house: House, account: Account, webhook: Webhook
):
    webhook.says = [Said(hangs=True)]
    await asks(house, account)
    assert len(await line_of(house.database)) == 1
    assert await stages(house) == [("n8n", "too_late"), ("offline", "answered")]


async def test_a_bad_answer_is_seen_in_debug_stats_and_metrics(
    house: House, account: Account, web: httpx.AsyncClient, reader: Key, webhook: Webhook
):
    webhook.says = [answering({"replly": "segredo do cliente"})]
    await asks(house, account)
    shown = (await web.get("/debug/conversations", params={"id": "901"}, headers=reader)).json()
    assert [(s["brain"], s["outcome"]) for s in shown["turns"][0]["stages"]] == await stages(house)
    assert "n8n: no_text (action reply needs reply; the answer has 1 unknown)" in shown["why_quiet"]
    assert "segredo" not in str(shown)
    stats = (await web.get("/stats", headers=reader)).json()
    assert {"brain": "n8n", "outcome": "no_text", "n": 1} in stats["brains_24h"]
    metrics = (await web.get("/metrics", headers=reader)).text
    assert f'ponte_brain_answers_24h{{account="{account.id}",brain="n8n",outcome="no_text"}} 1.0' in metrics


async def test_after_five_failures_a_workflow_is_skipped_at_once_until_a_probe_is_answered(
    house: House, account: Account, web: httpx.AsyncClient, reader: Key, webhook: Webhook
):
    webhook.says = [Said(500, "{}")]
    for number in range(6):
        await deliver(house.database, account, a_channel_event("Oi", chat_id=f"chat-{number}"))
        await work_off(house, but=("send", "crm"))
    assert len(webhook.asked) == 5
    outcomes = await house.database.fetch("select stages -> 0 ->> 'outcome' as outcome from turns order by created_at")
    assert [row["outcome"] for row in outcomes] == ["http_500"] * 5 + ["breaker_open"]
    [breaker] = (await web.get("/stats", headers=reader)).json()["open_breakers"]
    assert breaker["brain"] == "n8n"
    await house.database.execute("update brain_breakers set opened_at = opened_at - interval '1 minute'")
    webhook.says = [answering({"reply": "Voltei."})]
    await deliver(house.database, account, a_channel_event("Oi", chat_id="chat-9"))
    await work_off(house, but=("send", "crm"))
    assert ("pending", "Voltei.") in await line_of(house.database)
    assert await house.database.fetchval("select count(*) from brain_breakers") == 0


async def test_a_long_answer_goes_out_in_balloons_that_read_well(house: House, account: Account, webhook: Webhook):
    text = "Esta é uma frase de tamanho médio que explica alguma coisa. " * 40
    webhook.says = [answering({"reply": text})]
    await asks(house, account)
    said = [words for _, words in await line_of(house.database)]
    assert 2 < len(said) <= 10
    assert " ".join(said).split() == text.split()
    assert all(len(one) <= 900 and one.endswith(".") for one in said)
