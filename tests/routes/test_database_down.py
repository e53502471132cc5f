"""The database goes away and comes back: the vendor is told to try again, and nobody restarts anything."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from app.domain.ids import AccountId
from app.store.accounts import NewAccount
from app.store.embedded import Embedded, embedded
from app.store.migrations import migrate, prepare_embedded
from app.wiring import House, open_house
from tests.builders import a_kommo_body
from tests.house import ScriptedBrain, serving, settings_for, work_off
from tests.routes.calls import OUTSIDE, error_of, knock

ADDRESS, KEY = "kommo/hook-of-mine", {"X-API-Key": "ponte-of-mine"}


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Embedded]:
    """A Postgres that a test may stop."""
    made = embedded(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest_asyncio.fixture
async def own_house(own_cluster: Embedded, secret_key: str) -> AsyncIterator[House]:
    await prepare_embedded(own_cluster.dsn())
    await migrate(own_cluster.dsn())
    async with open_house(settings_for(own_cluster.dsn(), secret_key), brains=[ScriptedBrain()]) as house:
        new = NewAccount(
            "Loja",
            "kommo",
            "30100200",
            "http://127.0.0.1:9",
            "token",
            "hook-of-mine",
            settings={"burst_scale": 0, "balloon_spacing": 0},
        )
        account_id: AccountId = await house.accounts.connect(new)
        await house.accounts.add_key(account_id, KEY["X-API-Key"], label="mine", scopes=["admin"])
        yield house


@asynccontextmanager
async def caller(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(base_url=url, headers=KEY, trust_env=False, timeout=60) as client,
    ):
        yield client


async def test_a_webhook_gets_503_while_the_database_is_down_and_is_taken_when_it_is_back(
    own_house: House, own_cluster: Embedded
):
    body = a_kommo_body()
    async with caller(own_house) as web:
        assert (await knock(web, ADDRESS, a_kommo_body())).status_code == 200
        own_cluster.stop()
        for address in (ADDRESS, "kommo", "kommo/hook-of-nobody"):
            answer = await knock(web, address, body)
            assert error_of(answer, 503)["code"] == "database_down"
            assert int(answer.headers["Retry-After"]) >= 1
        own_cluster.start()
        assert (await knock(web, ADDRESS, body)).json()["status"] == "decoded"
        assert error_of(await knock(web, "kommo/hook-of-nobody", body), 401)
    await work_off(own_house, but=OUTSIDE)
    assert await own_house.database.fetchval("select count(*) from deliveries") == 2
    assert await own_house.database.fetchval("select count(*) from outbox where kind = 'message'") >= 1


async def test_every_other_route_says_so_too_and_is_well_again_by_itself(own_house: House, own_cluster: Embedded):
    async with caller(own_house) as web:
        assert (await web.get("/stats")).status_code == 200
        own_cluster.stop()
        for path in ("/stats", "/conversations/active", "/debug/conversations", "/metrics"):
            assert error_of(await web.get(path), 503)["code"] == "database_down"
        order = {"action": "pause", "lead_id": "1"}
        assert error_of(await web.post("/bot-control", json=order), 503)["hint"]
        down = await web.get("/health")
        assert (down.status_code, down.json()["status"]) == (503, "unhealthy")
        assert down.json()["components"]["database"]["status"] == "unhealthy"
        assert (await web.get("/version")).status_code == 200
        assert (await web.get("/webhooks/kommo")).status_code == 200
        own_cluster.start()
        assert (await web.get("/stats")).status_code == 200
        assert (await web.get("/health")).status_code == 200


async def test_the_door_opens_before_the_database_is_there(own_cluster: Embedded, secret_key: str):
    own_cluster.stop()
    async with open_house(settings_for(own_cluster.dsn(), secret_key)) as house, caller(house) as web:
        assert (await web.get("/health")).status_code == 503
        assert error_of(await knock(web, ADDRESS, a_kommo_body()), 503)
        own_cluster.start()
        unprepared = error_of(await knock(web, ADDRESS, a_kommo_body()), 503)
        assert "ponte migrate" in unprepared["hint"]
        await prepare_embedded(own_cluster.dsn())
        await migrate(own_cluster.dsn())
        assert (await web.get("/health")).status_code == 200
        assert error_of(await knock(web, ADDRESS, a_kommo_body()), 401)
