"""`provisionar`: from the webhook of the real n8n over Ponte and a real browser to the panel's own list, and back."""

import os
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.browser.finding import chromium
from tests.conftest import IN_CI
from tests.e2e.play import Json, fresh, until
from tests.real_n8n.conftest import Lab

pytestmark = pytest.mark.skipif(
    chromium(os.environ) is None and not IN_CI, reason="no Chromium here: `make browser` gets one"
)


@pytest_asyncio.fixture(autouse=True)
async def well(lab: Lab) -> AsyncIterator[None]:
    """An empty panel that is well, that everybody may go to; and left so."""
    await _as_new(lab)
    yield
    await _as_new(lab)


async def _as_new(lab: Lab) -> None:
    await lab.place.box.post("/_sandbox/panel/reset")
    for panel in (await lab.place.api.get("/admin/panels")).json()["panels"]:
        if panel["stopped_at"]:
            assert (await lab.place.api.post("/admin/panels/resume")).is_success


async def provision(lab: Lab, conversation: object, candidate: str, *, attempt: int = 1) -> httpx.Response:
    """The workflow's webhook, with the key of its credential."""
    body = {"conversation_id": conversation, "captured_user_name": "Sofía", "candidate_username": candidate}
    headers = {"X-API-Key": await lab.reply_key()}
    async with httpx.AsyncClient(trust_env=False, timeout=120) as http:
        url = f"{lab.n8n.url}/webhook/ponte-provisionar"
        return await http.post(url, json={**body, "attempt_number": attempt}, headers=headers)


async def users(lab: Lab) -> list[str]:
    return [one["username"] for one in (await lab.place.box.get("/_sandbox/panel/users")).json()]


async def writes(lab: Lab) -> list[Json]:
    return (await lab.place.box.get("/_sandbox/panel/journal")).json()


async def test_a_user_is_made_once_and_a_repeat_is_told_the_same(lab: Lab):
    first = await provision(lab, "wa-1", "sofia1111")
    assert first.status_code == 200, first.text
    assert first.json()["outcome"] == "created"
    assert first.json()["details"]["generated_username"] == "sofia1111"
    again = await provision(lab, "wa-1", "sofia1111")
    assert (again.status_code, again.json()) == (200, first.json())
    assert await users(lab) == ["sofia1111"]
    assert [write["end"] for write in await writes(lab)] == ["written"]


async def test_a_name_that_is_taken_is_told_and_the_next_one_is_made(lab: Lab):
    await lab.place.box.post("/_sandbox/panel/trouble", json={"taken_names": ["sofia2222"]})
    taken = await provision(lab, "wa-2", "sofia2222")
    assert taken.status_code == 409, taken.text
    assert taken.json()["outcome"] == "exists"
    assert taken.json()["details"]["response_message"] == "Username already exists"
    free = await provision(lab, "wa-2", "sofia2223", attempt=2)
    assert free.status_code == 200, free.text
    assert await users(lab) == ["sofia2223"]


async def test_a_panel_that_has_changed_is_left_to_a_person_and_the_bot_is_quiet_in_that_chat(lab: Lab):
    said = await lab.place.say(fresh("dora"), "Bom dia")
    chat = (await lab.place.settled(said))["conversation_id"]
    await lab.place.box.post("/_sandbox/panel/trouble", json={"layout": "renamed", "layout_on": ["create"]})
    answer = await provision(lab, chat, "dora3333")
    assert answer.status_code == 202, answer.text
    assert answer.json()["outcome"] == "needs_person"
    assert answer.json()["paused"] is True
    assert (await lab.place.bot(said, on=False))["state"]["bot_on"] is False
    assert await users(lab) == []
    assert await writes(lab) == []

    async def is_stopped() -> bool:
        listed = (await lab.place.api.get("/admin/panels")).json()["panels"]
        return bool(listed[0]["stopped_why"] and listed[0]["stopped_evidence"])

    assert await until(is_stopped)
