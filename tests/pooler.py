"""Debian's pgbouncer in transaction mode in front of the tests' Postgres, as strict as Supabase's pooler is."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.database import Server

ROOT = Path(__file__).parents[1]
# Few, so that clients really share them.
SERVERS = 4

CONFIG = """
[databases]
* = host={sockets} port={port} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 200
server_reset_query =
"""


def pgbouncer() -> str:
    """The program; where there is none the test skips, which fails in CI."""
    found = ROOT / ".tools" / "pgbouncer.path"
    if not found.exists():
        pytest.skip("pgbouncer is not here: `make pooler` installs it")
    return found.read_text().strip()


@asynccontextmanager
async def pooling(server: Server, folder: Path) -> AsyncIterator[int]:
    """A pooler in front of the server; yields its port."""
    program, cluster = pgbouncer(), server.cluster
    with socket.create_server(("127.0.0.1", 0)) as free:
        own = free.getsockname()[1]
    config = folder / "pgbouncer.ini"
    config.write_text(CONFIG.format(sockets=cluster.home, port=cluster._port(), own=own, servers=SERVERS))
    as_user = ["-u", cluster.user] if cluster.user else []
    process = await asyncio.create_subprocess_exec(
        *(program, "-q", *as_user, str(config)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        await _until_it_answers(own, process)
        yield own
    finally:
        process.terminate()
        await process.wait()


async def _until_it_answers(port: int, process: asyncio.subprocess.Process) -> None:
    while True:
        assert process.returncode is None, "pgbouncer did not start"
        try:
            connection = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", timeout=5)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        await connection.close()
        return
