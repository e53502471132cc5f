"""What the messenger tells of an approved template, in whatever order, is what becomes of the wish that sent it."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
import pytest_asyncio

from app.domain.ids import ExternalId
from app.domain.messages import Landing, Trouble
from app.domain.outreach import Trigger
from app.domain.templates import NewTemplate
from app.services.proactive.desk import Wish
from app.store.accounts import Account
from app.store.landings import tell
from app.store.outreach import Outreaches
from app.wiring import House
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, NUMBER, SECRET, Phone, body_of
from tests.house import work_until_quiet

CODES = {"failed": 131026}  # nobody has this number there


@pytest_asyncio.fixture
async def outreach(house: House, account: Account, phone: Phone) -> int:
    """A template has left for Maria, who has never written."""
    proactive = house.doors.proactive
    await phone.order("templates", name="boas_vindas", language="pt_BR", places=1)
    trigger = Trigger("convite", quiet_from=time(0), quiet_until=time(0), per_contact=1, ladder=(60,))
    await proactive.templates.save_trigger(account.id, trigger, who="test")
    text = NewTemplate("convite", "pt-BR", 0, "Olá {name}.", approved_name="boas_vindas")
    await proactive.templates.save(account.id, text, who="test")
    wish = Wish("convite", phone=f"+{MARIA}", data={"name": "Maria"}, locale="pt-BR")
    started = await proactive.desk.start(account.id, wish, key="k1", who="test")
    await work_until_quiet(house)
    return started.id


async def hears(house: House, phone: Phone, *names: str) -> None:
    """The statuses of what was sent, as Meta tells them."""
    [taken] = await phone.sent()
    for number, name in enumerate(names):
        status: dict[str, Any] = {"id": taken["id"], "status": name, "timestamp": str(1763800000 + number)}
        status |= {"recipient_id": MARIA}
        status |= {"errors": [{"code": CODES[name]}]} if name in CODES else {}
        value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [status]}
        told = signed(body_of({"field": "messages", "value": value}), SECRET)
        await house.doors.webhooks.receive_bare("whatsapp", told)
    await work_until_quiet(house)


async def ended(house: House, account: Account, outreach: int) -> tuple[str, tuple[str, ...]]:
    one, _ = await house.doors.proactive.desk.status(account.id, outreach)
    return one.state.value, one.reasons


@pytest.mark.parametrize(
    ("names", "state", "ladder"),
    [
        (("failed",), "failed", "cancelled"),
        (("failed", "failed"), "failed", "cancelled"),
        (("sent", "failed", "sent"), "failed", "cancelled"),
        (("sent", "delivered", "read"), "sent", "pending"),
        (("delivered", "failed"), "sent", "pending"),
        (("failed", "delivered"), "sent", "pending"),
        (("failed", "read", "failed"), "sent", "pending"),
    ],
)
async def test_a_template_that_never_arrived_failed_and_one_that_did_was_sent(
    house: House, account: Account, phone: Phone, outreach: int, names: tuple[str, ...], state: str, ladder: str
):
    assert await ended(house, account, outreach) == ("sent", ())
    await hears(house, phone, *names)
    reasons = ("not_delivered", "unreachable") if state == "failed" else ()
    assert await ended(house, account, outreach) == (state, reasons)
    assert await house.database.fetchval("select state from follow_ups") == ladder
    assert await house.database.fetchval("select count(*) from conversations") == 0
    counted = await house.database.fetchval("select count(*) from outreaches where sent_at is not null")
    assert counted == (state == "sent")  # what nobody got is no message to them


async def test_what_failed_is_shown_among_what_died_and_stands_in_no_new_wishs_way(
    house: House, account: Account, phone: Phone, outreach: int
):
    await hears(house, phone, "failed")
    dead, _ = await house.doors.dead.page(account.id, None, cursor=None, limit=50)
    assert [one.id for one in dead] == [f"outreach-{outreach}"]
    wish = Wish("convite", phone=f"+{MARIA}", data={"name": "Maria"}, locale="pt-BR")
    again = await house.doors.proactive.desk.start(account.id, wish, key="k2", who="test")
    await work_until_quiet(house)
    assert (again.id != outreach, await ended(house, account, again.id)) == (True, ("sent", ()))
    first = await house.database.fetchval("select message_id from outreaches where id = $1", outreach)
    async with house.database.transaction() as tx:  # it arrived after all: the new one holds the day's place
        await tell(tx, [(account.id, Landing(ExternalId(first), None))])
    assert (await ended(house, account, outreach))[0] == "failed"


@pytest.mark.parametrize(
    ("trouble", "state"), [((Trouble.UNREACHABLE,), "failed"), ((None,), "sent"), ((Trouble.UNREACHABLE, None), "sent")]
)
async def test_a_status_that_comes_before_the_answer_of_the_call_is_not_lost(
    house: House, account: Account, phone: Phone, outreach: int, trouble: tuple[Trouble | None, ...], state: str
):
    """As if the call were still out: the row is begun and has no message's id."""
    outreaches, now = Outreaches(house.database), datetime.now(UTC)
    one = await outreaches.get(account.id, outreach)
    assert one is not None
    sql = "update outreaches set state = 'sending', message_id = null, sent_at = null where id = $1 returning attempts"
    await house.database.execute("delete from follow_ups")
    await house.database.fetchval(sql, outreach)
    async with house.database.transaction() as tx:
        await tell(tx, [(account.id, Landing(ExternalId("another"), Trouble.REFUSED))])
        await tell(tx, [(account.id, Landing(ExternalId("early"), each)) for each in trouble])
    message = ExternalId("early")
    await outreaches.end_sent(one, way="template", sent_at=now, ladder=[now], message_id=message)
    assert (await ended(house, account, outreach))[0] == state
    assert await house.database.fetchval("select landings from outreaches where id = $1", outreach) == []


async def test_a_rung_of_the_ladder_that_never_arrived_ends_the_ladder(
    house: House, account: Account, phone: Phone, outreach: int
):
    await house.database.execute(
        """update follow_ups set state = 'sent', sent_at = now(), message_id = 'rung', way = 'template';
        """
    )
    await house.database.execute(
        """insert into follow_ups (account_id, outreach_id, step, contact_id, due_at)
        select account_id, outreach_id, 2, contact_id, now() + interval '1 day' from follow_ups"""
    )
    sql = "select state, reason from follow_ups order by step"
    async with house.database.transaction() as tx:
        await tell(tx, [(account.id, Landing(ExternalId("rung"), Trouble.UNREACHABLE))])
    rungs = [tuple(row.values()) for row in await house.database.fetch(sql)]
    assert rungs == [("cancelled", "unreachable"), ("cancelled", "not_delivered")]
    async with house.database.transaction() as tx:
        await tell(tx, [(account.id, Landing(ExternalId("rung"), None))])
    assert [row["state"] for row in await house.database.fetch(sql)] == ["sent", "pending"]
