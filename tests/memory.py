"""A folder in the machine's memory, for what a test process writes much of and throws away.

A database of one's own is a thousand files; to write and delete those on a disk takes ten times as long as in memory.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = Path("/dev/shm")
PREFIX = "ponte-tests-"
ENOUGH = 3 * 2**30  # for two processes; a container often has 64 MB


@contextmanager
def folder_in_memory() -> Iterator[Path | None]:
    """The folder, gone at the end; none where the machine has no memory to spare."""
    if not _has_room():
        yield None
        return
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY))
    folder.chmod(0o711)  # Postgres runs as a user of its own and must walk in
    held = _hold(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _has_room() -> bool:
    return os.access(MEMORY, os.W_OK) and min(shutil.disk_usage(MEMORY).free, _available()) > ENOUGH


def _available() -> int:
    """What the machine could still give, which is less than what the folder may hold."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def _hold(folder: Path) -> int:
    """A lock that ends with this process, however it ends."""
    held = os.open(folder / "held", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return held


def _sweep() -> None:
    """Free what killed processes left; a Postgres of theirs that still runs stops when its folder is gone."""
    for left in MEMORY.glob(f"{PREFIX}*/held"):
        with suppress(OSError):  # held by the living, or another sweeps
            held = os.open(left, os.O_RDWR)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left.parent, ignore_errors=True)
            finally:
                os.close(held)
