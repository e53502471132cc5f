"""Ponte's own processes, as an installation starts them, on the database of a test: they can be killed and drained."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from tests.house import until

ROOT = Path(__file__).parents[2]
SWIFT = {
    "KOMMO_RATE": "0",
    "SWEEP_SECONDS": "1",
    "HEARTBEAT_SECONDS": "2",
    "SECOND_LOOK_SECONDS": "0.1",
    "SEND_LEASE_SECONDS": "1",
}


@dataclass
class Running:
    """A process and what it has written to its log so far."""

    process: Process
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    async def says(self, words: str) -> None:
        async def there() -> bool:
            return words in self.said()

        await until(there)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ended by its own id; returns how it ended."""
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await self.process.wait()


@dataclass
class Starter:
    """Starts processes with the settings of one installation."""

    folder: Path
    settings: dict[str, str]

    @asynccontextmanager
    async def run(self, *arguments: str, fds: tuple[int, ...] = (), **more: str) -> AsyncIterator[Running]:
        """`ponte ...`, killed at the end if it still runs."""
        log = self.folder / f"{arguments[0]}-{len(list(self.folder.iterdir()))}.log"
        ours = {name.upper() for name in Settings.model_fields}
        inherited = {name: value for name, value in os.environ.items() if name not in ours}
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "app.cli", *arguments),
                cwd=self.folder,
                env={**inherited, "PYTHONPATH": str(ROOT), **self.settings, **more},
                pass_fds=fds,
                stdout=file,
                stderr=file,
            )
        running = Running(process, log)
        try:
            yield running
        finally:
            await running.end(signal.SIGKILL)

    @asynccontextmanager
    async def worker(self, **more: str) -> AsyncIterator[Running]:
        """`ponte worker`, once it is at work."""
        async with self.run("worker", **more) as running:
            await running.says("worker.started")
            yield running

    @asynccontextmanager
    async def api(self, **more: str) -> AsyncIterator[tuple[str, Running]]:
        """`ponte api` on a socket of ours, so that it may be knocked at before it listens; yields its address."""
        with socket.create_server(("127.0.0.1", 0)) as sock:
            async with self.run("api", "--fd", str(sock.fileno()), fds=(sock.fileno(),), **more) as running:
                yield f"http://127.0.0.1:{sock.getsockname()[1]}", running
