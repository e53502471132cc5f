"""One is at a panel account at a time, whoever asks, whatever hangs; and those who share it take turns."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from app.domain.ids import AccountId
from app.domain.provisioning import Status
from app.services.provisioning.desk import UserWish
from app.services.provisioning.panels import PanelChange
from app.services.provisioning.running import Pace
from app.store.panels import PanelLeases
from tests.house import until
from tests.services.provisioning.conftest import Place
from tests.services.provisioning.twin import TwinPanels


@pytest.fixture
async def neighbour(place: Place) -> AccountId:
    """Another account by whom the same administrator's account on the same panel is used."""
    sql = """insert into accounts (name, channel, external_ref, webhook_secret_hash, base_url)
        select 'neighbour', channel, 'neighbour', 'x', base_url from accounts where id = $1 returning id"""
    number = AccountId(await place.database.fetchval(sql, place.id))
    same = PanelChange("twin", "https://panel.example.com", "ana", "s")
    await place.services.panels.set(number, same, who="test", is_operator=True)
    return number


async def test_whoever_has_a_long_queue_does_not_keep_the_neighbour_out(
    place: Place, panels: TwinPanels, neighbour: AccountId
):
    """The neighbour's job comes while somebody is there, and goes: it is served in its turn all the same."""
    mine = [await place.ask(f"aaaa{number:04}", f"c-{number}") for number in range(3)]
    desk = place.services.desk
    theirs = await desk.create_user(neighbour, UserWish("b", "B", "bbbb0000"), who="n8n")
    late = await place.ask("cccc0000", "c-late")
    assert [await desk.position(one) for one in (*mine, theirs, late)] == [1, 2, 3, 4, 5]
    panels.closed = asyncio.Event()
    holder = asyncio.create_task(place.running().drain(place.id))
    await until(panels.is_visited)
    await place.running(2).drain(neighbour)
    panels.closed.set()
    await holder
    assert (await desk.show(neighbour, theirs.id)).status is Status.SUCCESS
    assert list(panels.writes) == ["aaaa0000", "aaaa0001", "aaaa0002", "bbbb0000", "cccc0000"]
    assert panels.most_there == 1


async def test_whoever_cannot_keep_the_lease_goes_before_it_ends(place: Place, panels: TwinPanels):
    """The database hangs for one process only: it must be gone when another one may come."""
    await place.ask()
    panels.closed = asyncio.Event()
    pace = Pace(lease=timedelta(seconds=6), beat=timedelta(seconds=2))
    holder = asyncio.create_task(place.running(pace=pace).drain(place.id))
    await until(panels.is_visited)
    async with place.database.transaction() as tx:
        await tx.fetchrow("select from panel_leases for update")  # so that the holder's beat hangs
        await until(panels.is_left)
        assert await tx.fetchval("select held_until > clock_timestamp() from panel_leases")
    with suppress(asyncio.CancelledError):
        await holder
    assert not panels.writes
    panels.closed.set()
    await place.dies()
    await place.work()
    assert panels.writes == {"sofia1234": 1}
    assert panels.most_there == 1


async def test_a_check_that_finds_the_panel_busy_is_put_off(place: Place):
    panel = await place.book.get(place.id)
    assert panel is not None
    lease = await PanelLeases(place.database).take(panel.account, timedelta(seconds=60))
    assert lease is not None
    for _ in range(2):
        assert await place.running().check(place.id) == "busy"
    jobs = await place.database.fetch(
        "select execute_after > now() as is_later from queue.pgqueuer where entrypoint = 'panel_check'"
    )
    assert [row["is_later"] for row in jobs] == [True]
    await PanelLeases(place.database).give(lease)
    assert await place.running().check(place.id) == "ok"
