"""A simulated model in a process of its own, told what to say over real HTTP."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

Json = dict[str, Any]


class Model:
    """`url` is what a caller's base URL must be."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http

    async def tell(self, *plays: Json, **more: Json) -> None:
        answer = await self.http.put("/_model/script", json={"plays": plays, **more})
        assert answer.is_success, answer.text

    async def reset(self) -> None:
        assert (await self.http.post("/_model/reset")).is_success

    async def record(self) -> list[Json]:
        return (await self.http.get("/_model/record")).json()

    async def complete(self, **body: Any) -> httpx.Response:
        known = {"model": "m", "messages": [{"role": "user", "content": "Oi"}]}
        return await self.http.post("/v1/chat/completions", json={**known, **body})


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[Model]:
    """A model, ended when the test is over."""
    command = [sys.executable, "-m", "app.sandbox.model", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = json.loads(await process.stdout.readline())["model_url"]
    async with httpx.AsyncClient(base_url=url.removesuffix("/v1"), trust_env=False, timeout=30) as http:
        yield Model(url, http)
    if process.returncode is None:
        process.terminate()
    await process.communicate()
