"""A sum is given once, read back, capped for the day, and never twice because nobody saw how it ended."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Rejected
from app.domain.provisioning import PanelDown, Status, Step
from app.services.provisioning.answers import shape
from app.services.provisioning.balances import Confirmation, NotGiven, amount_of, check, check_confirmed
from tests.services.provisioning.conftest import Place
from tests.services.provisioning.twin import Killed, TwinPanels, lost

TEN = Decimal("10.00")


@pytest.fixture
def rich(panels: TwinPanels) -> TwinPanels:
    """The panel knows the user, who has ten."""
    panels.users["sofia1234"] = TEN
    return panels


async def test_a_balance_is_read_before_and_after(place: Place, rich: TwinPanels):
    one = await place.give("25.50")
    await place.work()
    said = shape(await place.now(one))
    assert (said["status"], said["amount"]) == ("success", "25.50")
    assert (said["balance_before"], said["balance_after"]) == ("10.00", "35.50")
    assert rich.users["sofia1234"] == Decimal("35.50")
    assert rich.calls == ["open", "look", "before_write", "after_write", "look"]


async def test_the_same_key_gives_nothing_more(place: Place, rich: TwinPanels):
    asked = await asyncio.gather(*(place.give() for _ in range(10)))
    await asyncio.gather(*(place.running(seed).drain(place.id) for seed in range(3)))
    await place.work()
    assert len({one.id for one in asked}) == 1
    assert rich.writes == {"sofia1234": 1}


async def test_a_key_that_was_used_for_another_sum_is_refused(place: Place, rich: TwinPanels):
    await place.give("25.00")
    with pytest.raises(Rejected, match="another user or sum"):
        await place.give("26.00")


async def test_a_user_who_is_not_there_gets_nothing(place: Place, panels: TwinPanels):
    one = await place.give()
    await place.work()
    assert (await place.now(one)).detail == "no_such_user"
    assert not panels.writes


async def test_a_panel_that_shows_no_balance_is_given_none(place: Place, rich: TwinPanels):
    rich.is_blind = True
    one = await place.give()
    await place.work()
    assert (await place.now(one)).detail == "balance_not_shown"
    assert not rich.writes


async def test_a_lost_answer_is_found_in_the_balance(place: Place, rich: TwinPanels):
    one = await place.give()
    rich.troubles.append(("after_write", lost()))
    await place.work(tries=2)
    assert (await place.now(one)).status is Status.SUCCESS
    assert rich.writes == {"sofia1234": 1}


async def test_who_is_killed_after_the_click_leaves_a_sum_that_is_found(place: Place, rich: TwinPanels):
    one = await place.give()
    rich.troubles.append(("after_write", Killed()))
    with pytest.raises(Killed):
        await place.work()
    await place.dies()
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS
    assert rich.writes == {"sofia1234": 1}


async def test_a_sum_that_may_be_on_its_way_is_given_again_only_by_a_person(place: Place, rich: TwinPanels):
    one = await place.give(later=True)
    rich.troubles.append(("before_write", lost()))
    await place.work(tries=8)
    ended = await place.now(one)
    assert (ended.state, ended.detail, ended.step) == ("dead", "balance_unchanged", Step.WRITING)
    assert not rich.writes
    await place.replay(one)
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS
    assert rich.writes == {"sofia1234": 1}


async def test_a_balance_that_is_neither_needs_a_person(place: Place, rich: TwinPanels):
    one = await place.give()
    rich.troubles.append(("after_write", lost()))
    await place.running().drain(place.id)
    rich.users["sofia1234"] += 1
    place.clock.move(timedelta(seconds=2))
    await place.work()
    assert (await place.now(one)).detail == "balance_differs"
    assert rich.writes == {"sofia1234": 1}


async def test_a_panel_that_is_down_before_the_click_is_tried_again(place: Place, rich: TwinPanels):
    one = await place.give()
    rich.troubles.append(("before_write", PanelDown("down")))
    await place.work(tries=2)
    assert (await place.now(one)).status is Status.SUCCESS
    assert rich.writes == {"sofia1234": 1}


async def test_the_cap_of_the_day_holds_for_all_who_ask_at_once(place: Place, rich: TwinPanels):
    await place.set_panel(daily_cap=Decimal(100))
    asked = await asyncio.gather(*(place.give("30.00", f"k-{n}") for n in range(6)), return_exceptions=True)
    assert sum(isinstance(one, NotGiven) for one in asked) == 3
    await place.work()
    assert rich.users["sofia1234"] == TEN + 90


async def test_what_certainly_failed_counts_for_nothing(place: Place, panels: TwinPanels):
    await place.set_panel(daily_cap=Decimal(50))
    await place.give("50.00")
    await place.work()
    panels.users["sofia1234"] = TEN
    await place.give("50.00", "k-2")
    await place.work()
    assert panels.users["sofia1234"] == TEN + 50


async def test_a_large_sum_is_said_twice(place: Place, rich: TwinPanels):
    with pytest.raises(NotGiven) as refused:
        await place.give("100.01")
    assert refused.value.code == "not_confirmed"
    one = await place.give("100.01", confirmation=Confirmation(Decimal("100.01"), "Ana"))
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS
    (told,) = await place.log("balance_confirmed")
    assert told["confirmed_by"] == "Ana"


@pytest.mark.parametrize("text", ["-1", "1.234", "NaN", "Infinity", "1e3", "1,5", "", " 1", "0", "0.00", "٣", "1_0"])
def test_what_is_no_sum_is_refused(text: str):
    with pytest.raises(NotGiven):
        amount_of(text)


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999999.99"), places=2))
def test_every_sum_of_two_places_is_taken_as_it_is(amount: Decimal):
    assert amount_of(f"{amount:f}") == amount


@given(st.text(max_size=20))
def test_no_text_becomes_a_sum_that_is_not_above_nothing_with_two_places(text: str):
    try:
        amount = amount_of(text)
    except NotGiven:
        return
    assert amount > 0
    assert amount == round(amount, 2)


CENTS = st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100)


@given(CENTS, CENTS, CENTS)
def test_nothing_passes_the_cap(amount: Decimal, given_today: Decimal, cap: Decimal):
    try:
        check(amount, given_today=given_today, daily_cap=cap)
    except NotGiven:
        assert given_today + amount > cap
    else:
        assert given_today + amount <= cap


@given(CENTS, CENTS, CENTS)
def test_nothing_large_passes_unless_both_sums_agree(amount: Decimal, again: Decimal, above: Decimal):
    try:
        check_confirmed(amount, Confirmation(again, "Ana"), above=above)
    except NotGiven:
        assert amount > above
        assert again != amount
    else:
        assert amount <= above or again == amount
