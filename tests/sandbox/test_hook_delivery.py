"""Webhooks are delivered as the vendor does it: two seconds, a ladder of retries, and an end to its patience."""

import asyncio
from itertools import pairwise

import pytest

from tests.sandbox.player import Json, Player
from tests.sandbox.receiver import SILENT, Receiver


@pytest.mark.parametrize(("status", "count"), [(400, 3), (302, 3), (500, 5), (499, 5)])
async def test_the_ladder_is_as_long_as_the_answer_deserves(
    player: Player, receiver: Receiver, *, status: int, count: int
) -> None:
    receiver.otherwise = status
    await player.subscribe(receiver.url, "add_message")
    await player.say("maria", "Oi")

    hooks = await player.until_recorded(count, kind="hook")
    await asyncio.sleep(0.5)

    assert [hook["attempt"] for hook in hooks] == list(range(1, count + 1))
    assert len(receiver.hooks) == count
    waits = [later["at"] - earlier["at"] for earlier, later in pairwise(hooks)]
    rungs = [seconds / 3000 for seconds in (300, 900, 900, 3600)]
    assert all(wait >= rung for wait, rung in zip(waits, rungs, strict=False))


async def test_a_retry_that_is_answered_well_is_the_last(player: Player, receiver: Receiver) -> None:
    receiver.answers = [503]
    await player.subscribe(receiver.url, "add_message")
    await player.say("maria", "Oi")

    hooks = await player.until_recorded(2, kind="hook")
    await asyncio.sleep(0.5)

    assert [hook["status"] for hook in hooks] == [503, 200]
    assert receiver.hooks[0].pairs == receiver.hooks[1].pairs
    assert len(receiver.hooks) == 2


async def test_no_answer_within_two_seconds_is_a_bad_answer(player: Player, receiver: Receiver) -> None:
    receiver.answers = [SILENT]
    await player.subscribe(receiver.url, "add_message")
    await player.say("maria", "Oi")

    hooks = await player.until_recorded(2, kind="hook")

    assert [hook["status"] for hook in hooks] == [499, 200]
    assert hooks[1]["at"] - hooks[0]["at"] >= 2


async def test_an_address_that_cannot_be_reached_gets_three_attempts(player: Player) -> None:
    await player.subscribe("http://127.0.0.1:9/webhooks/kommo", "add_message")
    await player.say("maria", "Oi")

    hooks = await player.until_recorded(3, kind="hook")

    assert {hook["status"] for hook in hooks} == {0}


async def test_more_than_a_hundred_bad_answers_disable_the_webhook_until_it_is_subscribed_again(
    player: Player, receiver: Receiver
) -> None:
    receiver.otherwise = 400
    await player.subscribe(receiver.url, "add_message")
    for n in range(101):
        await player.say(f"chat {n}", "Oi")
    await player.until_recorded(101, kind="hook")
    assert (await webhook(player))["disabled"]

    receiver.otherwise = 200
    await asyncio.sleep(0.5)
    receiver.hooks.clear()
    await player.say("unheard", "Oi")
    await player.subscribe(receiver.url, "add_message")
    await player.say("heard", "Oi")

    hooks = await receiver.until(1)
    assert not (await webhook(player))["disabled"]
    assert [hook.fields["message[add][0][author][name]"] for hook in hooks] == ["heard"]


async def webhook(player: Player) -> Json:
    return (await player.api("GET", "webhooks")).json()["_embedded"]["webhooks"][0]


async def test_hooks_of_one_chat_arrive_in_order(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message", "add_outgoing_message")
    for n in range(30):
        await player.say("maria", str(n), **{"as": "user:1" if n % 2 else "customer"})

    hooks = await receiver.until(30)

    texts = [value for hook in hooks for key, value in hook.pairs if key.endswith("[0][text]")]
    assert texts == [str(n) for n in range(30)]


async def test_only_subscribed_events_are_sent(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "note_lead")
    said = await player.say("maria", "Oi")
    await player.api("POST", f"leads/{said['lead_id']}/notes", [{"note_type": "common", "params": {"text": "n"}}])

    hooks = await receiver.until(1)

    assert [next(iter(hook.fields)).partition("[")[0] for hook in hooks] == ["leads"]


async def test_the_record_hides_the_secret_of_the_address(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message")
    await player.say("maria", "Oi")
    await player.until_recorded(1, kind="hook")

    kept = str(await player.record())

    assert "a-long-secret-segment" not in kept
    assert player.account["token"] not in kept
