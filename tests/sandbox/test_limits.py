"""The vendor's patience: seven calls a second, then 429, then a closed door."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.sandbox.player import Player, running


@pytest_asyncio.fixture
async def limited() -> AsyncIterator[Player]:
    async with running("--rate", "7", "--time-scale", "100") as player:
        yield player


async def test_the_eighth_call_of_a_second_is_refused_and_many_of_those_close_the_door(limited: Player) -> None:
    answers = [await limited.api("GET", "account") for _ in range(7)]
    refused = await limited.api("GET", "account")

    assert [answer.status_code for answer in answers] == [200] * 7
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["retry_after"] == 3

    statuses = [(await limited.api("GET", "account")).status_code for _ in range(400)]
    blocked = await limited.api("GET", "account", token="of another account")

    assert set(statuses) <= {200, 429, 403}
    assert blocked.status_code == 403
    assert blocked.headers["content-type"].startswith("text/html")

    await limited.steer("reset", {})
    assert (await limited.api("GET", "account")).status_code == 200


async def test_steering_is_never_limited(limited: Player) -> None:
    said = [await limited.say("maria", str(n)) for n in range(30)]

    assert len({one["message_id"] for one in said}) == 30
