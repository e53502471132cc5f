"""Each fault does what its name says, as often as it was told to."""

import asyncio

import httpx
import pytest

from tests.sandbox.player import Json, Player
from tests.sandbox.receiver import Receiver


async def order(player: Player, **rule: object) -> Json:
    return await player.steer("faults", {"faults": [rule]})


async def send(player: Player, talk_id: int) -> httpx.Response:
    return await player.api("POST", f"talks/{talk_id}/send_message", {"text": "Olá"})


@pytest.mark.parametrize(
    ("fault", "status", "effects"),
    [
        ("error_500", 500, 0),
        ("error_before", 502, 0),
        ("error_after", 502, 1),
        ("html_403", 403, 0),
        ("rate_429", 429, 0),
    ],
)
async def test_an_error_fault_answers_so_once_and_has_or_has_no_effect(
    player: Player, *, fault: str, status: int, effects: int
) -> None:
    said = await player.say("maria", "Oi")
    await order(player, fault=fault, path="send_message", times=1)

    hit, spared = await send(player, said["talk_id"]), await send(player, said["talk_id"])

    assert (hit.status_code, spared.status_code) == (status, 202)
    assert len(await player.messages(said["talk_id"])) == 2 + effects
    [entry] = [entry for entry in await player.record() if entry.get("fault") == fault]
    assert entry["status"] == status
    assert (entry["effect"] is not None) == bool(effects)


@pytest.mark.parametrize(("fault", "effects"), [("lost", 0), ("hang", 1)])
async def test_a_broken_connection_answers_nothing_and_has_or_has_no_effect(
    player: Player, *, fault: str, effects: int
) -> None:
    said = await player.say("maria", "Oi")
    await order(player, fault=fault, path="send_message", times=1, seconds=300)

    with pytest.raises(httpx.TransportError):
        await send(player, said["talk_id"])

    assert len(await player.messages(said["talk_id"])) == 1 + effects
    assert [entry["status"] for entry in await player.record() if "send_message" in entry["path"]] == [0]


async def test_a_rule_strikes_only_its_method_path_and_account(player: Player) -> None:
    await order(player, fault="error_500", path="account", method="POST")
    await order(player, fault="error_500", path="account", account_id=1)
    await order(player, fault="error_500", path="nowhere")

    assert (await player.api("GET", "account")).status_code == 200


async def test_a_dropped_hook_is_never_sent_and_a_doubled_one_twice(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message")
    await order(player, fault="drop", times=1)
    await player.say("maria", "dropped")
    await order(player, fault="duplicate", times=1)
    await player.say("maria", "doubled")

    hooks = await receiver.until(2)

    assert [hook.fields["message[add][0][text]"] for hook in hooks] == ["doubled", "doubled"]
    fired = (await player.http.get("/_sandbox/faults")).json()["faults"]
    assert [rule["fired"] for rule in fired] == [1, 1]


async def test_a_reordered_hook_is_overtaken_and_a_delayed_one_is_not(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message")
    await order(player, fault="reorder", times=1, delay_ms=[300, 300])
    await player.say("maria", "first")
    await player.say("maria", "second")
    await receiver.until(2)
    await order(player, fault="delay", times=1, delay_ms=[200, 200])
    await player.say("maria", "third")
    await player.say("maria", "fourth")

    hooks = await receiver.until(4)

    assert [hook.fields["message[add][0][text]"] for hook in hooks] == ["second", "first", "third", "fourth"]


async def test_chance_is_repeatable_from_its_seed(player: Player) -> None:
    async def round_of_calls() -> list[int]:
        await player.steer("faults", {"seed": 5, "replace": True, "calls": {"error_500": 0.5}})
        return [(await player.api("GET", "account")).status_code for _ in range(20)]

    first, second = await round_of_calls(), await round_of_calls()

    assert first == second
    assert set(first) == {200, 500}


async def test_no_more_trouble_means_none(player: Player) -> None:
    await order(player, fault="error_500")
    assert (await player.http.delete("/_sandbox/faults")).status_code == 204

    assert (await player.api("GET", "account")).status_code == 200


async def test_calls_go_on_while_one_hangs(player: Player) -> None:
    await order(player, fault="hang", times=1, path="account", seconds=3000)

    hanging = asyncio.ensure_future(player.api("GET", "account"))
    await player.until_recorded(1, kind="call")
    other = await player.api("GET", "users")

    assert other.status_code == 200
    with pytest.raises(httpx.TransportError):
        await hanging
