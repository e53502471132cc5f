"""From the door to the customer's phone: TwiML at once, the answer by the REST, a person, doubt, and forgeries."""

from collections.abc import AsyncIterator
from datetime import time
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio

from app.channels.twilio.webhook.signature import fields_of, signature
from app.domain.outreach import REOPENING, Trigger
from app.domain.templates import NewTemplate
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.builders import a_reply
from tests.channels.twilio.conftest import ACCOUNT, MARIA, NUMBER, REF, TEMPLATE, Phone
from tests.house import ScriptedBrain, let_leases_end, serving, until, work_until_quiet

ANSWER = "Atendemos das 8h às 19h."
TOKEN = "simulated-auth-token"


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


@pytest_asyncio.fixture
async def door(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(house) as url, httpx.AsyncClient(verify=False, base_url=url) as http:
        yield http


@pytest_asyncio.fixture
async def account(house: House, phone: Phone, door: httpx.AsyncClient, hook_secret: str) -> Account:
    there = phone.connection
    settings = {"burst_scale": 0, "balloon_spacing": 0}
    new = NewAccount(
        *("Loja", "twilio", REF, there.base_url, there.token, hook_secret), settings=settings, signing=TOKEN
    )
    url = f"{str(door.base_url).rstrip('/')}/webhooks/twilio/{hook_secret}"
    connected = await house.connecting.connect(new, webhook_url=url)
    assert connected.subscribed == ("message", "status"), connected.warning
    return await house.accounts.get(connected.account_id)


async def stored(house: House) -> int:
    return await house.database.fetchval("select (select count(*) from deliveries) + (select count(*) from inbox)")


def form(sid: str = "SM" + "7" * 32, text: str = "Oi") -> bytes:
    said = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": f"whatsapp:+{MARIA}", "To": f"whatsapp:+{NUMBER}"}
    return urlencode({**said, "Body": text, "SmsStatus": "received"}).encode()


async def knock(door: httpx.AsyncClient, path: str, body: bytes, *, token: str | None = TOKEN) -> httpx.Response:
    url = str(door.base_url).rstrip("/") + path
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if token is not None:
        headers["x-twilio-signature"] = signature(token, url, fields_of(body))
    return await door.post(path, content=body, headers=headers)


async def test_a_customer_is_answered_once_and_twilio_hears_empty_twiml(house: House, account: Account, phone: Phone):
    await phone.order("hooks", fault="duplicate")
    await phone.order("say", sender=f"+{MARIA}", text="Oi, qual o horário?")
    await until(lambda: stored(house))
    await work_until_quiet(house)
    assert [one["body"] for one in await phone.sent()] == [ANSWER]
    delivered = (await phone.sandbox.http.get("/_sandbox/twilio/delivered")).json()
    assert {(one["status"], one["said"]) for one in delivered if one["status"]} == {(200, "<Response/>")}


async def test_who_shows_no_phone_is_answered_by_their_id(house: House, account: Account, phone: Phone):
    await phone.order("say", sender="IN.1000000000000000", text="Oi")
    await until(lambda: stored(house))
    await work_until_quiet(house)
    assert [(one["to"], one["body"]) for one in await phone.sent()] == [("whatsapp:IN.1000000000000000", ANSWER)]


@pytest.mark.parametrize("fault", [None, "lost"])
async def test_a_reply_goes_to_the_very_form_of_the_phone_that_wrote_and_is_found_there_again(
    house: House, account: Account, phone: Phone, fault: str | None
):
    of_old = "553187654321"  # as WhatsApp knows +55 31 98765-4321
    await phone.order("say", sender=f"+{of_old}", text="Oi")
    await until(lambda: stored(house))
    if fault:
        await phone.order("trouble", fault=fault)
    for _ in range(2):
        await work_until_quiet(house)
        await let_leases_end(house.database)
        await house.workshop.upkeep.sweep()
    sent = await phone.sent()
    assert [(one["to"], one["body"], one["error_code"]) for one in sent] == [(f"whatsapp:+{of_old}", ANSWER, None)]
    rows = await house.database.fetch("select c.chat_id, o.state from conversations c join outbox o on true")
    assert ("5531987654321", "sent") in [tuple(row) for row in rows]


async def test_who_hides_the_phone_after_opting_out_under_both_names_stays_opted_out(
    house: House, account: Account, phone: Phone
):
    known = {"ExternalUserId": "whatsapp:IN.1000000000000000"}
    await phone.order("say", sender=f"+{MARIA}", text="PARAR", more=known)
    await until(lambda: stored(house))
    await work_until_quiet(house)
    before = await phone.sent()
    await phone.order("say", sender="IN.1000000000000000", text="Oi")
    await until(lambda: house.database.fetchval("select count(*) = 2 from inbox where kind = 'customer'"))
    await work_until_quiet(house)
    rows = await house.database.fetch("select chat_id, talk_id, opted_out from conversations")
    assert [tuple(row) for row in rows] == [(MARIA, "IN.1000000000000000", True)]
    assert await phone.sent() == before


async def test_what_did_not_arrive_is_heard_of(house: House, account: Account, phone: Phone):
    await phone.order("people", sender=f"+{MARIA}", trouble=63014)
    await phone.order("say", sender=f"+{MARIA}", text="Oi")
    await until(lambda: stored(house))
    await work_until_quiet(house)
    sql = "select count(*) from inbox where body::text like '%opted_out%'"
    await until(lambda: house.database.fetchval(sql))
    await work_until_quiet(house)
    assert len(await phone.sent()) == 1  # and it is not said again


@pytest.mark.parametrize("path", ["/webhooks/twilio/{secret}", "/webhook"])
async def test_both_addresses_take_what_is_signed_and_nothing_else(
    house: House, account: Account, door: httpx.AsyncClient, hook_secret: str, path: str
):
    here = path.format(secret=hook_secret)
    for token in (None, "another"):
        assert (await knock(door, here, form(), token=token)).status_code == 401
    assert (await knock(door, "/webhooks/twilio/hook_wrong", form())).status_code == 401
    assert await stored(house) == 0
    for _ in range(2):
        taken = await knock(door, here, form())
        assert (taken.status_code, taken.text) == (200, "<Response/>")
        assert taken.headers["content-type"].partition(";")[0] == "text/xml"
    assert await house.database.fetchval("select count(*) from inbox") == 1


async def customers_words(house: House) -> list[str]:
    return [row["text"] for row in await house.database.fetch("select text from mensagens where author = 'customer'")]


async def test_a_reaction_that_was_told_of_is_no_message_when_the_list_shows_it_again(
    house: House, account: Account, phone: Phone
):
    await phone.order("say", sender=f"+{MARIA}", text="Oi")
    await phone.order("say", sender=f"+{MARIA}", text="👍", more={"MessageType": "reaction"})
    await until(lambda: house.database.fetchval("select count(*) = 2 from deliveries where state = 'decoded'"))
    await house.workshop.upkeep.reconcile()
    await work_until_quiet(house)
    assert await customers_words(house) == ["Oi"]
    assert len(await phone.sent()) == 1


async def test_what_the_list_alone_tells_of_counts_as_a_message_for_it_may_be_one(
    house: House, account: Account, phone: Phone
):
    """The list does not say what is a reaction: a thumb that may be a yes is rather answered than lost."""
    await phone.order("hooks", fault="drop")
    await phone.order("say", sender=f"+{MARIA}", text="👍", more={"MessageType": "reaction"})
    await house.workshop.upkeep.reconcile()
    await work_until_quiet(house)
    assert await customers_words(house) == ["👍"]


async def test_an_answer_that_meets_a_closed_window_has_the_approved_template_ask_for_a_word(
    house: House, account: Account, phone: Phone
):
    templates = house.doors.proactive.templates
    always = Trigger(REOPENING, quiet_from=time(0), quiet_until=time(0), variables=("message",), ladder=())
    await templates.save_trigger(account.id, always, who="test")
    text = NewTemplate(REOPENING, "pt-BR", 0, "Olá: {message}", approved_name=TEMPLATE)
    await templates.save(account.id, text, who="test")
    await phone.order("templates", sid=TEMPLATE, places=1)
    await phone.order("say", sender=f"+{MARIA}", text="Oi")
    await phone.order("people", sender=f"+{MARIA}", wrote_seconds_ago=25 * 3600)
    await until(lambda: stored(house))
    await work_until_quiet(house)
    await until(lambda: house.database.fetchval("select count(*) from inbox where body::text like '%window_closed%'"))
    await work_until_quiet(house)
    assert [(one["body"], one["error_code"]) for one in await phone.sent()] == [(ANSWER, 63016), ("", None)]
    assert await house.database.fetchval("select bot_on from conversations")
