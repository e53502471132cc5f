"""Several people may share a lead; erasing one of them takes nothing from the others."""

import pytest

from app.domain.agenda import Person
from app.domain.ids import ChatId, ContactId, LeadId
from app.domain.phones import understand
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off

PHONE = "+5511987654321"


async def two_on_one_lead(house: House, account: Account) -> list[int]:
    """801, whose phone is known, and 802 have written about lead 555."""
    for one in ("801", "802"):
        ids = {"contact_id": ContactId(one), "lead_id": LeadId("555"), "chat_id": ChatId(f"chat-{one}")}
        await deliver(house.database, account, a_channel_event("oi", **ids, talk_id=f"talk-{one}"))
    await work_off(house, but=("send", "crm", "ask"))
    sql = """insert into contacts (account_id, external_id, phones, open_leads)
        values ($1, '801', array[$2], '{555}'), ($1, '802', '{}', '{555}')
        on conflict (account_id, external_id) do update
        set phones = excluded.phones, open_leads = excluded.open_leads"""
    await house.database.execute(sql, account.id, PHONE)
    rows = await house.database.fetch("select id from conversations order by contact_id")
    return [row["id"] for row in rows]


async def a_booking(house: House, account: Account, person: Person) -> int:
    sql = """insert into vendedores (account_id, external_id, name) values ($1, '11', 'Ana') on conflict do nothing"""
    await house.database.execute(sql, account.id)
    sql = """insert into agenda (account_id, seller_id, conversation_id, contact_id, lead_id, state, receipt, starts_at,
            ends_at, taken, timezone, booked_at)
        select $1, '11', $2, $3, $4, 'booked', 'AG-' || n, at, at + interval '1 hour',
            tstzrange(at, at + interval '1 hour'), 'UTC', now()
        from (select count(*) as n, now() + (1 + count(*)) * interval '1 day' as at from agenda) as next returning id"""
    args = (account.id, person.conversation_id, person.contact_id, person.lead_id)
    return int(await house.database.fetchval(sql, *args))


async def erase(house: House, account: Account) -> None:
    await house.doors.erasing.erase(account.id, understand(PHONE, None), who="the operator")


async def states(house: House) -> dict[int, str]:
    return {row["id"]: row["state"] for row in await house.database.fetch("select id, state from agenda")}


@pytest.mark.parametrize("known", ["contact", "chat"])
async def test_the_booking_of_the_other_stands(house: House, account: Account, known: str):
    mine, theirs = await two_on_one_lead(house, account)
    contacts = ("801", "802") if known == "contact" else (None, None)
    gone, kept = [
        await a_booking(house, account, Person(chat, contact, "555"))
        for contact, chat in zip(contacts, (mine, theirs), strict=True)
    ]
    await erase(house, account)
    assert await states(house) == {gone: "cancelled", kept: "booked"}
    row = await house.database.fetchrow("select contact_id, conversation_id, lead_id from agenda where id = $1", kept)
    assert tuple(row or ()) == (contacts[1], theirs, "555")


async def test_a_booking_of_nobody_in_particular_is_free_again(house: House, account: Account):
    await two_on_one_lead(house, account)
    number = await a_booking(house, account, Person(lead_id="555"))
    await erase(house, account)
    assert await states(house) == {number: "cancelled"}


async def test_who_has_the_others_chat_and_was_told_of_it_is_still_known(house: House, account: Account):
    chats = await two_on_one_lead(house, account)
    await a_booking(house, account, Person(contact_id="802"))
    for chat in (*chats, None):
        sql = """insert into handovers (account_id, conversation_id, lead_id, seller_id, rule, chosen_at)
            values ($1, $2, '555', '11', 'area', now())"""
        await house.database.execute(sql, account.id, chat)
        sql = """insert into notices (account_id, cause, about, conversation_id, lead_id, told_at, round_at)
            values ($1, 'handover', coalesce($2::bigint::text, ''), $2, '555', now(), now())"""
        await house.database.execute(sql, account.id, chat)
    await erase(house, account)
    for table in ("handovers", "notices"):
        rows = await house.database.fetch(f"select conversation_id from {table} where lead_id = '555'")
        assert [row["conversation_id"] for row in rows] == [chats[1]], table
