"""What goes wrong between Ponte and n8n is told, and the customer still has one answer or a person."""

import json
import re
import signal
from typing import Any

from tests.e2e.play import fresh, until
from tests.real_n8n.conftest import Lab
from tests.real_n8n.model import Broken, shaped


async def test_n8n_killed_in_the_middle_of_a_turn_leaves_the_customer_with_one_answer(lab: Lab):
    chat = fresh("ugo")
    lab.model.delay = 30
    said = await lab.place.say(chat, "Qual o horário de funcionamento?")

    async def asked() -> bool:
        return bool(lab.model.asked)

    await until(asked)
    await lab.n8n.stop(signal.SIGKILL)
    try:
        await lab.place.answered(chat)
        found = await lab.place.settled(said)
        assert len(await lab.place.answers(chat)) == 1
        assert found["turns"][-1]["brain"] != "n8n"
    finally:
        lab.model.delay = 0
        await lab.n8n.start()

    async def back() -> bool:
        code, _ = await lab.ponte("n8n", "check", "--base-url", lab.running.url)
        return code == 0

    assert await until(back)


async def test_a_failed_model_call_is_told_on_its_turn(lab: Lab):
    chat = fresh("vera")
    lab.model.plays["endereço"] = lambda _: Broken(401)
    said = await lab.place.say(chat, "Qual é o endereço de vocês?")
    await lab.place.answered(chat)
    found = await lab.place.settled(said)
    (turn,) = found["turns"]
    stage = turn["stages"][0]
    assert (stage["brain"], stage["outcome"]) == ("n8n", "http_502"), turn
    assert re.search(r"\(execution \d+\)$", stage["detail"]), turn


async def test_a_failed_run_is_kept_by_n8n_and_its_report_is_shown_on_its_turn(lab: Lab):
    """The responder answers its failure, then ends as failed: n8n keeps the run, and its error workflow reports it."""
    chat = fresh("vito")
    lab.model.plays["telefone"] = lambda _: Broken(401)
    said = await lab.place.say(chat, "Qual é o telefone da loja?")
    await lab.place.answered(chat)
    found = await lab.place.settled(said)
    number = re.search(r"\(execution (\d+)\)", json.dumps(found["turns"]))
    assert number, found["turns"]

    async def shown() -> bool:
        return bool((await lab.place.debug(said["chat_id"]))["n8n_errors"])

    assert await until(shown)
    (error,) = (await lab.place.debug(said["chat_id"]))["n8n_errors"]
    assert (error["turn"], error["execution_id"]) == (found["turns"][-1]["number"], number[1])
    assert (error["workflow_name"], error["node"]) == ("Ponte · responder", "Failed")
    assert error["message"]
    assert "telefone" not in error["message"]
    async with lab.n8n.api() as api:
        kept = (await api.get(f"/executions/{number[1]}")).json()
    assert kept["status"] == "error", kept


_KEPT = "select concat_ws('|', node, message) from n8n_errors where workflow_name = 'Fails' limit 1"
_FAILS: dict[str, Any] = {
    "name": "Fails",
    "nodes": [
        {
            "name": "In",
            "type": "n8n-nodes-base.webhook",
            "typeVersion": 2.1,
            "position": [0, 0],
            "webhookId": "7b1d5f4e-0000-4000-8000-000000000001",
            "parameters": {"httpMethod": "POST", "path": "fails", "responseMode": "lastNode", "options": {}},
        },
        {
            "name": "Stop",
            "type": "n8n-nodes-base.stopAndError",
            "typeVersion": 1,
            "position": [200, 0],
            "parameters": {"errorType": "errorMessage", "errorMessage": "=The stock of 'Marina' is unknown"},
        },
    ],
    "connections": {"In": {"main": [[{"node": "Stop", "type": "main", "index": 0}]]}},
}


async def test_a_run_of_no_turn_that_fails_is_reported_without_its_words(lab: Lab):
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
        errors = next(one["id"] for one in found if one["name"] == "Ponte · erros")
        body = {**_FAILS, "settings": {"executionOrder": "v1", "errorWorkflow": errors}}
        made = (await api.post("/workflows", json=body)).json()
        try:
            assert (await api.post(f"/workflows/{made['id']}/activate")).is_success

            async def live() -> bool:
                answer = await api.post(f"{lab.n8n.url}/webhook/fails", json={})
                return answer.status_code != 404

            assert await until(live)

            async def told() -> bool:
                return bool(await lab.running.ask(_KEPT))

            assert await until(told)
        finally:
            await lab.n8n.drop(api, made["id"])
    assert await lab.running.ask(_KEPT) == "Stop|"  # of a run that belongs to no turn no message is kept
    counted = (await lab.place.api.get("/stats")).json()["n8n_errors_24h"]
    assert [one["n"] >= 1 for one in counted if (one["workflow_name"], one["node"]) == ("Fails", "Stop")] == [True]


async def test_a_second_answer_to_a_turn_and_one_without_its_token_change_nothing(lab: Lab):
    chat = fresh("wanda")
    lab.model.plays["estacionamento"] = lambda _: shaped(reply="Temos, na frente.")
    said = await lab.place.say(chat, "Tem estacionamento?")
    await lab.place.answered(chat)
    found = await lab.place.settled(said)
    number = f"{found['conversation_id']}:{found['turns'][-1]['number']}"
    late = await lab.place.api.post("/send-response", json={"turn_id": number, "reply": "De novo."})
    assert late.status_code == 401, late.text
    assert await lab.place.answers(chat) == ["Temos, na frente."]
