"""Why a visit failed can be looked at by administrators of the account, as files to be saved, and by nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from app.browser.evidence import EvidenceKeeper, Found
from app.domain.ids import AccountId
from app.storage.folder import FolderStore
from app.store.accounts import Account
from app.store.database import Database
from app.store.panel_sessions import EvidenceRows
from app.wiring import House, open_house
from tests.house import settings_for
from tests.routes.conftest import USER, Key

PAGE = [Found("page.html", "text/html", b"<script>alert(1)</script>"), Found("screenshot.png", "image/png", b"PNG")]


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, tmp_path: Path) -> AsyncIterator[House]:
    """One whose files lie in a folder of the test."""
    async with open_house(settings_for(database.dsn, secret_key, ponte_data=tmp_path), brains=[]) as made:
        yield made


async def kept(house: House, account_id: AccountId, run: str, tmp_path: Path) -> None:
    """As the browser process keeps what shows a failure."""
    keeper = EvidenceKeeper(FolderStore(tmp_path / "media"), EvidenceRows(house.database))
    assert len(await keeper.keep(account_id, run, PAGE)) == len(PAGE)


async def request(web: httpx.AsyncClient, node: Key) -> int:
    asked = await web.post("/api/create-user", json=USER, headers=node | {"Prefer": "respond-async"})
    return asked.json()["id"]


async def test_the_files_of_every_visit_are_listed_and_saved(
    web: httpx.AsyncClient, house: House, account: Account, tmp_path: Path, *, node: Key, admin: Key, panel: Any
):
    number = await request(web, node)
    await house.database.execute("update provisionings set run = 2")
    for run in (f"{number}-1", f"{number}-2", f"{number}1-1", f"check-{account.id}"):
        await kept(house, account.id, run, tmp_path)
    listed = (await web.get(f"/admin/provisionings/{number}/evidence", headers=admin)).json()["evidence"]
    assert [one["name"].partition("-")[2] for one in listed] == ["page.html", "screenshot.png"] * 2
    assert [one["size"] for one in listed] == [25, 3] * 2
    page = await web.get(f"/admin/provisionings/{number}/evidence/{listed[0]['name']}", headers=admin)
    assert (page.status_code, page.content) == (200, PAGE[0].body)
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Disposition"] == f'attachment; filename="{listed[0]["name"]}"'
    assert "sandbox" in page.headers["Content-Security-Policy"]
    checks = (await web.get("/admin/panels/evidence", headers=admin)).json()["evidence"]
    assert len(checks) == len(PAGE)
    picture = await web.get(f"/admin/panels/evidence/{checks[1]['name']}", headers=admin)
    assert (picture.headers["Content-Type"], picture.content) == ("image/png", b"PNG")


async def test_nobody_else_sees_them_and_what_has_expired_is_gone(
    web: httpx.AsyncClient, house: House, account: Account, tmp_path: Path, *, node: Key, admin: Key, stranger: Key,
    reader: Key, panel: Any,
):  # fmt: skip
    number = await request(web, node)
    await kept(house, account.id, f"{number}-0", tmp_path)
    path = f"/admin/provisionings/{number}/evidence"
    [first, _] = (await web.get(path, headers=admin)).json()["evidence"]
    asked = [
        (await web.get(f"{path}/{first['name']}", headers=key)).status_code for key in ({}, reader, node, stranger)
    ]
    assert asked == [401, 403, 403, 404]
    assert (await web.get(path, headers=stranger)).status_code == 404
    assert (await web.get(f"/admin/panels/evidence/{first['name']}", headers=admin)).status_code == 404
    assert (await web.get(f"{path}/..%2F..%2Fsecret", headers=admin)).status_code in (404, 422)
    await house.database.execute("update panel_evidence set expires_at = now()")
    assert (await web.get(path, headers=admin)).json() == {"evidence": []}
    assert (await web.get(f"{path}/{first['name']}", headers=admin)).status_code == 404
