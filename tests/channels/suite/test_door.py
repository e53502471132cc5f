"""The real door over HTTP, the same for all channels: forgeries, strangers, rubbish and news of unknown kinds."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import pytest_asyncio

from app.domain.knocking import Knocked
from app.store.accounts import Account
from app.wiring import House
from tests.channels.suite.catching import Catcher
from tests.channels.suite.conftest import CALLING, WORLDS
from tests.channels.suite.world import World
from tests.house import serving, work_until_quiet
from tests.sandbox.player import Player

# What must never be a 500, whoever signed it.
RUBBISH = (
    b"",
    b"\x00",
    b"null",
    b"[]",
    b'"Oi"',
    b"{}",
    b"=&=&&=",
    b"%",
    b"a[b][c]=1&a[b]=2&a=3",
    b"a" * 200_000,
    b"[" * 20_000,
    b'{"a":' * 5_000,
    b'{"event": {"event": []}, "entry": {"changes": 7}, "account": null}',
    b'{"entry": [null, 7, {"changes": [null, {"value": []}]}], "messages": {"id": {}}}',
    b'{"id": 1e999, "entry": [{"id": NaN}], "account": {"id": -0}, "event": "message_created"}',
    '{"event": "\ud800"}'.encode("utf-8", "surrogatepass"),
    b'{"event": "\\ud800\\u0000"}',
    b"event=ONIMBOTV2MESSAGEADD&data[message][id]=\xff&data[chat]=%00",
    b"MessageSid=&From=whatsapp%3A&Body=%00&SmsStatus=received",
    b"message[add][0][id]=&message[add][0][created_at]=999999999999999999999",
)


@pytest.fixture(params=CALLING)
def world(request: pytest.FixtureRequest, sandbox: Player, catcher: Catcher) -> World:
    """Only those that knock: a portal that is asked comes by no door of ours."""
    return WORLDS[request.param](sandbox, catcher)


@pytest_asyncio.fixture
async def door(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(house) as url, httpx.AsyncClient(verify=False, base_url=url, trust_env=False) as http:
        yield http


@pytest.fixture
def path(world: World, account: Account, hook_secret: str) -> str:
    """Where the account's vendor knocks."""
    del account
    return f"/webhooks/{world.name}/{hook_secret}"


def url_of(door: httpx.AsyncClient, path: str) -> str:
    return str(door.base_url).rstrip("/") + path


async def knock(door: httpx.AsyncClient, knocked: Knocked) -> httpx.Response:
    """As the vendor posts it, to the address that its signature may cover."""
    left_out = {"host", "content-length", "connection", "accept-encoding"}
    headers = {name: value for name, value in knocked.headers.items() if name not in left_out}
    return await door.post(knocked.url, content=knocked.body, headers=headers)


async def here(world: World, door: httpx.AsyncClient, path: str, text: str = "Oi") -> Knocked:
    """What a customer wrote, signed for this door."""
    knocked = await world.customer(text)
    signed = world.signed(knocked.body, url_of(door, path))
    return replace(signed, headers={**knocked.headers, **signed.headers})


async def stored(house: House) -> int:
    return await house.database.fetchval("select (select count(*) from deliveries) + (select count(*) from inbox)")


async def test_a_forgery_is_answered_401_and_nothing_of_it_is_stored(
    house: House, world: World, door: httpx.AsyncClient, path: str
):
    knocked = await here(world, door, path)
    for forged in world.forged(knocked):
        assert (await knock(door, forged)).status_code == 401
    assert await stored(house) == 0
    assert (await knock(door, knocked)).status_code == 200


async def test_an_unknown_account_is_answered_401_and_nothing_of_it_is_stored(
    house: House, world: World, door: httpx.AsyncClient, account: Account
):
    for nobody in ("hook_of_nobody", "%00", "x" * 300):
        knocked = await here(world, door, f"/webhooks/{world.name}/{nobody}")
        assert (await knock(door, knocked)).status_code == 401
    assert await stored(house) == 0


async def test_what_cannot_be_read_is_acknowledged_and_quarantined_once_however_often_it_comes(
    house: House, world: World, door: httpx.AsyncClient, path: str
):
    unreadable = world.signed(world.unreadable().body, url_of(door, path))
    for _ in range(3):
        assert (await knock(door, unreadable)).status_code == 200
        await work_until_quiet(house)
    rows = await house.database.fetch("select state from deliveries")
    assert [row["state"] for row in rows] == ["quarantined"]
    assert await house.workshop.upkeep.sweep() == 0, "what is quarantined is nobody's work any more"


async def test_an_unknown_kind_is_stored_and_acknowledged_and_nobody_is_written_to(
    house: House, world: World, door: httpx.AsyncClient, path: str
):
    unknown = world.signed(world.unknown().body, url_of(door, path))
    for _ in range(3):
        assert (await knock(door, unknown)).status_code == 200
        await work_until_quiet(house)
    rows = await house.database.fetch("select state from deliveries")
    assert [row["state"] for row in rows] == ["decoded"]
    assert await world.said() == []
    assert await house.workshop.upkeep.sweep() == 0


async def test_no_body_is_answered_with_a_500_and_none_comes_back_for_ever(
    house: House, world: World, door: httpx.AsyncClient, path: str
):
    for body in RUBBISH:
        answer = await knock(door, world.signed(body, url_of(door, path)))
        assert answer.status_code in {200, 401}, (body[:40], answer.text)
    await work_until_quiet(house)
    assert await house.database.fetchval("select count(*) from deliveries where state = 'raw'") == 0
    assert await house.workshop.upkeep.sweep() == 0


async def test_as_much_as_the_vendor_may_send_at_once_is_read_and_no_more(
    world: World, door: httpx.AsyncClient, path: str
):
    largest = {"whatsapp": 3 << 20}.get(world.name, 1 << 20)  # Meta names 3 MB, and repeats for days what is refused
    assert (await door.post(path, content=b" " * largest)).status_code in {200, 401}
    assert (await door.post(path, content=b" " * (largest + 1))).status_code == 413
