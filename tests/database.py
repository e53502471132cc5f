"""One Postgres per test process, one fresh migrated database per test: the real thing, made quick.

The server is the embedded one that Ponte itself starts. Its settings give up durability, which a test that ends with
the server does not need; everything else is as in an installation.
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
import pytest
import pytest_asyncio

from app.store.accounts import Account, Accounts, NewAccount
from app.store.database import Database
from app.store.embedded import Embedded, embedded
from app.store.migrations import migrate, prepare_embedded
from app.store.secrets import Vault, new_secret_key, new_token
from tests.memory import folder_in_memory

TEMPLATE = "migrated"


@dataclass
class Server:
    """The Postgres of this test process."""

    cluster: Embedded
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def dsn(self, name: str = "postgres") -> str:
        """By the Unix socket."""
        return self.cluster.dsn().replace("/postgres?", f"/{name}?")

    def tcp_dsn(self, name: str = "postgres") -> str:
        """By TCP with a password, for tools that know no sockets."""
        return self.cluster.tcp_dsn().replace("/postgres?", f"/{name}?")

    async def create(self, *, template: str = TEMPLATE) -> str:
        """A new database; returns its name."""
        name = f"test_{next(self._numbers)}"
        await self.run(f"create database {name} template {template} strategy file_copy")
        return name

    async def drop(self, name: str) -> None:
        await self.run(f"drop database {name} with (force)")

    async def run(self, *orders: str) -> None:
        """Statements about the whole server, each on its own."""
        connection = await asyncpg.connect(self.dsn(), timeout=10)
        try:
            for order in orders:
                await connection.execute(order)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with folder_in_memory() as folder:
        made = embedded(folder or tmp_path_factory.mktemp("postgres"))
        made.start()
        yield made
        made.stop()
        shutil.rmtree(made.home)


@pytest_asyncio.fixture(scope="session")
async def postgres(cluster: Embedded) -> Server:
    """The server, with the database `bare` (what Supabase would own, nothing of ours) and the migrated template."""
    server = Server(cluster)
    quick = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
    await server.run(*(f"alter system set {name} = off" for name in quick), "select pg_reload_conf()")
    await server.run("create database bare")
    await prepare_embedded(server.dsn("bare"))
    await server.run(f"create database {TEMPLATE} template bare strategy file_copy")
    await migrate(server.dsn(TEMPLATE))
    return server


@asynccontextmanager
async def fresh(server: Server, *, template: str = TEMPLATE) -> AsyncIterator[Database]:
    """A database of one's own for a while."""
    name = await server.create(template=template)
    database = Database(server.dsn(name))
    try:
        yield database
    finally:
        await database.close()
        await asyncio.shield(server.drop(name))


@pytest_asyncio.fixture
async def database(postgres: Server) -> AsyncIterator[Database]:
    """A migrated database that nobody else knows."""
    async with fresh(postgres) as made:
        yield made


@pytest.fixture(scope="session")
def secret_key() -> str:
    return new_secret_key()


@pytest.fixture
def accounts(database: Database, secret_key: str) -> Accounts:
    return Accounts(database, Vault([secret_key]))


@pytest.fixture
def hook_secret() -> str:
    """The webhook secret of `account`."""
    return new_token("hook")


@pytest_asyncio.fixture
async def account(accounts: Accounts, hook_secret: str) -> Account:
    """A connected account that answers at once: made-up secrets, no burst wait, every way to send."""
    new = NewAccount(
        *("Loja Exemplo", "kommo", "30100200", "http://127.0.0.1:9", new_token("kommo"), hook_secret),
        settings={"burst_scale": 0, "balloon_spacing": 0},
    )
    return await accounts.get(await accounts.connect(new))
