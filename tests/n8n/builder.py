"""A builder's webhook over real HTTP: keeps what it was asked, and answers what a test tells it to, well or badly."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """One call: the headers in small letters, the raw body."""

    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def token(self) -> str:
        return self.body["callback"]["token"]


@dataclass(frozen=True)
class Said:
    """An answer; `None` for the status hangs up without one, and `hangs` never answers."""

    status: int | None = 200
    body: str = ""
    kind: str = JSON
    hangs: bool = False
    packed: str = "identity"


def answering(body: object, status: int = 200) -> Said:
    return Said(status, json.dumps(body))


@dataclass
class Webhook:
    """Says `says` one after the other; the last stays. `before` runs while the caller waits."""

    says: list[Said] = field(default_factory=lambda: [answering({"reply": "Custa 200 reais."})])
    asked: list[Asked] = field(default_factory=list)
    before: Callable[[Asked], Awaitable[None]] | None = None
    url: str = ""
    _server: asyncio.Server | None = None
    _busy: set["asyncio.Task[None]"] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/webhook/ponte"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._busy.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines[1:] if line)}
        asked = Asked(headers, await reader.readexactly(int(headers.get("content-length", "0"))))
        self.asked.append(asked)
        if self.before is not None:
            await self.before(asked)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if said.hangs:
            await asyncio.Event().wait()
        if said.status is None:
            return False
        body = said.body.encode()
        writer.write(
            f"HTTP/1.1 {said.status} X\r\nContent-Type: {said.kind}\r\nContent-Encoding: {said.packed}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        return True
