"""Two requests for one name: neither takes the other's success for its own, whichever of them is in doubt."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.errors import Conflict
from app.domain.provisioning import Status, Step
from app.services.provisioning.answers import shape
from app.services.provisioning.panels import PanelChange
from app.store.dead import DeadThings
from app.store.provisioning_requests import Provisioning
from tests.services.provisioning.conftest import Place
from tests.services.provisioning.twin import TwinPanels, lost


async def statuses(place: Place, *asked: Provisioning) -> list[Status | None]:
    return [(await place.now(one)).status for one in asked]


async def test_of_two_sums_for_one_user_each_that_is_told_was_given(place: Place, panels: TwinPanels):
    """The first click did nothing, and nobody knows: the second sum waits until that is settled."""
    panels.users["sofia1234"] = Decimal(10)
    panels.troubles.append(("before_write", lost()))
    first, second = await place.give("25.00", "k-1"), await place.give("25.00", "k-2")
    await place.work(tries=3)
    told = await statuses(place, first, second)
    assert panels.users["sofia1234"] == 10 + 25 * told.count(Status.SUCCESS)


async def test_a_sum_waits_only_for_one_in_doubt_of_the_same_user(place: Place, panels: TwinPanels):
    panels.users |= {"sofia1234": Decimal(10), "sofia5678": Decimal(10)}
    panels.troubles.append(("after_write", lost()))
    first = await place.give("25.00", "k-1")
    waits, goes = await place.give("5.00", "k-2"), await place.give("5.00", "k-3", username="sofia5678")
    await place.running().drain(place.id)
    assert await statuses(place, first, waits, goes) == [None, None, Status.SUCCESS]
    place.clock.move(timedelta(seconds=2))
    await place.running().drain(place.id)
    assert await statuses(place, first, waits) == [Status.SUCCESS, Status.SUCCESS]
    assert panels.users["sofia1234"] == 40


async def test_two_customers_who_want_one_name_never_get_one_user(place: Place, panels: TwinPanels):
    panels.troubles.append(("before_write", lost()))
    asked = [await place.ask("sofia1234", "customer-a"), await place.ask("sofia1234", "customer-b")]
    await place.work(tries=3)
    said = [shape(await place.now(one))["status"] for one in asked]
    assert sorted(said) == ["conflict", "success"]
    assert panels.passwords["sofia1234"] == (await place.now(asked[said.index("success")])).password


async def test_a_replayed_sum_is_not_told_as_given_because_a_later_one_was(place: Place, panels: TwinPanels):
    panels.users["sofia1234"] = Decimal(10)
    panels.troubles.append(("before_write", lost()))
    first = await place.give("25.00", "k-1")
    await place.work(tries=8)
    assert (await place.now(first)).state == "dead"
    second = await place.give("25.00", "k-2")
    await place.work(tries=2)
    await place.replay(first)
    await place.work(tries=2)
    assert await statuses(place, first, second) == [Status.ERROR, Status.SUCCESS]
    assert shape(await place.now(first))["error_detail"].startswith("given_since: ")
    assert panels.users["sofia1234"] == 35


async def test_of_two_dead_sums_in_doubt_only_the_later_one_may_take_what_is_there(place: Place, panels: TwinPanels):
    """The first never arrived, the second did, and neither end was seen."""
    panels.users["sofia1234"] = Decimal(10)
    panels.troubles.append(("before_write", lost()))
    first = await place.give("25.00", "k-1")
    await place.work(tries=8)
    panels.troubles.append(("after_write", lost()))
    second = await place.give("25.00", "k-2")
    await place.running().drain(place.id)
    place.clock.move(timedelta(minutes=2))
    await place.services.desk.expire()
    assert await statuses(place, first, second) == [Status.ERROR, Status.ERROR]
    for one in (first, second):
        await place.replay(one)
        await place.work(tries=2)
    assert await statuses(place, first, second) == [Status.ERROR, Status.SUCCESS]
    assert panels.users["sofia1234"] == 35


async def test_a_replayed_user_is_a_conflict_when_somebody_else_got_the_name_meanwhile(
    place: Place, panels: TwinPanels
):
    panels.troubles.append(("before_write", lost()))
    first = await place.ask("sofia1234", "customer-a")
    await place.running().drain(place.id)
    place.clock.move(timedelta(minutes=2))
    await place.services.desk.expire()
    second = await place.ask("sofia1234", "customer-b")
    await place.work(tries=2)
    await place.replay(first)
    await place.work(tries=2)
    assert await statuses(place, first, second) == [Status.CONFLICT, Status.SUCCESS]
    assert panels.writes == {"sofia1234": 1}


async def test_a_replay_waits_while_another_request_for_the_name_is_in_doubt(place: Place, panels: TwinPanels):
    panels.users["sofia1234"] = Decimal(10)
    panels.troubles.append(("before_write", lost()))
    first = await place.give("25.00", "k-1")
    await place.work(tries=8)
    panels.troubles.append(("after_write", lost()))
    await place.give("25.00", "k-2")
    await place.running().drain(place.id)
    with pytest.raises(Conflict) as refused:
        await DeadThings(place.database).replay(place.id, "provisioning", first.id, who="test")
    assert refused.value.code == "name_in_doubt"
    assert (await place.now(first)).state == "dead"


async def test_a_panel_is_not_moved_while_a_write_there_is_in_doubt(place: Place, panels: TwinPanels):
    panels.troubles.append(("after_write", lost()))
    one = await place.ask()
    await place.running().drain(place.id)
    elsewhere = PanelChange(base_url="https://other.example.com", admin_password="t")
    with pytest.raises(Conflict) as refused:
        await place.services.panels.set(place.id, elsewhere, who="Ana", is_operator=True)
    assert refused.value.code == "write_in_doubt"
    await place.work(tries=2)
    assert (await place.now(one)).status is Status.SUCCESS
    moved = await place.services.panels.set(place.id, elsewhere, who="Ana", is_operator=True)
    assert moved.base_url == "https://other.example.com"


async def test_what_was_begun_at_one_panel_is_not_written_at_another(place: Place, panels: TwinPanels):
    """The row is older than the move: it died in doubt, and is replayed where it was never meant for."""
    panels.troubles.append(("after_write", lost()))
    one = await place.ask()
    await place.running().drain(place.id)
    place.clock.move(timedelta(minutes=2))
    await place.services.desk.expire()
    panels.users.clear()  # the other panel is empty
    await place.set_panel(base_url="https://other.example.com", admin_password="t")
    with pytest.raises(Conflict) as refused:
        await DeadThings(place.database).replay(place.id, "provisioning", one.id, who="test")
    assert refused.value.code == "panel_moved"
    again = "update provisionings set state = 'waiting', status = null, deadline = now() + interval '1 hour'"
    await place.database.execute(again)  # as if the panel had been moved a moment after the replay
    await place.work(tries=3)
    ended = await place.now(one)
    assert (ended.detail, ended.step) == ("panel_moved", Step.WRITING)
    assert panels.writes == {"sofia1234": 1}
