"""The child processes of `ponte run`: started, watched, started again, stopped together."""

import asyncio
import errno
import fcntl
import os
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from app.domain.errors import NeedsHuman

_log = structlog.get_logger()
# A child that dies more often than this within a minute will not get better by being started again.
MOST_DEATHS = 20


@dataclass
class Child:
    """A process of ours: how to start it, and how often it had to be."""

    name: str
    command: list[str]
    fds: tuple[int, ...] = ()
    more: dict[str, str] = field(default_factory=dict[str, str], repr=False)  # its own environment, over everybody's
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0


@dataclass
class Crew:
    """The children, started, watched and stopped together."""

    environment: dict[str, str]
    children: list[Child] = field(default_factory=list[Child])
    tasks: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])
    stopping: bool = False

    async def start(self, child: Child) -> None:
        """Start a child and watch it."""
        self.children.append(child)
        await self._spawn(child)
        self.tasks.append(asyncio.create_task(self._watch(child)))

    async def _spawn(self, child: Child) -> None:
        child.process = await asyncio.create_subprocess_exec(
            *child.command,
            env={**self.environment, **child.more},
            pass_fds=child.fds,
            stdin=subprocess.PIPE,  # its end tells the child that we are gone, however we went
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; we tell the children
        )

    async def _watch(self, child: Child) -> None:
        while child.process is not None:
            code = await child.process.wait()
            if self.stopping:
                return
            child.deaths += 1
            _log.warning("child.died", child=child.name, exit=code, deaths=child.deaths)
            if child.deaths > MOST_DEATHS:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            await asyncio.sleep(min(0.1 * child.deaths, 2.0))
            if not self.stopping:
                await self._spawn(child)

    async def stop(self, patience: float) -> None:
        """Tell all to end, wait, and end those that do not."""
        self.stopping = True
        alive = [child.process for child in self.children if child.process and child.process.returncode is None]
        for process in alive:
            process.terminate()
        try:
            await asyncio.wait_for(asyncio.gather(*(process.wait() for process in alive)), patience)
        except TimeoutError:
            for process in alive:
                if process.returncode is None:
                    process.kill()
        await asyncio.gather(*self.tasks, return_exceptions=True)


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """One `ponte run` a folder: a second one would stop the first one's database when it ends.

    Raises:
        NeedsHuman: another one is there. The system lets go of a lock whose process has died.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("a+")
    except OSError as error:
        raise NeedsHuman(
            f"{folder} cannot be written to: {error.strerror}.", hint="Name another folder: --data DIR."
        ) from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            who = f" (process {number})" if (number := file.read().strip()) else ""
            raise NeedsHuman(
                f"Ponte is running in {folder} already{who}.",
                hint="Stop it first, or give this one a folder of its own: --data DIR.",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_occupied(folder: Path) -> bool:
    """Whether a `ponte run` is at work in this folder; looking makes nothing."""
    try:
        with (folder / "run.lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def listen(port: int, *, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket that children inherit, so that it outlives them."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        raise NeedsHuman(f"Port {port} {why}.", hint="Give another one: --port 0 takes any that is free.") from error
    sock.listen(2048)
    sock.set_inheritable(True)
    return sock


def address(sock: socket.socket) -> str:
    return f"http://127.0.0.1:{sock.getsockname()[1]}"
