"""What happens although nobody asks: missed hooks are found, stranded work gets a job, the bot comes back."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from app.domain.account import Lane
from app.domain.clock import FixedClock
from app.domain.conversation import PauseReason
from app.jobs.schedules import every, poll_people, reconcile, schedules
from app.store.accounts import Account, NewAccount
from app.store.checkup import Checkup, Missed
from app.store.database import Database
from app.wiring import House, open_house
from tests.builders import a_channel_event, noted_by_ana
from tests.house import (
    ScriptedBrain,
    company_said,
    connect,
    conversation_of,
    customer_says,
    deliver,
    heard,
    line_of,
    notes_on,
    settings_for,
    state_of,
    until,
    work_off,
    work_until_quiet,
    working,
)
from tests.sandbox.player import Player

PRICE = "A limpeza custa 200 reais."


async def mail(database: Database) -> list[str]:
    """The channel's messages that were put into mailboxes."""
    rows = await database.fetch("select external_id from inbox where kind in ('customer', 'outgoing') order by id")
    return [row["external_id"] for row in rows]


# --- missed hooks -----------------------------------------------------------------------------------------------------


async def test_a_message_whose_hook_never_came_is_found_and_answered_once(house: House, shop: Account, sandbox: Player):
    said = await sandbox.say("maria", "Qual o preço?")
    for _ in range(3):
        await house.workshop.upkeep.reconcile()
        await work_until_quiet(house)
    assert await company_said(sandbox, said) == [PRICE]
    assert (await mail(house.database)).count(said["message_id"]) == 1


async def test_the_doctor_tells_that_hooks_do_not_arrive(house: House, shop: Account, sandbox: Player):
    async def seen() -> Missed | None:
        return await Checkup(house.database).missed(shop.id)

    # The vendor tells whole seconds: what is written within the second of the connecting could be from before it.
    await house.database.execute("update accounts set address_set_at = address_set_at - interval '1 minute'")
    await house.workshop.upkeep.reconcile()
    assert await seen() is None
    for runs in (1, 2):
        await sandbox.say("maria", f"Alguém aí? {runs}")
        for _ in range(2):  # what was found once is not found again
            await house.workshop.upkeep.reconcile()
        found = await seen()
        assert found is not None
        assert found.runs == runs
    await customer_says(sandbox, house, shop, "Oi")
    assert await seen() is None
    await sandbox.say("maria", "E agora?")
    await house.workshop.upkeep.reconcile()
    found = await seen()
    assert found is not None
    assert found.runs == 1


async def test_what_was_told_by_a_hook_is_not_repeated_by_the_reconciliation_nor_the_other_way_round(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    first = await customer_says(sandbox, house, shop, "Oi")
    missed = await sandbox.say("maria", "Qual o preço?")
    await house.workshop.upkeep.reconcile()
    await deliver(house.database, shop, heard(missed, "Qual o preço?"))
    await asyncio.gather(*(house.workshop.upkeep.reconcile() for _ in range(3)))
    assert await mail(house.database) == [first["message_id"], missed["message_id"]]
    await work_off(house, but=("send", "crm"))
    assert [line.text for line in brain.asked[-1].burst] == ["Oi", "Qual o preço?"]


async def test_a_salespersons_word_whose_hook_never_came_pauses_the_bot(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await sandbox.say("maria", "Oi, aqui é a Ana", **{"as": "user:1"})
    await house.workshop.upkeep.reconcile()
    await work_until_quiet(house)
    pause = (await state_of(house.database, await conversation_of(house.database))).pause
    assert pause is not None
    assert pause.reason is PauseReason.HUMAN
    assert await company_said(sandbox, said) == ["Oi, aqui é a Ana"]


async def test_a_command_in_a_note_whose_hook_never_came_is_obeyed_and_answered_once(
    house: House, shop: Account, sandbox: Player
):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    order = {"lead_id": said["lead_id"], "text": "/assumir", "as": "user:1"}
    note_id = (await sandbox.steer("note", order))["note_id"]
    for _ in range(2):
        await house.workshop.upkeep.reconcile()
        await work_until_quiet(house)
    hook = noted_by_ana("/assumir", external_id=f"note:{note_id}", lead_id=str(said["lead_id"]))
    await deliver(house.database, shop, hook)
    await work_until_quiet(house)
    assert not (await state_of(house.database, await conversation_of(house.database))).bot_on
    assert await company_said(sandbox, said) == []
    assert len([note for note in await notes_on(sandbox, said["lead_id"]) if "pausada por Ana" in note]) == 1


async def test_what_could_not_be_read_is_looked_for_again_from_the_same_time(
    house: House, shop: Account, sandbox: Player
):
    await house.workshop.upkeep.reconcile()
    known = await house.database.fetchval("select reconciled_until from accounts")
    said = await sandbox.say("maria", "Qual o preço?")
    await sandbox.steer("faults", {"faults": [{"fault": "rate_429", "path": "events", "times": 1}]})
    await house.workshop.upkeep.reconcile()
    assert await house.database.fetchval("select reconciled_until from accounts") == known
    assert await house.database.fetchval("select count(*) from event_log where what = 'reconcile'") == 1
    await house.workshop.upkeep.reconcile()
    assert await mail(house.database) == [said["message_id"]]


async def test_a_talk_that_cannot_be_read_hides_no_other_and_is_looked_for_again_from_the_same_time(
    house: House, shop: Account, sandbox: Player
):
    await house.workshop.upkeep.reconcile()
    known = await house.database.fetchval("select reconciled_until from accounts")
    bad, good = await sandbox.say("joana", "Oi"), await sandbox.say("maria", "Oi")
    path = f"talks/{bad['talk_id']}/messages"
    await sandbox.steer("faults", {"faults": [{"fault": "error_500", "path": path, "times": 6}]})
    for _ in range(2):  # each tries thrice
        await house.workshop.upkeep.reconcile()
        assert await mail(house.database) == [good["message_id"]]
        assert await house.database.fetchval("select reconciled_until from accounts") == known
    await house.workshop.upkeep.reconcile()
    assert await mail(house.database) == [good["message_id"], bad["message_id"]]
    assert await house.database.fetchval("select reconciled_until from accounts") > known


async def test_a_talk_that_can_never_be_read_is_given_up_after_an_hour_and_the_log_names_it(
    database: Database, secret_key: str, sandbox: Player, hook_secret: str
):
    clock = FixedClock(datetime.now(UTC))
    async with open_house(settings_for(database.dsn, secret_key), brains=[ScriptedBrain()], clock=clock) as house:
        await connect(house, sandbox, hook_secret)
        bad = await sandbox.say("joana", "Oi")
        path = f"talks/{bad['talk_id']}/messages"
        await sandbox.steer("faults", {"faults": [{"fault": "error_500", "path": path}]})
        for _ in range(2):
            await house.workshop.upkeep.reconcile()
            clock.move(timedelta(minutes=59))
        assert await database.fetchval("select reconciled_until from accounts") < clock.now() - timedelta(minutes=118)
        await house.workshop.upkeep.reconcile()
        assert await database.fetchval("select reconciled_until from accounts") == clock.now()
    why = await database.fetch("select why from event_log where what = 'reconcile_given_up'")
    assert [row["why"] for row in why] == [f"talk:{bad['talk_id']}"]


async def test_after_a_long_outage_the_channel_is_asked_for_an_hour_at_a_time(
    house: House, shop: Account, sandbox: Player
):
    """A list has only so many pages: what an outage of days left would not fit into one."""
    said = await sandbox.say("maria", "Oi")
    await house.database.execute("update accounts set reconciled_until = now() - interval '150 minutes'")
    await house.workshop.upkeep.reconcile()
    asked = [parse_qs(one["query"]) for one in await sandbox.record() if one["path"].endswith("/events")]
    spans = [[int(one[f"filter[created_at][{edge}]"][0]) for edge in ("from", "to")] for one in asked[:-1]]
    assert [until - since for since, until in spans] == [3720, 3720]
    assert "filter[created_at][to]" not in asked[-1]
    assert await mail(house.database) == [said["message_id"]]


@pytest.mark.parametrize("chore", [reconcile, poll_people])
async def test_an_account_that_cannot_be_reached_does_not_hold_up_the_others(
    house: House, sandbox: Player, hook_secret: str, chore: object
):
    dead = NewAccount("Velha", "kommo", "1", "http://127.0.0.1:9", "t", "s-1")
    broken = NewAccount("Sem chave", "kommo", "2", "http://127.0.0.1:9", "t", "s-2")
    for new in (dead, broken):
        number = await house.accounts.connect(new)
        await house.database.execute(
            """update accounts set capabilities = '{"reads_back": true}' where id = $1""", number
        )
        chat = f"chat-{number}"
        await deliver(house.database, await house.accounts.get(number), a_channel_event(chat_id=chat))
    await house.database.execute("delete from credentials where account_id = $1", number)
    shop = await connect(house, sandbox, hook_secret)
    await customer_says(sandbox, house, shop, "Oi")
    await work_off(house, but=("ask", "send", "crm"))
    said = await sandbox.say("maria", "Eu cuido", **{"as": "user:1"})
    await chore(house.workshop)
    assert said["message_id"] in await mail(house.database)


async def test_the_look_for_missed_hooks_waits_in_a_lane_below_every_reply(
    database: Database, secret_key: str, sandbox: Player, hook_secret: str
):
    settings = settings_for(database.dsn, secret_key, kommo_rate=1000)
    async with open_house(settings, brains=[ScriptedBrain()]) as house:
        await connect(house, sandbox, hook_secret)
        await database.execute("update governor set held_until = now() + interval '1 second' where account_id = 0")
        looking = asyncio.create_task(house.workshop.upkeep.reconcile())
        assert await until(lambda: database.fetchval("select lane from governor_bids")) == Lane.SYNC.rank
        await looking


async def test_a_worker_that_comes_looks_at_once_for_what_was_missed_while_nobody_was_here(
    database: Database, secret_key: str, sandbox: Player, hook_secret: str
):
    settings = settings_for(database.dsn, secret_key, reconcile_seconds=600)
    async with open_house(settings, brains=[ScriptedBrain()]) as house:
        await connect(house, sandbox, hook_secret)
        said = await sandbox.say("maria", "Qual o preço?")
        async with working(house):
            assert await until(lambda: company_said(sandbox, said)) == [PRICE]


def test_missed_hooks_are_looked_for_every_minute_and_people_every_five_seconds():
    known = {schedule.chore: schedule.cron for schedule in schedules()}
    assert known[reconcile] == every(60) == "* * * * *"
    assert known[poll_people] == every(5) == "* * * * * */5"


# --- salespeople whom no hook tells of --------------------------------------------------------------------------------


async def test_where_no_hook_tells_of_salespeople_a_poll_sees_them_and_their_commands(
    house: House, shop: Account, sandbox: Player
):
    assert not shop.capabilities.sees_humans
    await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house, but=("ask", "send", "crm"))
    await sandbox.say("maria", "/assumir", **{"as": "user:1"})
    await house.workshop.upkeep.poll_people()
    await house.workshop.upkeep.poll_people()
    await work_off(house, but=("send", "crm"))
    pause = (await state_of(house.database, await conversation_of(house.database))).pause
    assert pause is not None
    assert (pause.reason, pause.by) == (PauseReason.COMMAND, "Ana")
    assert await line_of(house.database) == []


@pytest.mark.parametrize("fault", ["gone", "error_500"])
async def test_a_talk_that_cannot_be_read_hides_no_salesperson_of_another(
    house: House, shop: Account, sandbox: Player, fault: str
):
    await customer_says(sandbox, house, shop, "Qual o preço?", chat="maria")
    bad = await customer_says(sandbox, house, shop, "Oi", chat="joana")
    await work_off(house, but=("ask", "send", "crm"))
    number = await conversation_of(house.database, bad["chat_id"])
    if fault == "gone":
        await house.database.execute("update conversations set talk_id = '999999' where id = $1", number)
    else:
        path = f"talks/{bad['talk_id']}/messages"
        await sandbox.steer("faults", {"faults": [{"fault": fault, "path": path, "times": 100}]})
    # The broken one is looked into first.
    await house.database.execute("update conversations set last_customer_at = now() where id = $1", number)
    said = await sandbox.say("maria", "Eu cuido", **{"as": "user:1"})
    await house.workshop.upkeep.poll_people()
    assert said["message_id"] in await mail(house.database)
    assert await house.database.fetchval("select count(*) from event_log where what = 'poll'") == 1


@pytest.mark.parametrize(("known", "reads"), [(True, 1), (False, 1)])
async def test_who_types_a_command_on_a_phone_is_looked_up_once(
    house: House, shop: Account, sandbox: Player, known: bool, reads: int
):
    """Promise 5: it counts from a known salesperson's phone; from a customer's it is ordinary text."""
    await house.connecting.sync_sellers(shop.id)
    said = await customer_says(sandbox, house, shop, "/status", chat="fone", **({"as": "phone:1"} if known else {}))
    await work_off(house, but=("send", "crm"))
    await deliver(house.database, shop, heard({**said, "message_id": "again"}, "/status"))
    await work_off(house, but=("send", "crm"))
    calls = [one for one in await sandbox.record() if one["path"].endswith(f"/contacts/{said['contact_id']}")]
    assert len(calls) == reads
    assert await house.database.fetchval("select count(*) from mensagens where author = 'customer'") == (
        0 if known else 2
    )
