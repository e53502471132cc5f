"""The second way to send: a bot prints what stands in a lead field, one bot at a time."""

import asyncio

from tests.sandbox.player import Json, Player
from tests.sandbox.receiver import Receiver


async def write_field(player: Player, lead_id: int, text: str) -> None:
    body = {"custom_fields_values": [{"field_id": player.account["field_id"], "values": [{"value": text}]}]}
    assert (await player.api("PATCH", f"leads/{lead_id}", body)).status_code == 200


async def test_a_bot_prints_the_lead_field_and_is_no_user(player: Player, receiver: Receiver) -> None:
    said = await player.say("maria", "Oi")
    await player.subscribe(receiver.url, "add_outgoing_message")
    await write_field(player, said["lead_id"], "Resposta longa")
    run = {"entity_id": said["lead_id"], "entity_type": "leads"}
    answer = await player.api("POST", f"bots/{player.account['bot_id']}/run", run)

    [hook] = await receiver.until(1)

    assert (answer.status_code, answer.text) == (202, "Accepted")
    assert answer.headers["content-type"].startswith("text/plain")
    assert hook.fields["outgoing_message[add][0][text]"] == "Resposta longa"
    assert hook.fields["outgoing_message[add][0][author][type]"] == "bot"


async def test_a_second_run_on_the_lead_ends_the_first(player: Player, receiver: Receiver) -> None:
    said = await player.say("maria", "Oi")
    await player.subscribe(receiver.url, "add_outgoing_message")
    path, run = f"bots/{player.account['bot_id']}/run", {"entity_id": said["lead_id"], "entity_type": "leads"}
    await write_field(player, said["lead_id"], "uma")

    many = [{"bot_id": player.account["bot_id"], **run}] * 3
    assert (await player.api("POST", "bots/run", many)).status_code == 202
    await receiver.until(1)
    await asyncio.sleep(0.1)

    assert [one["text"] for one in await player.messages(said["talk_id"])] == ["Oi", "uma"]
    assert (await player.api("POST", path, {"entity_id": 1, "entity_type": "leads"})).status_code == 400
    assert (await player.api("POST", path, {**run, "entity_type": "lead"})).status_code == 400
    assert (await player.api("POST", "bots/1/run", run)).status_code == 404


async def test_bots_are_listed_where_the_plan_has_them(player: Player) -> None:
    order: Json = {"id": player.account["id"], "capabilities": {"salesbot": False}}
    listed = await player.api("GET", "bots?limit=250&filter[type_functionality][]=regular")
    await player.steer("accounts", order)
    without = await player.api("GET", "bots")

    assert [bot["id"] for bot in listed.json()["_embedded"]["items"]] == [player.account["bot_id"]]
    assert without.status_code == 204
