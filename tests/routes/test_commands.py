"""POST /vendedor/comandos: what a salesperson would type, sent by another tool."""

import httpx
import pytest
import pytest_asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.routes.calls import error_of, knock, talk

Key = dict[str, str]


@pytest_asyncio.fixture
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    """The conversation of a customer who wrote: contact 501, lead 901."""
    return await talk(web, house, hook_secret, a_kommo_body())


async def type_in(web: httpx.AsyncClient, key: Key, text: str, **more: object) -> httpx.Response:
    return await web.post("/vendedor/comandos", json={"comando": text, **more}, headers=key)


@pytest_asyncio.fixture
async def ana(house: House, account: Account) -> str:
    await house.database.execute(
        "insert into vendedores (account_id, external_id, name) values ($1, '7', 'Ana')", account.id
    )
    return "7"


async def is_on(web: httpx.AsyncClient, key: Key, number: int) -> bool:
    answer = await web.post("/bot-control", json={"action": "status", "conversation_id": number}, headers=key)
    return answer.json()["conversations"][0]["bot_on"]


@pytest.mark.parametrize(
    ("take", "release"),
    [("/assumir", "/liberar"), ("/tomar", "/soltar"), ("/take", "/release"), (" /ASSUMIR! ", "/Liberar.")],
)
async def test_every_language_takes_and_releases(
    web: httpx.AsyncClient, node: Key, number: int, ana: str, take: str, release: str
):
    taken = (await type_in(web, node, take, conversation_id=number, vendedor_id=ana)).json()
    assert (taken["scope"], taken["message"]) == ("conversation", "IA pausada por Ana")
    assert await is_on(web, node, number) is False
    released = (await type_in(web, node, release, conversation_id=number)).json()
    assert released["conversations"][0]["bot_on"] is True


@pytest.mark.parametrize(
    ("ref", "scope"), [("501", "contact"), ("901", "lead"), ("#901", "lead"), ("chat-1", "conversation")]
)
async def test_an_id_behind_the_command_is_looked_up(
    web: httpx.AsyncClient, node: Key, number: int, ref: str, scope: str
):
    taken = (await type_in(web, node, f"/assumir {ref}")).json()
    assert (taken["scope"], taken["id"]) == (scope, ref.removeprefix("#"))
    assert await is_on(web, node, number) is False


async def test_a_salesperson_we_know_is_called_by_name(web: httpx.AsyncClient, node: Key, number: int, ana: str):
    taken = await type_in(web, node, "/assumir 901", vendedor_id=int(ana))
    assert taken.json()["message"] == "IA pausada por Ana"


async def test_a_salesperson_nobody_knows_gets_404_and_changes_nothing(
    web: httpx.AsyncClient, node: Key, number: int, ana: str
):
    found = error_of(await type_in(web, node, "/assumir 901", vendedor_id="8"), 404)
    assert "GET /vendedores" in found["hint"]
    assert await is_on(web, node, number) is True


async def test_status_and_help_change_nothing(web: httpx.AsyncClient, node: Key, number: int):
    assert (await type_in(web, node, "/status 901")).json()["message"] == "IA ativa"
    help_text = (await type_in(web, node, "/ajuda")).json()
    assert (help_text["scope"], help_text["conversations"]) == ("help", [])
    assert all(command in help_text["message"] for command in ("/assumir", "/liberar", "/status", "/ajuda"))
    assert await is_on(web, node, number) is True


async def test_an_id_that_means_several_things_is_refused_with_the_candidates(
    web: httpx.AsyncClient, node: Key, account: Account, hook_secret: str, number: int
):
    await knock(web, f"kommo/{hook_secret}", a_kommo_body(chat_id="chat-2", contact_id="901", entity_id="700"))
    found = error_of(await type_in(web, node, "/assumir 901"), 409)
    assert found["code"] == "ambiguous_id"
    assert "contact 901" in found["message"]
    assert "lead 901" in found["message"]
    assert "lead_id" in found["hint"]
    assert await is_on(web, node, number) is True


async def test_an_id_that_means_nothing_gets_404(web: httpx.AsyncClient, node: Key, number: int):
    assert error_of(await type_in(web, node, "/assumir 999"), 404)["code"] == "not_found"
    assert error_of(await type_in(web, node, "/assumir", conversation_id=number + 1), 404)


async def test_english_names_of_fields_do_too(web: httpx.AsyncClient, node: Key, number: int, ana: str):
    order = {"command": "/take", "seller_id": ana, "conversa_id": number}
    assert (await web.post("/vendedor/comandos", json=order, headers=node)).json()["message"] == "IA pausada por Ana"


async def test_a_second_call_with_the_same_key_changes_nothing(web: httpx.AsyncClient, node: Key, number: int):
    once = {**node, "Idempotency-Key": "ana-17"}
    await type_in(web, once, "/assumir", conversation_id=number)
    await type_in(web, node, "/liberar", conversation_id=number)
    assert (await type_in(web, once, "/assumir", conversation_id=number)).status_code == 200
    assert await is_on(web, node, number) is True
