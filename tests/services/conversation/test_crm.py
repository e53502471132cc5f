"""Notes, tags and assignments: in order, once, on the right lead or none (promise 10)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.clock import FixedClock
from app.domain.hours import WEEKDAYS
from app.domain.ids import ConversationId
from app.services.conversation.crm import MOST_TRIES
from app.services.conversation.wording import Phrase, say
from app.store.accounts import Account
from app.store.database import Database
from app.store.queue import Job, JobName, enqueue
from app.wiring import House, open_house
from tests.builders import a_handoff, a_reply, written_by_ana
from tests.house import (
    ScriptedBrain,
    company_said,
    connect,
    conversation_of,
    customer_says,
    deliver,
    line_of,
    notes_on,
    settings_for,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player

ALWAYS_OPEN = {"week": {day: ["00:00-24:00"] for day in WEEKDAYS}}
PRICE = "A limpeza custa 200 reais."


async def fault(sandbox: Player, name: str, **more: object) -> None:
    await sandbox.steer("faults", {"faults": [{"fault": name, "path": "notes", "method": "POST", "times": 1, **more}]})


async def write(database: Database, number: ConversationId, *texts: str) -> None:
    """What a transaction on the conversation leaves for its lead; no text is a tag that Kommo refuses."""
    for text in texts:
        await database.execute(
            """insert into outbox (account_id, conversation_id, number, kind, epoch, body, details)
            select account_id, id, lines + 1, $2, 0, $3, '{"add": [""]}'
            from conversations where id = $1""",
            *(number, "note" if text else "tags", f"[Ponte] {text}"),
        )
        await database.execute("update conversations set lines = lines + 1 where id = $1", number)
    async with database.transaction() as tx:
        await enqueue(tx, [Job(JobName.CRM, {"conversation": number})])


async def let_rests_end(house: House) -> None:
    """As if the pauses after failures were over."""
    await house.database.execute("update outbox set not_before = null, claimed_at = claimed_at - interval '1 minute'")
    await house.database.execute("update queue.pgqueuer set execute_after = now()")
    await work_off(house)


async def lead_of(sandbox: Player, number: int) -> Json:
    return (await sandbox.api("GET", f"leads/{number}")).json()


async def two_leads(sandbox: Player, house: House, shop: Account, *, open_leads: int = 2) -> tuple[Json, list[int]]:
    """A customer whose chat names no lead, and who has so many open ones."""
    said = await customer_says(sandbox, house, shop, "Qual o preço?", lead=False)
    made = [(await sandbox.steer("lead", {"chat": "maria", "name": f"Lead {n}"}))["lead_id"] for n in range(open_leads)]
    await work_until_quiet(house)
    return said, made


async def held(database: Database) -> Sequence[Any]:
    return [row for row in await line_of(database, kind="note") if row[0] == "held"]


# --- the right lead or none -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("open_leads", [0, 2])
async def test_without_one_lead_that_is_sure_the_customer_is_answered_and_the_note_is_held(
    house: House, shop: Account, sandbox: Player, open_leads: int
):
    """Promise 10: never guessed."""
    said, leads = await two_leads(sandbox, house, shop, open_leads=open_leads)
    assert await company_said(sandbox, said) == [PRICE]
    assert len(await held(house.database)) == 1
    assert [await notes_on(sandbox, lead) for lead in leads] == [[]] * open_leads


async def test_what_was_held_is_written_on_the_lead_that_a_person_names_and_on_no_other(
    house: House, shop: Account, sandbox: Player
):
    _, (first, second) = await two_leads(sandbox, house, shop)
    number = await conversation_of(house.database)
    await house.doors.steering.name_lead(shop.id, number, str(second), who="Ana")
    await work_until_quiet(house)
    assert len(await notes_on(sandbox, second)) == 1
    assert await notes_on(sandbox, first) == []
    assert await held(house.database) == []
    audit = await house.database.fetchrow("select who, why from event_log where what = 'named_lead'")
    assert tuple(audit or ()) == ("Ana", str(second))


async def test_one_open_lead_decides_by_itself_whatever_else_was_closed(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?", lead=False)
    won, current = [(await sandbox.steer("lead", {"chat": "maria", "name": n}))["lead_id"] for n in ("velho", "novo")]
    await sandbox.api("PATCH", f"leads/{won}", {"status_id": 142})
    await work_until_quiet(house)
    assert await company_said(sandbox, said) == [PRICE]
    assert len(await notes_on(sandbox, current)) == 1
    assert await notes_on(sandbox, won) == []


async def test_a_hook_that_names_the_lead_later_lets_go_what_was_held(house: House, shop: Account, sandbox: Player):
    said, (first, _) = await two_leads(sandbox, house, shop)
    await deliver(
        house.database,
        shop,
        written_by_ana(chat_id=said["chat_id"], lead_id=str(first), talk_id=None, contact_id=str(said["contact_id"])),
    )
    await work_until_quiet(house)
    assert len(await notes_on(sandbox, first)) == 2
    assert await held(house.database) == []


# --- once, and in order -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["error_after", "error_before", "error_500", "lost", "rate_429"])
async def test_a_note_whose_call_failed_is_on_the_lead_once(house: House, shop: Account, sandbox: Player, name: str):
    await fault(sandbox, name)
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house)
    await let_rests_end(house)
    assert len(await notes_on(sandbox, said["lead_id"])) == 1
    assert [state for state, _ in await line_of(house.database, kind="note")] == ["sent"]


async def test_a_note_whose_writer_died_after_the_call_is_on_the_lead_once(
    house: House, shop: Account, sandbox: Player
):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_until_quiet(house)
    await house.database.execute("update outbox set state = 'sending', external_id = null where kind = 'note'")
    number = await conversation_of(house.database)
    await house.workshop.crm.write_all(number)
    assert [state for state, _ in await line_of(house.database, kind="note")] == ["sending"]  # it may be at it still
    await let_rests_end(house)
    await house.workshop.crm.write_all(number)
    assert [state for state, _ in await line_of(house.database, kind="note")] == ["sent"]
    assert len(await notes_on(sandbox, said["lead_id"])) == 1


async def test_an_older_note_in_the_same_words_is_not_taken_for_the_one_whose_call_failed(
    house: House, shop: Account, sandbox: Player
):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_until_quiet(house)
    await customer_says(sandbox, house, shop, "E amanhã?")
    await fault(sandbox, "lost")
    await work_until_quiet(house)
    await let_rests_end(house)
    first, second = await notes_on(sandbox, said["lead_id"])
    assert first == second


async def test_ten_writers_at_once_write_every_note_once_and_in_order(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    number = await conversation_of(house.database)
    await write(house.database, number, *(f"nota {n}" for n in range(4)))
    await asyncio.gather(*(house.workshop.crm.write_all(number) for _ in range(10)))
    await work_off(house, but=("wake",))
    assert await notes_on(sandbox, said["lead_id"]) == [f"[Ponte] nota {n}" for n in range(4)]


async def test_a_note_that_rests_is_not_overtaken_by_the_next(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    number = await conversation_of(house.database)
    await fault(sandbox, "error_500")
    await write(house.database, number, "IA pausada")
    await work_off(house, but=("wake",))
    await write(house.database, number, "IA ativa")
    await work_off(house, but=("wake",))
    assert await notes_on(sandbox, said["lead_id"]) == []
    await house.database.execute("delete from queue.pgqueuer where entrypoint = 'wake'")
    await let_rests_end(house)
    assert await notes_on(sandbox, said["lead_id"]) == ["[Ponte] IA pausada", "[Ponte] IA ativa"]


async def test_a_write_that_the_vendor_refuses_for_good_does_not_hold_up_the_others(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    number = await conversation_of(house.database)
    await write(house.database, number, "", "uma nota")  # a tag without a name
    await work_off(house, but=("wake",))
    rows = await house.database.fetch("select kind, state from outbox order by number")
    assert [tuple(row) for row in rows] == [("tags", "failed"), ("note", "sent")]
    assert await notes_on(sandbox, said["lead_id"]) == ["[Ponte] uma nota"]


async def test_after_so_many_tries_a_person_has_to_look(house: House, shop: Account, sandbox: Player):
    await fault(sandbox, "error_500", times=50)
    await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house)
    await house.database.execute("update outbox set attempt = $1 where kind = 'note'", MOST_TRIES - 1)
    await let_rests_end(house)
    assert [state for state, _ in await line_of(house.database, kind="note")] == ["failed"]


# --- tags and salespeople ---------------------------------------------------------------------------------------------


async def test_tags_of_an_answer_are_added_and_those_of_others_stay(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_reply(tags=("quente", "limpeza"))]
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await sandbox.api("PATCH", f"leads/{said['lead_id']}", {"tags_to_add": [{"name": "vip"}]})
    await work_until_quiet(house)
    tags = (await lead_of(sandbox, said["lead_id"]))["_embedded"]["tags"]
    assert {tag["name"] for tag in tags} == {"vip", "quente", "limpeza"}


async def tasks_of(sandbox: Player) -> list[tuple[int, int]]:
    """The tasks in the CRM, as (user, lead)."""
    answer = await sandbox.api("GET", "tasks?limit=250")
    found = answer.json()["_embedded"]["tasks"] if answer.content else []
    return [(one["responsible_user_id"], one["entity_id"]) for one in found]


@pytest.mark.parametrize("free", [True, False])
async def test_a_customer_whom_nobody_answers_goes_from_one_salesperson_to_the_next_and_then_hears_so(
    database: Database, secret_key: str, sandbox: Player, hook_secret: str, *, free: bool
):
    """With what is free, if anything is; and the note tells the salesperson what was offered."""
    clock, brain = FixedClock(datetime.now(UTC)), ScriptedBrain(says=[a_handoff("asked_for_person")])
    async with open_house(settings_for(database.dsn, secret_key), brains=[brain], clock=clock) as house:
        shop = await connect(house, sandbox, hook_secret)
        await house.accounts.change(shop.id, {"settings": {"hours": ALWAYS_OPEN, "stale_after": 10**6}})
        if not free:
            await database.execute(
                """insert into disponibilidade (account_id, seller_id, timezone, week)
                select account_id, external_id, 'UTC', '{}' from vendedores"""
            )
        said = await customer_says(sandbox, house, shop, "quero falar com alguém")
        told: list[int] = []
        done: list[str] = []
        for _ in range(4):
            done += await work_until_quiet(house)
            told.append((await lead_of(sandbox, said["lead_id"]))["responsible_user_id"])
            clock.move(timedelta(minutes=11))
            await house.workshop.waking.wake(await conversation_of(database))
        done += await work_until_quiet(house)
    assert done.count("offer") == 1
    assert len(set(told[:3])) == 3  # three salespeople, one after the other
    assert told[3] == told[2]
    assert await tasks_of(sandbox) == [(user, said["lead_id"]) for user in told[:3]]
    goodbye, excuse = await company_said(sandbox, said)
    assert goodbye != excuse
    note = (await notes_on(sandbox, said["lead_id"]))[-1]
    if not free:
        assert excuse == say(Phrase.NOBODY_THERE, "pt-BR")
        assert note.endswith(say(Phrase.UNANSWERED, "pt-BR"))
        return
    name = await database.fetchval("select name from vendedores where external_id = $1", str(told[2]))
    times = excuse.partition(f"Estes horários com {name} estão livres: ")[2].partition(".")[0]
    assert len(times.split(":")) == 4  # three of them
    assert times in note
    assert await database.fetchval("select count(*) from agenda") == 0  # offered, not held


async def alerts_of(database: Database) -> list[tuple[str, int | None, bool]]:
    """What operators were told: the cause, the chat, and whether it is so still."""
    rows = await database.fetch("select * from notices where seller_id is null order by id")
    return [(row["cause"], row["conversation_id"], row["is_open"]) for row in rows]


async def test_a_customer_of_three_open_leads_gets_a_goodbye_operators_hear_of_it_and_the_named_lead_gets_all_once(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_handoff("asked_for_person")]
    said, leads = await two_leads(sandbox, house, shop, open_leads=3)
    number = await conversation_of(house.database)
    for _ in range(2):  # another run tells nobody again
        assert len(await company_said(sandbox, said)) == 1
        assert await alerts_of(house.database) == [("handoff_asked_for_person", number, True)]
        assert await tasks_of(sandbox) == []
        await house.workshop.crm.write_all(number)
    for _ in range(2):
        await house.doors.steering.name_lead(shop.id, number, str(leads[1]), who="Ana")
        await work_until_quiet(house)
    assert [await notes_on(sandbox, lead) != [] for lead in leads] == [False, True, False]
    assert len(await notes_on(sandbox, leads[1])) == 1
    (task,) = await tasks_of(sandbox)
    assert task[1] == leads[1]
    assert (await lead_of(sandbox, leads[1]))["responsible_user_id"] == task[0]
    assert len(await company_said(sandbox, said)) == 1


async def test_operators_hear_of_a_second_customer_without_a_lead_although_the_cause_was_told_lately(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    """Once per cause an hour would leave the second one to nobody, for no salesperson can be told."""
    brain.says = [a_handoff("asked_for_person")]
    await house.database.execute(
        """insert into notices (account_id, cause, round_at, told_at)
        values ($1, 'handoff_asked_for_person', now(), now())""",
        shop.id,
    )
    _, leads = await two_leads(sandbox, house, shop)
    number = await conversation_of(house.database)
    first = ("handoff_asked_for_person", None, True)
    assert await alerts_of(house.database) == [first, ("handoff_no_lead", number, True)]
    await house.doors.steering.name_lead(shop.id, number, str(leads[0]), who="Ana")
    await work_until_quiet(house)
    assert await alerts_of(house.database) == [first, ("handoff_no_lead", number, False)]


async def test_what_was_held_takes_no_lead_from_whoever_has_answered_meanwhile(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    """Two open leads: nobody can be assigned until one is named, and by then Ana has written to the customer."""
    brain.says = [a_handoff("asked_for_person")]
    said, leads = await two_leads(sandbox, house, shop)
    assert ("held", "") in await line_of(house.database, kind="assign")
    await deliver(house.database, shop, written_by_ana(chat_id=said["chat_id"], lead_id=None))
    await work_until_quiet(house)
    before = (await lead_of(sandbox, leads[1]))["responsible_user_id"]
    number = await conversation_of(house.database)
    await house.doors.steering.name_lead(shop.id, number, str(leads[1]), who="Ana")
    await work_until_quiet(house)
    assert (await lead_of(sandbox, leads[1]))["responsible_user_id"] == before
    assert await tasks_of(sandbox) == []
    assert await line_of(house.database, kind="assign") == [("cancelled", "")]


async def test_a_note_that_cannot_be_written_holds_up_nobody_who_must_answer(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_handoff("asked_for_person")]
    await sandbox.steer("faults", {"faults": [{"fault": "error_500", "path": "notes", "method": "POST"}]})
    said = await customer_says(sandbox, house, shop, "quero falar com alguém")
    await work_until_quiet(house)
    assert [lead for _, lead in await tasks_of(sandbox)] == [said["lead_id"]]


async def test_an_outage_of_half_an_hour_loses_no_note(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_reply(note="quer limpeza")]
    await sandbox.steer("faults", {"faults": [{"fault": "error_500", "path": "notes", "method": "POST"}]})
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_until_quiet(house)
    for _ in range(12):  # 2 + 4 + ... + 256 s, and then every five minutes
        await let_rests_end(house)
    await sandbox.steer("faults", {"replace": True, "faults": []})
    await let_rests_end(house)
    assert any("quer limpeza" in note for note in await notes_on(sandbox, said["lead_id"]))


@pytest.mark.parametrize(("before", "after"), [(2, 2), (9, 1)])
async def test_a_hand_over_keeps_an_active_salesperson_and_replaces_one_who_left(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player, before: int, after: int
):
    """User 9 is inactive; Ana, who is 1, wrote here last."""
    brain.says = [a_handoff("asked_for_person")]
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await sandbox.api("PATCH", f"leads/{said['lead_id']}", {"responsible_user_id": before})
    await deliver(house.database, shop, written_by_ana(chat_id=said["chat_id"], lead_id=str(said["lead_id"])))
    await work_until_quiet(house)
    await house.database.execute("update conversations set bot_on = true, pause_reason = null")
    await customer_says(sandbox, house, shop, "quero falar com alguém")
    await work_until_quiet(house)
    assert (await lead_of(sandbox, said["lead_id"]))["responsible_user_id"] == after


async def test_an_owner_who_is_new_in_the_crm_is_looked_up_and_keeps_the_lead(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_handoff("asked_for_person")]
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "users": [{"id": 77, "name": "Novata"}]})
    await house.database.execute("update vendedores set synced_at = synced_at - interval '1 hour'")
    said = await customer_says(sandbox, house, shop, "quero falar com alguém")
    await sandbox.api("PATCH", f"leads/{said['lead_id']}", {"responsible_user_id": 77})
    await work_until_quiet(house)
    assert await tasks_of(sandbox) == [(77, said["lead_id"])]
