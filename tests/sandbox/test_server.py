"""The process: loopback only, deaf to foreign pages, and quick to end."""

import asyncio
import socket
import sys

from tests.sandbox.player import Player, running


async def test_it_ends_soon_even_with_waiting_callers() -> None:
    async with running() as player:
        await player.say("maria", "Oi")
        await player.steer("faults", {"faults": [{"fault": "hang", "seconds": 3000}]})
        waiting = [
            asyncio.ensure_future(player.http.get("/_sandbox/state", params={"after": 99, "wait": 20})),
            asyncio.ensure_future(player.api("GET", "account")),
        ]
        await player.until_recorded(1, kind="call")
        player.process.terminate()

        async with asyncio.timeout(2):
            await player.process.wait()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_it_refuses_to_listen_for_strangers() -> None:
    command = [sys.executable, "-m", "app.sandbox", "--host", "0.0.0.0"]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()

    assert process.returncode == 1
    assert b"loopback" in said


async def test_it_serves_an_inherited_socket() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        command = [sys.executable, "-m", "app.sandbox", "--ready-json", "--fd", str(listener.fileno())]
        process = await asyncio.create_subprocess_exec(
            *command, pass_fds=[listener.fileno()], stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        said = await process.stdout.readline()
        process.terminate()
        await process.communicate()

        assert f"127.0.0.1:{listener.getsockname()[1]}".encode() in said


async def test_foreign_names_and_pages_are_turned_away(player: Player) -> None:
    renamed = await player.http.get("/_sandbox/accounts", headers={"Host": "rebound.example.com"})
    foreign = await player.http.post(
        "/_sandbox/say", json={"chat": "x", "text": "y"}, headers={"Origin": "http://evil.example.com"}
    )

    assert (renamed.status_code, foreign.status_code) == (403, 403)


async def test_the_page_is_served_under_a_strict_policy_and_nothing_beside_it(player: Player) -> None:
    page = await player.http.get("/")
    outside = await player.http.get("/page/..%2fserver.py")

    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert outside.status_code == 404


async def test_every_steering_route_is_described(player: Player) -> None:
    document = (await player.http.get("/_sandbox/openapi.json")).json()

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) >= 11
    assert all(operation["summary"] for operation in operations)


async def test_a_reset_keeps_token_and_webhooks_unless_all_must_go(player: Player) -> None:
    await player.subscribe("http://127.0.0.1:9/x", "add_message")
    await player.say("maria", "Oi")
    await player.steer("reset", {})
    kept = (await player.http.get("/_sandbox/accounts")).json()[0]
    await player.steer("reset", {"all": True})
    fresh = (await player.http.get("/_sandbox/accounts")).json()[0]

    assert kept["token"] == player.account["token"]
    assert [hook["destination"] for hook in kept["webhooks"]] == ["http://127.0.0.1:9/x"]
    assert (fresh["token"] == kept["token"], fresh["webhooks"]) == (False, [])
