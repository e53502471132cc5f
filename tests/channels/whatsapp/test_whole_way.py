"""From the door to the customer's phone: answered once, taken over, in doubt, forged, two numbers, by template."""

import json
from collections.abc import AsyncIterator
from datetime import time, timedelta

import httpx
import pytest
import pytest_asyncio

from app.channels.whatsapp.adapter import WhatsAppChannel
from app.domain.content import Choice, Content, Form, Section
from app.domain.knocking import Knocked
from app.domain.outreach import Trigger
from app.domain.templates import NewTemplate
from app.n8n.contract import body_of as body_of_turn
from app.services.accounts.directory import Unauthorised
from app.services.proactive.desk import Wish
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import MARIA, NUMBER, SECRET, Phone, body_of, connect, wrote
from tests.house import (
    ScriptedBrain,
    conversation_of,
    let_leases_end,
    line_of,
    serving,
    state_of,
    until,
    work_off,
    work_until_quiet,
)

OTHER = "900100200399"
ANSWER = "Atendemos das 8h às 19h."


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


@pytest_asyncio.fixture
async def door(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """The web process, over real HTTP."""
    async with serving(house) as url, httpx.AsyncClient(verify=False, base_url=url, trust_env=False) as http:
        yield http


async def stored(house: House) -> int:
    return await house.database.fetchval("select (select count(*) from deliveries) + (select count(*) from inbox)")


async def said(phone: Phone) -> list[str]:
    return [one["body"]["text"]["body"] for one in await phone.sent() if one["type"] == "text"]


async def test_a_customer_is_answered_over_real_http_and_a_person_on_the_phone_takes_over(
    house: House,
    account: Account,
    door: httpx.AsyncClient,
    phone: Phone,
    hook_secret: str,
    channel: WhatsAppChannel,
):
    """Meta calls the address before it takes it; then webhooks come, each twice."""
    connection = await house.accounts.connection(account.id)
    address = str(door.base_url.join(f"/webhooks/whatsapp/{hook_secret}"))
    assert "messages" in await channel.subscribe(connection, address)
    await phone.order("hooks", fault="duplicate", times=10)
    await phone.order("say", phone=MARIA, text="Oi, qual o horário?")
    await until(lambda: stored(house))
    await work_until_quiet(house)
    assert await said(phone) == [ANSWER]
    await phone.order("echo", phone=MARIA, text="Oi, aqui é a Ana.")
    sql = "select count(*) from inbox where body::text like '%aqui é a Ana%'"
    await until(lambda: house.database.fetchval(sql))
    await work_until_quiet(house)
    assert not (await state_of(house.database, await conversation_of(house.database))).bot_on
    await phone.order("say", phone=MARIA, text="E amanhã?")
    await until(lambda: house.database.fetchval("select count(*) from inbox where body::text like '%amanhã%'"))
    await work_until_quiet(house)
    assert await said(phone) == [ANSWER]
    delivered = (await phone.sandbox.http.get("/_sandbox/whatsapp/delivered")).json()
    assert {one["status"] for one in delivered} == {200}


@pytest.mark.parametrize("path", ["/webhooks/whatsapp/{secret}", "/webhook/whatsapp"])
async def test_both_addresses_are_checked_by_meta_and_closed_to_strangers(
    house: House, account: Account, door: httpx.AsyncClient, hook_secret: str, path: str
):
    check = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": hook_secret}
    here = path.format(secret=hook_secret)
    answer = await door.get(here, params=check)
    assert (answer.status_code, answer.text, answer.headers["content-type"].partition(";")[0]) == (
        *(200, "1158201444"),
        "text/plain",
    )
    wrong = await door.get(path.format(secret="hook_wrong"), params={**check, "hub.verify_token": "hook_wrong"})
    assert (wrong.status_code, "1158201444" in wrong.text) == (401, False)
    for token in ("hook_wrong", "", "ção"):
        typed = await door.get(here, params={**check, "hub.verify_token": token})
        assert (typed.status_code, "1158201444" in typed.text) == (401, False)
    body = body_of(wrote("Oi"))
    right = signed(body, SECRET).headers
    for headers in ({}, signed(body, "another").headers, {"x-hub-signature-256": "sha256=ção".encode()}):
        assert (await door.post(here, content=body, headers=headers)).status_code == 401
    assert (await door.post(here, content=body + b" ", headers=right)).status_code == 401
    assert await stored(house) == 0
    taken = await door.post(here, content=body, headers=right)
    assert (taken.status_code, taken.json()["status"]) == (200, "decoded")
    assert await stored(house) == 2


async def test_a_body_without_a_number_of_ours_leaves_no_trace_at_the_bare_address(house: House, account: Account):
    for body in (body_of(wrote("Oi", number="900100200301")), b"{}", b"", b"x", json.dumps({"messages": []}).encode()):
        with pytest.raises(Unauthorised):
            await house.doors.webhooks.receive_bare("whatsapp", signed(body, SECRET))
    assert await stored(house) == 0


async def test_two_numbers_in_one_body_get_each_their_own(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    """Meta packs what comes together, and has one address for all numbers of an app."""
    await phone.order("numbers", id=OTHER, token="other-token")
    other = await connect(house, phone, "hook_other", external_ref=OTHER, token="other-token")
    both = signed(body_of(wrote("um"), wrote("dois", "wamid.2", OTHER)), SECRET)
    receipt = await house.doors.webhooks.receive("whatsapp", hook_secret, both)
    assert receipt.state == "decoded"
    only_other = signed(body_of(wrote("três", "wamid.3", OTHER)), SECRET)
    assert (await house.doors.webhooks.receive("whatsapp", hook_secret, only_other)).state == "decoded"
    first_unknown = signed(body_of(wrote("x", "wamid.4", "900100200301"), wrote("quatro", "wamid.5", OTHER)), SECRET)
    assert (await house.doors.webhooks.receive_bare("whatsapp", first_unknown)).state == "decoded"
    rows = await house.database.fetch("select account_id, external_id from inbox order by external_id")
    assert [(row["account_id"], row["external_id"]) for row in rows] == [
        *[(account.id, "wamid.1"), (other.id, "wamid.2")],
        *[(other.id, "wamid.3"), (other.id, "wamid.5")],
    ]
    assert await house.database.fetchval("select count(*) from deliveries where state <> 'decoded'") == 0


async def test_a_number_whose_secret_is_another_gets_nothing_of_a_foreign_signature(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    await phone.order("numbers", id=OTHER, token="other-token")
    await connect(house, phone, "hook_other", external_ref=OTHER, token="other-token", signing="another-secret")
    body = signed(body_of(wrote("para outro", "wamid.2", OTHER)), SECRET)
    receipt = await house.doors.webhooks.receive("whatsapp", hook_secret, body)
    assert (receipt.state, receipt.reason) == ("quarantined", "foreign_account")
    assert await house.database.fetchval("select count(*) from inbox") == 0


async def test_a_vendor_that_signs_nothing_counts_by_the_secret_path_where_the_account_says_so(
    house: House, phone: Phone, hook_secret: str
):
    """360dialog without a platform secret, in the flat shape; the bare address never opens to it."""
    flat = Knocked(json.dumps({"messages": [wrote("Oi")["value"]["messages"][0]]}).encode())
    await connect(house, phone, hook_secret, signing="")
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive("whatsapp", hook_secret, flat)
    await connect(house, phone, hook_secret, signing="", settings={"unsigned_webhooks": True})
    assert (await house.doors.webhooks.receive("whatsapp", hook_secret, flat)).state == "decoded"
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive_bare("whatsapp", Knocked(body_of(wrote("Oi"))))


async def test_an_old_secret_counts_while_it_is_rotated(house: House, account: Account, hook_secret: str):
    await house.accounts.rotate_signing(account.id, "new-secret", overlap=timedelta(hours=1))
    for secret, message_id in ((SECRET, "wamid.1"), ("new-secret", "wamid.2")):
        body = signed(body_of(wrote("Oi", message_id)), secret)
        assert (await house.doors.webhooks.receive("whatsapp", hook_secret, body)).state == "decoded"


async def test_a_repeat_after_eight_days_is_still_known(house: House, account: Account, hook_secret: str):
    knocked = signed(body_of(wrote("Oi")), SECRET)
    await house.doors.webhooks.receive("whatsapp", hook_secret, knocked)
    await work_until_quiet(house)
    await house.database.execute("update inbox set folded_at = folded_at - interval '8 days'")
    await house.database.execute("update deliveries set received_at = received_at - interval '8 days'")
    await house.workshop.upkeep.prune()
    before = await stored(house)
    again = signed(body_of(wrote("Oi"), wrote("Oi")), SECRET)  # the same message in another body
    for one in (knocked, again):
        await house.doors.webhooks.receive("whatsapp", hook_secret, one)
    assert await house.database.fetchval("select count(*) from inbox where external_id = 'wamid.1'") == 1
    assert await stored(house) == before + 1


async def test_a_send_that_timed_out_is_a_persons_for_nobody_can_read_it_back(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await phone.order("trouble", fault="lost")
    for _ in range(2):
        await work_until_quiet(house)
        await let_leases_end(house.database)
        await house.workshop.upkeep.sweep()
    assert await said(phone) == [ANSWER]
    assert ("person", ANSWER) in await line_of(house.database)
    assert not (await state_of(house.database, await conversation_of(house.database))).bot_on


async def test_a_tapped_button_is_the_customers_next_word_with_the_id_that_it_was_given(
    house: House, account: Account, phone: Phone, hook_secret: str, brain: ScriptedBrain
):
    asking = Content(Form.BUTTONS, "Qual horário?", (Section("", (Choice("10h"), Choice("15h", "slot-15"))),))
    brain.says = [a_reply(asking.written, contents=(asking,)), a_reply("Combinado.")]
    await phone.order("people", phone=MARIA, wrote_seconds_ago=10)
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await work_until_quiet(house)
    [sent] = await phone.sent()
    [button] = [
        one["reply"] for one in sent["body"]["interactive"]["action"]["buttons"] if one["reply"]["id"] == "slot-15"
    ]
    tap = wrote("", "wamid.2")
    tap["value"]["messages"][0] |= {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": button},
    }
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(tap), SECRET))
    await work_until_quiet(house)
    asked = brain.asked[-1]
    assert [(line.text, line.choice) for line in asked.burst] == [("15h", "slot-15")]
    assert "Qual horário?\n\n1. 10h\n2. 15h" in [line.text for line in asked.history]
    told = body_of_turn(asked, "https://ponte.example.com").burst
    assert [(one.text, one.choice) for one in told] == [("15h", "slot-15")]
    assert await said(phone) == ["Combinado."]


async def test_the_customer_sees_that_it_was_read_and_that_somebody_types(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await work_until_quiet(house)
    await house.workshop.typing.settled()
    read = (await phone.sandbox.http.get(f"/_sandbox/whatsapp/numbers/{NUMBER}/read")).json()
    assert read == ["wamid.1"]
    assert await said(phone) == [ANSWER]


@pytest.mark.parametrize("is_folded", [True, False])
async def test_nobody_sees_the_bot_type_where_a_person_has_the_chat(
    house: House, account: Account, phone: Phone, hook_secret: str, is_folded: bool
):
    """A take-over that was read closes the turn; one that has just come waits in the mailbox, and counts as well."""
    echo = {"from": NUMBER, "to": MARIA, "id": "wamid.E", "type": "text", "text": {"body": "Eu cuido."}}
    told = {"metadata": {"phone_number_id": NUMBER}, "message_echoes": [echo]}
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await work_off(house, but=("ask",))
    person = body_of({"field": "smb_message_echoes", "value": told})
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(person, SECRET))
    await work_off(house, but=("ask",) if is_folded else ("ask", "wake"))
    assert "ask" in await work_off(house, but=() if is_folded else ("wake",))
    await house.workshop.typing.settled()
    assert (await phone.sandbox.http.get(f"/_sandbox/whatsapp/numbers/{NUMBER}/read")).json() == []
    await work_until_quiet(house)
    assert await said(phone) == []


async def test_nothing_waits_for_what_shows_that_somebody_types(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    await phone.order("trouble", fault="hang", what="read", seconds=30)
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await work_until_quiet(house)
    assert await said(phone) == [ANSWER]
    assert await line_of(house.database) == [("sent", ANSWER)]


async def test_buttons_keep_the_pace_of_one_message_in_six_seconds_too(
    house: House, phone: Phone, hook_secret: str, brain: ScriptedBrain
):
    asking = Content(Form.BUTTONS, "Qual horário?", (Section("", (Choice("10h"),)),))
    brain.says = [a_reply("Temos vaga.", asking.written, contents=(None, asking))]
    await connect(house, phone, hook_secret, settings={"balloon_spacing": 6})
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await work_off(house)
    rows = await house.database.fetch(
        "select state, content, not_before - now() as rest from outbox where kind = 'message' order by number"
    )
    assert [(row["state"], row["content"] is not None) for row in rows] == [("sent", False), ("pending", True)]
    assert 3 < rows[1]["rest"].total_seconds() <= 6


async def test_the_next_message_to_the_same_person_waits_six_seconds_and_the_pair_rate_is_heard(
    house: House, phone: Phone, hook_secret: str
):
    await connect(house, phone, hook_secret, settings={"balloon_spacing": 6})
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await phone.order("trouble", fault="refuse", code=131056)
    await work_off(house)
    [row] = await house.database.fetch("select state, not_before - now() as rest from outbox where kind = 'message'")
    assert row["state"] == "pending"
    assert 3 < row["rest"].total_seconds() <= 6
    await house.database.execute("update outbox set not_before = now()")
    await house.workshop.upkeep.sweep()
    await house.workshop.sending.send_next(await conversation_of(house.database))
    assert await said(phone) == [ANSWER]
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("E?", "wamid.2")), SECRET))
    await work_off(house)
    assert await said(phone) == [ANSWER]
    rest = await house.database.fetchval("select max(not_before - now()) from outbox where state = 'pending'")
    assert 3 < rest.total_seconds() <= 9


async def test_what_did_not_arrive_because_the_window_is_closed_goes_to_a_person(
    house: House, account: Account, phone: Phone, hook_secret: str
):
    await house.doors.webhooks.receive("whatsapp", hook_secret, signed(body_of(wrote("Oi")), SECRET))
    await work_until_quiet(house)
    [taken] = await phone.sent()
    assert taken["failed"] == 131047  # the simulated phone never heard that customer
    failed = {"id": taken["id"], "status": "failed", "recipient_id": MARIA, "errors": [{"code": 131047}]}
    value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [{**failed, "timestamp": "4102444801"}]}
    told = signed(body_of({"field": "messages", "value": value}), SECRET)
    assert (await house.doors.webhooks.receive("whatsapp", hook_secret, told)).state == "decoded"
    await work_until_quiet(house)
    assert not (await state_of(house.database, await conversation_of(house.database))).bot_on


async def test_who_has_never_written_gets_the_approved_template_by_its_name(
    house: House, account: Account, phone: Phone
):
    proactive = house.doors.proactive
    await phone.order("templates", name="boas_vindas", language="pt_BR", places=2)
    trigger = Trigger("convite", quiet_from=time(0), quiet_until=time(0))
    await proactive.templates.save_trigger(account.id, trigger, who="test")
    text = NewTemplate("convite", "pt-BR", 0, "Olá {name}, aqui é da {business}.", approved_name="boas_vindas")
    await proactive.templates.save(account.id, text, who="test")
    wish = Wish("convite", phone=f"+{MARIA}", data={"name": "Maria"}, locale="pt-BR")
    started = await proactive.desk.start(account.id, wish, key="k1", who="test")
    await work_until_quiet(house)
    one, _ = await proactive.desk.status(account.id, started.id)
    assert (one.state.value, one.way, one.reasons) == ("sent", "template", ())
    [taken] = await phone.sent()
    assert (taken["type"], taken["failed"], taken["body"]["to"]) == ("template", 0, f"+{MARIA}")
    [component] = taken["body"]["template"]["components"]
    assert [value["text"] for value in component["parameters"]] == ["Maria", "Loja Exemplo"]
    failed = {"id": taken["id"], "status": "failed", "recipient_id": MARIA, "errors": [{"code": 131026}]}
    value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [failed]}
    told = signed(body_of({"field": "messages", "value": value}), SECRET)
    await house.doors.webhooks.receive_bare("whatsapp", told)
    await work_until_quiet(house)
    assert await house.database.fetchval("select count(*) from conversations") == 0  # they begin it, with the bot on
