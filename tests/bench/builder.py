"""What a builder makes in n8n: everything there, without Ponte; and the least that answers Ponte's turns.

Both ask the same model by the same nodes. Alone, n8n must also know what it has seen (dedupe), whether the bot may
speak (status), and how to reply; behind Ponte it only writes.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncpg
import httpx

from app.n8n.client import N8n
from app.n8n.workflows.canvas import Credential, Link, Node, Target, Wire, Words, Workflow, chain
from app.n8n.workflows.canvas import Place as Where
from app.n8n.workflows.model_nodes import LANGCHAIN, chat_model
from app.n8n.workflows.nodes import BASE, MODEL, PONTE, respond, webhook, when
from app.n8n.workflows.rendering import render
from tests.real_n8n.server import RealN8n

Json = dict[str, Any]
ALONE, ANSWERING, EMPTY = "bench-alone", "bench-answering", "bench-empty"
SYSTEM = "You answer the customers of a shop, briefly."
KOMMO = Credential("kommo", "httpHeaderAuth", "Kommo")
TABLES = Credential("tables", "postgres", "Tables")
_TABLES = (
    "create table seen (message_id text primary key, at timestamptz not null default now())",
    "create table paused (chat_id text primary key, until timestamptz not null)",
)
_IS_NEW = """with added as (insert into seen (message_id) values ($1) on conflict do nothing returning 1)
select exists (select from added) as is_new"""
_MAY_SPEAK = "select not exists (select from paused where chat_id = $1 and until > now()) as may_speak"
_NO_WORDS = Words("", "", "")


@dataclass(frozen=True)
class Outside:
    """What the workflows must reach, and by what."""

    box: str
    box_token: str
    model: str
    key: str
    tables: str  # a DSN


def said(field: str) -> str:
    """A field of Kommo's hook, for an expression: its body is a form, whose keys n8n leaves as they are."""
    return f"$('Hook').first().json.body['message[add][0][{field}]']"


def query(name: str, statement: str, value: str) -> Node:
    parameters: Json = {
        "operation": "executeQuery",
        "query": statement,
        "options": {"queryReplacement": f"={{{{ [ {value} ] }}}}"},
    }
    return Node(name, f"{BASE}postgres", 2.6, parameters, credential=TABLES)


def agent(text: str) -> Node:
    options: Json = {"systemMessage": SYSTEM, "enableStreaming": False}
    return Node("Agent", f"{LANGCHAIN}agent", 3, {"promptType": "define", "text": text, "options": options})


def hook(path: str) -> Node:
    """Open, as it must be for Kommo, and answering at once."""
    parameters: Json = {"httpMethod": "POST", "path": path, "responseMode": "onReceived", "options": {}}
    return Node("Hook", f"{BASE}webhook", 2.1, parameters, webhook=True)


def alone(box: str) -> Workflow:
    """Hook, dedupe, status, agent, reply."""
    reply: Json = {
        "method": "POST",
        "url": f"={box}/api/v4/talks/{{{{ {said('talk_id')} }}}}/send_message",
        "authentication": "genericCredentialType",
        "genericAuthType": "httpHeaderAuth",
        "sendBody": True,
        "contentType": "json",
        "specifyBody": "json",
        "jsonBody": "={{ JSON.stringify({ text: $json.output }) }}",
        "options": {"response": {"response": {"neverError": True}}},  # the load's chats are in no account
    }
    nodes = (
        hook(ALONE),
        query("Dedupe", _IS_NEW, said("id")),
        when("New?", "={{ $json.is_new }}", owner=ALONE),
        query("Status", _MAY_SPEAK, said("chat_id")),
        when("Bot on?", "={{ $json.may_speak }}", owner=ALONE),
        agent(f"={{{{ {said('text')} }}}}"),
        chat_model("Model", "simulated"),
        Node("Reply", f"{BASE}httpRequest", 4.2, reply, credential=KOMMO),
    )
    links = (
        *chain("Hook", "Dedupe", "New?", "Status", "Bot on?", "Agent", "Reply"),
        Link("Model", "Agent", Wire.MODEL),
    )
    return Workflow(ALONE, "n8n alone", _NO_WORDS, _NO_WORDS, nodes, links, ALONE)


def answering() -> Workflow:
    """Ponte's turn, agent, answer."""
    nodes = (
        webhook("Turn", ANSWERING),
        agent("={{ $json.body.burst.map(one => one.text).join('\\n') }}"),
        chat_model("Model", "simulated"),
        respond("Answer", "={{ JSON.stringify({ reply: $json.output }) }}"),
    )
    links = (*chain("Turn", "Agent", "Answer"), Link("Model", "Agent", Wire.MODEL))
    return Workflow(ANSWERING, "Behind Ponte", _NO_WORDS, _NO_WORDS, nodes, links, ANSWERING)


def empty() -> Workflow:
    """A hook with nothing behind it: the most that n8n can take in."""
    nodes = (hook(EMPTY), Node("Nothing", f"{BASE}noOp", 1, {}))
    return Workflow(EMPTY, "Nothing", _NO_WORDS, _NO_WORDS, nodes, chain("Hook", "Nothing"), EMPTY)


async def set_up(n8n: RealN8n, outside: Outside) -> None:
    """Make the tables, the credentials and the workflows, and wait until they listen."""
    await _create(outside.tables)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        client = N8n(http, n8n.url, n8n.api_key)
        numbers = {one.key: await _credential(n8n, one, data) for one, data in _secrets(outside)}
        for workflow in (alone(outside.box), empty(), answering()):
            body = render(workflow, Target.API, Where(credentials=numbers))
            del body["settings"]["errorWorkflow"]
            await client.publish(await client.create_workflow(body))
        while not await client.is_listening(ANSWERING):  # noqa: ASYNC110 - n8n tells it in no other way
            await asyncio.sleep(0.2)
        await asyncio.sleep(2)


def _secrets(outside: Outside) -> list[tuple[Credential, Json]]:
    where = urlsplit(outside.tables)
    tables: Json = {
        "host": where.hostname,
        "port": where.port,
        "database": where.path.lstrip("/"),
        "user": where.username,
        "password": unquote(where.password or ""),
        "maxConnections": 20,
        "allowUnauthorizedCerts": False,
        "ssl": "disable",
        "sshTunnel": False,
    }
    return [
        (PONTE, {"name": "X-API-Key", "value": outside.key}),
        (KOMMO, {"name": "Authorization", "value": f"Bearer {outside.box_token}"}),
        (MODEL, {"apiKey": "sk-simulated", "url": outside.model}),
        (TABLES, tables),
    ]


async def _credential(n8n: RealN8n, credential: Credential, data: Json) -> str:
    async with n8n.api() as api:
        answer = await api.post("/credentials", json={"name": credential.name, "type": credential.kind, "data": data})
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


async def _create(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for order in _TABLES:
            await connection.execute(order)
    finally:
        await connection.close()
