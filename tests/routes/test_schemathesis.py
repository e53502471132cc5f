"""schemathesis plays thousands of made-up calls against the whole OpenAPI document: no 500, no undocumented answer.

It runs as a process of its own against the running installation, the simulated Kommo behind it and the governor's pace
lifted. A status that the document does not name is a failure, and 500 is named nowhere.
"""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings
from app.store.accounts import Account
from app.wiring import House
from tests.e2e.play import clean_environment
from tests.house import customer_says, serving, work_until_quiet
from tests.sandbox.player import Player

# Operations that are not played, and why not.
EXCEPTIONS = {
    "oauth_start": "leads to the vendor's own pages, which are not on this machine",
    "set_panel": "would point the calls behind it at a panel whose browser is not here: each then waits out its minute",
}
CHECKS = "status_code_conformance,content_type_conformance,response_schema_conformance"
HOOKS = "tests.routes.made_up_calls"
ROOT = Path(__file__).parents[2]
CALLS_EACH = 12
SECONDS = 540  # well within the ten minutes that CI gives it

SEEN_BY_NOBODY = [
    *("--phases", "examples,coverage,fuzzing", "--mode", "all", "--max-examples", str(CALLS_EACH), "--seed", "7"),
    *(
        "--checks",
        CHECKS,
        "--suppress-health-check",
        "all",
        "--warnings",
        "off",
        "--no-shrink",
        "--continue-on-failure",
    ),
    *("--workers", "2", "--request-timeout", "30", "--max-redirects", "0"),
]


def test_only_what_exists_is_excepted_and_says_why():
    document = create_app(Settings()).openapi()["paths"]
    names = {operation["operationId"] for methods in document.values() for operation in methods.values()}
    assert set(EXCEPTIONS) <= names
    assert all(EXCEPTIONS.values())


@pytest.mark.timeout(SECONDS + 60)
async def test_every_answer_to_whatever_is_sent_is_one_that_the_document_names(
    house: House, shop: Account, sandbox: Player, tmp_path: Path
):
    await customer_says(sandbox, house, shop, "Oi")
    await work_until_quiet(house)
    # A number that no made-up call hits: a key that revokes itself would end the test in 401s.
    await house.database.execute("alter table api_keys alter column id restart with 7310955")
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    async with serving(house) as url:
        code, said = await play(url, tmp_path)
    assert code == 0, re.sub(r"\S{400,}", "<much of the same>", said)[-20_000:]


async def play(url: str, folder: Path) -> tuple[int, str]:
    """Run it to its end; its exit code and what it said."""
    left_out = [part for name in EXCEPTIONS for part in ("--exclude-operation-id", name)]
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"),
        *("-H", "X-API-Key: ponte-shop", *SEEN_BY_NOBODY, *left_out),
        cwd=folder,
        env=clean_environment(NO_COLOR="1", COLUMNS="160", PYTHONPATH=str(ROOT), SCHEMATHESIS_HOOKS=HOOKS),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode(errors="replace")
