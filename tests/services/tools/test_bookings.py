"""The agenda's tools: real slots, real receipts, the same answer however often a brain is asked."""

import asyncio
from datetime import UTC

import pytest

from app.domain.agenda import Availability
from tests.services.tools.conftest import Ask, tomorrow


@pytest.mark.usefixtures("seller")
async def test_a_time_is_offered_held_and_booked_with_one_receipt(ask: Ask):
    turn = await ask()
    free = await turn.call("free_slots", when=tomorrow()[:10])
    assert free.ok
    slot = free.data["slots"][3]
    assert slot["slot"] in free.text
    held = await turn.call("hold_slot", slot=slot["slot"])
    assert held.ok
    assert "call confirm_slot" in held.text
    booked = await turn.call("confirm_slot", booking=str(held.data["booking"]))
    assert booked.data["receipt"] in booked.text
    assert booked.data["message"].startswith("Agendado")


@pytest.mark.usefixtures("seller")
async def test_a_brain_that_is_asked_twice_gets_the_same_hold_and_the_same_receipt(ask: Ask):
    turn = await ask()
    first, second = [await turn.call("hold_slot", slot=tomorrow()) for _ in range(2)]
    assert first == second
    booked, again = [await turn.call("confirm_slot") for _ in range(2)]
    assert booked == again
    assert booked.data["booking"] == first.data["booking"]
    gone, still_gone = [await turn.call("cancel_booking") for _ in range(2)]
    assert gone.ok
    assert gone == still_gone
    states = await turn.house.database.fetch("select state from agenda")
    assert [row["state"] for row in states] == ["cancelled"]


@pytest.mark.usefixtures("seller")
async def test_a_hold_of_the_turn_before_is_confirmed_without_its_number(ask: Ask):
    turn = await ask()
    held = await turn.call("hold_slot", slot=tomorrow())
    later = await ask("Sim, pode confirmar")
    assert later.turn.turn > turn.turn.turn
    booked = await later.call("confirm_slot")
    assert booked.data["booking"] == held.data["booking"]
    assert booked.data["receipt"].startswith("AG-")


@pytest.mark.usefixtures("seller")
async def test_two_times_that_one_turn_holds_and_confirms_get_a_receipt_each_however_often_it_asks(ask: Ask):
    turn = await ask("Quero dois horários amanhã: 15h e 17h, pode confirmar os dois")
    receipts: list[str] = []
    for hour in (15, 17):
        held = await turn.call("hold_slot", slot=tomorrow(hour))
        booked, again = [await turn.call("confirm_slot") for _ in range(2)]
        assert booked == again
        assert booked.data["booking"] == held.data["booking"]
        receipts.append(booked.data["receipt"])
    assert len(set(receipts)) == 2
    for hour, receipt in zip((15, 17), receipts, strict=True):
        assert (await turn.call("hold_slot", slot=tomorrow(hour))).data["receipt"] == receipt
    states = await turn.house.database.fetch("select state from agenda")
    assert [row["state"] for row in states] == ["booked", "booked"]


@pytest.mark.usefixtures("seller")
async def test_a_turn_that_moved_an_appointment_by_cancelling_it_keeps_the_new_one_when_it_is_asked_again(ask: Ask):
    turn = await ask("Pode mudar das 15h para as 17h?")
    await turn.call("hold_slot", slot=tomorrow(15))
    await turn.call("confirm_slot")
    receipts: set[str] = set()
    for _ in range(2):
        assert (await turn.call("cancel_booking")).ok
        await turn.call("hold_slot", slot=tomorrow(17))
        receipts.add((await turn.call("confirm_slot")).data["receipt"])
    assert len(receipts) == 1
    states = await turn.house.database.fetch("select state from agenda order by id")
    assert [row["state"] for row in states] == ["cancelled", "booked"]


@pytest.mark.usefixtures("seller")
async def test_two_askers_of_one_turn_at_the_same_moment_get_one_hold_and_one_receipt(ask: Ask):
    turn = await ask()
    held = await asyncio.gather(*(turn.call("hold_slot", slot=tomorrow()) for _ in range(10)))
    assert len({answer.data["booking"] for answer in held}) == 1
    booked = await asyncio.gather(*(turn.call("confirm_slot") for _ in range(10)))
    assert len({answer.data["receipt"] for answer in booked}) == 1
    assert await turn.house.database.fetchval("select count(*) from agenda") == 1


@pytest.mark.usefixtures("seller")
async def test_a_slot_that_is_gone_names_those_that_are_free(ask: Ask):
    mine, other = await ask(chat="maria"), await ask(chat="joao")
    await other.call("hold_slot", slot=tomorrow())
    answer = await mine.call("hold_slot", slot=tomorrow())
    assert not answer.ok
    assert answer.data["code"] == "slot_taken"
    assert answer.data["slots"]
    assert all(one["slot"] in answer.text for one in answer.data["slots"])
    assert "Offer these" in answer.text


@pytest.mark.usefixtures("seller")
async def test_nobody_confirms_or_cancels_what_is_anothers(ask: Ask):
    mine, other = await ask(chat="maria"), await ask(chat="joao")
    held = await other.call("hold_slot", slot=tomorrow())
    for name in ("confirm_slot", "cancel_booking"):
        answer = await mine.call(name, booking=str(held.data["booking"]))
        assert answer.data["code"] == "no_such_booking"
    assert await mine.house.database.fetchval("select state from agenda") == "held"


@pytest.mark.usefixtures("seller")
async def test_with_nothing_held_the_answer_says_how_to_hold_and_with_several_booked_which_there_are(ask: Ask):
    turn = await ask()
    answer = await turn.call("confirm_slot")
    assert not answer.ok
    assert "hold_slot" in answer.text
    receipts: list[str] = []
    for hour in (9, 11):
        held = await turn.call("hold_slot", slot=tomorrow(hour))
        receipts.append((await turn.call("confirm_slot", booking=str(held.data["booking"]))).data["receipt"])
    answer = await turn.call("cancel_booking")
    assert not answer.ok
    assert all(receipt in answer.text for receipt in receipts)
    assert (await turn.call("cancel_booking", booking=receipts[1].lower())).ok
    states = await turn.house.database.fetch("select state from agenda order by id")
    assert [row["state"] for row in states] == ["booked", "cancelled"]


@pytest.mark.usefixtures("seller")
async def test_a_hold_that_gave_way_to_another_is_not_said_to_stand(ask: Ask):
    turn = await ask()
    for hour in (9, 11):
        assert (await turn.call("hold_slot", slot=tomorrow(hour))).ok
    answer = await turn.call("hold_slot", slot=tomorrow(9))
    states = await turn.house.database.fetch("select state, starts_at from agenda order by id")
    assert answer.ok == (states[0]["state"] == "held")


@pytest.mark.usefixtures("seller")
@pytest.mark.parametrize("written", ["{day} 15:00", "{day}T15:00", "{day}T18:00:00Z", "amanhã às 15h", "amanhã 15:00"])
async def test_a_time_may_be_written_in_many_ways_and_is_local_when_it_does_not_say(ask: Ask, written: str):
    turn = await ask()
    held = await turn.call("hold_slot", slot=written.format(day=tomorrow()[:10]))
    assert held.ok, held.text
    starts_at = await turn.house.database.fetchval("select starts_at from agenda")
    assert starts_at.astimezone(UTC).hour == 18


@pytest.mark.usefixtures("seller")
async def test_a_time_without_a_day_is_asked_back(ask: Ask):
    turn = await ask()
    answer = await turn.call("hold_slot", slot="15:00")
    assert answer.data["code"] == "not_clear"
    assert "Para que dia?" in answer.text


@pytest.mark.usefixtures("seller")
async def test_the_next_times_of_somebody_who_has_none_are_said_to_be_others(ask: Ask):
    turn = await ask()
    assert (await turn.call("free_slots", seller_id="77")).text.startswith("The next free times:")
    answer = await turn.call("free_slots", seller_id="78")
    assert answer.text.startswith("This salesperson has no free time. The next of others:")
    assert "with Ana" in answer.text


async def test_where_nobody_can_be_met_the_brain_hears_it(ask: Ask, seller: Availability):
    turn = await ask()
    await turn.house.database.execute("update vendedores set is_active = false")
    answer = await turn.call("free_slots")
    assert not answer.ok
    assert "hand_over" in answer.text
