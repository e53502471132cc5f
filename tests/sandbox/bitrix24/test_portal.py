"""The simulated portal: strict about what it is asked, and a queue that forgets only what was acknowledged."""

from typing import Any

import httpx
import pytest

from tests.sandbox.player import Player

BASE = "/rest/1/sandboxsecret"
TOKEN = {"botToken": "t" * 40}


async def ask(sandbox: Player, method: str, params: Any, *, base: str = BASE) -> httpx.Response:
    return await sandbox.http.post(f"{base}/{method}", json=params)


async def bot_of(sandbox: Player) -> dict[str, Any]:
    fields = {"code": "x", "properties": {"name": "X"}, "type": "openline", "eventMode": "fetch", **TOKEN}
    made = await ask(sandbox, "imbot.v2.Bot.register", {"fields": fields})
    return {"botId": made.json()["result"]["bot"]["id"], **TOKEN}


@pytest.mark.parametrize(
    ("method", "params", "status", "code"),
    [
        ("im.message.add", {"DIALOG_ID": "chat5", "MESSAGE": "x", "TEXT": "x"}, 400, "SIMULATOR_VALIDATION"),
        ("im.message.add", {"DIALOG_ID": "chat5"}, 400, "SIMULATOR_VALIDATION"),
        ("im.dialog.messages.get", {"DIALOG_ID": "chat5", "LIMIT": "many"}, 400, "SIMULATOR_VALIDATION"),
        ("imbot.v2.Bot.register", {"fields": {"code": "x", "name": "X"}}, 400, "SIMULATOR_VALIDATION"),
        ("im.message.add", {"DIALOG_ID": "chat5", "MESSAGE": "x"}, 404, "CHAT_NOT_FOUND"),
        ("imbot.v2.Event.get", {"botId": 1, **TOKEN}, 400, "BOT_NOT_FOUND"),
        ("no.such.method", {}, 404, "ERROR_METHOD_NOT_FOUND"),
    ],
)
async def test_what_the_schemas_do_not_know_is_refused(
    sandbox: Player, method: str, params: dict[str, Any], status: int, code: str
):
    answer = await ask(sandbox, method, params)
    assert (answer.status_code, answer.json()["error"]) == (status, code)


async def test_another_secret_opens_nothing(sandbox: Player):
    answer = await ask(sandbox, "im.user.get", {}, base="/rest/1/another")
    assert (answer.status_code, answer.json()["error"]) == (401, "INVALID_CREDENTIALS")


async def test_events_come_again_until_they_are_acknowledged(sandbox: Player):
    bot = await bot_of(sandbox)
    await sandbox.steer("bitrix24/say", {"text": "oi"})
    first = (await ask(sandbox, "imbot.v2.Event.get", bot)).json()["result"]
    assert [one["type"] for one in first["events"]] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]
    again = (await ask(sandbox, "imbot.v2.Event.get", bot)).json()["result"]
    assert again == first
    after = (await ask(sandbox, "imbot.v2.Event.get", {**bot, "offset": first["nextOffset"]})).json()["result"]
    assert after["events"] == []
    assert after["nextOffset"] == first["nextOffset"]


async def test_the_bucket_empties(sandbox: Player):
    await sandbox.steer("bitrix24/limits", {"capacity": 3})
    answers = [await ask(sandbox, "im.user.get", {}) for _ in range(5)]
    assert [one.status_code for one in answers[:3]] == [200, 200, 200]
    assert answers[-1].json()["error"] == "QUERY_LIMIT_EXCEEDED"


async def test_a_batch_goes_on_after_what_was_refused_unless_it_shall_halt(sandbox: Player):
    commands = {"a": "im.user.get?", "b": "im.dialog.read?DIALOG_ID=chat9", "c": "im.user.get?"}
    told = (await ask(sandbox, "batch", {"halt": 0, "cmd": commands})).json()["result"]
    assert set(told["result"]) == {"a", "c"}
    assert told["result_error"]["b"]["error"] == "CHAT_NOT_FOUND"
    told = (await ask(sandbox, "batch", {"halt": 1, "cmd": commands})).json()["result"]
    assert set(told["result"]) == {"a"}
