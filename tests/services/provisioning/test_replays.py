"""What a person lets be tried again: never past the cap of a day, and never a second user for one conversation."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.errors import Conflict, Retryable
from app.domain.flows import Errand
from app.domain.ids import ConversationId
from app.domain.provisioning import PanelDown, Status
from app.store.dead import DeadThings
from app.store.provisioning_requests import Provisioning
from tests.services.provisioning.conftest import Place
from tests.services.provisioning.twin import TwinPanels, lost


async def refused(place: Place, one: Provisioning) -> str:
    """The code with which a replay is refused; the request stays dead."""
    with pytest.raises(Conflict) as conflict:
        await DeadThings(place.database).replay(place.id, "provisioning", one.id, who="test")
    assert (await place.now(one)).state == "dead"
    return conflict.value.code


async def test_replays_do_not_pass_the_cap_of_the_day(place: Place, panels: TwinPanels):
    """Five sums of 100 fail, for the user is not there yet; with a cap of 100 one of them may be given."""
    await place.set_panel(daily_cap=Decimal(100))
    asked: list[Provisioning] = []
    for number in range(5):
        asked.append(await place.give("100.00", f"k-{number}"))
        await place.work()
    panels.users["sofia1234"] = Decimal(0)
    await place.replay(asked[0])
    assert [await refused(place, one) for one in asked[1:]] == ["over_daily_cap"] * 4
    await place.work()
    assert panels.users["sofia1234"] == 100


async def test_a_sum_that_is_replayed_counts_on_the_day_of_the_replay(place: Place, panels: TwinPanels):
    await place.set_panel(daily_cap=Decimal(100))
    old = await place.give("60.00", "k-1")
    await place.work()
    await place.database.execute(
        "update provisionings set created_at = now() - interval '3 days', reserved_at = now() - interval '3 days'"
    )
    panels.users["sofia1234"] = Decimal(0)
    await place.replay(old)
    with pytest.raises(Exception, match="cap of the day: 40") as over:
        await place.give("60.00", "k-2")
    assert getattr(over.value, "code", "") == "over_daily_cap"


async def test_a_sum_in_doubt_does_not_count_against_its_own_replay(place: Place, panels: TwinPanels):
    await place.set_panel(daily_cap=Decimal(100))
    panels.users["sofia1234"] = Decimal(0)
    panels.troubles.append(("before_write", lost()))
    one = await place.give("100.00", "k-1")
    await place.work(tries=8)
    await place.replay(one)
    await place.work(tries=2)
    assert (await place.now(one)).status is Status.SUCCESS
    assert panels.users["sofia1234"] == 100


async def test_a_replay_makes_no_second_user_for_a_conversation(place: Place, panels: TwinPanels, chat: ConversationId):
    """The first died, the customer began anew and has a user: what every page tells an operator to replay is over."""
    access = place.access()
    panels.troubles += [("open", PanelDown("down"))] * 6
    first = Errand("provision", "e-1", {"name": "Sofía"})
    with pytest.raises(Retryable):
        await access.run(place.id, chat, first)
    await place.work(tries=9)
    assert (await access.run(place.id, chat, first)).status == "error"
    dead = await place.rows.get(place.id, await place.database.fetchval("select id from provisionings"))
    assert dead is not None
    panels.troubles.clear()
    place.clock.move(timedelta(seconds=60))
    second = Errand("provision", "e-2", {"name": "Sofía"})
    with pytest.raises(Retryable):
        await access.run(place.id, chat, second)
    assert await refused(place, dead) == "made_meanwhile"
    await place.work(tries=2)
    assert (await access.run(place.id, chat, second)).status == "success"
    assert await refused(place, dead) == "made_meanwhile"
    assert len(panels.writes) == 1


async def test_a_callers_conversation_that_got_a_user_since_gets_no_second_one(place: Place, panels: TwinPanels):
    dead = await place.ask("sofia1111", "wa-1")
    place.clock.move(timedelta(minutes=2))
    await place.services.desk.expire()
    await place.ask("sofia2222", "wa-1")
    other = await place.ask("sofia3333", "wa-2")
    await place.work()
    assert (await place.now(other)).status is Status.SUCCESS
    assert await refused(place, dead) == "made_meanwhile"
    assert set(panels.users) == {"sofia2222", "sofia3333"}


async def test_a_conversation_without_another_user_is_replayed(place: Place, panels: TwinPanels):
    await place.ask("sofia1111", "wa-1")
    await place.work()
    dead = await place.ask("sofia2222", "wa-1")  # whoever asked for a second one wanted it
    place.clock.move(timedelta(minutes=2))
    await place.services.desk.expire()
    await place.replay(dead)
    await place.work()
    assert set(panels.users) == {"sofia1111", "sofia2222"}
