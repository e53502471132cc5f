"""What the second inbox refuses of one conversation holds up no other one."""

import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.house import customer_says, work_until_quiet
from tests.sandbox.player import Player
from tests.services.inbox_mirror.conftest import There, carry, known_as, nudge, waiting

RESTING = "select count(distinct conversation_id) from inbox_lines where not_before > now()"


async def two_customers(house: House, sandbox: Player, account: Account) -> None:
    await customer_says(sandbox, house, account, "maria aqui")
    await customer_says(sandbox, house, account, "joao aqui", chat="joao")
    await work_until_quiet(house)


async def said(there: There) -> list[str]:
    """What customers are shown to have said."""
    return [text for _, who, text in await there.lines() if who == "contact"]


@pytest.mark.parametrize(("fault", "path"), [("refused", "/contacts"), ("error_500", "1/conversations")])
async def test_a_person_whom_the_inbox_refuses_waits_and_everybody_else_is_shown(
    house: House, sandbox: Player, shop: Account, there: There, fault: str, path: str
):
    await two_customers(house, sandbox, shop)
    await there.order("trouble", fault=fault, method="POST", path=path, times=1)

    await house.workshop.inboxes.mirror.carry(shop.id)

    assert await said(there) == ["joao aqui"]
    assert await house.database.fetchval(RESTING) == 1
    assert await waiting(house) > 0


async def test_whoever_was_refused_is_tried_again_when_somebody_has_looked_and_then_shown_whole(
    house: House, sandbox: Player, shop: Account, there: There
):
    await two_customers(house, sandbox, shop)
    await there.order("trouble", fault="refused", method="POST", path="/contacts", times=1)
    for _ in range(2):
        await house.workshop.inboxes.mirror.carry(shop.id)
    assert await waiting(house) > 0

    await house.doors.inboxes.desk.check(shop.id)
    await house.workshop.inboxes.mirror.carry(shop.id)

    assert sorted(await said(there)) == ["joao aqui", "maria aqui"]
    assert await waiting(house) == 0


async def test_operators_hear_of_an_inbox_that_refuses_everything(
    house: House, sandbox: Player, shop: Account, there: There
):
    await two_customers(house, sandbox, shop)
    await there.order("trouble", fault="refused", method="POST", path="/contacts", times=100)

    await carry(house, shop)

    assert await house.database.fetchval("select count(*) from notices where cause = 'inbox_refused'") == 1
    (view,) = await house.doors.inboxes.desk.listing(shop.id)
    assert view.failing_since is not None


async def test_a_person_who_is_deleted_there_is_made_again_for_a_chat_that_was_never_shown(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await house.database.execute(
        """insert into conversations (account_id, channel, chat_id, contact_id, lead_id)
        select account_id, channel, 'second-chat', contact_id, lead_id from conversations"""
    )
    second = await house.database.fetchval("select max(id) from conversations")
    await known_as(house, "Maria")
    await carry(house, shop)
    (person,) = (await there.state())["contacts"]
    await there.delete(person["id"])
    await nudge(house, second)
    await customer_says(sandbox, house, shop, "outra pessoa", chat="joao")
    await work_until_quiet(house)

    await carry(house, shop)

    assert await waiting(house) == 0
    assert "outra pessoa" in await said(there)
