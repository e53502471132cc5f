"""What a brain is told was said before: by the customer, by people, and by the bot itself."""

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.house import ScriptedBrain, customer_says, work_until_quiet
from tests.sandbox.player import Player


async def test_a_brain_sees_what_the_bot_itself_has_said(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    brain.says = [a_reply("Custa 180 reais.", "Quer marcar?"), a_reply("Para quando?")]
    await customer_says(sandbox, house, shop, "Quanto custa?")
    await work_until_quiet(house)
    await customer_says(sandbox, house, shop, "Sim, quero")
    await work_until_quiet(house)
    told = [(line.author.value, line.text) for line in brain.asked[-1].history]
    assert told == [("customer", "Quanto custa?"), ("bot", "Custa 180 reais."), ("bot", "Quer marcar?")]
    assert [line.text for line in brain.asked[-1].burst] == ["Sim, quero"]


async def test_what_never_left_is_no_part_of_what_was_said(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    brain.says = [a_reply("Custa 180 reais."), a_reply("Para quando?")]
    await customer_says(sandbox, house, shop, "Quanto custa?")
    await work_until_quiet(house)
    await house.database.execute("update outbox set state = 'cancelled' where kind = 'message'")
    await customer_says(sandbox, house, shop, "Alguém?")
    await work_until_quiet(house)
    assert [line.author.value for line in brain.asked[-1].history] == ["customer"]
