"""Lists of networks at the doors: who is on none is refused, stores nothing, and is audited without an address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest

from app.main import create_app
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.routes.calls import error_of, knock

Key = dict[str, str]
VENDOR, STRANGER, PROXY = "203.0.113.7", "198.51.100.9", "10.0.0.1"


@asynccontextmanager
async def from_(house: House, peer: str, *, trusted: str | None = PROXY) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody whose connection comes from there."""
    settings = house.settings.model_copy(update={"trusted_proxies": trusted})
    app = create_app(settings, house=house)
    through = httpx.ASGITransport(app=app, client=(peer, 40_000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=through, base_url="http://ponte.test") as web,
    ):
        yield web


async def only(house: House, account: Account, **lists: list[str]) -> None:
    await house.doors.preferences.change(account.id, lists, who="operator")


async def stored(house: House) -> int:
    return await house.database.fetchval("select count(*) from deliveries")


@pytest.mark.parametrize(
    ("peer", "forwarded", "let_in"),
    [
        (VENDOR, None, True),
        (f"::ffff:{VENDOR}", None, True),
        (STRANGER, None, False),
        (STRANGER, VENDOR, False),
        (PROXY, VENDOR, True),
        (PROXY, f"{VENDOR}, {STRANGER}", False),
        (PROXY, f"{STRANGER}, {VENDOR}", True),
        (PROXY, "unknown", False),
        (PROXY, None, False),
    ],
)
async def test_a_webhook_is_taken_from_the_vendors_networks_only(
    house: House, account: Account, hook_secret: str, *, peer: str, forwarded: str | None, let_in: bool
):
    await only(house, account, webhook_networks=["203.0.113.0/24"])
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    async with from_(house, peer) as web:
        answer = await knock(web, f"kommo/{hook_secret}", a_kommo_body(), **headers)
    if let_in:
        assert answer.status_code == 200
        assert await stored(house) == 1
    else:
        assert error_of(answer, 403)["code"] == "address_not_allowed"
        assert await stored(house) == 0


async def test_who_does_not_know_the_secret_learns_nothing_of_a_list(house: House, account: Account):
    await only(house, account, webhook_networks=["203.0.113.0/24"])
    async with from_(house, STRANGER) as web:
        assert error_of(await knock(web, "kommo/wrong", a_kommo_body()), 401)


async def test_refusals_are_audited_once_an_hour_with_the_network_alone(
    house: House, account: Account, hook_secret: str
):
    await only(house, account, webhook_networks=["203.0.113.0/24"])
    async with from_(house, STRANGER) as web:
        for _ in range(3):
            await knock(web, f"kommo/{hook_secret}", a_kommo_body())
    rows = await house.database.fetch("select details::text as told from event_log where what = 'call_refused'")
    assert [orjson.loads(row["told"])["network"] for row in rows] == ["198.51.100.0/24"]
    assert await house.database.fetchval("select times from knocks where refused") == 3
    every = await house.database.fetch("select to_jsonb(k)::text as row from knocks k")
    assert not [one for one in every if STRANGER in one["row"]]


async def test_without_a_list_everybody_is_let_in_and_the_last_network_is_known(
    house: House, account: Account, hook_secret: str
):
    async with from_(house, STRANGER) as web:
        assert (await knock(web, f"kommo/{hook_secret}", a_kommo_body())).status_code == 200
    (last,) = await house.accounts.knocks.last(account.id)
    assert (last.door, last.refused, last.network) == ("webhook", False, "198.51.100.0/24")
    await only(house, account, webhook_networks=["203.0.113.0/24"])
    lines = (await house.doors.doctor.report(account.id)).lines
    assert [line.message for line in lines if line.name == "networks" and "would refuse" in line.message]


async def test_the_api_too_is_called_from_the_networks_of_a_list_only_and_nobody_shuts_themselves_out(
    house: House, account: Account, admin: Key
):
    async with from_(house, STRANGER) as web:
        own = {"api_networks": ["203.0.113.0/24"]}
        refused = await web.patch("/admin/account", json=own, headers=admin)
        assert "shut you out" in error_of(refused, 422)["message"]
        assert (await web.get("/admin/account", headers=admin)).json()["api_networks"] == []
        both = {"api_networks": ["203.0.113.0/24", STRANGER]}
        assert (await web.patch("/admin/account", json=both, headers=admin)).status_code == 200
        assert (await web.get("/vendedores", headers=admin)).status_code == 200
    async with from_(house, "192.0.2.1") as web:
        assert error_of(await web.get("/vendedores", headers=admin), 403)["code"] == "address_not_allowed"
        assert (await web.get("/health")).status_code == 200
    async with from_(house, VENDOR) as web:
        assert (await web.get("/vendedores", headers=admin)).status_code == 200


@pytest.mark.parametrize("wrong", [["0.0.0.0/0"], ["everybody"], ["10.0.0.5/8"], [""]])
async def test_what_is_no_list_of_networks_is_refused(
    web: httpx.AsyncClient, account: Account, admin: Key, wrong: list[str]
):
    answer = await web.patch("/admin/account", json={"webhook_networks": wrong}, headers=admin)
    assert error_of(answer, 422)
