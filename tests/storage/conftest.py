"""One Supabase project for all tests of this folder, over a migrated database of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from app.channels.http import new_client
from app.store.database import Database
from tests.database import Server
from tests.supabase_project import Project, supabase_project


@pytest_asyncio.fixture(scope="module")
async def stage(postgres: Server) -> AsyncIterator[tuple[Project, Database]]:
    """The project, and the database behind it."""
    name = await postgres.create()
    database = Database(postgres.dsn(name))
    async with supabase_project(postgres, name) as made:
        yield made, database
    await database.close()
    await postgres.drop(name)


@pytest_asyncio.fixture
async def project(stage: tuple[Project, Database]) -> Project:
    """The project with no files."""
    made = stage[0]
    made.files.clear()
    made.buckets.clear()
    return made


@pytest_asyncio.fixture
async def http() -> AsyncIterator:
    async with new_client() as client:
        yield client
