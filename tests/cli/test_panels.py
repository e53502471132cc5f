"""The panel of an account by the command line: why a visit to it failed."""

from pathlib import Path

from app.browser.evidence import EvidenceKeeper, Found
from app.storage.folder import FolderStore
from app.store.accounts import Account
from app.store.database import Database
from app.store.panel_sessions import EvidenceRows
from tests.cli.conftest import Ponte


async def test_evidence_is_listed_and_saved_where_nobody_else_reads_it(
    database: Database, account: Account, ponte: Ponte, folder: Path, secret_key: str
):
    around = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "PONTE_DATA": str(folder / "data")}
    to = ("panels", "evidence", "--account", str(account.id))
    assert "Nothing is kept of it" in (await ponte(*to, **around)).err
    keeper = EvidenceKeeper(FolderStore(folder / "data" / "media"), EvidenceRows(database))
    await keeper.keep(account.id, f"check-{account.id}", [Found("screenshot.png", "image/png", b"PNG")])
    [[name, kind, size]] = (await ponte(*to, "--into", "looked", **around)).rows()
    assert (kind, size) == ("image/png", "3")
    saved = folder / "looked" / name
    assert (saved.read_bytes(), saved.stat().st_mode & 0o777) == (b"PNG", 0o600)
    (await ponte(*to, "--provisioning", "77", **around)).told("There is no provisioning 77.")
