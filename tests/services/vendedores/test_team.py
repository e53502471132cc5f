"""The next salesperson for a chat, with real figures: once given it stays, and what was given is written down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.clock import FixedClock
from app.domain.ids import ConversationId, LeadId
from app.domain.people import Seller
from app.services.vendedores.choice import Rule
from app.services.vendedores.team import Team
from app.store.accounts import Account
from app.store.database import Database
from app.store.sellers import Sellers

MONDAY_NOON = datetime(2026, 10, 5, 15, 0, tzinfo=UTC)  # noon in São Paulo
SUNDAY = MONDAY_NOON - timedelta(days=1)

Opens = Callable[[str], Awaitable[ConversationId]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY_NOON)


@pytest.fixture
def team(database: Database, clock: FixedClock) -> Team:
    return Team(database, clock)


@pytest.fixture
async def people(database: Database, account: Account) -> Sellers:
    sellers = Sellers(database)
    people = [Seller(str(number), f"Vendedor {number}") for number in (1, 2, 3)]
    await sellers.sync(account.id, people, MONDAY_NOON)
    return sellers


@pytest.fixture
def paused_chat(database: Database, account: Account) -> Opens:
    async def made(lead: str) -> ConversationId:
        number = await database.fetchval(
            """insert into conversations (account_id, channel, chat_id, lead_id, bot_on, pause_reason)
            values ($1, 'kommo', 'chat-' || $2, $2, false, 'unknown') returning id""",
            account.id,
            lead,
        )
        return ConversationId(number)

    return made


async def test_who_was_given_a_chat_keeps_it_and_the_next_one_comes_when_they_are_excluded(
    team: Team, people: Sellers, account: Account, paused_chat: Opens, database: Database
):
    await paused_chat("900")
    first = await team.next_for(account.id, LeadId("900"))
    again = await team.next_for(account.id, LeadId("900"))
    second = await team.next_for(account.id, LeadId("900"), ["1"])
    third = await team.next_for(account.id, LeadId("900"), ["1", "2"])
    found = [(one.seller.external_id, one.rule) if one else None for one in (first, again, second, third)]
    assert found == [
        ("1", Rule.ROUND_ROBIN),
        ("1", Rule.KEPT),
        ("2", Rule.ROUND_ROBIN),
        ("3", Rule.ONLY_ONE),
    ]
    assert await team.next_for(account.id, LeadId("900"), ["1", "2", "3"]) is None
    rows = await database.fetch("select seller_id, rule, ended_at is null as is_open from handovers order by id")
    assert [(row["seller_id"], row["is_open"]) for row in rows] == [("1", False), ("2", False), ("3", True)]


async def test_chats_that_wait_count_until_the_bot_is_back_on(
    team: Team, people: Sellers, account: Account, paused_chat: Opens, database: Database, clock: FixedClock
):
    for number in range(3):
        await paused_chat(str(number))
        clock.move(timedelta(minutes=1))
        chosen = await team.next_for(account.id, LeadId(str(number)))
        assert chosen is not None
        assert chosen.seller.external_id == str(number + 1)
    await database.execute("update conversations set bot_on = true where lead_id = '1'")
    await paused_chat("9")
    free = await team.next_for(account.id, LeadId("9"))
    assert free is not None
    assert (free.seller.external_id, free.rule) == ("2", Rule.FEWEST_OPEN)


async def test_nobody_is_chosen_outside_the_hours_unless_anybody_will_do(
    team: Team, people: Sellers, account: Account, clock: FixedClock
):
    clock.at = SUNDAY
    assert await team.next_for(account.id, LeadId("900")) is None
    woken = await team.next_for(account.id, LeadId("900"), anytime=True)
    assert woken is not None


async def test_a_salesperson_s_own_hours_go_before_the_company_s(
    team: Team, people: Sellers, account: Account, clock: FixedClock, database: Database
):
    clock.at = SUNDAY
    await database.execute(
        """insert into disponibilidade (account_id, seller_id, timezone, week)
        values ($1, '3', 'America/Sao_Paulo', '{"sun": ["09:00-18:00"]}')""",
        account.id,
    )
    chosen = await team.next_for(account.id, LeadId("900"))
    assert chosen is not None
    assert (chosen.seller.external_id, chosen.rule) == ("3", Rule.ONLY_ONE)


async def test_inactive_people_those_who_take_no_chats_and_those_of_another_area_get_none(
    team: Team, people: Sellers, account: Account, database: Database
):
    await database.execute("update vendedores set is_active = false where external_id = '1'")
    await database.execute("update vendedores set takes_chats = false where external_id = '2'")
    await database.execute("update vendedores set areas = '{Área técnica}' where external_id = '3'")
    assert await team.next_for(account.id, LeadId("900"), area="vendas") is None
    chosen = await team.next_for(account.id, LeadId("900"), area="area tecnica")
    assert chosen is not None
    assert chosen.seller.external_id == "3"


async def test_the_owner_of_a_lead_gets_its_chat(team: Team, people: Sellers, account: Account):
    chosen = await team.next_for(account.id, LeadId("900"), owner="2")
    assert chosen is not None
    assert (chosen.seller.external_id, chosen.rule) == ("2", Rule.OWNER)


async def test_local_people_get_chats_only_where_that_is_wanted(team: Team, account: Account, database: Database):
    await database.execute(
        "insert into vendedores (account_id, external_id, name, is_local) values ($1, 'local-1', 'Rita', true)",
        account.id,
    )
    assert await team.next_for(account.id, LeadId("900")) is None
    chosen = await team.next_for(account.id, LeadId("900"), with_local=True)
    assert chosen is not None
    assert chosen.seller.is_local


async def test_chats_that_come_at_the_same_moment_are_spread(
    team: Team, people: Sellers, account: Account, paused_chat: Opens
):
    for number in range(9):
        await paused_chat(str(number))
    chosen = await asyncio.gather(*(team.next_for(account.id, LeadId(str(number))) for number in range(9)))
    given = [one.seller.external_id for one in chosen if one]
    assert sorted(given) == ["1", "1", "1", "2", "2", "2", "3", "3", "3"]


async def test_who_waits_for_a_person_gets_one_of_the_area_that_the_lead_is_tagged_with(
    team: Team, people: Sellers, account: Account, paused_chat: Opens, database: Database
):
    await database.execute("update vendedores set areas = '{Área técnica}' where external_id = '3'")
    await database.execute("update vendedores set areas = '{vendas}' where external_id <> '3'")
    chat = await paused_chat("900")
    chosen = await team.next_for_waiting(account.id, LeadId("900"), conversation_id=chat, tags=["vip", "area tecnica"])
    assert chosen is not None
    assert (chosen.seller.external_id, chosen.rule) == ("3", Rule.ONLY_ONE)
    row = await database.fetchrow("select area, area_rule, considered::text from handovers")
    assert row is not None
    assert tuple(row)[:2] == ("Área técnica", "lead_tag")
    assert row["considered"].count("other_area") == 2
    passed = await team.next_for_waiting(account.id, LeadId("900"), conversation_id=chat, exclude=["3"])
    assert passed is not None  # of another area, for nobody else is there


async def test_what_the_customer_was_written_to_first_about_decides_before_a_tag(
    team: Team, people: Sellers, account: Account, paused_chat: Opens, database: Database
):
    await database.execute("update vendedores set areas = '{suporte}' where external_id = '2'")
    await database.execute("update vendedores set areas = '{vendas}' where external_id <> '2'")
    chat = await paused_chat("900")
    await database.execute("update conversations set contact_id = 'maria' where id = $1", chat)
    await database.execute(
        """insert into outreaches (account_id, trigger, subject, day, contact_ids, lead_id, data, state, due_at)
        select $1, 'formulario', lead, current_date, '{maria}', lead, data::jsonb, 'sent', now()
        from (values ('900', '{"area": "Suporte"}'), ('901', '{"area": "vendas"}')) as of (lead, data)""",
        account.id,
    )
    chosen = await team.next_for_waiting(account.id, LeadId("900"), conversation_id=chat, tags=["vendas"])
    assert chosen is not None
    assert chosen.seller.external_id == "2"
    assert await database.fetchval("select area_rule from handovers") == "trigger"
