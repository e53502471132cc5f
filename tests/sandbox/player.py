"""What one who plays the people does with a running sandbox, over real HTTP."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

Json = dict[str, Any]


class Player:
    def __init__(self, http: httpx.AsyncClient, account: Json, process: asyncio.subprocess.Process) -> None:
        self.http = http
        self.account = account
        self.process = process

    async def api(self, method: str, path: str, body: object = None, *, token: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.account['token']}"}
        return await self.http.request(method, f"/api/v4/{path}", json=body, headers=headers)

    async def steer(self, path: str, order: Json) -> Any:
        answer = await self.http.post(f"/_sandbox/{path}", json=order)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def say(self, chat: str, text: str | None = None, **more: object) -> Json:
        return await self.steer("say", {"chat": chat, **({} if text is None else {"text": text}), **more})

    async def record(self, after: int = 0) -> list[Json]:
        return (await self.http.get("/_sandbox/record", params={"after": after})).json()

    async def subscribe(self, destination: str, *codes: str) -> Json:
        answer = await self.api("POST", "webhooks", {"destination": destination, "settings": list(codes)})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def until_recorded(self, count: int, *, kind: str) -> list[Json]:
        """Entries of that kind, once there are so many; one that waits in vain ends by its test's timeout."""
        while True:
            found = [entry for entry in await self.record() if entry["kind"] == kind]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)

    async def messages(self, talk_id: int) -> list[Json]:
        answer = await self.api("GET", f"talks/{talk_id}/messages?limit=250")
        return answer.json()["_embedded"]["messages"] if answer.content else []


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[Player]:
    """A sandbox in a process of its own, ended when the test is over."""
    command = [sys.executable, "-m", "app.sandbox", "--port", "0", "--ready-json", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = json.loads(await process.stdout.readline())["sandbox_url"]
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        account = (await http.get("/_sandbox/accounts")).json()[0]
        yield Player(http, account, process)
    if process.returncode is None:
        process.terminate()
    await process.communicate()
