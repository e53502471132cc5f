"""A workflow in the real n8n that promises, and calls back: twice with its good token, and after the deadline.

A second Ponte asks it, with a short deadline; what Ponte said to each callback n8n tells to a webhook of this test.
"""

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest_asyncio

from app.n8n.workflows.nodes import PONTE
from tests.database import Server
from tests.e2e.play import Place, default_place, fresh, running_ponte, until
from tests.n8n.builder import Webhook
from tests.real_n8n.conftest import Lab

Json = dict[str, Any]
WORDS = "Pela volta."
DEADLINE, LATE = 6, 15  # seconds
_TURN = "$('Turn').first().json.body"


def node(name: str, kind: str, version: float, parameters: Json, **more: Any) -> Json:
    kind = f"n8n-nodes-base.{kind}"
    return {"name": name, "type": kind, "typeVersion": version, "position": [0, 0], "parameters": parameters, **more}


def call_back(name: str, credential: str) -> Json:
    """One answer by callback, with the turn's own token; whatever Ponte says to it is an item."""
    token = {"name": "X-Ponte-Turn", "value": f"={{{{ {_TURN}.callback.token }}}}"}
    parameters: Json = {
        "method": "POST",
        "url": f"={{{{ {_TURN}.callback.url }}}}",
        "authentication": "genericCredentialType",
        "genericAuthType": "httpHeaderAuth",
        "sendHeaders": True,
        "headerParameters": {"parameters": [token]},
        "sendBody": True,
        "specifyBody": "json",
        "jsonBody": f"={{{{ JSON.stringify({{ turn_id: {_TURN}.turn_id, reply: '{WORDS}' }}) }}}}",
        "options": {"response": {"response": {"fullResponse": True, "neverError": True, "responseFormat": "json"}}},
    }
    return node(name, "httpRequest", 4.2, parameters, credentials={PONTE.kind: {"id": credential, "name": PONTE.name}})


def promising(credential: str, recorder: str) -> Json:
    """202 at once, then two callbacks; late where the customer says so."""
    wait = f"={{{{ {_TURN}.text.includes('devagar') ? {LATE} : 0 }}}}"
    both = "[ $('First').first().json, $json ].map(one => ({ status: one.statusCode, body: one.body }))"
    said = f"={{{{ JSON.stringify({both}) }}}}"
    tell: Json = {"method": "POST", "url": recorder, "sendBody": True, "specifyBody": "json", "jsonBody": said}
    hook: Json = {
        "httpMethod": "POST",
        "path": "calls-back",
        "responseMode": "onReceived",
        "options": {"responseCode": {"values": {"responseCode": "customCode", "customCode": 202}}},
    }
    nodes = [
        node("Turn", "webhook", 2.1, hook, webhookId="7b1d5f4e-0000-4000-8000-000000000002"),
        node("Wait", "wait", 1.1, {"resume": "timeInterval", "amount": wait, "unit": "seconds"}),
        call_back("First", credential),
        call_back("Second", credential),
        node("Tell", "httpRequest", 4.2, {**tell, "options": {}}),
    ]
    names = [one["name"] for one in nodes]
    wires = {one: {"main": [[{"node": other, "type": "main", "index": 0}]]} for one, other in pairwise(names)}
    return {"name": "Calls back", "nodes": nodes, "connections": wires, "settings": {"executionOrder": "v1"}}


@pytest_asyncio.fixture(scope="module")
async def recorder() -> AsyncIterator[Webhook]:
    async with Webhook() as made:
        yield made


@pytest_asyncio.fixture(scope="module")
async def place(lab: Lab, recorder: Webhook, postgres: Server, tmp_path_factory: Any) -> AsyncIterator[Place]:
    """A Ponte of its own whose brain is the workflow that calls back."""
    async with lab.n8n.api() as api:
        known = (await api.get("/credentials", params={"limit": 100})).json()["data"]
        credential = next(one["id"] for one in known if one["name"] == PONTE.name)
        made = (await api.post("/workflows", json=promising(credential, recorder.url))).json()
        assert (await api.post(f"/workflows/{made['id']}/activate")).is_success
        settings = {
            **lab.settings,
            "DATABASE_URL": postgres.tcp_dsn(await postgres.create()),
            "N8N_REPLY_URL": f"{lab.n8n.url}/webhook/calls-back",
            "N8N_REPLY_KEY": await lab.reply_key(),
            "N8N_REPLY_TIMEOUT_SEC": str(DEADLINE),
        }
        data = tmp_path_factory.mktemp("calls-back")
        async with running_ponte(data, "--sandbox-rate", "0", **settings) as running, default_place(running) as there:
            yield there
        await lab.n8n.drop(api, made["id"])


async def told(recorder: Webhook) -> list[Json]:
    """What Ponte said to both callbacks of the next run."""

    async def there() -> bool:
        return bool(recorder.asked)

    await until(there)
    return json.loads(recorder.asked.pop(0).raw)


async def test_a_duplicate_callback_with_a_good_token_is_a_repeat_that_sends_nothing(place: Place, recorder: Webhook):
    chat = fresh("yara")
    said = await place.say(chat, "Vocês abrem amanhã?")
    first, second = await told(recorder)
    assert (first["status"], first["body"]["status"]) == (200, "admitted"), first
    assert (second["status"], second["body"]["status"]) == (200, "repeated"), second
    assert await place.answered(chat) == [WORDS]
    found = await place.settled(said)
    assert await place.answers(chat) == [WORDS]
    assert [(turn["brain"], turn["state"]) for turn in found["turns"]] == [("n8n", "admitted")]


async def test_a_callback_after_the_deadline_is_refused_and_seen_and_the_customer_has_one_answer(
    place: Place, recorder: Webhook
):
    chat = fresh("zeca")
    said = await place.say(chat, "Responda devagar: qual o horário de funcionamento?")
    answers = await place.answered(chat)
    assert WORDS not in answers
    late, again = await told(recorder)
    assert [late["status"], again["status"]] == [401, 401], late
    assert late["body"]["error"]["code"] == "unauthorised"
    found = await place.settled(said)
    assert await place.answers(chat) == answers
    assert found["turns"][0]["stages"][0]["outcome"] == "too_late", found["turns"]
    refused = [entry["why"] for entry in found["audit"] if entry["what"] == "callback_refused"]
    assert refused == ["stale", "stale"]
