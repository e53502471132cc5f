"""`make run`, then the consent page in a browser's place: an account is granted, and a customer is answered in it."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.e2e.play import running_ponte
from tests.house import until


async def test_an_account_that_is_granted_on_the_page_is_answered(tmp_path: Path):
    async with running_ponte(tmp_path, "--sandbox-rate", "0", BURST_SCALE="0", KOMMO_RATE="0") as ponte:
        browser = httpx.AsyncClient(trust_env=False, timeout=30)
        async with browser, httpx.AsyncClient(base_url=ponte.sandbox_url, trust_env=False) as box:
            other = (await box.post("/_sandbox/accounts", json={"subdomain": "segunda"})).json()
            start = (await browser.get(f"{ponte.url}/oauth/kommo/start")).headers["location"]
            assert "Allow access?" in (await browser.get(start)).text
            pressed = dict(parse_qsl(urlsplit(start).query)) | {"account": str(other["id"]), "allow": "yes"}
            back = (await browser.post(start.partition("?")[0], data=pressed)).headers["location"]
            assert back.startswith(f"{ponte.url}/oauth/kommo/callback?")
            assert (await browser.get(back)).json()["status"] == "connected"

            async def subscribed() -> bool:
                accounts = (await box.get("/_sandbox/accounts")).json()
                return any(one["webhooks"] for one in accounts if one["id"] == other["id"])

            await until(subscribed)
            await box.post("/_sandbox/say", json={"chat": "rosa", "text": "Oi", "account": other["id"]})

            async def answered() -> bool:
                state = (await box.get("/_sandbox/state", params={"account": other["id"]})).json()
                return any(one["author"]["type"] != "external" for chat in state["chats"] for one in chat["messages"])

            await until(answered)
