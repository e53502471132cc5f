"""A command on a lead whose customer has not written yet is answered by a note on that lead."""

import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import noted_by_ana
from tests.house import customer_says, deliver, notes_on, work_until_quiet
from tests.sandbox.player import Player


@pytest.mark.parametrize(
    ("text", "answer"),
    [("/assumir", "IA pausada por Ana"), ("/status", "IA ativa"), ("/ajuda", "/liberar"), ("/asumirr", "/liberar")],
)
async def test_a_command_on_a_lead_without_a_chat_is_answered_there(
    house: House, shop: Account, sandbox: Player, text: str, answer: str
):
    lead = (await sandbox.say("maria", "Oi"))["lead_id"]  # whose hook we were never sent
    note = noted_by_ana(text, lead_id=str(lead))
    await deliver(house.database, shop, note)
    await work_until_quiet(house)
    (written,) = await notes_on(sandbox, lead)
    assert written.startswith("[Ponte]")
    assert answer in written


async def test_a_command_that_is_told_again_is_not_answered_again(house: House, shop: Account, sandbox: Player):
    lead = (await sandbox.say("maria", "Oi"))["lead_id"]
    note = noted_by_ana("/status", lead_id=str(lead))
    for _ in range(2):  # by two bodies that are not alike
        await deliver(house.database, shop, note)
        await work_until_quiet(house)
    assert len(await notes_on(sandbox, lead)) == 1


async def test_where_there_is_a_chat_it_answers_once_and_nobody_else(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    before = len(await notes_on(sandbox, said["lead_id"]))
    note = noted_by_ana("/assumir", lead_id=str(said["lead_id"]))
    await deliver(house.database, shop, note)
    await work_until_quiet(house)
    assert len(await notes_on(sandbox, said["lead_id"])) == before + 1
