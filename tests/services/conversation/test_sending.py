"""Sending: one call for one row, the last look right before it, and our own echo never taken for a person."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.domain.conversation import DeliveryReported, Outcome, PauseReason
from app.services.conversation.mailbox import process
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.builders import a_reply, written_by_a_program, written_by_ana
from tests.house import (
    ScriptedBrain,
    company_messages,
    company_said,
    conversation_of,
    customer_says,
    deliver,
    heard,
    line_of,
    sends,
    settings_for,
    state_of,
    until,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player

PRICE = "A limpeza custa 200 reais."
LEFT = "select count(*) from outbox where kind = 'message' and state in ('pending', 'sending')"


@pytest_asyncio.fixture
async def ready(house: House, shop: Account, sandbox: Player) -> Json:
    """A customer has asked, the answer waits to be sent."""
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house, but=("send", "crm"))
    assert await line_of(house.database) == [("pending", PRICE)]
    return said


@pytest_asyncio.fixture
async def another(house: House, database: Database, secret_key: str) -> AsyncIterator[House]:
    """A second process of the same installation."""
    async with open_house(settings_for(database.dsn, secret_key), brains=[ScriptedBrain()]) as made:
        yield made


async def test_a_message_is_sent_once_and_its_id_is_kept(house: House, sandbox: Player, ready: Json):
    number = await conversation_of(house.database)
    for _ in range(3):
        await house.workshop.sending.send_next(number)
    assert await company_said(sandbox, ready) == [PRICE]
    row = await house.database.fetchrow("select state, attempt, way, external_id from outbox where kind = 'message'")
    assert row is not None
    assert (row["state"], row["attempt"], row["way"]) == ("sent", 1, "talks")
    assert row["external_id"]
    assert await house.database.fetchval("select delivered_at is not null and received_at is not null from turns")


async def test_ten_senders_that_claim_one_row_at_once_make_one_call(
    house: House, another: House, sandbox: Player, ready: Json
):
    number = await conversation_of(house.database)
    await asyncio.gather(*(one.workshop.sending.send_next(number) for one in (house, another) for _ in range(5)))
    while not await sends(sandbox):  # on a stalled machine the slot may have been too late to be used
        await house.workshop.sending.send_next(number)
    assert len(await sends(sandbox)) == 1
    assert await company_said(sandbox, ready) == [PRICE]


async def test_balloons_leave_in_their_order_whoever_sends_them(
    house: House, another: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    balloons = [f"parte {n}" for n in range(6)]
    brain.says = [a_reply(*balloons)]
    said = await customer_says(sandbox, house, shop, "Conta tudo?")
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(house.database)
    while await house.database.fetchval(LEFT):
        await asyncio.gather(*(one.workshop.sending.send_next(number) for one in (house, another) for _ in range(3)))
    assert await company_said(sandbox, said) == balloons


async def test_the_second_balloon_stays_when_a_person_writes_after_the_first(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_reply("primeira parte", "segunda parte")]
    said = await customer_says(sandbox, house, shop, "Conta tudo?")
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(house.database)
    await house.workshop.sending.send_next(number)
    await deliver(house.database, shop, written_by_ana(chat_id=said["chat_id"]))
    await house.workshop.sending.send_next(number)
    assert await company_said(sandbox, said) == ["primeira parte"]
    assert [state for state, _ in await line_of(house.database)] == ["sent", "cancelled"]


async def test_a_later_word_of_an_attempt_that_is_over_changes_nothing(house: House, sandbox: Player, ready: Json):
    number = await conversation_of(house.database)
    await sandbox.steer("faults", {"faults": [{"fault": "rate_429", "path": "send_message", "times": 1}]})
    await house.workshop.sending.send_next(number)
    await house.database.execute("update outbox set not_before = null")
    await sandbox.steer("faults", {"faults": [{"fault": "error_after", "path": "send_message", "times": 1}]})
    await house.workshop.sending.send_next(number)
    assert await house.database.fetchval("select (state, attempt) = ('sending', 2) from outbox where kind = 'message'")
    for outcome in (Outcome.REFUSED, Outcome.ABSENT, Outcome.ACCEPTED):
        async with house.database.transaction() as tx:
            late = DeliveryReported(1, 1, outcome)
            course = await process(tx, number, house.workshop.waking._clock.now(), late)
        assert course is not None
        assert course.verdict == "not_this_attempt"
    assert await house.database.fetchval("select (state, attempt) = ('sending', 2) from outbox where kind = 'message'")


async def test_a_vendor_that_has_no_time_gets_the_message_later_and_once(house: House, sandbox: Player, ready: Json):
    await sandbox.steer("faults", {"faults": [{"fault": "rate_429", "path": "send_message", "times": 2}]})
    await work_until_quiet(house)
    assert await company_said(sandbox, ready) == [PRICE]
    assert [one["status"] for one in await sends(sandbox)] == [429, 429, 202] or len(await sends(sandbox)) == 3


async def test_a_way_that_the_account_has_lost_is_left_for_the_next_one_at_once(
    house: House, shop: Account, sandbox: Player, ready: Json
):
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "capabilities": {"talks_send": False}})
    await work_until_quiet(house)
    assert await until(lambda: company_said(sandbox, ready)) == [PRICE]
    assert await house.database.fetchval("select way from outbox where kind = 'message'") == "salesbot"
    assert "talks" not in (await house.accounts.get(shop.id)).capabilities.ways


async def test_a_closed_talk_is_followed_to_its_new_one_and_remembered(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?", talk_closed=True)
    again = await sandbox.say("maria", "alô?")
    assert again["talk_id"] != said["talk_id"]
    await work_until_quiet(house)
    assert PRICE in await company_said(sandbox, again)
    assert await house.database.fetchval("select talk_id from conversations") == str(again["talk_id"])


# --- our own echo -----------------------------------------------------------------------------------------------------


async def test_an_echo_that_comes_before_the_answer_of_the_call_is_ours(
    house: House, shop: Account, sandbox: Player, ready: Json
):
    """The call takes effect and its answer is lost: the hook comes first, unread until the row has its id."""
    number = await conversation_of(house.database)
    await sandbox.steer("faults", {"faults": [{"fault": "error_after", "path": "send_message", "times": 1}]})
    await house.workshop.sending.send_next(number)
    [shown] = await until(lambda: company_messages(sandbox, ready))
    echo = heard({**ready, "message_id": shown["id"]}, PRICE, author=written_by_a_program().author)
    await deliver(house.database, shop, echo)
    await house.workshop.waking.wake(number)
    assert await house.database.fetchval("select count(*) from inbox where folded_at is null") == 1
    await house.database.execute("update outbox set claimed_at = claimed_at - interval '1 minute'")
    await house.workshop.upkeep.sweep()
    await work_until_quiet(house)
    assert await line_of(house.database) == [("sent", PRICE)]
    assert await house.database.fetchval("select verdict from inbox where external_id = $1", shown["id"]) == "echo"
    assert (await state_of(house.database, number)).bot_on
    assert await company_said(sandbox, ready) == [PRICE]


async def test_no_claim_passes_an_event_that_may_be_a_persons(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    brain.says = [a_reply("primeira", "segunda")]
    said = await customer_says(sandbox, house, shop, "Conta tudo?")
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(house.database)
    await sandbox.steer("faults", {"faults": [{"fault": "lost", "path": "send_message", "times": 1}]})
    await house.workshop.sending.send_next(number)
    await deliver(house.database, shop, written_by_ana("primeira", chat_id=said["chat_id"]))
    await house.workshop.sending.send_next(number)
    assert await company_said(sandbox, said) == []
    assert [state for state, _ in await line_of(house.database)] == ["sending", "pending"]


async def test_the_echo_of_a_sent_message_never_pauses_the_bot(
    house: House, shop: Account, sandbox: Player, ready: Json
):
    await work_until_quiet(house)
    [shown] = await until(lambda: company_messages(sandbox, ready))
    echo = heard({**ready, "message_id": shown["id"]}, PRICE, author=written_by_a_program().author)
    await deliver(house.database, shop, echo, echo)
    await work_until_quiet(house)
    state = await state_of(house.database, await conversation_of(house.database))
    assert state.bot_on
    assert state.epoch == 0


@pytest.mark.parametrize("by_a_person", [False, True])
async def test_a_salesbot_row_owns_one_echo_and_a_second_message_with_its_words_is_another_ones(
    house: House, shop: Account, sandbox: Player, ready: Json, by_a_person: bool
):
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "capabilities": {"talks_send": False}})
    await work_until_quiet(house)
    number = await conversation_of(house.database)
    assert await house.database.fetchval(
        "select (way, state) = ('salesbot', 'sending') from outbox where kind = 'message'"
    )
    [shown] = await until(lambda: company_messages(sandbox, ready))
    echo = heard({**ready, "message_id": shown["id"]}, PRICE, author=written_by_a_program().author)
    await deliver(house.database, shop, echo)
    await work_until_quiet(house)
    assert await line_of(house.database) == [("sent", PRICE)]
    assert (await state_of(house.database, number)).bot_on
    if by_a_person:
        await deliver(house.database, shop, written_by_ana(PRICE, chat_id=ready["chat_id"]))
        await work_until_quiet(house)
        pause = (await state_of(house.database, number)).pause
        assert pause is not None
        assert pause.reason is PauseReason.HUMAN


# --- opt-out ----------------------------------------------------------------------------------------------------------


async def test_an_opt_out_is_heard_in_the_transaction_that_reserves_the_send(
    house: House, shop: Account, sandbox: Player, ready: Json
):
    """Promise 12: the word lies unread in the mailbox when the claim comes; the answer stays, the goodbye goes."""
    said = await sandbox.say("maria", "PARAR")
    await deliver(house.database, shop, heard(said, "PARAR"))
    await house.workshop.sending.send_next(await conversation_of(house.database))
    assert (await line_of(house.database))[0] == ("cancelled", PRICE)
    await work_until_quiet(house)
    assert len(await company_said(sandbox, ready)) == 1
    assert PRICE not in await company_said(sandbox, ready)
    await customer_says(sandbox, house, shop, "qual o preço?")
    await work_until_quiet(house)
    assert len(await company_said(sandbox, ready)) == 1


async def test_an_opt_out_holds_in_the_contacts_other_chats_to_come(
    house: House, shop: Account, brain: ScriptedBrain, sandbox: Player
):
    said = await customer_says(sandbox, house, shop, "PARAR")
    await work_until_quiet(house)
    other = heard({**said, "message_id": "other-1", "chat_id": "another-chat"}, "Qual o preço?")
    await deliver(house.database, shop, other)
    await work_off(house, but=("send", "crm"))
    assert brain.asked == []
    assert not (await state_of(house.database, await conversation_of(house.database, "another-chat"))).bot_on
