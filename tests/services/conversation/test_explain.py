"""Why is it quiet? One sentence that is true, now and at any time before."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.conversation import Command, Verb
from app.domain.errors import Conflict, NotFound
from app.services.bot_control.address import Named
from app.services.conversation.explain import met_closed_window
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event, a_handoff, written_by_ana
from tests.house import (
    ScriptedBrain,
    conversation_of,
    customer_says,
    deliver,
    let_leases_end,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Player

BEHIND = "a worker is behind"
BURST = "Waiting for the rest of the burst"
ASKED = "The brain is being asked"
ON_ITS_WAY = "A message is on its way"
ANSWERED = "Nothing to answer"


@dataclass
class Diary:
    """What the explanation said at each moment, so that it can be asked again about all of them."""

    house: House
    account: Account
    told: list[tuple[datetime, str]] = field(default_factory=list)

    async def why(self, at: datetime | None = None, chat: str = "chat-1") -> str:
        found = await self.house.doors.explaining.debug(self.account.id, chat, at)
        return found["why_quiet"]

    async def says(self, words: str) -> None:
        said = await self.why()
        assert words in said
        self.told.append((datetime.now(UTC), words))

    async def still_says_so(self) -> None:
        """At each of those times, looked back at from now."""
        looked_back = [(words, await self.why(at)) for at, words in self.told]
        assert [(words, said) for words, said in looked_back if words not in said] == []


@pytest.fixture
def diary(house: House, account: Account) -> Diary:
    return Diary(house, account)


async def wake(house: House) -> None:
    await house.workshop.waking.wake(await conversation_of(house.database))


async def test_each_step_of_an_answer_is_told_as_it_is_and_as_it_was(
    house: House, account: Account, diary: Diary, database: Database
):
    await database.execute("""update accounts set settings = settings || '{"burst_scale": 1}'""")
    await deliver(database, account, a_channel_event())
    await diary.says(BEHIND)
    await wake(house)
    await diary.says(BURST)
    await database.execute("update timers set due_at = now()")
    await wake(house)
    await diary.says(ASKED)
    await work_off(house, but=("send", "crm"))
    await diary.says(ON_ITS_WAY)
    await deliver(database, account, written_by_ana())
    await work_off(house, but=("send", "crm"))
    await diary.says("A salesperson wrote to the customer: by Ana, since 20")
    await diary.still_says_so()


async def test_what_was_sent_is_not_on_its_way_any_more(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house, but=("send", "crm"))
    diary = Diary(house, shop)
    before = datetime.now(UTC)
    await work_until_quiet(house)
    after = datetime.now(UTC)
    assert ANSWERED in await diary.why(chat=said["chat_id"])
    assert ON_ITS_WAY in await diary.why(before, said["chat_id"])
    assert ANSWERED in await diary.why(after, said["chat_id"])


async def test_a_doubt_is_told_although_no_event_came(house: House, shop: Account, sandbox: Player):
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await sandbox.steer("faults", {"faults": [{"fault": "error_after", "path": "send_message", "times": 1}]})
    await work_off(house, but=("crm",))
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "capabilities": {"talks_history": False}})
    diary = Diary(house, shop)
    before = datetime.now(UTC)
    await let_leases_end(house.database)
    await house.workshop.upkeep.sweep()
    await work_until_quiet(house)
    after = datetime.now(UTC)
    await deliver(house.database, shop, a_channel_event(chat_id=said["chat_id"]))
    await work_off(house, but=("crm",))
    doubt = "Nobody could tell whether a message was delivered"
    assert ON_ITS_WAY in await diary.why(before, said["chat_id"])
    assert doubt in await diary.why(after, said["chat_id"])
    assert doubt in await diary.why(chat=said["chat_id"])


async def test_a_return_by_the_clock_is_told_although_no_event_came(
    house: House, account: Account, diary: Diary, database: Database
):
    await deliver(database, account, a_channel_event())
    until = datetime.now(UTC) + timedelta(hours=1)
    pause = Command(Verb.TAKE, "Ana", datetime.now(UTC), exact=True, until=until)
    await house.doors.steering.command(account.id, Named(any_id="chat-1"), pause)
    await diary.says("through the API, until 2")
    await database.execute("update timers set due_at = now() where kind = 'resume'")
    await work_off(house, but=("send", "crm"))
    await wake(house)
    await work_off(house, but=("send", "crm"))
    await diary.says(ON_ITS_WAY)
    await diary.still_says_so()


async def test_starting_over_and_a_pause_of_the_whole_contact_are_told(
    house: House, account: Account, diary: Diary, brain: ScriptedBrain
):
    brain.says = [a_handoff("asked_for_person")]
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    await diary.says("The customer asked for a person: since 2")
    await house.doors.steering.reset(account.id, who="n8n")
    await work_off(house, but=("send", "crm"))
    await diary.says("The customer asked for a person: since 2")
    pause = Command(Verb.TAKE, "Ana", datetime.now(UTC), exact=True)
    await house.doors.steering.command(account.id, Named(contact_id="501"), pause)
    await diary.says("The whole contact is paused: by Ana, since 2")
    await diary.still_says_so()


async def test_by_when_a_person_must_have_answered_is_told(
    house: House, account: Account, diary: Diary, brain: ScriptedBrain
):
    brain.says = [a_handoff("asked_for_person")]
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    assert "the next salesperson is told" in await diary.why()
    await deliver(house.database, account, written_by_ana())
    await work_off(house, but=("send", "crm"))
    assert "the next salesperson is told" not in await diary.why()


async def test_an_opt_out_is_told(house: House, account: Account, diary: Diary):
    await deliver(house.database, account, a_channel_event("PARAR"))
    await work_off(house, but=("send", "crm"))
    await diary.says("The customer wants no more messages: since 2")
    await diary.still_says_so()


async def test_what_is_too_old_to_be_answered_after_a_release_is_told(house: House, account: Account, diary: Diary):
    old = datetime.now(UTC) - timedelta(hours=2)
    await deliver(house.database, account, written_by_ana(at=old - timedelta(minutes=1)), a_channel_event(at=old))
    await work_off(house, but=("send", "crm"))
    await diary.says("A salesperson wrote to the customer: by ")
    release = Command(Verb.RELEASE, "Ana", datetime.now(UTC), exact=True)
    await house.doors.steering.command(account.id, Named(any_id="chat-1"), release)
    await diary.says("too old to be answered unasked")
    await diary.still_says_so()


async def test_before_anything_had_happened_nothing_had(house: House, account: Account, diary: Diary):
    earlier = datetime.now(UTC) - timedelta(seconds=1)
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    found = await house.doors.explaining.debug(account.id, "chat-1", earlier)
    assert "Nothing has happened here yet." in found["why_quiet"]
    assert (found["events"], found["turns"], found["line"], found["audit"]) == ([], [], [], [])


async def test_it_shows_what_is_behind_it_and_nobodys_words(house: House, account: Account):
    await deliver(house.database, account, a_channel_event("Sou a Filomena, xpto"), written_by_ana("Oi Filomena"))
    await work_off(house, but=("send", "crm"))
    found = await house.doors.explaining.debug(account.id, "chat-1", None)
    assert [event["verdict"] for event in found["events"]] == ["human_took_over", "heard"]
    assert found["ways_to_send"] == []
    assert found["lead_id"] == "901"
    assert "Filomena" not in str(found)
    assert "xpto" not in str(found)


async def test_any_id_of_it_finds_it_and_an_id_that_fits_several_is_refused(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    number = str(await conversation_of(house.database))
    found = [
        (await house.doors.explaining.debug(account.id, one, None))["conversation_id"] for one in ("501", "901", number)
    ]
    assert len(set(found)) == 1
    await deliver(house.database, account, a_channel_event(chat_id="chat-2"))
    with pytest.raises(Conflict, match="several"):
        await house.doors.explaining.debug(account.id, "501", None)
    with pytest.raises(NotFound):
        await house.doors.explaining.debug(account.id, "nobody", None)


@pytest.mark.parametrize(
    ("why", "wrote_later", "expected"),
    [("outreach-7", False, True), ("outreach-7", True, False), ("", False, False), ("duplicate", False, False)],
)
def test_a_template_is_only_spoken_of_where_a_wish_goes_on_and_the_customer_is_silent(
    *, why: str, wrote_later: bool, expected: bool
):
    told = datetime(2026, 11, 22, 12, tzinfo=UTC)
    wrote = told + timedelta(minutes=1 if wrote_later else -1)
    past = {
        "audit": [{"what": "not_delivered", "why": why, "at": told}],
        "events": [{"kind": "customer", "folded_at": wrote}],
    }
    assert met_closed_window(past) is expected
