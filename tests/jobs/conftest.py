"""An installation's processes on the database of the test."""

from pathlib import Path

import pytest

from app.store.database import Database
from tests.jobs.processes import SWIFT, Starter


@pytest.fixture
def ponte(database: Database, secret_key: str, tmp_path: Path) -> Starter:
    folder = tmp_path / "logs"
    folder.mkdir()
    return Starter(folder, {**SWIFT, "DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key})
