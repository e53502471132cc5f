"""Contacts, leads and templates that an integration makes, as the vendor takes and refuses them."""

import asyncio

import pytest

from tests.sandbox.player import Json, Player
from tests.sandbox.receiver import Receiver

PHONE = {"field_code": "PHONE", "values": [{"value": "+5511987654321", "enum_code": "WORK"}]}


def first_error(body: Json) -> tuple[str, str]:
    [found, *_] = body["validation-errors"][0]["errors"]
    return found["code"], found["path"]


async def made(player: Player, path: str, body: Json) -> int:
    answer = await player.api("POST", path, [body])
    assert answer.status_code == 200, answer.text
    [one] = answer.json()["_embedded"][path]
    return one["id"]


async def test_a_new_contact_is_found_by_the_end_of_its_phone(player: Player) -> None:
    contact_id = await made(player, "contacts", {"name": "Maria Silva", "custom_fields_values": [PHONE]})

    found = (await player.api("GET", "contacts?query=87654321&with=leads")).json()["_embedded"]["contacts"]

    assert [(one["id"], one["name"]) for one in found] == [(contact_id, "Maria Silva")]
    assert found[0]["custom_fields_values"][0]["values"][0]["value"] == "+5511987654321"


async def test_the_vendor_makes_a_second_contact_of_the_same_phone_when_asked_twice(player: Player) -> None:
    both = [await made(player, "contacts", {"name": "M", "custom_fields_values": [PHONE]}) for _ in range(2)]

    assert len(set(both)) == 2


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"phone": "1"}, "UnexpectedField", "phone"),
        ({"responsible_user_id": 9}, "NotSupportedChoice", "responsible_user_id"),
        (
            {"custom_fields_values": [{"field_code": "COLOUR", "values": [{"value": "x"}]}]},
            "NotSupportedChoice",
            "custom_fields_values.0.field_id",
        ),
        (
            {"custom_fields_values": [{"field_code": "PHONE", "values": [{"value": 5}]}]},
            "InvalidType",
            "custom_fields_values.0.values.0.value",
        ),
    ],
)
async def test_a_contact_that_does_not_fit_is_not_made(player: Player, *, body: Json, code: str, path: str) -> None:
    answer = await player.api("POST", "contacts", [{"name": "fits"}, body])

    assert answer.status_code == 400
    assert first_error(answer.json()) == (code, path)
    assert (await player.api("GET", "contacts?query=fits")).status_code == 204


async def test_a_new_lead_stands_at_the_start_with_its_contact(player: Player) -> None:
    contact_id = await made(player, "contacts", {"name": "Maria"})
    linked = {"contacts": [{"id": contact_id}]}
    lead_id = await made(
        player, "leads", {"name": "Formulário", "responsible_user_id": 2, "_embedded": linked, "price": 10}
    )

    lead = (await player.api("GET", f"leads/{lead_id}?with=contacts")).json()
    contact = (await player.api("GET", f"contacts/{contact_id}?with=leads")).json()

    assert (lead["name"], lead["responsible_user_id"], lead["price"]) == ("Formulário", 2, 10)
    assert lead["status_id"] not in (142, 143)
    assert [one["id"] for one in lead["_embedded"]["contacts"]] == [contact_id]
    assert [one["id"] for one in contact["_embedded"]["leads"]] == [lead_id]


async def test_a_lead_of_nobody_known_is_refused(player: Player) -> None:
    answer = await player.api("POST", "leads", [{"_embedded": {"contacts": [{"id": 1}]}}])

    assert answer.status_code == 400
    assert first_error(answer.json()) == ("NotSupportedChoice", "_embedded.contacts.0.id")


async def test_a_lead_and_its_contact_are_made_in_one_call(player: Player) -> None:
    body = {"name": "Site", "_embedded": {"contacts": [{"first_name": "Maria", "custom_fields_values": [PHONE]}]}}

    answer = await player.api("POST", "leads/complex", [body])
    [one] = answer.json()
    lead = (await player.api("GET", f"leads/{one['id']}?with=contacts")).json()

    assert answer.status_code == 200
    assert [contact["id"] for contact in lead["_embedded"]["contacts"]] == [one["contact_id"]]
    assert (await player.api("POST", "leads/complex", [body] * 51)).status_code == 400


async def test_who_subscribed_hears_of_what_an_integration_makes(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_contact", "add_lead")
    contact_id = await made(player, "contacts", {"name": "Maria"})
    lead_id = await made(player, "leads", {"_embedded": {"contacts": [{"id": contact_id}]}})

    hooks = await player.until_recorded(2, kind="hook")

    said = str([hook["request"] for hook in hooks])
    assert str(contact_id) in said
    assert str(lead_id) in said


async def test_tasks_are_found_by_their_card(player: Player) -> None:
    contact_id = await made(player, "contacts", {"name": "Maria"})
    lead_id = await made(player, "leads", {"_embedded": {"contacts": [{"id": contact_id}]}})
    task = {"text": "Ligar", "complete_till": 1_900_000_000, "entity_id": lead_id, "entity_type": "leads"}
    await made(player, "tasks", task)

    [found] = (await player.api("GET", f"tasks?filter[entity_id][]={lead_id}&filter[entity_type]=leads")).json()[
        "_embedded"
    ]["tasks"]

    assert found["text"] == "Ligar"
    assert (
        await player.api("GET", f"tasks?filter[entity_id][]={lead_id}&filter[entity_type]=contacts")
    ).status_code == 204


async def test_templates_of_whatsapp_wait_for_their_review(player: Player) -> None:
    assert (await player.api("GET", "chats/templates")).status_code == 204
    await player.api("POST", "chats/templates", [{"name": "oi", "content": "Olá"}])
    waba = {"name": "wa", "content": "Olá {{1}}", "type": "waba", "waba_category": "UTILITY", "waba_language": "pt_BR"}
    assert (await player.api("POST", "chats/templates", [waba])).status_code == 200

    found = (await player.api("GET", "chats/templates?with=reviews")).json()["_embedded"]["chat_templates"]

    reviews = [[review["status"] for review in one["_embedded"]["reviews"]] for one in found]
    assert [(one["name"], one["type"]) for one in found] == [("oi", "amocrm"), ("wa", "waba")]
    assert reviews == [[], ["review"]]
    assert (await player.api("GET", "chats/templates?limit=51")).status_code == 400
    refused = await player.api("POST", "chats/templates", [{"name": "x", "content": "y", "type": "waba"}])
    assert first_error(refused.json()) == ("NotBlank", "waba_category")


async def test_a_template_bot_reaches_somebody_who_has_never_written(player: Player) -> None:
    order = {"id": player.account["id"], "template_bots": [{"name": "modelo", "template": "Olá {{contact.name}}!"}]}
    bot_id = (await player.steer("accounts", order))["template_bots"]["modelo"]
    contact_id = await made(player, "contacts", {"name": "Maria", "custom_fields_values": [PHONE]})
    lead_id = await made(player, "leads", {"_embedded": {"contacts": [{"id": contact_id}]}})

    answer = await player.api("POST", f"bots/{bot_id}/run", {"entity_id": lead_id, "entity_type": "leads"})
    assert (answer.status_code, answer.text) == (202, "Accepted")
    talks = f"talks?filter[contact_id][]={contact_id}"
    while (answer := await player.api("GET", talks)).status_code == 204:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(0.02)
    [talk] = answer.json()["_embedded"]["talks"]

    assert talk["entity_id"] == lead_id
    assert [one["text"] for one in await player.messages(talk["talk_id"])] == ["Olá Maria!"]
    assert (await player.say("zap da maria", "Oi", phone="+5511987654321"))["contact_id"] != contact_id


async def test_a_customer_whom_an_integration_made_is_known_when_they_write(player: Player) -> None:
    contact_id = await made(player, "contacts", {"name": "Maria", "custom_fields_values": [PHONE]})
    lead_id = await made(player, "leads", {"_embedded": {"contacts": [{"id": contact_id}]}})

    said = await player.say("maria", "Oi", phone="+5511987654321")

    assert (said["contact_id"], said["lead_id"]) == (contact_id, lead_id)
