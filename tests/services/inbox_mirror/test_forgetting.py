"""Somebody who is erased is out of the second inbox too, however they were known there and whatever was under way."""

import asyncio

from app.store.accounts import Account
from app.wiring import House
from tests.house import customer_says, work_until_quiet
from tests.sandbox.player import Player
from tests.services.inbox_mirror.conftest import There, carry, known_as, nudge, waiting

PHONE = "+31612345678"


async def people(house: House) -> list[tuple[str, str]]:
    rows = await house.database.fetch("select identifier, name from inbox_people order by identifier")
    return [(row["identifier"], row["name"]) for row in rows]


async def erase(house: House, account: Account) -> None:
    phone = await house.doors.erasing.understand(account.id, PHONE)
    await house.doors.erasing.erase(account.id, phone, who="test")


async def nobody_is_left(house: House, there: There) -> bool:
    state = await there.state()
    return (state["contacts"], state["conversations"], await people(house), await waiting(house)) == ([], [], [], 0)


async def test_whoever_is_known_by_two_identifiers_is_erased(
    house: House, sandbox: Player, shop: Account, there: There
):
    """Two chats of one contact; the phone becomes known, and only one of them has been shown since."""
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await house.database.execute(
        """insert into conversations (account_id, channel, chat_id, contact_id, lead_id)
        select account_id, channel, 'second-chat', contact_id, lead_id from conversations"""
    )
    one, two = [row["id"] for row in await house.database.fetch("select id from conversations order by id")]
    await known_as(house, "Maria Souza", phones=())
    await nudge(house, two)
    await carry(house, shop)
    await known_as(house, "Maria Souza")
    await nudge(house, one)
    await carry(house, shop)
    assert len(await people(house)) == 2

    await erase(house, shop)
    assert {name for _, name in await people(house)} == {""}
    await carry(house, shop)

    assert await nobody_is_left(house, there)


async def test_an_identifier_of_before_the_phone_was_known_does_not_outlast_it(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await known_as(house, "Maria Souza", phones=())
    await carry(house, shop)
    await known_as(house, "Maria Souza")
    await nudge(house)

    await carry(house, shop)
    assert await people(house) == [(f"ponte:{PHONE}", "Maria Souza")]
    await erase(house, shop)
    await carry(house, shop)

    assert await nobody_is_left(house, there)


async def test_whoever_is_erased_while_their_chat_is_being_made_is_out_and_nothing_is_shown(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "segredo da Maria")
    await work_until_quiet(house)
    await known_as(house, "Maria Souza")
    await there.order("ways", slowness=3)  # making the person and the chat takes its time
    carrying = asyncio.create_task(carry(house, shop))
    while not (await there.state())["contacts"]:
        pass

    await erase(house, shop)
    await carrying
    await there.order("ways", slowness=0)
    await carry(house, shop)

    assert await nobody_is_left(house, there)


async def test_another_customer_with_the_phone_of_a_chat_is_not_taken_for_the_same(
    house: House, sandbox: Player, shop: Account, there: There
):
    """Both are there as two people; the phone that becomes known later is that of the other one."""
    await customer_says(sandbox, house, shop, "Oi", chat="maria")
    await customer_says(sandbox, house, shop, "Olá", chat="joao")
    await work_until_quiet(house)
    one, two = [row["id"] for row in await house.database.fetch("select id from conversations order by id")]
    await known_as(house, "Maria", phones=())
    await house.database.execute(
        "update contacts set phones = $1 where external_id = (select contact_id from conversations where id = $2)",
        [PHONE],
        one,
    )
    await carry(house, shop)
    assert len((await there.state())["contacts"]) == 2
    await known_as(house, "Maria")
    await nudge(house, two)
    await carry(house, shop)
    assert len(await people(house)) == 2

    await erase(house, shop)
    await carry(house, shop)

    assert await nobody_is_left(house, there)
