"""A whole installation with a sheet: jobs carry the rows, doors set it, and an erasure reaches into it."""

from collections.abc import AsyncIterator

import httpx
import orjson
import pytest_asyncio
from pydantic import SecretStr

from app.domain.ids import AccountId
from app.services.accounts.directory import Scope
from app.store.database import Database
from app.wiring import House, open_house
from tests.house import serving, settings_for, until, work_off, working
from tests.services.mirroring.conftest import BOOK, Place

PUT = {"spreadsheet": BOOK, "words_tab": "Words"}


@pytest_asyncio.fixture
async def place_house(bare_place: Place, secret_key: str) -> AsyncIterator[House]:
    settings = settings_for(
        bare_place.database.dsn,
        secret_key,
        google_sheets_url=str(bare_place.player.http.base_url),
        google_service_account_json=SecretStr(orjson.dumps(bare_place.key).decode()),
    )
    async with open_house(settings, brains=[]) as made:
        yield made


async def key_of(database: Database, house: House, account_id: AccountId) -> dict[str, str]:
    made = await house.doors.keyring.add(account_id, label="test", scopes=[Scope.ADMIN], who="test")
    return {"X-API-Key": made.key}


async def test_a_worker_carries_what_is_logged(bare_place: Place, place_house: House) -> None:
    await bare_place.set()
    await bare_place.log("rpa_request", {"extracted_name": "n%"}, n=3)
    async with working(place_house):
        await until(bare_place.names)

    assert await bare_place.names() == ["n1", "n2", "n3"]


async def test_a_sweep_asks_for_one_job_and_only_where_there_is_something(
    bare_place: Place, place_house: House
) -> None:
    shop = place_house.workshop
    await shop.mirroring.mirror.sweep()
    assert await work_off(place_house) == []

    await bare_place.set()
    await bare_place.log("rpa_request", {"extracted_name": "n1"})
    await shop.mirroring.mirror.sweep()
    await shop.mirroring.mirror.sweep()
    assert await work_off(place_house) == ["mirror"]
    await shop.mirroring.mirror.sweep()
    assert await work_off(place_house) == []


async def test_the_doors_set_show_check_and_remove_it(bare_place: Place, place_house: House) -> None:
    headers = await key_of(bare_place.database, place_house, bare_place.id)
    async with serving(place_house) as url, httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as web:
        assert (await web.get("/admin/sheets")).json() == {"sheets": []}
        assert (await web.put("/admin/sheets", json={"spreadsheet": "short"})).status_code == 422
        made = await web.put("/admin/sheets", json=PUT)
        checked = await web.post("/admin/sheets/check")
        own = await web.put("/admin/sheets", json={"service_account": bare_place.key})
        words = await web.post("/admin/sheets/words", json={"dry_run": True})
        healthy = (await web.get("/health")).json()["components"]["sheets"]["status"]
        gone = await web.delete("/admin/sheets")
        missing = [(await web.request(*call)).status_code for call in (("DELETE", "/admin/sheets"),)]

    assert (made.status_code, made.json()["share_with"]) == (200, bare_place.key["client_email"])
    assert (checked.status_code, own.json()["has_own_key"], healthy) == (200, True, "healthy")
    assert "PRIVATE" not in own.text
    assert words.status_code == 502  # the tab is not there
    assert (gone.status_code, missing) == (204, [404])


async def test_while_google_is_down_the_installation_is_degraded_and_never_unhealthy(
    bare_place: Place, place_house: House
) -> None:
    await bare_place.set()
    await bare_place.log("rpa_request", {"extracted_name": "n1"})
    await bare_place.steer("trouble", fault="error_500", what="read")
    await bare_place.carry()

    report = await place_house.doors.health.report()
    assert report.components["sheets"].status == "degraded"
    assert report.status == "degraded"


async def test_an_erasure_empties_the_rows_of_the_person_and_says_so(bare_place: Place, place_house: House) -> None:
    await bare_place.set()
    sql = (
        "insert into contacts (account_id, external_id, name, phones) "
        "values ($1, '4711', 'Sofia', array['5511912345678', '+5511912345678'])"
    )
    await bare_place.database.execute(sql, bare_place.id)
    await bare_place.log("rpa_request", {"conversation": "4711", "extracted_name": "Sofia"}, who="n8n")
    await bare_place.log("rpa_request", {"conversation": "4712", "extracted_name": "Ana"}, who="n8n")
    await bare_place.carry()

    phone = await place_house.doors.erasing.understand(bare_place.id, "+55 11 91234-5678")
    receipt = await place_house.doors.erasing.erase(bare_place.id, phone, who="test")
    await bare_place.carry()

    assert await bare_place.names() == ["", "Ana"]
    assert [one.how for one in receipt.elsewhere if one.where == "Google Sheets"] == [
        "Ponte empties 1 row(s) by their keys within a minute; delete copies and the version history."
    ]
