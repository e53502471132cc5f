"""The way out of a browser: the guard is asked for every connection, and what it has seen is what is called."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx

from app.browser.chromium.tunnel import Tunnel
from app.channels.guard import Guard, is_public
from app.wiring.browser import Gatekeeper

REFUSED = 2


class Doors:
    """Two addresses of this machine, and at which of them somebody knocked."""

    def __init__(self) -> None:
        self.knocked: list[str] = []
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        self.knocked.append(writer.get_extra_info("sockname")[0])
        writer.write(b"in")
        writer.close()


@asynccontextmanager
async def two_doors() -> AsyncIterator[Doors]:
    doors = Doors()
    async with await asyncio.start_server(doors.answer, "127.0.0.1", 0) as one:
        doors.port = one.sockets[0].getsockname()[1]
        async with await asyncio.start_server(doors.answer, "127.0.0.2", doors.port):
            yield doors


async def asked(tunnel: Tunnel, host: bytes, port: int) -> tuple[int, bytes]:
    """What the proxy answers to a wish to connect, and what comes after it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", tunnel.port)
    wish = b"\x05\x01\x00\x03" + bytes([len(host)]) + host + port.to_bytes(2, "big")
    writer.write(b"\x05\x01\x00" + wish)
    answer = await reader.readexactly(12)
    came = await reader.read()
    writer.close()
    return answer[3], came


def gatekeeper(http: httpx.AsyncClient, found: Sequence[str], *, may_call: bool) -> Gatekeeper:
    async def resolve(host: str, port: int) -> list[str]:
        del host, port
        return list(found)

    return Gatekeeper(Guard(http, resolve=resolve, may_call=(lambda _: True) if may_call else is_public))


async def test_the_address_that_the_guard_has_seen_is_called_and_no_other_of_that_name():
    async with httpx.AsyncClient() as http, two_doors() as doors:
        guard = gatekeeper(http, ["127.0.0.2"], may_call=True)  # to the system, "127.1" is 127.0.0.1
        tunnel = Tunnel({("127.1", doors.port): f"https://127.1:{doors.port}"}, may_visit=guard.may_visit)
        await tunnel.open()
        said = await asked(tunnel, b"127.1", doors.port)
        await tunnel.close()
    assert said == (0, b"in")
    assert doors.knocked == ["127.0.0.2"]


async def test_a_name_that_means_this_machine_when_the_browser_connects_is_refused():
    async with httpx.AsyncClient() as http, two_doors() as doors:
        guard = gatekeeper(http, ["127.0.0.1"], may_call=False)
        target = ("panel.rebind.example", doors.port)
        tunnel = Tunnel({target: f"https://panel.rebind.example:{doors.port}"}, may_visit=guard.may_visit)
        await tunnel.open()
        said, _ = await asked(tunnel, b"panel.rebind.example", doors.port)
        await tunnel.close()
    assert said == REFUSED
    assert doors.knocked == []
