"""Where a simulated vendor's webhooks go in a test: kept raw, with what a signature covers, and taken one by one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.domain.knocking import Knocked


@dataclass
class Catcher:
    """Acknowledges everything. `url` is the address that the vendor is given, which is what it signs."""

    url: str = ""
    caught: list[Knocked] = field(default_factory=list[Knocked])
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, wanted: Callable[[Knocked], bool] = lambda _: True) -> Knocked:
        """The next one of the wanted kind, taken out; one that never comes ends by the test's own timeout."""
        async with self._came:
            await self._came.wait_for(lambda: any(map(wanted, self.caught)))
            found = next(one for one in self.caught if wanted(one))
            self.caught.remove(found)
            return found

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {
                    name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                origin = self.url.partition("/hook")[0]
                async with self._came:
                    self.caught.append(Knocked(body, headers, origin + head[0].split(" ")[1]))
                    self._came.notify_all()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def catching() -> AsyncIterator[Catcher]:
    """A catcher on a port of its own."""
    catcher = Catcher()
    server = await asyncio.start_server(catcher.serve, "127.0.0.1", 0)
    catcher.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield catcher
    finally:
        server.close()
