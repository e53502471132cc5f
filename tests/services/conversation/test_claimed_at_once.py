"""A message that is made and claimed in one transaction is stored as it was claimed, and holds nobody up."""

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.house import (
    ScriptedBrain,
    company_said,
    conversation_of,
    customer_says,
    let_leases_end,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Player


async def test_a_goodbye_that_the_sender_itself_makes_leaves_once_and_the_chat_goes_on(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    """The customer opts out between two balloons, and the sender folds it before anybody else does."""
    await house.accounts.change(shop.id, {"settings": {"balloon_spacing": 1}})
    brain.says = [a_reply("Primeiro balão.", "Segundo balão.")]
    said = await customer_says(sandbox, house, shop, "oi, tudo bem?")
    await work_off(house)
    number = await conversation_of(house.database)
    await customer_says(sandbox, house, shop, "parar")
    await house.database.execute("update outbox set not_before = now()")
    await house.workshop.sending.send_next(number)
    await work_until_quiet(house)
    assert await house.database.fetchval("select count(*) from outbox where state = 'sending'") == 0
    await let_leases_end(house.database)
    await customer_says(sandbox, house, shop, "voltar")
    await work_until_quiet(house)
    brain.says = [a_reply("Custa 180.")]
    await customer_says(sandbox, house, shop, "quanto custa a limpeza?")
    await house.database.execute("update outbox set not_before = now() where not_before > now()")
    await work_until_quiet(house)
    words = await company_said(sandbox, said)
    assert words[0] == "Primeiro balão."
    assert "Segundo balão." not in words
    assert words[-1] == "Custa 180."
    assert len(words) == len(set(words))
