"""A customer whom nobody answered is offered free times: whoever speaks first, and whatever dies, once."""

import pytest

from app.domain.conversation import TimerKind
from app.services.conversation.apologising import zone_of
from app.services.conversation.wording import Phrase, say
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_handoff, written_by_ana
from tests.house import (
    ScriptedBrain,
    company_said,
    conversation_of,
    customer_says,
    deliver,
    jobs_of,
    line_of,
    state_of,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player


@pytest.fixture
async def waiting(house: House, shop: Account, brain: ScriptedBrain, sandbox: Player) -> Json:
    """A customer whom nobody has answered: the last clock has just rung, and free times are to be looked for."""
    await house.accounts.change(shop.id, {"settings": {"escalations": 0}})
    brain.says = [a_handoff("asked_for_person")]
    said = await customer_says(sandbox, house, shop, "quero falar com alguém")
    await work_until_quiet(house)
    await house.database.execute("update timers set due_at = now() where kind = 'sla'")
    await house.workshop.waking.wake(await conversation_of(house.database))
    return said


async def test_the_offer_is_made_once_although_its_job_runs_again_and_the_clock_rings_late(
    house: House, sandbox: Player, waiting: Json
):
    number = await conversation_of(house.database)
    for _ in range(3):
        await house.workshop.apologising.offer(number)
    await house.workshop.waking.wake(number)
    await work_until_quiet(house)
    _, excuse = await company_said(sandbox, waiting)
    assert "estão livres: " in excuse


async def test_a_worker_that_dies_while_it_looks_leaves_the_honest_word_without_times(
    house: House, sandbox: Player, waiting: Json
):
    await work_off(house, but=("offer",))
    assert await jobs_of(house.database) != []
    await house.database.execute("delete from queue.pgqueuer where entrypoint = 'offer'")
    await house.database.execute("update timers set due_at = now() where kind = 'offer'")
    number = await conversation_of(house.database)
    await house.workshop.waking.wake(number)
    await house.workshop.apologising.offer(number)  # another has taken the job up, too late
    await work_until_quiet(house)
    assert (await company_said(sandbox, waiting))[1:] == [say(Phrase.NOBODY_THERE, "pt-BR")]


async def test_a_salesperson_who_writes_while_times_are_looked_for_is_not_followed_by_an_excuse(
    house: House, shop: Account, sandbox: Player, waiting: Json
):
    await deliver(house.database, shop, written_by_ana(chat_id=waiting["chat_id"], lead_id=str(waiting["lead_id"])))
    await work_until_quiet(house)
    assert len(await line_of(house.database)) == 1
    state = await state_of(house.database, await conversation_of(house.database))
    assert TimerKind.OFFER not in state.timers


@pytest.mark.parametrize(
    ("phones", "zone", "place"),
    [
        (("+5511987654321",), "America/Sao_Paulo", ""),
        (("+4915112345678",), "Europe/Berlin", "Berlin"),
        (("+5492604123456",), "America/Buenos_Aires", "Buenos Aires"),
        (("sem número", "+4915112345678"), "Europe/Berlin", "Berlin"),
        (("+351912345678",), "America/Sao_Paulo", "Sao Paulo"),  # a country of several zones
        ((), "America/Sao_Paulo", ""),
    ],
)
def test_times_are_told_in_the_zone_of_the_customers_phone_where_it_has_one(
    phones: tuple[str, ...], zone: str, place: str
):
    assert zone_of(phones, "America/Sao_Paulo") == (zone, place)
