"""The command as a person runs it: a process of its own, in an empty folder, with nothing set but what a test says."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.play import clean_environment

Ponte = Callable[..., Awaitable["Said"]]


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def rows(self) -> list[list[str]]:
        """The cells of a list, without its headings."""
        headings, *rows = [line.split("\t") for line in self.out.splitlines()]
        assert all(len(row) == len(headings) for row in rows), self.out
        return rows

    def told(self, *words: str, code: int = 1) -> str:
        """It failed, said these words in a line or two, and showed nobody a traceback. Returns what it said."""
        assert self.code == code, self
        assert "Traceback" not in self.err
        assert not [word for word in words if word not in self.err], self.err
        assert len(self.err.strip().splitlines()) <= 6, self.err
        return self.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def ponte(folder: Path) -> Ponte:
    """Runs `ponte` to its end."""

    async def run(*arguments: str, stdin: str = "", **environment: str) -> Said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", *arguments),
            env=clean_environment(PYTHONPATH=str(ROOT), COLUMNS="200", NO_COLOR="1", **environment),
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await process.communicate(stdin.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return Said(process.returncode or 0, out.decode(), err.decode())

    return run
