"""A newcomer's whole way: chat on the sandbox, and a real browser makes the user on the simulated panel."""

import os
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.browser.finding import chromium
from tests.conftest import IN_CI
from tests.e2e.play import Json, Place, default_place, running_ponte, until

pytestmark = [
    pytest.mark.skipif(chromium(os.environ) is None and not IN_CI, reason="no Chromium here: `make browser` gets one"),
    pytest.mark.timeout(300),
]


@pytest_asyncio.fixture
async def newcomer(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The account that `ponte run` makes, told to speak by the plan, as the button on its page does."""
    data = tmp_path_factory.mktemp("newcomer") / "data"
    ports = ("--browser-port", "0")
    async with (
        running_ponte(data, "--sandbox-rate", "0", *ports, BURST_SCALE="0.1", KOMMO_RATE="0") as started,
        default_place(started) as place,
    ):
        changed = await place.box.post("/_sandbox/plan", json={"on": True})
        assert changed.json() == {"can_switch": True, "on": True}
        assert (await place.api.get("/admin/account")).json()["flow"] == "onboarding"
        yield place


async def lead_of(place: Place, said: Json) -> Json:
    token = (await place.box.get("/_sandbox/accounts")).json()[0]["token"]
    answer = await place.box.get(f"/api/v4/leads/{said['lead_id']}", headers={"Authorization": f"Bearer {token}"})
    return answer.json()


async def test_a_customer_who_says_a_name_in_the_chat_has_a_user_on_the_panel(newcomer: Place):
    place = newcomer
    await place.say("sofia", "hola")

    async def asked() -> bool:  # a reminder is waiting then, so the conversation is never at rest
        said = await place.answers("sofia")
        return bool(said) and said[-1].endswith("?")

    await until(asked)
    said = await place.say("sofia", "me llamo Sofía Pérez")

    async def users() -> list[str]:
        return [one["username"] for one in (await place.box.get("/_sandbox/panel/users")).json()]

    (username,) = await until(users)
    assert re.fullmatch(r"sofia[a-z.]*\d{4}", username)

    async def account_told() -> str:
        words = "\n".join(await place.answers("sofia"))
        return words if re.search(r"[Cc]ontraseña[^:]*: \S+", words) else ""

    assert username in await until(account_told)

    async def tagged() -> Json:
        lead = await lead_of(place, said)
        return lead if lead["custom_fields_values"] and lead["_embedded"]["tags"] else {}

    lead = await until(tagged)
    fields = {one["field_name"]: one["values"][0]["value"] for one in lead["custom_fields_values"]}
    assert fields["Username"] == username
    assert [tag["name"] for tag in lead["_embedded"]["tags"]] == ["USUARIO AGENDADO"]

    async def has_ended() -> bool:
        return await place.running.ask("select exists (select from event_log where what = 'onboarding_done')")

    await until(has_ended)
    assert await users() == [username]
