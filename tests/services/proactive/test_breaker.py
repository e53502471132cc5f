"""Three times the usual day, and nothing more is said until a person has looked."""

from datetime import timedelta

import pytest

from app.domain.outreach import OutreachState
from app.domain.volume import Breaker, Volume
from app.services.proactive.breaker import limit_of, trips
from tests.services.proactive.conftest import Stage


@pytest.mark.parametrize(
    ("volume", "limit"),
    [
        (Volume(before=0, days=1), 10),
        (Volume(before=140, days=14), 30),
        (Volume(before=14, days=14), 10),
        (Volume(before=50, days=1), 150),
    ],
)
def test_the_limit_is_three_times_the_usual_day_and_never_below_the_floor(volume: Volume, limit: float):
    assert limit_of(Breaker(floor=10), volume) == limit


def test_it_trips_at_the_first_message_beyond_the_limit_and_only_once():
    assert not trips(Breaker(floor=10), Volume(since_reset=9))
    assert trips(Breaker(floor=10), Volume(since_reset=10))


async def flood(stage: Stage, count: int, *, days_ago: float = 0) -> None:
    await stage.house.database.execute(
        """insert into outreaches (account_id, trigger, subject, day, due_at, state, sent_at)
        select $1, 'x', n || ' ' || $3::text, current_date, $2, 'sent', $2 from generate_series(1, $4::int) n""",
        *(stage.shop.id, stage.clock.now() - timedelta(days=days_ago), str(days_ago), count),
    )


async def test_a_flood_trips_it_and_only_a_person_lets_it_go_on(stage: Stage):
    breakers = stage.house.doors.proactive.breakers
    await stage.talked()
    await flood(stage, 100)
    one = await stage.start()
    assert (one.state, one.reasons) == (OutreachState.WAITING, ("breaker",))
    await stage.later(hours=26)
    assert (await stage.again(one)).reasons == ("breaker",)
    assert (await breakers.look(stage.shop.id))[0].is_tripped
    notices = "select count(*) from event_log where what = 'alert' and why = 'outreach_breaker'"
    assert await stage.house.database.fetchval(notices) == 1
    reset = await breakers.reset(stage.shop.id, who="Ana")
    assert (reset.is_tripped, reset.reset_by) == (False, "Ana")
    await stage.later(minutes=20)
    assert (await stage.again(one)).state in (OutreachState.SENT, OutreachState.TASKED)


async def test_a_shop_that_always_writes_much_may_go_on(stage: Stage):
    for day in range(2, 14):
        await flood(stage, 100, days_ago=day)
    await flood(stage, 150)
    assert not (await stage.house.doors.proactive.breakers.look(stage.shop.id))[0].is_tripped
    await flood(stage, 150, days_ago=0.5)
    assert (await stage.house.doors.proactive.breakers.look(stage.shop.id))[0].is_tripped
