"""Several accounts in one installation: nothing of one is reached with the key or the hook of another."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio

from app.main import create_app
from app.settings import Settings
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import ScriptedBrain, conversation_of, customer_says, serving, work_off
from tests.routes.calls import knock
from tests.sandbox.player import Json, Player

DOCUMENT = create_app(Settings()).openapi()
# What the first account's people said and are called; nobody sends it, so whoever sees it has reached something.
MARKS = ("segredo-da-maria", "Zulmira Segredo", "resposta-secreta", "Vendedora Oculta")
OURS = "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'account_id'"


@dataclass
class Two:
    """Two accounts with a conversation each. What is asked is about the first one, with the key of the second."""

    first: Account
    second: Account
    said: Json
    ids: dict[str, str]
    key: dict[str, str]


async def connected(house: House, sandbox: Player, known: Json, secret: str) -> Account:
    new = NewAccount(
        *(known["subdomain"], "kommo", str(known["id"]), str(sandbox.http.base_url), known["token"], secret),
        settings={"burst_scale": 0, "balloon_spacing": 0},
    )
    return await house.accounts.get((await house.connecting.connect(new, webhook_url=None)).account_id)


@pytest_asyncio.fixture
async def two(house: House, brain: ScriptedBrain, sandbox: Player) -> Two:
    other = await sandbox.steer("accounts", {"subdomain": "outraloja"})
    first = await connected(house, sandbox, sandbox.account, "hook-first")
    second = await connected(house, sandbox, other, "hook-second")
    said = await customer_says(
        sandbox, house, first, "segredo-da-maria", name="Zulmira Segredo", phone="+5511987650001"
    )
    await work_off(house)
    await house.database.execute(
        "insert into vendedores (account_id, external_id, name) values ($1, '777', 'Vendedora Oculta')", first.id
    )
    await house.database.execute("update mensagens set text = 'resposta-secreta' where author <> 'customer'")
    await house.accounts.add_key(first.id, "ponte-first", label="first", scopes=["admin"])
    await house.accounts.add_key(second.id, "ponte-second", label="second", scopes=["admin"])
    number = str(await conversation_of(house.database))
    ids = {"conversation_id": number, "contact_id": str(said["contact_id"]), "lead_id": str(said["lead_id"])}
    ids |= {
        "id": number,
        "seller_id": "777",
        "key_id": "1",
        "booking_id": "1",
        "key": "responder",
        "media_id": "1",
        "outreach_id": "1",
        "broadcast_id": "1",
        "provisioning_id": "1",
        "name": "screenshot.png",
        "faq_id": "1",
    }
    ids |= {"turn_id": f"{number}:1", "vendedor_id": "777", "conversa_id": number, "contato_id": ids["contact_id"]}
    ids |= {"view": "vw_atendimento_diario", "trigger": "formulario", "channel": "kommo", "secret": "hook-second"}
    return Two(first, second, said, ids, {"X-API-Key": "ponte-second"})


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


async def everything_of(house: House, account: Account) -> dict[str, Any]:
    """All rows of an account, table by table."""
    tables = [row["table_name"] for row in await house.database.fetch(OURS)]
    base = "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
    real = {row["relname"] for row in await house.database.fetch(base)} & set(tables)
    sql = "select json_agg(t order by t::text)::text from {} t where account_id = $1"
    return {table: await house.database.fetchval(sql.format(table), account.id) for table in sorted(real)}


def aimed(value: Any, ids: dict[str, str]) -> Any:
    """An example with every id in it turned on the first account."""
    if isinstance(value, dict):
        return {name: ids.get(name, aimed(part, ids)) for name, part in value.items()}
    return [aimed(part, ids) for part in value] if isinstance(value, list) else value


def examples(operation: Json) -> list[Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = content.get("schema", {})
    known = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return [content["example"]] if "example" in content else known.get("examples", []) or [None]


def calls(ids: dict[str, str]) -> list[tuple[str, str, dict[str, str], Any]]:
    """Every operation with every example, aimed."""
    found: list[tuple[str, str, dict[str, str], Any]] = []
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
            query = {name: ids[name] for name in names if name in ids}
            address = re.sub(r"{(\w+)}", lambda part: ids[part[1]], path)
            found += [(method, address, query, aimed(example, ids)) for example in examples(operation)]
    return found


async def test_no_door_shows_or_changes_anything_of_another_account(
    web: httpx.AsyncClient, house: House, two: Two, sandbox: Player
):
    own = {"X-API-Key": "ponte-first"}
    seen = (await web.get("/debug/conversations", params={"id": two.ids["id"]}, headers=own)).text
    assert MARKS[0] not in seen  # ids only, even to its own
    assert two.said["chat_id"] in (await web.get("/conversations/active", headers=own)).text
    before, record = await everything_of(house, two.first), len(await sandbox.record())
    told = [one for one in calls(two.ids) if "oauth" not in one[1]]
    assert len(told) > 40
    for method, path, query, body in told:
        answer = await web.request(method, path, params=query, json=body, headers=two.key)
        assert not [mark for mark in (*MARKS, two.said["chat_id"]) if mark in answer.text], (method, path, answer.text)
    assert await everything_of(house, two.first) == before
    later = [one for one in (await sandbox.record())[record:] if one["kind"] == "call"]
    assert not [one for one in later if one["account_id"] == int(two.first.external_ref)]


async def test_what_the_jobs_of_one_account_do_reaches_no_other(
    web: httpx.AsyncClient, house: House, two: Two, sandbox: Player
):
    for method, path, query, body in calls(two.ids):
        await web.request(method, path, params=query, json=body, headers=two.key)
    before = await everything_of(house, two.first)
    record = len(await sandbox.record())
    await work_off(house)
    assert await everything_of(house, two.first) == before
    later = [one for one in (await sandbox.record())[record:] if one["kind"] == "call"]
    assert not [one for one in later if one["account_id"] == int(two.first.external_ref)]


async def test_a_hook_of_one_account_brings_nothing_into_another(web: httpx.AsyncClient, house: House, two: Two):
    before = await everything_of(house, two.first)
    foreign = a_kommo_body(chat_id=two.said["chat_id"])  # it says that it is of the first
    answer = await knock(web, "kommo/hook-second", foreign)
    assert answer.json()["status"] == "quarantined"
    own = foreign.replace(two.first.external_ref.encode(), two.second.external_ref.encode())
    assert (await knock(web, "kommo/hook-second", own)).json()["status"] == "decoded"
    await work_off(house, but=("send", "crm"))
    assert await everything_of(house, two.first) == before
    rows = await house.database.fetch("select account_id from conversations where chat_id = $1", two.said["chat_id"])
    assert {row["account_id"] for row in rows} == {two.first.id, two.second.id}
