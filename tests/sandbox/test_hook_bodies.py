"""The bodies the sandbox sends are those that were recorded: same keys, same order of things, strings throughout."""

from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.sandbox.player import Player
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.needs_shared


def recorded(shared: Path, name: str) -> dict[str, str]:
    [path] = (shared / "samples" / "kommo").glob(f"{name}_*.txt")
    return dict(parse_qsl(path.read_text().strip(), keep_blank_values=True))


@pytest.mark.parametrize(
    ("sample", "code", "order"),
    [
        ("01", "add_message", {"text": "Hola. Me interesa el producto del anuncio"}),
        ("03", "add_message", {"media": "picture"}),
        ("R1", "add_outgoing_message", {"text": "Ya le atiendo yo", "as": "user:1"}),
    ],
)
async def test_a_message_hook_has_the_keys_of_the_recorded_one(
    player: Player, receiver: Receiver, shared: Path, *, sample: str, code: str, order: dict[str, str]
) -> None:
    await player.subscribe(receiver.url, code)
    await player.steer("say", {"chat": "maria", **order})

    [hook] = await receiver.until(1)

    assert list(hook.fields) == list(recorded(shared, sample))
    assert hook.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "x-amocrm-requestid" in hook.headers


async def test_a_note_hook_has_the_recorded_keys_and_the_newer_metadata(
    player: Player, receiver: Receiver, shared: Path
) -> None:
    said = await player.say("maria", "Oi")
    await player.subscribe(receiver.url, "note_lead")
    await player.steer("note", {"lead_id": said["lead_id"], "text": "a & b <c>", "as": "user:2"})

    [hook] = await receiver.until(1)

    metadata = "leads[note][0][note][metadata]"
    assert set(hook.fields) - {metadata} == set(recorded(shared, "12"))
    assert hook.fields["leads[note][0][note][text]"] == "a &amp; b &lt;c&gt;"
    assert hook.fields["leads[note][0][note][created_by]"] == "2"
    assert '"author_name":"Bruno"' in hook.fields[metadata]


async def test_a_new_lead_hook_has_the_recorded_keys(player: Player, receiver: Receiver, shared: Path) -> None:
    await player.subscribe(receiver.url, "add_lead")
    await player.say("maria", "Oi")

    [hook] = await receiver.until(1)

    assert set(hook.fields) == set(recorded(shared, "13"))


async def test_a_lead_that_changed_stage_names_the_old_one(player: Player, receiver: Receiver, shared: Path) -> None:
    said = await player.say("maria", "Oi")
    await player.subscribe(receiver.url, "update_lead")
    await player.api("PATCH", f"leads/{said['lead_id']}", {"status_id": 59936202})

    [hook] = await receiver.until(1)

    assert set(hook.fields) >= set(recorded(shared, "07"))
    assert hook.fields["leads[update][0][old_status_id]"] == "59936198"


async def test_a_new_contact_and_the_incoming_lead_have_the_recorded_keys(
    player: Player, receiver: Receiver, shared: Path
) -> None:
    await player.subscribe(receiver.url, "add_contact", "add_unsorted")
    await player.say("maria", "Oi")

    hooks = await receiver.until(2)

    sent = set().union(*(hook.fields for hook in hooks))
    missing = (set(recorded(shared, "09")) | set(recorded(shared, "06"))) - sent
    assert missing == {"unsorted[add][0][source_data][client][picture]"}


async def test_a_talk_hook_has_the_keys_of_the_reconstruction(player: Player, receiver: Receiver, shared: Path) -> None:
    await player.subscribe(receiver.url, "update_talk")
    await player.say("maria", "Oi")

    [hook] = await receiver.until(1)

    assert list(hook.fields) == list(recorded(shared, "R3"))


async def test_a_chat_without_a_lead_sends_no_entity(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message")
    said = await player.say("maria", "Oi", lead=False)

    [hook] = await receiver.until(1)

    assert said["lead_id"] is None
    assert not [key for key in hook.fields if "entity" in key or "element" in key]


async def test_an_answer_sent_through_the_api_comes_back_as_a_bot_without_a_user(
    player: Player, receiver: Receiver
) -> None:
    said = await player.say("maria", "Oi")
    await player.subscribe(receiver.url, "add_outgoing_message")
    sent = (await player.api("POST", f"talks/{said['talk_id']}/send_message", {"text": "Olá"})).json()

    [hook] = await receiver.until(1)

    author = "outgoing_message[add][0][author]"
    assert hook.fields["outgoing_message[add][0][id]"] == sent["id"]
    assert hook.fields[f"{author}[type]"] == "bot"
    assert f"{author}[user_id]" not in hook.fields
