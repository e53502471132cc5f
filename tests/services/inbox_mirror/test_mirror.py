"""Conversations in a second inbox: each once, its lines in order, whatever goes wrong there; nobody waits for it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import NeedsHuman, NotFound, Rejected
from app.services.inbox_mirror.labels import ours
from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.builders import a_reply
from tests.house import ScriptedBrain, customer_says, work_until_quiet
from tests.sandbox.player import Player
from tests.services.inbox_mirror.conftest import There, carry, known_as, nudge, waiting

ANSWER = "Atendemos das 8h às 19h."


async def test_a_conversation_is_shown_once_with_its_lines_in_order_as_those_who_wrote_them(
    house: House, sandbox: Player, shop: Account, there: There, brain: ScriptedBrain
):
    brain.says = [a_reply(ANSWER), a_reply("Das 9h às 13h.")]
    await customer_says(sandbox, house, shop, "Oi, qual o horário?")
    await work_until_quiet(house)
    await customer_says(sandbox, house, shop, "E no sábado?")
    await work_until_quiet(house)

    for _ in range(3):
        await carry(house, shop)

    assert await there.lines() == [
        ("", "contact", "Oi, qual o horário?"),
        ("", "agent_bot", ANSWER),
        ("", "contact", "E no sábado?"),
        ("", "agent_bot", "Das 9h às 13h."),
    ]
    state = await there.state()
    assert (len(state["contacts"]), len(state["conversations"])) == (1, 1)
    assert await waiting(house) == 0


async def test_a_take_over_is_a_private_note_and_changes_the_labels(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi, quanto custa?")
    await work_until_quiet(house)
    await carry(house, shop)
    assert {"bot-ativo", "intencao-preco", "idioma-portugues"} <= await there.labels({"bot-ativo"})

    conversation = await house.database.fetchval("select id from conversations")
    await house.database.execute(
        "update conversations set bot_on = false, pause_reason = 'command', paused_by = 'Ana' where id = $1",
        conversation,
    )
    await house.database.execute(
        "insert into event_log (account_id, conversation_id, who, what) values ($1, $2, 'Ana', 'paused')",
        shop.id,
        conversation,
    )
    await carry(house, shop)

    assert ("note", "agent_bot", "[Ponte] Ana assumiu a conversa.") in await there.lines()
    while "bot-ativo" in await there.labels({"bot-pausado"}):
        pass


async def test_labels_of_others_stay_and_attributes_of_others_stay(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await carry(house, shop)
    headers = {"api_access_token": "token-rita"}
    base = "/chatwoot/api/v1/accounts/1/conversations/1"
    await there.labels({"bot-ativo"})
    labels = (await there.state())["conversations"][0]["labels"]
    marks = (await there.state())["conversations"][0]["custom_attributes"]
    await sandbox.http.post(f"{base}/labels", json={"labels": [*labels, "vip"]}, headers=headers)
    await sandbox.http.post(
        f"{base}/custom_attributes", json={"custom_attributes": {**marks, "plano": "ouro"}}, headers=headers
    )

    await house.database.execute("update conversations set bot_on = false, pause_reason = 'command'")
    await customer_says(sandbox, house, shop, "quero comprar")
    await work_until_quiet(house)
    await carry(house, shop)

    found = await there.labels({"bot-pausado"})
    assert "vip" in found
    attributes = (await there.state())["conversations"][0]["custom_attributes"]
    assert (attributes["plano"], attributes["ponte_bot"]) == ("ouro", "off")


async def test_twenty_first_messages_of_one_phone_at_once_make_one_contact_and_one_conversation(
    house: House, sandbox: Player, shop: Account, there: There
):
    await there.order("ways", slowness=0.05)
    said = [customer_says(sandbox, house, shop, f"mensagem {number}") for number in range(20)]
    await asyncio.gather(*said)
    await work_until_quiet(house)

    await asyncio.gather(*(house.workshop.inboxes.mirror.carry(shop.id) for _ in range(20)))
    await carry(house, shop)

    state = await there.state()
    assert (len(state["contacts"]), len(state["conversations"])) == (1, 1)
    texts = [text for _, who, text in await there.lines() if who == "contact"]
    assert sorted(texts) == sorted(f"mensagem {number}" for number in range(20))


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        *(("error_after", path) for path in ("/messages", "contacts", "conversations", "custom_attributes")),
        *(("lost", path) for path in ("/messages", "contacts", "bulk_actions")),
        *(("error_500", "/messages"), ("rate_429", "conversations")),
    ],
)
async def test_whatever_call_fails_nothing_is_lost_and_nothing_is_there_twice(
    house: House, sandbox: Player, shop: Account, there: There, fault: str, path: str
):
    for text in ("um", "dois", "três"):
        await customer_says(sandbox, house, shop, text)
    await work_until_quiet(house)
    await there.order("trouble", fault=fault, path=path)

    for _ in range(3):
        await carry(house, shop)

    state = await there.state()
    assert (len(state["contacts"]), len(state["conversations"])) == (1, 1)
    assert [text for _, who, text in await there.lines() if who == "contact"] == ["um", "dois", "três"]
    assert await waiting(house) == 0


async def test_an_inbox_that_is_down_delays_no_reply_and_operators_hear_of_it(
    house: House, sandbox: Player, shop: Account, there: There, brain: ScriptedBrain
):
    brain.says = [a_reply(ANSWER)]
    await there.order("trouble", fault="error_500", method="", times=1000)
    await customer_says(sandbox, house, shop, "Oi, qual o horário?")
    for _ in range(6):
        await carry(house, shop)
    await work_until_quiet(house)

    assert await house.database.fetchval("select count(*) from outbox where kind = 'message' and state = 'sent'") == 1
    assert await waiting(house) > 0
    assert await house.database.fetchval("select count(*) from notices where cause = 'inbox_down'") == 1
    (view,) = await house.doors.inboxes.desk.listing(shop.id)
    assert view.failing_since is not None


async def test_a_conversation_that_somebody_deleted_there_is_made_again(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await carry(house, shop)
    (person,) = (await there.state())["contacts"]
    headers = {"api_access_token": "token-rita"}
    await sandbox.http.delete(f"/chatwoot/api/v1/accounts/1/contacts/{person['id']}", headers=headers)

    await customer_says(sandbox, house, shop, "ainda está aí?")
    await work_until_quiet(house)
    for _ in range(2):
        await carry(house, shop)

    assert "ainda está aí?" in [text for _, _, text in await there.lines()]


async def test_a_person_whom_another_tool_has_put_there_is_found_in_every_form_of_the_phone(
    house: House, sandbox: Player, shop: Account, there: There
):
    headers = {"api_access_token": "token-rita"}
    old = {"name": "Maria", "identifier": "5511988887777@c.us", "inbox_id": 1}
    await sandbox.http.post("/chatwoot/api/v1/accounts/1/contacts", json=old, headers=headers)
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await house.database.execute("update contacts set phones = '{+5511988887777}', name = ''")
    await house.database.execute(
        """insert into contacts (account_id, external_id, phones)
        select account_id, contact_id, '{+5511988887777}' from conversations on conflict do nothing"""
    )

    await carry(house, shop)

    (person,) = (await there.state())["contacts"]
    assert (person["name"], person["identifier"], person["phone_number"]) == ("Maria", "5511988887777@c.us", None)
    assert len((await there.state())["conversations"]) == 1


async def test_a_name_improves_when_a_better_one_is_known_and_never_gets_worse(
    house: House, sandbox: Player, shop: Account, there: There
):
    async def heard(name: str, text: str) -> str:
        await customer_says(sandbox, house, shop, text)
        await work_until_quiet(house)
        await known_as(house, name)
        await carry(house, shop)
        await nudge(house)
        await carry(house, shop)
        (person,) = (await there.state())["contacts"]
        return person["name"]

    assert await heard("", "Oi") == "WhatsApp +31612345678"
    assert await heard("Jan de Vries", "Sou Jan") == "Jan de Vries"
    assert await heard("+31 6 1234 5678", "Tchau") == "Jan de Vries"


async def test_a_name_that_people_gave_there_stays_whatever_becomes_known(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await known_as(house, "")
    await carry(house, shop)
    (person,) = (await there.state())["contacts"]
    await there.rename(person["id"], "Sofia VIP (cliente da Ana)")

    await known_as(house, "sofi 2020")
    await nudge(house)
    await carry(house, shop)

    (person,) = (await there.state())["contacts"]
    assert person["name"] == "Sofia VIP (cliente da Ana)"


async def test_the_labels_of_the_table_are_made_beforehand_once(house: House, shop: Account, there: There):
    made = await house.doors.inboxes.desk.make_labels(shop.id)

    assert len(made) >= 25
    assert set(made) <= ours()
    assert await house.doors.inboxes.desk.make_labels(shop.id) == []


async def test_what_was_said_before_is_shown_too_where_that_is_wished(
    house: House, sandbox: Player, shop: Account, brain: ScriptedBrain
):
    brain.says = [a_reply(ANSWER)]
    await customer_says(sandbox, house, shop, "Oi, qual o horário?")
    await work_until_quiet(house)
    there = There(sandbox)
    since = datetime.now(UTC) - timedelta(days=365 * 5)

    await house.doors.inboxes.desk.set(shop.id, there.change(since=since), who="test")
    await carry(house, shop)

    assert await there.lines() == [("", "contact", "Oi, qual o horário?"), ("", "agent_bot", ANSWER)]


async def test_another_inbox_is_shown_what_was_said_before_also_what_the_first_one_has(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi, qual o horário?")
    await work_until_quiet(house)
    await carry(house, shop)
    assert await waiting(house) == 0
    since = datetime.now(UTC) - timedelta(days=365 * 5)
    elsewhere = there.change(base_url=there.url.replace("127.0.0.1", "localhost"), since=since)

    await house.doors.inboxes.desk.set(shop.id, elsewhere, who="test")

    assert await waiting(house) > 0


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"external_ref": "1:2"}, NeedsHuman),  # a website's: what we show would be sent
        ({"external_ref": "1:99"}, NotFound),
        ({"token": "token-rita"}, NeedsHuman),
        ({"kind": "carrier-pigeon"}, Rejected),
        ({"base_url": "http://chat.example.com"}, NeedsHuman),
    ],
)
async def test_an_inbox_that_cannot_be_one_is_refused_before_it_is_kept(
    house: House, sandbox: Player, shop: Account, change: dict[str, Any], error: type[Exception]
):
    with pytest.raises(error):
        await house.doors.inboxes.desk.set(shop.id, There(sandbox).change(**change), who="test")
    assert await house.doors.inboxes.desk.listing(shop.id) == []


async def test_an_inbox_by_which_another_account_is_written_to_is_refused_for_its_bot_would_answer_the_mirror(
    house: House, sandbox: Player, shop: Account
):
    change = There(sandbox).change()
    reference = f"{change.base_url.removeprefix('http://')}/{change.external_ref}"
    other = await house.accounts.connect(
        NewAccount("Chatwoot", change.kind, reference, change.base_url, change.token, "its-secret")
    )

    with pytest.raises(Rejected, match=f"account {other}"):
        await house.doors.inboxes.desk.set(shop.id, change, who="test")
    assert await house.doors.inboxes.desk.listing(shop.id) == []


async def test_an_inbox_with_a_webhook_is_refused_for_a_bridge_behind_it_would_send_every_line_to_customers(
    house: House, sandbox: Player, shop: Account
):
    there = There(sandbox)
    await there.order("ways", webhook_url="https://bridge.example.com/chatwoot")

    with pytest.raises(NeedsHuman, match="webhook"):
        await house.doors.inboxes.desk.set(shop.id, there.change(), who="test")
    assert await house.doors.inboxes.desk.listing(shop.id) == []


async def test_an_inbox_that_got_a_webhook_is_shown_nothing_more_once_it_is_looked_at_again(
    house: House, sandbox: Player, shop: Account, there: There
):
    """The inbox of the environment, which nobody looked at, and one of an older version, are looked at first."""
    await there.order("ways", webhook_url="https://bridge.example.com/chatwoot")
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)

    await carry(house, shop)

    assert await there.lines() == []
    assert await waiting(house) > 0


async def test_an_account_without_a_second_inbox_writes_no_lines(house: House, sandbox: Player, shop: Account):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)

    assert await house.database.fetchval("select count(*) from inbox_lines") == 0


async def test_a_removed_inbox_is_shown_nothing_more(house: House, sandbox: Player, shop: Account, there: There):
    await house.doors.inboxes.desk.remove(shop.id, who="test")
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await house.workshop.inboxes.mirror.sweep()
    await work_until_quiet(house)

    assert (await there.state())["conversations"] == []
    with pytest.raises(NotFound):
        await house.doors.inboxes.desk.view(shop.id)


async def test_an_erased_person_is_taken_out_there_too(house: House, sandbox: Player, shop: Account, there: There):
    said = await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    await carry(house, shop)
    contact = await house.channels["kommo"].contact(await house.accounts.connection(shop.id), str(said["contact_id"]))
    phone = await house.doors.erasing.understand(shop.id, contact.phones[0])

    await house.doors.erasing.erase(shop.id, phone, who="test")
    await carry(house, shop)

    state = await there.state()
    assert (state["contacts"], state["conversations"]) == ([], [])
    assert await house.database.fetchval("select count(*) from inbox_people") == 0
