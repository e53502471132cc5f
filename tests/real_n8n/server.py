"""The real n8n, installed by `make test-n8n` and started on loopback with Postgres as its database.

Where it is not installed the tests skip, and say how to install it.
"""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest

TOOLS = Path(__file__).parents[1] / "tools" / "n8n"
N8N = TOOLS / "node_modules" / "n8n" / "bin" / "n8n"
# How often we look before we give up: no promise about time, only so that a failure ends.
LOOKS = 1200
_PERSON = {"email": "builder@ponte.example", "firstName": "Bia", "lastName": "Builder"}


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@dataclass
class RealN8n:
    """One n8n. `api_key` opens its public API."""

    folder: Path
    dsn: str
    port: int = field(default_factory=free_port)
    encryption_key: str = field(default_factory=lambda: secrets.token_hex(16))
    password: str = field(default_factory=lambda: f"Aa1{secrets.token_hex(8)}")
    api_key: str = ""
    more: dict[str, str] = field(default_factory=dict[str, str])
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "n8n.log"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("node", str(N8N), "start"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                start_new_session=True,
            )
        await self._until_ready()

    async def run(self, *arguments: str) -> str:
        """One command of n8n's own, beside the running one; fails unless it ends with 0."""
        process = await asyncio.create_subprocess_exec(
            *("node", str(N8N), *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**self.environment(), "N8N_RUNNERS_BROKER_PORT": str(free_port())},
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Signal it and what it started: its session is its own."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, how)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.end(how)
        if self._process is not None:
            await self._process.wait()

    def environment(self) -> dict[str, str]:
        """Offline, quiet, on loopback, nothing kept of what went well."""
        where = urlsplit(self.dsn)
        asked = parse_qs(where.query)
        quiet = (
            *("DIAGNOSTICS_ENABLED", "VERSION_NOTIFICATIONS_ENABLED", "TEMPLATES_ENABLED"),
            *("PERSONALIZATION_ENABLED", "HIRING_BANNER_ENABLED", "SECURE_COOKIE"),
        )
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **{f"N8N_{name}": "false" for name in quiet},
            "N8N_DISABLED_MODULES": "mcp-registry,insights",
            "N8N_USER_FOLDER": str(self.folder),
            "N8N_ENCRYPTION_KEY": self.encryption_key,
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_PORT": str(self.port),
            "N8N_RUNNERS_BROKER_PORT": str(free_port()),
            "N8N_LOG_LEVEL": "info",
            "N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS": "true",
            "GENERIC_TIMEZONE": "America/Sao_Paulo",
            "DB_TYPE": "postgresdb",
            "DB_POSTGRESDB_HOST": where.hostname or asked.get("host", [""])[0],
            "DB_POSTGRESDB_PORT": str(where.port or asked.get("port", ["5432"])[0]),
            "DB_POSTGRESDB_DATABASE": where.path.lstrip("/"),
            "DB_POSTGRESDB_USER": unquote(where.username or asked.get("user", ["postgres"])[0]),
            "DB_POSTGRESDB_PASSWORD": unquote(where.password or ""),
            **self.more,
        }

    async def _until_ready(self) -> None:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            for _ in range(LOOKS):
                assert self._process is not None
                assert self._process.returncode is None, self.log.read_text()[-2000:]
                if await _says_ready(http):
                    return
                await asyncio.sleep(0.25)
        raise AssertionError(self.log.read_text()[-2000:])

    async def make_key(self) -> None:
        """The first person of this n8n, and her key for the public API, made as her browser would."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=60) as http:
            await _post(http, "/rest/owner/setup", {**_PERSON, "password": self.password})
            await _post(http, "/rest/login", {"emailOrLdapLoginId": _PERSON["email"], "password": self.password})
            scopes = (await http.get("/rest/api-keys/scopes")).json()["data"]
            made = await _post(http, "/rest/api-keys", {"label": "Ponte", "expiresAt": None, "scopes": scopes})
            self.api_key = made["data"]["rawApiKey"]

    async def drop(self, api: httpx.AsyncClient, number: str) -> None:
        """Delete a workflow: n8n wants it unpublished first, which takes it a moment."""
        await api.post(f"/workflows/{number}/deactivate")
        for _ in range(LOOKS):
            gone = await api.delete(f"/workflows/{number}")
            if gone.status_code != httpx.codes.CONFLICT:
                break
            await asyncio.sleep(0.25)
        assert gone.is_success, gone.text

    def api(self) -> httpx.AsyncClient:
        """Its public API, with our key."""
        headers = {"X-N8N-API-KEY": self.api_key}
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers=headers, trust_env=False, timeout=30)


async def _says_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/healthz/readiness")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    for _ in range(LOOKS):
        answer = await http.post(path, json=body)
        if answer.status_code != httpx.codes.NOT_FOUND:
            break
        await asyncio.sleep(0.25)  # it answers before its routes are there
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


@asynccontextmanager
async def running_n8n(folder: Path, dsn: str, **more: str) -> AsyncIterator[RealN8n]:
    """An n8n with a key to it; ended at the end."""
    if not N8N.exists():
        pytest.skip("n8n is not installed: `make test-n8n` installs it")
    n8n = RealN8n(folder, dsn, more=more)
    try:
        await n8n.start()
        await n8n.make_key()
        yield n8n
    finally:
        await n8n.stop()
