"""`python -m tests.bench.load`: posts fresh bodies over kept-alive connections and prints what it measured as JSON.

Closed loop: each connection posts again as soon as it was answered. With a rate: posts leave at fixed times, and a
latency counts from the time at which the post should have left, so that a stall is not hidden.
"""

import argparse
import asyncio
import json
import time
from urllib.parse import urlsplit

from tests.bench.body import fresh


class Poster:
    """One connection. Plain sockets, for the generator shares its cores with what it measures."""

    def __init__(self, url: str, stored: int) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n".encode()
        self._stored = stored

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        self._writer.close()

    async def post(self) -> int:
        """One fresh body; the status of its answer."""
        body = fresh(self._stored)
        kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
        self._writer.write(self._head + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(length)
        return int(head[9:12])


async def closed(url: str, stored: int, *, connections: int, seconds: float) -> list[tuple[float, int]]:
    """Latency and status of every post."""
    found: list[tuple[float, int]] = []
    until = time.perf_counter() + seconds

    async def one() -> None:
        poster = Poster(url, stored)
        await poster.open()
        while (began := time.perf_counter()) < until:
            status = await poster.post()
            found.append((time.perf_counter() - began, status))
        poster.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return found


async def paced(url: str, stored: int, *, connections: int, seconds: float, rate: float) -> list[tuple[float, int]]:
    """The same at a fixed pace."""
    found: list[tuple[float, int]] = []
    start = time.perf_counter() + 0.1
    due = iter(range(int(rate * seconds)))

    async def one() -> None:
        poster = Poster(url, stored)
        await poster.open()
        for number in due:
            at = start + number / rate
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            status = await poster.post()
            found.append((time.perf_counter() - at, status))
        poster.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return found


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--url", required=True)
    made.add_argument("--stored", type=int, required=True)
    made.add_argument("--seconds", type=float, default=8)
    made.add_argument("--connections", type=int, default=32)
    made.add_argument("--rate", type=float, default=0)
    given = made.parse_args()
    common = {"connections": given.connections, "seconds": given.seconds}
    work = (
        paced(given.url, given.stored, rate=given.rate, **common)
        if given.rate
        else closed(given.url, given.stored, **common)
    )
    began = time.perf_counter()
    found = asyncio.run(work)
    took = time.perf_counter() - began
    latencies = sorted(latency for latency, _ in found)
    result = {
        "per_second": sum(status == 200 for _, status in found) / took,  # what is refused was not taken in
        "p50": latencies[len(latencies) // 2],
        "p99": latencies[int(len(latencies) * 0.99)],
        "refused": sum(status != 200 for _, status in found),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
