"""A tiny receiver of webhooks: keeps what comes, answers what it was told to."""

import asyncio
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl

SILENT = -1


@dataclass
class Hook:
    path: str
    headers: dict[str, str]
    pairs: list[tuple[str, str]]

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.pairs)


@dataclass
class Receiver:
    """Answers `answers` one after the other, then `otherwise`; SILENT keeps the caller waiting."""

    otherwise: int = 200
    answers: list[int] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    url: str = ""
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/webhooks/kommo/a-long-secret-segment"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def until(self, count: int) -> list[Hook]:
        """The hooks, once there are so many; a test that waits in vain ends by its own timeout."""
        async with self._came:
            await self._came.wait_for(lambda: len(self.hooks) >= count)
        return self.hooks

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        async with self._came:
            self.hooks.append(Hook(head[0].split(" ")[1], headers, pairs))
            self._came.notify_all()
        status = self.answers.pop(0) if self.answers else self.otherwise
        if status == SILENT:
            await reader.read()
            return False
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok".encode())
        await writer.drain()
        return True
