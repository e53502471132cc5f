"""A start does not pay for the SDK: it is imported when a tool is first wanted, or beside it where n8n writes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.database import Database

# The API with its lifespan, as uvicorn runs it; says whether the SDK is there, at once and after at most a minute.
_START = """
import asyncio, sys
from app.main import create_app
from app.settings import Settings

async def start():
    app = create_app(Settings())
    async with app.router.lifespan_context(app):
        print("mcp" in sys.modules, flush=True)
        for _ in range(600 * (sys.argv[1] == "prepared")):
            if "app.mcp.protocol" in sys.modules:
                break
            await asyncio.sleep(0.1)
    print(any(name.split(".")[0] in ("mcp", "mcp_types") for name in sys.modules))

asyncio.run(start())
"""


def test_the_sdk_is_not_imported_with_the_app(root: Path):
    said = (
        "import sys, app.main, app.worker; sys.exit(any(m.split('.')[0] in ('mcp', 'mcp_types') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", said], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param({}, ["False", "False"], id="without-n8n"),
        pytest.param({"N8N_REPLY_URL": "http://127.0.0.1:9/"}, ["False", "True"], id="with-n8n"),
    ],
)
def test_the_api_prepares_the_sdk_in_the_background_where_n8n_writes_the_replies_and_only_there(
    root: Path, database: Database, secret_key: str, url: dict[str, str], expected: list[str]
):
    inherited = {name: value for name, value in os.environ.items() if name != "N8N_REPLY_URL"}
    settings = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, **url}
    how = "prepared" if url else "never"
    ran = subprocess.run(
        [sys.executable, "-c", _START, how],
        cwd=root,
        env={**inherited, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == expected
