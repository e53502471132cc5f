"""Promise 11: no customer is told of an appointment that nobody made."""

import pytest

from app.domain.brain import Proposal, ReplyAction
from app.domain.conversation import PauseReason
from app.domain.errors import Conflict
from app.domain.ids import ConversationId
from app.services.bot_control.address import Named
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, a_reply
from tests.house import ScriptedBrain, calls_back, conversation_of, deliver, line_of, state_of, work_off

CLAIM = "Pronto, sua consulta está agendada para amanhã às 15h."
THEIRS, ANOTHERS = "AG-7KM2Q9XD", "AG-11112222"


async def book(database: Database, receipt: str, contact: str, *, state: str = "booked") -> None:
    """A booking of tomorrow at 15:00, as clocks in São Paulo show it."""
    await database.execute(
        """insert into vendedores (account_id, external_id, name) select id, $1, 'Ana' from accounts
        on conflict do nothing""",
        receipt,
    )
    await database.execute(
        """insert into agenda (account_id, seller_id, contact_id, state, starts_at, ends_at, taken, timezone, receipt,
                               booked_at)
        select id, $1, $2, $3, s, s + interval '1 hour', tstzrange(s, s + interval '1 hour'), 'America/Sao_Paulo', $1,
               now()
        from accounts, (
            select (date_trunc('day', now() at time zone zone) + interval '1 day 15 hours') at time zone zone as s
            from (values ('America/Sao_Paulo')) as of (zone)) as t""",
        *(receipt, contact, state),
    )


async def asks(house: House, account: Account) -> None:
    await deliver(house.database, account, a_channel_event("Pode marcar?", contact_id="501"))
    await work_off(house, but=("send", "crm"))


@pytest.mark.parametrize(
    "said",
    [CLAIM, f"{CLAIM} Comprovante: {ANOTHERS}", "Agendado! Comprovante AG-99999999", f"Cancelei o {ANOTHERS}."],
)
async def test_a_booking_that_this_contact_does_not_have_is_never_told(
    house: House, account: Account, brain: ScriptedBrain, said: str
):
    await book(house.database, ANOTHERS, "someone else")
    brain.says = [Proposal(ReplyAction.REPLY, ("Claro!", said))]
    await asks(house, account)
    assert all(said not in text for _, text in await line_of(house.database))
    pause = (await state_of(house.database, await conversation_of(house.database))).pause
    assert pause is not None
    assert pause.reason is PauseReason.BRAIN_FAILED
    assert await house.database.fetchval("select verdict from inbox where kind = 'reply'") == "unproven_booking"
    assert await house.database.fetchval("select stages -> 0 ->> 'outcome' from turns") == "unproven_booking"


async def test_a_booking_that_is_real_is_told_with_its_receipt(house: House, account: Account, brain: ScriptedBrain):
    await book(house.database, THEIRS, "501")
    brain.says = [a_reply(f"{CLAIM} Comprovante: {THEIRS}")]
    await asks(house, account)
    assert [state for state, _ in await line_of(house.database)] == ["pending"]


@pytest.mark.parametrize(
    "said",
    ["Agendado amanhã às 15h e às 17h.", "Sua consulta está agendada para 25/12/2099 às 9h.", "Agendado! Hora: 9h"],
)
async def test_a_receipt_proves_no_other_time_than_its_own(
    house: House, account: Account, brain: ScriptedBrain, said: str
):
    await book(house.database, THEIRS, "501")
    brain.says = [a_reply(f"{said} Comprovante: {THEIRS}")]
    await asks(house, account)
    assert THEIRS not in str(await line_of(house.database))
    assert await house.database.fetchval("select verdict from inbox where kind = 'reply'") == "unproven_booking"


async def test_a_receipt_is_live_only_as_long_as_its_booking(house: House, account: Account, brain: ScriptedBrain):
    await book(house.database, THEIRS, "501", state="cancelled")
    brain.says = [a_reply(f"{CLAIM} Comprovante: {THEIRS}")]
    await asks(house, account)
    assert THEIRS not in str(await line_of(house.database))


async def test_a_workflow_that_writes_by_itself_is_held_to_the_same(house: House, account: Account):
    await deliver(house.database, account, a_channel_event("Pode marcar?", contact_id="501"))
    await work_off(house, but=("send", "crm"))
    named = Named(conversation_id="chat-1")
    with pytest.raises(Conflict) as told:
        await house.doors.steering.send(account.id, named, CLAIM, key="k-1")
    assert told.value.code == "unproven_booking"
    await book(house.database, THEIRS, "501")
    said = await house.doors.steering.send(account.id, named, f"{CLAIM} Código {THEIRS}", key="k-2")
    assert said["status"] == "admitted"


async def test_a_workflow_that_answers_a_turn_is_told_why_its_booking_was_not_sent(
    house: House, account: Account, brain: ScriptedBrain
):
    await deliver(house.database, account, a_channel_event("Pode marcar?", contact_id="501"))
    await work_off(house, but=("send", "crm", "ask"))
    number: ConversationId = await conversation_of(house.database)
    with pytest.raises(Conflict) as told:
        await calls_back(house, account, f"{number}:1", CLAIM)
    assert told.value.code == "unproven_booking"
