"""`ponte inbox`: a second inbox is set with the tokens of `.env`, by whichever of their names, and listed."""

from pathlib import Path

from app.store.accounts import Account
from app.store.database import Database
from tests.cli.conftest import Ponte
from tests.sandbox.player import Player


async def test_an_inbox_is_set_with_the_tokens_of_the_env_file_and_listed(
    ponte: Ponte, folder: Path, database: Database, account: Account, secret_key: str, sandbox: Player
):
    known = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key}
    url = f"{sandbox.http.base_url}".rstrip("/") + "/chatwoot"
    words = ("--account", str(account.id), "--url", url, "--vendor-account", "1", "--inbox-id", "1", "--bot-id", "1")

    (await ponte("inbox", "set", *words, **known)).told("CHATWOOT_API_TOKEN", "CHATWOOT_BOT_TOKEN")
    (folder / ".env").write_text("CHATWOOT_API_ACCESS_TOKEN=token-rita\nCHATWOOT_BOT_TOKEN=token-bot\n")
    said = await ponte("inbox", "set", *words, **known)

    assert said.code == 0, said.err
    assert "is shown in inbox 1:1" in said.out
    rows = (await ponte("inbox", "list", **known)).rows()
    assert [row[:3] for row in rows] == [[str(account.id), "chatwoot", "1:1"]]
