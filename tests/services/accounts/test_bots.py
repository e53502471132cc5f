"""A Salesbot stops at our step: the next message on its lead is spoken by it, whole, and by no other way."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OctKey

from app.channels.kommo.auth.botcalls import secret_of
from app.domain.account import Lane
from app.domain.errors import NeedsHuman
from app.domain.ids import ChatId, ContactId, LeadId
from app.domain.messages import Address
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, salesbot_address
from tests.granting import CLIENT_ID, CLIENT_SECRET, granted, granting_house
from tests.house import company_said, serving
from tests.routes.calls import error_of
from tests.sandbox.player import Json, Player

SECRET = secret_of(CLIENT_SECRET)
LONG = "Temos sim. " * 30


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, sandbox: Player) -> AsyncIterator[House]:
    async with granting_house(database, secret_key, sandbox) as made:
        yield made


@pytest_asyncio.fixture
async def shop(house: House, sandbox: Player) -> Account:
    return await granted(house, sandbox)


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


async def stop_at_our_step(sandbox: Player, web: httpx.AsyncClient, said: Json) -> Json:
    url = f"{web.base_url}/kommo/salesbot/{SECRET}".replace("//kommo", "/kommo")
    return await sandbox.steer("widget", {"client_id": CLIENT_ID, "chat": said["chat_id"], "url": url})


def to(said: Json) -> Address:
    lead = LeadId(str(said["lead_id"]))
    return Address(ChatId(said["chat_id"]), str(said["talk_id"]), ContactId(str(said["contact_id"])), lead)


async def send(house: House, account: Account, said: Json, text: str) -> None:
    connection = await house.accounts.connection(account.id)
    channel = house.channels["kommo"]
    await channel.send(connection, to(said), text, way="salesbot", slot=await channel.slot(connection, Lane.REPLY))


async def test_a_bot_that_waits_says_the_whole_text_once(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player
):
    said = await sandbox.say("maria", "Oi")
    assert (await stop_at_our_step(sandbox, web, said))["status"] == 200
    await send(house, shop, said, LONG)
    assert await company_said(sandbox, said) == [LONG]
    with pytest.raises(NeedsHuman) as nobody:
        await send(house, shop, said, "E mais")
    assert nobody.value.code == "no_bot_waits"
    assert await company_said(sandbox, said) == [LONG]


async def test_an_account_whose_bots_ask_us_has_that_way_of_sending(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player
):
    assert "salesbot" not in (await house.connecting.learn(shop.id)).ways
    await stop_at_our_step(sandbox, web, await sandbox.say("maria", "Oi"))
    assert (await house.connecting.learn(shop.id)).ways == ("talks", "salesbot", "note")


async def test_a_bot_that_no_longer_waits_is_not_asked_twice_and_the_field_takes_over(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player
):
    said = await sandbox.say("maria", "Oi")
    await stop_at_our_step(sandbox, web, said)
    address = await house.database.fetchval("select return_url from continuations")
    await sandbox.api("POST", address.partition("/api/v4/")[2], {"data": {}})
    known = sandbox.account
    changes = {"salesbot_id": known["bot_id"], "salesbot_field_id": known["field_id"]}
    await house.accounts.change(shop.id, changes)
    await send(house, shop, said, "Pelo campo")
    runs = [one for one in await sandbox.record() if one["kind"] == "call" and one["path"].endswith("/run")]
    assert [one["status"] for one in runs] == [202]


# --- who asks ---------------------------------------------------------------------------------------------------------


def token(account: Account, *, key: str = CLIENT_SECRET, alg: str = "HS256", **changes: Any) -> str:
    now = int(time.time())
    known = {"iat": now, "nbf": now, "exp": now + 300, "account_id": int(account.external_ref), "entity_type": "lead"}
    claims = {**known, "client_uid": CLIENT_ID, "entity_id": 41800001, **changes}
    return jwt.encode({"alg": alg}, claims, OctKey.import_key(key), algorithms=[alg])


def body(house: House, account: Account, **changes: Any) -> dict[str, str]:
    home = house.settings.kommo_consent_url.removesuffix("/oauth")
    return {"token": token(account), "return_url": f"{home}/api/v4/salesbot/1/continue/2", **changes}


async def ask(web: httpx.AsyncClient, told: dict[str, str], *, secret: str = SECRET) -> httpx.Response:
    return await web.post(f"/kommo/salesbot/{secret}", json=told)


async def waiting(house: House) -> int:
    return await house.database.fetchval("select count(*) from continuations")


async def test_it_is_taken_as_json_and_as_a_form(web: httpx.AsyncClient, house: House, shop: Account):
    assert (await ask(web, body(house, shop))).json() == {"status": "ok"}
    assert (await web.post(f"/kommo/salesbot/{SECRET}", data=body(house, shop))).json() == {"status": "ok"}
    assert await waiting(house) == 1


async def test_the_secret_of_the_webhook_names_the_account_too(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player
):
    hook = (await sandbox.http.get("/_sandbox/accounts")).json()[0]["webhooks"][0]
    secret = hook["destination"].rpartition("/")[2]
    assert (await ask(web, body(house, shop), secret=secret)).json() == {"status": "ok"}
    foreign = body(house, shop, token=token(shop, account_id=30100999))
    assert error_of(await ask(web, foreign, secret=secret), 401)["code"] == "unauthorised"


def unsigned(account: Account) -> str:
    head, claims, _ = token(account).split(".")
    return f"{head.replace(head, 'eyJhbGciOiJub25lIn0')}.{claims}."


FORGED = {
    "another key": lambda account: token(account, key="another-secret"),
    "no signature": unsigned,
    "another algorithm": lambda account: token(account, alg="HS512"),
    "over": lambda account: token(account, exp=int(time.time()) - 3_600),
    "never over": lambda account: token(account, exp=None),
    "not yet": lambda account: token(account, nbf=int(time.time()) + 3_600),
    "another integration": lambda account: token(account, client_uid="22222222"),
    "another account": lambda account: token(account, account_id=30100999),
    "no account": lambda account: token(account, account_id="x"),
    "no token": lambda _: "x" * 5_000,
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_token_that_kommo_did_not_sign_for_us_gets_401_and_nothing_waits(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player, *, forge: Any
):
    before = len(await sandbox.record())
    assert error_of(await ask(web, body(house, shop, token=forge(shop))), 401)["code"] == "unauthorised"
    assert await waiting(house) == 0
    assert len(await sandbox.record()) == before


FOREIGN = [
    "https://evil.example.com/api/v4/salesbot/1/continue/2",
    "http://127.0.0.1:1/api/v4/salesbot/1/continue/2",
    "HOME/api/v4/leads/1",
    "HOME/api/v4/salesbot/1/continue/2?x=1",
    "HOME/api/v4/salesbot/1/continue/../../../leads",
    "HOME@evil.example.com/api/v4/salesbot/1/continue/2",
    "file:///etc/passwd",
    "http://[::1",
]


@pytest.mark.parametrize("url", FOREIGN)
async def test_an_address_that_is_not_of_the_accounts_bots_gets_400_and_is_never_called(
    web: httpx.AsyncClient, house: House, shop: Account, sandbox: Player, *, url: str
):
    home = house.settings.kommo_consent_url.removesuffix("/oauth")
    before = len(await sandbox.record())
    told = body(house, shop, return_url=url.replace("HOME", home))
    assert error_of(await ask(web, told), 400)["code"] == "foreign_return_url"
    assert await waiting(house) == 0
    assert len(await sandbox.record()) == before
    assert (await house.database.fetchval("select why from event_log order by id desc limit 1")) == "foreign_return_url"


BODIES = [b"", b"{", b"[]", b"token=x", b'{"token": 1}', b"\xff", orjson.dumps({"token": "x"})]


@pytest.mark.parametrize("raw", BODIES)
async def test_a_body_without_both_is_refused_in_the_one_shape(web: httpx.AsyncClient, shop: Account, raw: bytes):
    assert error_of(await web.post(f"/kommo/salesbot/{SECRET}", content=raw), 422)["code"] == "invalid_request"


async def test_an_unknown_secret_learns_nothing(web: httpx.AsyncClient, house: House, shop: Account):
    assert error_of(await ask(web, body(house, shop), secret="hook_x"), 401)["code"] == "unauthorised"


def test_the_widgets_address_is_the_one_that_is_served(house: House):
    assert salesbot_address(house.settings) == f"{house.settings.public_url}/kommo/salesbot/{SECRET}"
