"""A vendor that says exactly what a test wants to hear, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio

HANG = b"HANG"  # hear it out and say nothing
LOST = b""  # hear it out and hang up


def said(status: int, body: bytes | str = b"", content_type: str = "application/hal+json", *more: str) -> bytes:
    """An HTTP answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(content)}", "connection: close", *more]
    lines += [f"content-type: {content_type}"] if content else []
    return "\r\n".join([*lines, "", ""]).encode() + content


@dataclass
class Vendor:
    """Answers with what it was given, the last one for ever; keeps what it heard."""

    url: str = ""
    answers: list[bytes] = field(default_factory=lambda: [said(204)])
    heard: list[str] = field(default_factory=list)

    def says(self, *answers: bytes) -> None:
        self.answers = list(answers)

    @property
    def lines(self) -> list[str]:
        return [one.partition(" HTTP/1.1\r\n")[0] for one in self.heard]

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        self.heard.append(head + (await reader.readexactly(length)).decode())
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == HANG:
            await reader.read()  # until the other side gives up
            return
        writer.write(answer)
        await writer.drain()


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[Vendor]:
    one = Vendor()
    server = await asyncio.start_server(one.meet, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield one


@pytest_asyncio.fixture
async def impatient() -> AsyncIterator[httpx.AsyncClient]:
    """A client that waits a fraction of a second, so that silence needs no patience of the tests."""
    async with httpx.AsyncClient(verify=False, timeout=0.3, trust_env=False) as client:
        yield client


@pytest.fixture(name="said")
def said_fixture():
    return said
