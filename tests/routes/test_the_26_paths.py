"""The 26 paths that existing workflows and people use: each is called as they call it, over real HTTP.

What each answers in detail is in the tests of its own module. Here it is that all of them are there, under their names
and verbs, with a key, and that what comes back is what the name promises.
"""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.main import create_app
from app.settings import Settings
from app.store.accounts import Account
from app.wiring import House
from tests.house import conversation_of, customer_says, work_until_quiet
from tests.routes.calls import FORM, Json
from tests.sandbox.player import Player

Here = dict[str, str]
Promise = Callable[[Any, Here], bool]
NOBODY: Json = {}

# Verb and path, what is sent, and what the answer must show.
PATHS: list[tuple[str, str, Json | None, Promise]] = [
    ("GET", "/version", None, lambda b, _: b["name"] == "ponte"),
    ("GET", "/stats", None, lambda b, _: b["conversations"] == 1 and b["sent_24h"] == 1),
    ("GET", "/health", None, lambda b, _: b["components"]["database"]["status"] == "healthy"),
    ("GET", "/debug/conversations?id={conversation}", None, lambda b, h: b["lead_id"] == h["lead"] and b["why_quiet"]),
    ("GET", "/test-kommo-connectivity", None, lambda b, _: b["account"]["subdomain"] and b["latency_ms"] > 0),
    ("GET", "/test-integration", None, lambda b, _: {"database", "kommo"} <= {line["name"] for line in b["lines"]}),
    ("POST", "/create-test-note/{lead}", None, lambda b, _: b["note_id"].startswith("note:")),
    ("GET", "/vendedores", None, lambda b, _: b["vendedores"]),
    ("GET", "/vendedores/reais", None, lambda b, h: h["seller"] in str(b)),
    ("GET", "/vendedores/dinamicos", None, lambda b, h: h["seller"] in str(b)),
    (
        "POST",
        "/vendedores/adicionar",
        {"nome": "Bia", "telefone": "+5511987650000"},
        lambda b, _: "Bia" in str(b),
    ),
    ("POST", "/vendedores/sincronizar", None, lambda b, _: b),
    ("POST", "/sincronizar/vendedores", None, lambda b, _: b),
    (
        "POST",
        "/start-proactive",
        {"gatilho": "formulario", "contact_id": "{contact}", "data": {}},
        lambda b, _: b["status"],
    ),
    ("GET", "/conversations/active", None, lambda b, h: str(b["conversations"][0]["id"]) == h["conversation"]),
    ("POST", "/webhooks/kommo?key={hook}", NOBODY, lambda b, _: b["status"] == "decoded"),
    (
        "POST",
        "/send-response",
        {"conversation_id": "{conversation}", "text": "Seu pedido chegou."},
        lambda b, _: b["status"] == "admitted",
    ),
    (
        "POST",
        "/bot-control",
        {"action": "pause", "lead_id": "{lead}"},
        lambda b, _: not b["conversations"][0]["bot_on"],
    ),
    (
        "POST",
        "/vendedor/comandos",
        {"comando": "/assumir {conversation}", "vendedor_id": "{seller}"},
        lambda b, h: b["id"] == h["conversation"],
    ),
    (
        "POST",
        "/agendamento/request",
        {"conversation_id": "{conversation}", "wish": "amanhã à tarde"},
        lambda b, _: b["status"],
    ),
    ("GET", "/vendedor/conversa/{conversation}", None, lambda b, _: "rule" in str(b) or "regra" in str(b)),
    ("GET", "/vendedor/contato/{contact}", None, lambda b, _: "rule" in str(b) or "regra" in str(b)),
    ("GET", "/vendedor/lead/{lead}", None, lambda b, _: "rule" in str(b) or "regra" in str(b)),
    ("GET", "/webhooks/test", None, lambda b, _: b["status"] == "ok"),
    ("GET", "/test-kommo-lead/{lead}", None, lambda b, h: b["lead"]["id"] == h["lead"]),
    ("DELETE", "/reset/conversations?confirm={account}", None, lambda b, _: b == {"conversations": 1}),
]


@pytest_asyncio.fixture
async def here(house: House, shop: Account, sandbox: Player, hook_secret: str) -> Here:
    """The ids of a customer who has written and was answered."""
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    said = await customer_says(sandbox, house, shop, "Oi, quanto custa?")
    await work_until_quiet(house)
    number = str(await conversation_of(house.database, said["chat_id"]))
    seller = await house.database.fetchval("select external_id from vendedores where is_active order by 1 limit 1")
    ids = {"lead": str(said["lead_id"]), "contact": str(said["contact_id"]), "seller": str(seller)}
    return {**ids, "conversation": number, "hook": hook_secret, "account": str(shop.id), "reference": shop.external_ref}


def filled(body: Any, here: Here) -> Any:
    """The body with the ids of this stage."""
    if isinstance(body, dict):
        return {name: filled(value, here) for name, value in body.items()}
    return body.format_map(here) if isinstance(body, str) else body


def test_there_are_26_of_them_and_the_document_has_them_all():
    document = create_app(Settings()).openapi()["paths"]
    shapes = {(method.upper(), shape_of(path)) for path, methods in document.items() for method in methods}
    assert len(PATHS) == 26
    assert [path for verb, path, *_ in PATHS if (verb, shape_of(path)) not in shapes] == []


def shape_of(path: str) -> str:
    """A path without its query, every parameter alike."""
    return "/".join("#" if part.startswith("{") else part for part in path.partition("?")[0].split("/"))


@pytest.mark.parametrize(("verb", "path", "body", "keeps"), PATHS, ids=[f"{verb} {path}" for verb, path, *_ in PATHS])
async def test_it_answers_what_its_name_promises(
    web: httpx.AsyncClient, here: Here, *, verb: str, path: str, body: Json | None, keeps: Promise
):
    headers = {"X-API-Key": "ponte-shop", **(FORM if body is NOBODY else {})}
    sent = {"content": f"account[id]={here['reference']}"} if body is NOBODY else {"json": filled(body, here)}
    answer = await web.request(verb, path.format_map(here), headers=headers, **sent)
    assert answer.is_success, answer.text
    assert keeps(answer.json(), here), answer.text


KEYED = [(verb, path) for verb, path, *_ in PATHS if path not in {"/version", "/health", "/webhooks/test"}]


@pytest.mark.parametrize(("verb", "path"), [one for one in KEYED if "webhooks" not in one[1]])
async def test_nobody_gets_in_without_a_key(web: httpx.AsyncClient, here: Here, *, verb: str, path: str):
    answer = await web.request(verb, path.format_map(here))
    assert answer.status_code in (401, 422), answer.text
