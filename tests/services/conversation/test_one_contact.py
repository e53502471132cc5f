"""What is known of the contact holds in all of its chats, and whose phone it is decides before a text is read."""

import asyncio
from datetime import UTC, datetime, timedelta

from app.domain.conversation import PauseReason
from app.domain.ids import LeadId
from app.services.conversation.translate import translate
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event, written_by_a_program, written_by_ana
from tests.house import ScriptedBrain, conversation_of, customer_says, deliver, line_of, state_of, work_off
from tests.sandbox.player import Player

NOT_OUT = ("send", "crm")


async def rows_of(house: House, conversation: int) -> list[str]:
    sql = "select state from outbox where kind = 'message' and conversation_id = $1 order by number"
    return [row["state"] for row in await house.database.fetch(sql, conversation)]


async def test_a_command_from_a_phone_not_looked_up_yet_stops_the_reply_that_waits_and_is_never_text(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    """The sender is quicker than the wake-up that looks whose phone it is."""
    await house.connecting.sync_sellers(shop.id)
    who = {"chat": "fone", "as": "phone:1"}
    await customer_says(sandbox, house, shop, "Oi", **who)
    await work_off(house, but=NOT_OUT)
    await customer_says(sandbox, house, shop, "/assumir", **who)
    number = await conversation_of(house.database)
    await house.workshop.sending.send_next(number)
    assert [state for state, _ in await line_of(house.database)] == ["pending"]
    await work_off(house, but=("crm",))
    state = await state_of(house.database, number)
    assert state.pause is not None
    assert state.pause.reason is PauseReason.COMMAND
    assert await house.database.fetchval("select count(*) from mensagens where text = '/assumir'") == 0
    assert [line.text for asked in brain.asked for line in asked.burst] == ["Oi"]


async def test_a_text_like_a_command_from_somebody_who_cannot_be_looked_up_is_read_after_a_minute(
    house: House, account: Account
):
    await deliver(house.database, account, a_channel_event("/assumir"))
    number = await conversation_of(house.database)
    await house.workshop.waking.wake(number)
    assert await house.database.fetchval("select count(*) from mensagens") == 0
    await house.database.execute(
        "update inbox set body = jsonb_set(body, '{received_at}', to_jsonb(now() - interval '2 minutes'))"
    )
    await house.workshop.waking.wake(number)
    assert await house.database.fetchval("select text from mensagens") == "/assumir"


async def test_an_opt_out_holds_in_every_chat_of_the_contact(house: House, account: Account):
    for chat in ("c1", "c2"):
        await deliver(house.database, account, a_channel_event("Oi", chat_id=chat))
    await work_off(house, but=NOT_OUT)
    await deliver(house.database, account, a_channel_event("PARAR", chat_id="c1"))
    await work_off(house, but=NOT_OUT)
    await house.workshop.sending.send_next(other := await conversation_of(house.database, "c2"))
    assert await rows_of(house, other) == ["cancelled"]
    await deliver(house.database, account, a_channel_event("Qual o preço?", chat_id="c2"))
    await work_off(house, but=NOT_OUT)
    state = await state_of(house.database, other)
    assert state.opted_out
    assert await rows_of(house, other) == ["cancelled"]


async def test_an_opt_out_holds_in_a_chat_whose_contact_is_learnt_later(house: House, account: Account):
    await house.database.execute(
        "insert into contacts (account_id, external_id, opted_out_at) values ($1, '501', now())", account.id
    )
    await deliver(house.database, account, a_channel_event("Oi", contact_id=None, lead_id=None))
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=NOT_OUT)
    assert await line_of(house.database) == []


async def test_the_brain_is_asked_the_whole_burst_however_much_was_said_around_it(
    house: House, account: Account, brain: ScriptedBrain
):
    await house.doors.preferences.change(account.id, {"messages_a_minute": 0}, who="test")
    for number in range(60):
        await deliver(house.database, account, a_channel_event(f"m{number}"))
    for number in range(45):
        await deliver(house.database, account, written_by_a_program(f"outro robô {number}"))
    await work_off(house, but=NOT_OUT)
    asked = await house.database.fetchval("select array_length(answers, 1) from turns order by number desc limit 1")
    assert len(brain.asked[-1].burst) == asked
    assert len(brain.asked[-1].history) <= 40


def test_a_time_that_is_still_to_come_counts_as_now_for_nothing_could_follow_it():
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    for ahead, counts in [(timedelta(minutes=4), timedelta(minutes=4)), (timedelta(days=9999), timedelta(0))]:
        (event,) = translate(written_by_ana("x", at=now + ahead), received_at=now, locale="pt-BR").events
        assert event.at == now + counts


async def test_an_answer_that_an_outage_kept_back_for_too_long_goes_to_a_person(
    house: House, shop: Account, sandbox: Player
):
    await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house, but=NOT_OUT)
    await house.database.execute("update mensagens set at = at - interval '11 minutes'")
    number = await conversation_of(house.database)
    await house.workshop.sending.send_next(number)
    state = await state_of(house.database, number)
    assert state.pause is not None
    assert state.pause.reason is PauseReason.STALE
    assert [state for state, _ in await line_of(house.database)] == ["cancelled"]


async def test_salesbot_says_one_thing_at_a_time_on_a_lead(house: House, shop: Account, sandbox: Player):
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "capabilities": {"talks_send": False}})
    await house.accounts.lose_way(shop.id, "talks")
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    lead = LeadId(str(said["lead_id"]))
    await deliver(house.database, shop, a_channel_event("Qual o preço?", chat_id="another", lead_id=lead))
    await work_off(house, but=NOT_OUT)
    first, second = [await conversation_of(house.database, chat) for chat in (said["chat_id"], "another")]
    await asyncio.gather(*(house.workshop.sending.send_next(number) for number in (first, second)))
    assert sorted(await rows_of(house, first) + await rows_of(house, second)) == ["pending", "sending"]
    waiting = first if await rows_of(house, first) == ["pending"] else second
    await house.database.execute("update outbox set state = 'sent' where state = 'sending' and kind = 'message'")
    await house.database.execute("update outbox set not_before = null where kind = 'message'")
    await house.workshop.sending.send_next(waiting)
    assert await rows_of(house, waiting) == ["sending"]
