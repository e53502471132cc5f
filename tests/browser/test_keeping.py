"""Sessions lie sealed in the database, and evidence goes when its time is over."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.browser.evidence import EvidenceKeeper, Found
from app.domain.errors import NotFound
from app.domain.provisioning import PanelAccount
from app.storage.folder import FolderStore
from app.store.accounts import Account
from app.store.database import Database
from app.store.panel_sessions import EvidenceRows, PanelSessions
from app.store.secrets import Vault, new_secret_key

STATE = '{"cookies": [{"name": "panel_session", "value": "very-secret"}]}'


def at_panel(account: Account, user: str = "admin") -> PanelAccount:
    return PanelAccount(account.id, "sandbox", "https://panel.example.com", user, "x")


async def test_a_session_is_kept_sealed_and_given_back(database: Database, account: Account, secret_key: str):
    sessions = PanelSessions(database, Vault([secret_key]))
    await sessions.save(at_panel(account), "older")
    await sessions.save(at_panel(account), STATE)
    assert await sessions.load(at_panel(account)) == STATE
    assert await sessions.load(at_panel(account, "other")) is None
    assert "very-secret" not in await database.fetchval("select string_agg(s::text, ' ') from panel_sessions s")
    await sessions.forget(at_panel(account))
    assert await sessions.load(at_panel(account)) is None


async def test_a_session_that_no_key_opens_is_none(database: Database, account: Account, secret_key: str):
    await PanelSessions(database, Vault([secret_key])).save(at_panel(account), STATE)
    assert await PanelSessions(database, Vault([new_secret_key()])).load(at_panel(account)) is None


async def test_evidence_is_known_by_its_run_and_goes_when_its_time_is_over(
    database: Database, account: Account, tmp_path: Path
):
    files, rows = FolderStore(tmp_path), EvidenceRows(database)
    page = Found("page.txt", "text/plain", b"<html>")
    (old,) = await EvidenceKeeper(files, rows, lasts=timedelta(seconds=-1)).keep(account.id, "7/../x", [page])
    keeper = EvidenceKeeper(files, rows)
    (new,) = await keeper.keep(account.id, "7", [page])
    assert await files.get(old) == b"<html>"
    assert [file.place for file in await rows.of_runs(account.id, ["7"])] == [new]
    assert await rows.one(account.id, new) is not None
    assert await rows.one(account.id, old) is None
    assert await keeper.prune() == 1
    with pytest.raises(NotFound):
        await files.get(old)
    assert await files.get(new) == b"<html>"
    assert await keeper.prune() == 0
