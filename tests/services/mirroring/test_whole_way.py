"""A user who was asked for in a chat, and one by n8n, as a sheet shows them: each request and its answer once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.domain.clock import SystemClock
from app.services.provisioning.desk import UserWish
from app.services.provisioning.panels import PanelChange
from app.services.provisioning.running import Running
from app.store.accounts import Account
from app.store.secrets import Vault
from app.wiring import House
from tests.house import customer_says, until, work_off
from tests.sandbox.player import Player
from tests.services.mirroring.conftest import Place
from tests.services.provisioning.twin import TwinPanels

PANEL = PanelChange("twin", "https://panel.example.com", "ana", "s")
QUICK: dict[str, Any] = {"flow": "onboarding", "balloon_spacing": 0, "burst_scale": 0}


@asynccontextmanager
async def a_browser_at_work(house: House, account: Account, vault: Vault) -> AsyncIterator[TwinPanels]:
    """A browser process over a twin of the panel, at work meanwhile."""
    panels = TwinPanels()
    running = Running(house.database, SystemClock(), vault=vault, browser=panels)

    async def work() -> None:
        while True:
            await running.drain(account.id)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(work())
    try:
        yield panels
    finally:
        task.cancel()


async def says(house: House, sandbox: Player, account: Account, text: str, *, then: str) -> None:
    """A customer writes, and the worker works until the record has this line."""
    await customer_says(sandbox, house, account, text)

    async def has_come() -> bool:
        await work_off(house, but=("provision",))
        return await house.database.fetchval("select exists (select from event_log where what = $1)", then)

    await until(has_come)


async def test_a_chat_and_a_call_are_mirrored_once_each_with_every_column_in_its_place(
    house: House, sandbox: Player, shop: Account, bare_place: Place
) -> None:
    place = bare_place
    place.account = shop
    await place.set()
    await house.doors.preferences.change(shop.id, QUICK, who="test")
    provisioning = house.doors.provisioning
    await provisioning.panels.set(shop.id, PANEL, who="test", is_operator=True)
    async with a_browser_at_work(house, shop, place.vault) as panels:
        await says(house, sandbox, shop, "Hola", then="onboarding_begun")
        await says(house, sandbox, shop, "me llamo Sofía Pérez", then="onboarding_done")
        called = await provisioning.desk.create_user(shop.id, UserWish("n8n-9", "Ana", "ana1234", 2), who="n8n")
        await provisioning.desk.wait(called)
    await place.carry()

    (number,) = await house.database.fetch("select id from conversations")
    (sofia,) = set(panels.users) - {"ana1234"}
    chat, name = str(number["id"]), "Sofía Pérez"
    rows = [[str(cell) for cell in row[1:-1]] for row in await place.rows()]
    assert [row for row in rows if row[1].startswith("rpa_")] == [
        [chat, "rpa_request", name, sofia, "", "1", "", ""],
        [chat, "rpa_response", name, sofia, sofia, "1", "success", ""],
        ["n8n-9", "rpa_request", "Ana", "ana1234", "", "2", "", ""],
        ["n8n-9", "rpa_response", "Ana", "ana1234", "ana1234", "2", "success", ""],
    ]
    seen = [row[1:-1] for row in await place.browser_rows()]
    assert seen == [[user, "create_user", "success", "", "ana"] for user in (sofia, "ana1234")]
