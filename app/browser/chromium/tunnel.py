"""The one way out of a browser context: a SOCKS proxy on loopback that leads to the panel's own hosts and no others.

Redirects, pictures and frames of other origins fail without a byte having left, whatever a page does. The guard is
asked for every connection, and an address that it has just seen is called: by now a name may mean another one.

And a form is sent once: a browser that finds a line dead that it has used or held ready before sends a form again,
unasked, even where the panel has done what it said. So its lines are cut before, and while a form is on its way a line
that ends without an answer takes all others with it, and no new one is given.
"""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias

from app.domain.errors import AppError

CONNECT_BUDGET: Final = 10.0  # seconds
_VERSION, _CONNECT, _IPV4, _NAME, _IPV6 = 5, 1, 1, 3, 4
_DONE, _REFUSED, _UNREACHED = 0, 2, 4
_PIECE: Final = 64 * 2**10
_LEAST_ANSWER: Final = 64  # bytes

# The addresses of a URL that may be visited; raises an `AppError` for one that may not.
MayVisit: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
Line = tuple[asyncio.StreamWriter, asyncio.StreamWriter]


class _Talk:
    """Whether the last word on a line was the browser's. A farewell of TLS is shorter than any answer."""

    def __init__(self) -> None:
        self._came = _LEAST_ANSWER

    @property
    def is_unanswered(self) -> bool:
        return self._came < _LEAST_ANSWER

    def asked(self, size: int) -> None:
        del size
        self._came = 0

    def answered(self, size: int) -> None:
        self._came += size


class Tunnel:
    """Listens for one context. RFC 1928, without authentication: who can reach it may reach the panel anyway.

    `allowed` are hosts with their ports, and for each the URL by which the guard knows it.
    """

    def __init__(self, allowed: Mapping[tuple[str, int], str], *, may_visit: MayVisit) -> None:
        self._allowed = dict(allowed)
        self._may_visit = may_visit
        self._server: asyncio.Server | None = None
        self._lines: set[Line] = set()
        self._work: set[asyncio.Task[None]] = set()
        self._sends_once = False
        self._is_shut = False
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    @asynccontextmanager
    async def once(self) -> AsyncGenerator[None]:
        """What is asked for in here goes over new lines; where one of them dies unanswered, nothing goes any more."""
        cut = self._cut()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.gather(*(writer.wait_closed() for writer in cut), return_exceptions=True)
        self._sends_once = True
        try:
            yield
        finally:
            self._sends_once = self._is_shut = False

    def _cut(self) -> list[asyncio.StreamWriter]:
        """End all lines; returns their ends at the browser."""
        lines = list(self._lines)
        for writer in [writer for line in lines for writer in line]:
            writer.close()
        return [here for here, _ in lines]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(CONNECT_BUDGET):
                there = await self._connected(reader, writer)
            if there is not None:
                await self._joined((reader, writer), there)
        except (OSError, TimeoutError, EOFError):
            pass  # either side went away: the browser sees a line that ended
        finally:
            writer.close()

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        target = await _asked(reader, writer)
        if target is None or target not in self._allowed or self._is_shut:
            await _answer(writer, _REFUSED)
            return None
        try:
            addresses = await self._may_visit(self._allowed[target])
        except AppError:
            await _answer(writer, _REFUSED)
            return None
        there = await _reached(addresses, target[1])
        await _answer(writer, _UNREACHED if there is None else _DONE)
        return there

    async def _joined(
        self,
        here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Carry what either side says until one of them ends."""
        line, talk = (here[1], there[1]), _Talk()
        self._lines.add(line)
        ways = [
            asyncio.ensure_future(_carry(here[0], there[1], talk.asked)),
            asyncio.ensure_future(_carry(there[0], here[1], talk.answered)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._lines.discard(line)
            if self._sends_once and ways[1].done() and talk.is_unanswered:  # before the browser hears of it
                self._is_shut = True
                self._cut()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            there[1].close()


async def _reached(addresses: Sequence[str], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """A line to the first that takes it."""
    for address in addresses:
        with suppress(OSError):
            return await asyncio.open_connection(address, port)
    return None


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
    """Where the browser wants to go; None for what is no wish to connect."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(bytes([_VERSION, 0]))
    version, command, _, kind = await reader.readexactly(4)
    if (version, command) != (_VERSION, _CONNECT) or kind not in (_IPV4, _NAME, _IPV6):
        return None
    if kind == _NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii", "replace").lower()
    else:
        host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == _IPV4 else 16)))
    return host, int.from_bytes(await reader.readexactly(2), "big")


async def _answer(writer: asyncio.StreamWriter, code: int) -> None:
    writer.write(bytes([_VERSION, code, 0, _IPV4, 0, 0, 0, 0, 0, 0]))
    await writer.drain()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, heard: Callable[[int], None]) -> None:
    while piece := await source.read(_PIECE):
        heard(len(piece))
        target.write(piece)
        await target.drain()
