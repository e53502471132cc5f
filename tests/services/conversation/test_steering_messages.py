"""Callers that speak: always through the fence, once for each key or turn. And starting over."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.conversation import Command, DeliveryReported, Outcome, TimerKind, Verb
from app.domain.errors import Conflict, NotFound
from app.domain.ids import ConversationId, ExternalId
from app.services.bot_control.address import Named
from app.services.conversation.mailbox import process
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event, a_reply, written_by_a_program, written_by_ana
from tests.house import ScriptedBrain, calls_back, conversation_of, deliver, line_of, state_of, work_off

WORDS = "Seu pedido chegou."
PRICE = "A limpeza custa 200 reais."


async def here(house: House, account: Account) -> Named:
    """A conversation in which nothing waits."""
    await deliver(house.database, account, a_channel_event("Oi"))
    return Named(conversation_id=str(await conversation_of(house.database)))


async def to_the_question(house: House, account: Account) -> str:
    """A turn that is open and not asked yet; its id."""
    named = await here(house, account)
    await work_off(house, but=("ask", "send", "crm"))
    return f"{named.conversation_id}:1"


# --- messages ---------------------------------------------------------------------------------------------------------


async def test_a_message_goes_on_the_line_once_for_its_key(house: House, account: Account):
    named = await here(house, account)
    calls = (house.doors.steering.send(account.id, named, WORDS, key="k-1") for _ in range(5))
    said = await asyncio.gather(*calls)
    assert sorted(one["status"] for one in said) == ["admitted"] + ["repeated"] * 4
    assert await line_of(house.database) == [("pending", WORDS)]
    await house.doors.steering.send(account.id, named, WORDS, key="k-2")
    assert await line_of(house.database) == [("pending", WORDS)] * 2


async def test_a_message_answers_what_waited_so_that_the_brain_is_not_asked(
    house: House, account: Account, brain: ScriptedBrain
):
    named = await here(house, account)
    await house.doors.steering.send(account.id, named, WORDS, key=None)
    await work_off(house, but=("send", "crm"))
    assert brain.asked == []
    assert await line_of(house.database) == [("pending", WORDS)]


async def test_a_message_never_goes_over_a_persons_head(house: House, account: Account):
    """Promise 3, for those who hold a key."""
    named = await here(house, account)
    await deliver(house.database, account, written_by_ana())
    with pytest.raises(Conflict) as refused:
        await house.doors.steering.send(account.id, named, WORDS, key="k-1")
    assert refused.value.code == "bot_off"
    assert "Ana" in refused.value.message
    assert await line_of(house.database) == []


async def test_a_refusal_changes_nothing_and_leaves_the_key_free(house: House, account: Account):
    named = await here(house, account)
    await deliver(house.database, account, written_by_ana())
    with pytest.raises(Conflict):
        await house.doors.steering.send(account.id, named, WORDS, key="k-1")
    release = Command(Verb.RELEASE, "Ana", datetime.now(UTC) + timedelta(seconds=2), exact=True)
    await house.doors.steering.command(account.id, named, release)
    await house.doors.steering.send(account.id, named, WORDS, key="k-1")
    assert await line_of(house.database) == [("pending", WORDS)]


async def test_a_lead_with_several_chats_must_be_named_more_closely(house: House, account: Account):
    await deliver(house.database, account, a_channel_event(chat_id="chat-1"), a_channel_event(chat_id="chat-2"))
    with pytest.raises(Conflict):
        await house.doors.steering.send(account.id, Named(lead_id="901"), WORDS, key=None)
    assert await line_of(house.database) == []


async def test_one_key_for_two_chats_is_two_messages(house: House, account: Account):
    await deliver(house.database, account, a_channel_event(chat_id="chat-1"), a_channel_event(chat_id="chat-2"))
    for chat in ("chat-1", "chat-2"):
        said = await house.doors.steering.send(account.id, Named(conversation_id=chat), WORDS, key="k-1")
        assert said["status"] == "admitted"
    assert await line_of(house.database) == [("pending", WORDS)] * 2


async def test_a_key_is_known_for_as_long_as_its_message_is_even_where_the_mailbox_has_forgotten_it(
    house: House, account: Account
):
    named = await here(house, account)
    await house.doors.steering.send(account.id, named, WORDS, key="k-1")
    await house.database.execute("delete from inbox where folded_at is not null")
    assert (await house.doors.steering.send(account.id, named, WORDS, key="k-1"))["status"] == "repeated"
    assert await line_of(house.database) == [("pending", WORDS)]


# --- behind an echo that waits to be told from a person's words -------------------------------------------------------


async def behind_an_echo(house: House, account: Account) -> Named:
    """An answer is being sent, and what looks like its echo came before the call returned."""
    named = await here(house, account)
    await work_off(house, but=("send", "crm"))
    await house.database.execute(
        "update outbox set state = 'sending', attempt = 1, way = 'talks', claimed_at = now() where kind = 'message'"
    )
    await deliver(house.database, account, written_by_a_program(PRICE))
    return named


async def the_call_returns(house: House, named: Named) -> None:
    report = DeliveryReported(1, 1, Outcome.ACCEPTED, ExternalId("m-sent"))
    async with house.database.transaction() as tx:
        await process(tx, ConversationId(int(named.conversation_id or 0)), datetime.now(UTC), report)


async def test_a_message_that_waits_behind_an_echo_says_so_until_it_is_admitted(house: House, account: Account):
    named = await behind_an_echo(house, account)
    said = [(await house.doors.steering.send(account.id, named, WORDS, key="k-1"))["status"] for _ in range(2)]
    assert said == ["queued", "queued"]
    assert await line_of(house.database) == [("sending", PRICE)]
    await the_call_returns(house, named)
    assert (await house.doors.steering.send(account.id, named, WORDS, key="k-1"))["status"] == "repeated"
    assert await line_of(house.database) == [("sent", PRICE), ("pending", WORDS)]


async def test_a_message_that_waited_and_met_a_pause_is_told_as_refused(house: House, account: Account):
    named = await behind_an_echo(house, account)
    paused = await house.doors.steering.command(
        account.id, named, Command(Verb.TAKE, "Ana", datetime.now(UTC), exact=True)
    )
    assert [(one.bot_on, one.paused_by) for one in paused.conversations] == [(False, "Ana")]
    waits = await house.doors.steering.send(account.id, named, WORDS, key="k-1")
    assert (waits["status"], waits["bot_on"]) == ("queued", False)
    await the_call_returns(house, named)
    with pytest.raises(Conflict) as refused:
        await house.doors.steering.send(account.id, named, WORDS, key="k-1")
    assert refused.value.code == "bot_off"
    assert await line_of(house.database) == [("sent", PRICE)]


# --- answers to turns -------------------------------------------------------------------------------------------------


async def test_only_the_first_answer_to_a_turn_counts(house: House, account: Account):
    turn = await to_the_question(house, account)
    first = await calls_back(house, account, turn, WORDS)
    second = await calls_back(house, account, turn, WORDS)
    assert (first["status"], second["status"]) == ("admitted", "repeated")
    await work_off(house, but=("send", "crm"))
    assert await line_of(house.database) == [("pending", WORDS)]


async def test_an_answer_to_a_turn_that_a_person_has_ended_is_refused(house: House, account: Account):
    turn = await to_the_question(house, account)
    await deliver(house.database, account, written_by_ana())
    with pytest.raises(Conflict) as refused:
        await calls_back(house, account, turn, WORDS)
    assert refused.value.code == "turn_is_closed"
    assert await line_of(house.database) == []


async def test_a_turn_that_never_was_is_not_found(house: House, account: Account):
    turn = await to_the_question(house, account)
    for strange in (f"{turn.partition(':')[0]}:9", "999:1"):
        with pytest.raises(NotFound):
            await calls_back(house, account, strange, WORDS)


# --- starting over ----------------------------------------------------------------------------------------------------


async def test_starting_over_lifts_pauses_raises_epochs_and_cancels_what_waits(
    house: House, account: Account, brain: ScriptedBrain
):
    brain.says = [a_reply(PRICE)]
    await deliver(house.database, account, a_channel_event(chat_id="on"), a_channel_event(chat_id="off"))
    await work_off(house, but=("send", "crm"))
    await deliver(house.database, account, written_by_ana(chat_id="off"))
    pause = Command(Verb.TAKE, "Ana", datetime.now(UTC), exact=True)
    await house.doors.steering.command(account.id, Named(contact_id="777"), pause)
    await work_off(house, but=("send", "crm"))
    assert await house.doors.steering.reset(account.id, who="n8n") == 2
    rows = await house.database.fetch("select chat_id, bot_on, epoch from conversations order by chat_id")
    assert [tuple(row) for row in rows] == [("off", True, 2), ("on", True, 1)]
    assert {state for state, _ in await line_of(house.database)} == {"cancelled"}
    assert await house.database.fetchval("select count(*) from pauses where paused") == 0


async def test_starting_over_keeps_history_and_audit_and_tells_who_did_it(house: House, account: Account):
    await deliver(house.database, account, a_channel_event("Oi"), written_by_ana("Oi, sou a Ana"))
    await work_off(house, but=("send", "crm"))
    await house.doors.steering.reset(account.id, who="n8n")
    rows = await house.database.fetch("select text from mensagens where author <> 'bot' order by id")
    assert [row["text"] for row in rows] == ["Oi", "Oi, sou a Ana"]
    audit = [tuple(row) for row in await house.database.fetch("select who, what, why from event_log order by id")]
    assert ("user:1", "paused", "wrote to the customer") in audit
    assert ("n8n", "released", "reset") in audit


@pytest.mark.parametrize("seconds", [-5, 0, 5])
async def test_starting_over_counts_whatever_the_clock_of_the_last_word(house: House, account: Account, seconds: int):
    await deliver(house.database, account, a_channel_event("Oi"))
    await deliver(house.database, account, written_by_ana(at=datetime.now(UTC) + timedelta(seconds=seconds)))
    await house.doors.steering.reset(account.id, who="n8n")
    state = await state_of(house.database, await conversation_of(house.database))
    assert (state.bot_on, state.epoch) == (True, 2)


async def test_after_starting_over_a_new_message_is_answered_and_a_person_can_take_over(
    house: House, account: Account, brain: ScriptedBrain
):
    await deliver(house.database, account, a_channel_event("Oi"), written_by_ana("Oi, sou a Ana"))
    await work_off(house, but=("send", "crm"))
    await house.doors.steering.reset(account.id, who="n8n")
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    assert [line.text for line in brain.asked[-1].burst] == ["Qual o preço?"]
    await deliver(house.database, account, written_by_ana("Eu cuido.", at=datetime.now(UTC) + timedelta(seconds=1)))
    await work_off(house, but=("send", "crm"))
    state = await state_of(house.database, await conversation_of(house.database))
    assert not state.bot_on
    assert TimerKind.BURST not in state.timers
