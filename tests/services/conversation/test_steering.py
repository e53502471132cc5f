"""Steering by API: who is meant, what it changes at once, and what a second time does not change."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.conversation import Command, PauseReason, Verb
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.ids import LeadId
from app.services.bot_control.address import Named
from app.services.conversation.steered import Answer
from app.store.accounts import Account, Accounts, NewAccount
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, noted_by_ana
from tests.house import ScriptedBrain, conversation_of, deliver, line_of, state_of, work_off

CONTACT, LEAD = Named(contact_id="501"), Named(lead_id="901")
STATES = "select chat_id, bot_on, epoch from conversations order by chat_id"


async def steer(house: House, account: Account, named: Named, verb: Verb = Verb.TAKE, **more: Any) -> Answer:
    """What `POST /bot-control` and `POST /vendedor/comandos` do."""
    key = more.pop("key", None)
    command = Command(verb, more.pop("by", "Ana"), datetime.now(UTC), exact=True, **more)
    return await house.doors.steering.command(account.id, named, command, key=key)


async def states(database: Database) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(STATES)]


async def audit(database: Database) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch("select who, what, why from event_log order by id")]


# --- who is meant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("named", "reason"), [(CONTACT, PauseReason.CONTACT), (LEAD, PauseReason.LEAD)])
async def test_a_contact_or_lead_that_has_not_written_yet_is_met_by_silence(
    house: House, account: Account, brain: ScriptedBrain, named: Named, reason: PauseReason
):
    """Promise 4: a pause needs no session."""
    found = await steer(house, account, named)
    assert found.conversations == ()
    assert "Ana" in found.message
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    state = await state_of(house.database, await conversation_of(house.database))
    assert (state.bot_on, state.epoch, state.pause and state.pause.reason) == (False, 1, reason)
    assert brain.asked == []


async def test_only_a_person_lifts_it_again_and_then_what_waited_is_answered_once(
    house: House, account: Account, brain: ScriptedBrain
):
    await steer(house, account, CONTACT)
    await deliver(house.database, account, a_channel_event("Oi"), a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    await steer(house, account, CONTACT, Verb.RELEASE)
    await work_off(house, but=("send", "crm"))
    assert [line.text for line in brain.asked[0].burst] == ["Oi", "Qual o preço?"]
    assert len(await line_of(house.database)) == 1


@pytest.mark.parametrize("seconds", [-10, 0])
async def test_a_release_that_was_written_before_the_take_over_or_with_it_does_not_undo_it_when_it_comes_late(
    house: House, account: Account, seconds: int
):
    """Between words about a whole lead the channel's own time decides, not arrival; a tie pauses."""
    now = datetime.now(UTC).replace(microsecond=0)
    await deliver(house.database, account, noted_by_ana("/assumir", at=now))
    await deliver(house.database, account, noted_by_ana("/liberar", at=now + timedelta(seconds=seconds)))
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm", "answer"))
    assert await states(house.database) == [("chat-1", False, 1)]
    await deliver(house.database, account, noted_by_ana("/liberar", at=now + timedelta(seconds=1)))
    await deliver(house.database, account, a_channel_event(chat_id="chat-2"))
    await work_off(house, but=("send", "crm", "answer"))
    assert await states(house.database) == [("chat-1", True, 1), ("chat-2", True, 0)]


@pytest.mark.parametrize("named", [CONTACT, LEAD])
async def test_all_conversations_of_a_contact_or_lead_are_paused_and_those_to_come(
    house: House, account: Account, named: Named
):
    await deliver(house.database, account, a_channel_event(chat_id="chat-1"), a_channel_event(chat_id="chat-2"))
    await deliver(house.database, account, a_channel_event(chat_id="else", contact_id="502", lead_id="902"))
    found = await steer(house, account, named)
    assert [one.bot_on for one in found.conversations] == [False, False]
    await deliver(house.database, account, a_channel_event(chat_id="chat-3"))
    await work_off(house, but=("send", "crm"))
    paused = [(f"chat-{n}", False, 1) for n in (1, 2, 3)]
    assert await states(house.database) == [*paused, ("else", True, 0)]


async def two_open_leads(house: House, account: Account, *chats: str) -> None:
    """Chats that do not know their lead yet, of a contact with the leads 901 and 902."""
    await house.database.execute(
        "insert into contacts (account_id, external_id, open_leads) values ($1, '501', '{901,902}')", account.id
    )
    await deliver(house.database, account, *(a_channel_event(chat_id=chat, lead_id=None) for chat in chats))


@pytest.mark.parametrize("lead", ["901", "902"])
async def test_a_note_on_a_lead_silences_the_chat_that_may_be_about_it(
    house: House, account: Account, brain: ScriptedBrain, lead: str
):
    """Promises 3 and 10: no write is guessed, but neither is a take-over ignored."""
    await two_open_leads(house, account, "chat-1")
    await deliver(house.database, account, a_channel_event(chat_id="else", contact_id="502", lead_id=None))
    await deliver(house.database, account, noted_by_ana("/assumir", lead_id=LeadId(lead)))
    await work_off(house, but=("send", "crm"))
    assert await states(house.database) == [("chat-1", False, 1), ("else", True, 0)]
    later = datetime.now(UTC) + timedelta(seconds=2)
    await deliver(house.database, account, noted_by_ana("/liberar", lead_id=LeadId(lead), at=later))
    await work_off(house, but=("send", "crm"))
    assert await states(house.database) == [("chat-1", True, 1), ("else", True, 0)]


async def test_a_chat_that_comes_later_without_its_lead_meets_the_leads_silence_too(house: House, account: Account):
    await steer(house, account, LEAD)
    await two_open_leads(house, account, "chat-1")
    await work_off(house, but=("send", "crm"))
    assert await states(house.database) == [("chat-1", False, 1)]


async def test_a_chat_that_knows_its_lead_is_not_meant_by_another_of_its_contact(house: House, account: Account):
    await two_open_leads(house, account, "chat-1")
    await deliver(house.database, account, a_channel_event(chat_id="chat-2", lead_id="902"))
    found = await steer(house, account, Named(any_id="901"))
    await work_off(house, but=("send", "crm"))
    assert (found.scope, len(found.conversations)) == ("lead", 1)
    assert await states(house.database) == [("chat-1", False, 1), ("chat-2", True, 0)]


async def test_one_conversation_by_its_number_leaves_the_contacts_others_alone(house: House, account: Account):
    await deliver(house.database, account, a_channel_event(chat_id="chat-1"), a_channel_event(chat_id="chat-2"))
    number = await conversation_of(house.database, "chat-1")
    await steer(house, account, Named(conversation_id=str(number)))
    await work_off(house, but=("send", "crm"))
    assert await states(house.database) == [("chat-1", False, 1), ("chat-2", True, 0)]


async def test_an_id_that_fits_several_things_is_refused_with_the_candidates(house: House, account: Account):
    await deliver(
        house.database,
        account,
        a_channel_event(contact_id="1", lead_id="2", chat_id="77"),
        a_channel_event(contact_id="77", lead_id="77", chat_id="chat-2"),
    )
    with pytest.raises(Conflict) as refused:
        await steer(house, account, Named(any_id="77"))
    assert refused.value.code == "ambiguous_id"
    for candidate in ("conversation 77", "contact 77", "lead 77"):
        assert candidate in refused.value.message
    assert await states(house.database) == [("77", True, 0), ("chat-2", True, 0)]
    assert await audit(house.database) == []


async def test_an_id_that_chat_contact_and_lead_share_means_that_one_chat(house: House, account: Account):
    """As on every channel without a CRM, where all three are the customer's phone."""
    await deliver(house.database, account, a_channel_event(contact_id="77", lead_id="77", chat_id="77"))
    found = await steer(house, account, Named(any_id="77"))
    assert (found.scope, len(found.conversations)) == ("conversation", 1)
    assert await states(house.database) == [("77", False, 1)]


@pytest.mark.parametrize("typed", ["501", "901", "chat-1"])
async def test_an_id_alone_is_looked_up_as_conversation_contact_and_lead(house: House, account: Account, typed: str):
    await deliver(house.database, account, a_channel_event())
    await house.doors.steering.typed(account.id, f"/assumir {typed}", by="1", conversation_id=None, key=None)
    assert await states(house.database) == [("chat-1", False, 1)]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("/assumir 999", NotFound), ("/assumir", Rejected), ("oi", Rejected), ("/asumir 501", Rejected)],
)
async def test_what_means_nothing_changes_nothing_and_says_so(
    house: House, account: Account, text: str, refusal: type[Rejected]
):
    await deliver(house.database, account, a_channel_event())
    with pytest.raises(refusal) as refused:
        await house.doors.steering.typed(account.id, text, by="1", conversation_id=None, key=None)
    assert refused.value.message
    assert refused.value.hint
    assert await states(house.database) == [("chat-1", True, 0)]


async def test_another_accounts_conversations_are_not_found(house: House, account: Account, accounts: Accounts):
    await deliver(house.database, account, a_channel_event())
    other = NewAccount("Outra", "kommo", "30100201", "http://127.0.0.1:9", "t", "another-secret")
    stranger = await accounts.get(await accounts.connect(other))
    number = await conversation_of(house.database)
    with pytest.raises(NotFound):
        await steer(house, stranger, Named(conversation_id=str(number)))
    with pytest.raises(NotFound):
        await house.doors.steering.name_lead(stranger.id, number, "5", who="Ana")
    await steer(house, stranger, CONTACT)
    await work_off(house, but=("send", "crm"))
    assert await states(house.database) == [("chat-1", True, 0)]


# --- what it changes --------------------------------------------------------------------------------------------------


async def test_the_same_key_twice_changes_something_once(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    await steer(house, account, CONTACT, key="k-1")
    await steer(house, account, CONTACT, Verb.RELEASE, key="k-2")
    before = await states(house.database), await audit(house.database)
    await steer(house, account, CONTACT, key="k-1")
    await deliver(house.database, account, a_channel_event(), a_channel_event(chat_id="chat-2"))
    await work_off(house, but=("send", "crm"))
    assert before[0] == [("chat-1", True, 1)]
    assert await states(house.database) == [("chat-1", True, 1), ("chat-2", True, 0)]
    assert await audit(house.database) == before[1]


async def test_every_change_is_in_the_audit_with_who_and_why(house: House, account: Account):
    await house.database.execute(
        "insert into vendedores (account_id, external_id, name) values ($1, '7', 'Bruno')", account.id
    )
    await deliver(house.database, account, a_channel_event())
    number = str(await conversation_of(house.database))
    await steer(house, account, Named(conversation_id=number), by="7", why="negotiation")
    await steer(house, account, Named(conversation_id=number), Verb.RELEASE, by="n8n", why="done")
    await steer(house, account, Named(conversation_id=number), Verb.STATUS, by="n8n", silent=True)
    assert await audit(house.database) == [("Bruno", "paused", "negotiation"), ("n8n", "released", "done")]


async def test_the_pause_of_one_who_has_not_written_yet_is_in_the_audit_too(house: House, account: Account):
    await steer(house, account, LEAD, why="vip")
    await steer(house, account, LEAD, Verb.RELEASE)
    assert [(who, what) for who, what, _ in await audit(house.database)] == [("Ana", "paused"), ("Ana", "released")]
    assert await house.database.fetchval("select details ->> 'lead' from event_log order by id limit 1") == "901"


async def test_the_state_tells_who_and_until_when(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    [paused] = (await steer(house, account, CONTACT, until=until)).conversations
    [asked] = (await steer(house, account, CONTACT, Verb.STATUS, silent=True)).conversations
    assert asked == paused
    assert (asked.bot_on, asked.paused_by, asked.paused_until, asked.reason) == (False, "Ana", until, "contact")
    assert "Ana" in asked.state
    assert until.strftime(":%M") in asked.state  # the hour is that of the account's zone


async def test_asking_for_the_state_changes_nothing(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    before = await states(house.database)
    await steer(house, account, CONTACT, Verb.STATUS, silent=True)
    assert (await states(house.database), await audit(house.database)) == (before, [])
    assert [state for state, _ in await line_of(house.database)] == ["pending"]


async def test_a_pause_with_an_end_ends_by_itself_for_those_who_wrote_and_those_who_did_not(
    house: House, account: Account, brain: ScriptedBrain
):
    await deliver(house.database, account, a_channel_event())
    await steer(house, account, CONTACT, until=datetime.now(UTC) + timedelta(hours=1))
    await work_off(house, but=("send", "crm"))
    assert brain.asked == []
    for hour in ("timers set due_at", "pauses set paused_until", "queue.pgqueuer set execute_after"):
        await house.database.execute(f"update {hour} = now()")
    await deliver(house.database, account, a_channel_event(chat_id="chat-2"))
    await work_off(house, but=("send", "crm"))
    assert await states(house.database) == [("chat-1", True, 1), ("chat-2", True, 0)]
    assert len(brain.asked) == 2


async def test_callers_who_meet_on_the_same_conversations_all_get_through(house: House, account: Account):
    await deliver(house.database, account, *(a_channel_event(chat_id=f"chat-{n}") for n in range(4)))
    names = [CONTACT, LEAD, Named(any_id="chat-1"), Named(any_id="chat-3")]
    await asyncio.gather(*(steer(house, account, named, why="all at once") for named in names * 3))
    assert {on for _, on, _ in await states(house.database)} == {False}
