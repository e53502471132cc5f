"""What the page asks of the Ponte beside it: of a sandbox alone nothing, and one whose Ponte is gone says so."""

import httpx

from app.sandbox.box import SandboxOptions
from app.sandbox.server import create_app
from tests.sandbox.player import Player

NOBODY = SandboxOptions(ponte_url="http://127.0.0.1:9", ponte_key="secret-key")


async def test_a_sandbox_alone_has_nothing_to_switch(player: Player):
    assert (await player.http.get("/_sandbox/plan")).json() == {"can_switch": False, "on": False}
    refused = await player.http.post("/_sandbox/plan", json={"on": True})
    assert (refused.status_code, "ponte run" in refused.json()["detail"]) == (409, True)


async def test_a_sandbox_alone_has_no_language_of_an_account(player: Player):
    assert (await player.http.get("/_sandbox/language")).json() == {"locale": "", "timezone": ""}
    refused = await player.http.post("/_sandbox/language", json={"locale": "en"})
    assert (refused.status_code, "ponte run" in refused.json()["detail"]) == (409, True)
    assert (await player.http.post("/_sandbox/language", json={"locale": "fr"})).status_code == 422


async def test_a_ponte_that_does_not_answer_is_told():
    transport = httpx.ASGITransport(create_app(NOBODY))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answers = [
            await http.get("/_sandbox/plan"),
            await http.post("/_sandbox/plan", json={"on": True}),
            await http.get("/_sandbox/language"),
            await http.post("/_sandbox/language", json={"locale": "en"}),
        ]
    assert [(one.status_code, one.json()["detail"]) for one in answers] == [(502, "Ponte does not answer.")] * 4


def test_the_key_is_not_in_what_is_printed_of_the_options():
    assert "secret-key" not in repr(NOBODY)
