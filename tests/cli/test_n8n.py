"""`ponte n8n`: what a builder types, against an n8n on loopback and a real Postgres."""

import fcntl
from pathlib import Path

import orjson

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY
from tests.house import deliver, work_off
from tests.n8n.builder import Webhook, answering
from tests.n8n.stand_in import KEY as N8N_KEY
from tests.n8n.stand_in import SCOPES, standing_in

OWN = "ponte_made_up_key"


def environment(url: str, **more: str) -> dict[str, str]:
    return {
        "N8N_URL": url,
        "N8N_API_KEY": N8N_KEY,
        "PUBLIC_URL": "https://bot.example.com",
        "PONTE_API_KEY": OWN,
        "PONTE_SECRET_KEYS": KEY,
        **more,
    }


async def test_export_writes_files_for_an_address(ponte: Ponte, folder: Path):
    said = await ponte("n8n", "export", "--out", "flows", "--base-url", "https://bot.example.com/")

    assert said.code == 0
    files = {path.stem: orjson.loads(path.read_bytes()) for path in (folder / "flows").glob("*.json")}
    assert len(files) == 9
    assert "https://bot.example.com/start-proactive" in str(files["proativo"])
    assert "Ponte API key" in said.out
    assert "put N8N_PONTE_URL=https://bot.example.com/ into its .env" in said.err
    (await ponte("n8n", "export")).told("which address", "PUBLIC_URL", "N8N_PONTE_URL", "--base-url")
    own = {"PUBLIC_URL": "https://bot.example.com", "N8N_PONTE_URL": "http://ponte:8000"}
    assert (await ponte("n8n", "export", "--out", "own", **own)).err == ""
    assert "http://ponte:8000/start-proactive" in (folder / "own" / "proativo.json").read_text(encoding="utf-8")


async def test_beside_a_running_ponte_its_address_is_taken_and_said_and_no_tracked_folder_is_written_to(
    ponte: Ponte, folder: Path
):
    data = folder / ".ponte"
    data.mkdir()
    (data / "run.json").write_text('{"url": "http://127.0.0.1:8123", "sandbox_url": null}', encoding="utf-8")
    with (data / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = await ponte("n8n", "export", PONTE_DATA=str(data))

    assert said.code == 0, said
    assert "http://127.0.0.1:8123" in said.err
    assert "--base-url" in said.err
    assert "http://127.0.0.1:8123/start-proactive" in (folder / "n8n_export" / "proativo.json").read_text(
        encoding="utf-8"
    )


async def test_push_diff_and_push_again(ponte: Ponte):
    async with standing_in() as n8n:
        first = await ponte("n8n", "push", **environment(n8n.url))
        assert first.code == 0
        assert "changed  workflow Ponte · erros: created" in first.out
        assert "not done credential Ponte model (OpenAI-compatible)" in first.out
        assert f"set N8N_REPLY_URL={n8n.url}/webhook/ponte-responder and start Ponte again" in first.out
        assert OWN not in first.out + first.err
        again = await ponte("n8n", "push", **environment(n8n.url))
        assert (again.code, "Nothing was changed." in again.out) == (0, True)
        same = await ponte("n8n", "diff", **environment(n8n.url))
        assert (same.code, same.out) == (0, "n8n has what this release would push.\n")
        n8n.node("Ponte · responder", "Agent")["parameters"]["options"]["maxIterations"] = 3
        other = await ponte("n8n", "diff", **environment(n8n.url))
        assert other.code == 1
        assert "Ponte · responder was changed by a person" in other.out
        assert "maxIterations: 3 instead of 8" in other.out


async def test_what_stands_in_the_way_is_told_and_nothing_is_changed(ponte: Ponte):
    (await ponte("n8n", "push", PUBLIC_URL="https://bot.example.com", PONTE_API_KEY=OWN)).told("which n8n", "N8N_URL")
    (await ponte("n8n", "push", **environment("http://127.0.0.1:9"))).told("does not answer")
    async with standing_in(scopes=SCOPES - {"workflow:create"}) as n8n:
        said = await ponte("n8n", "push", **environment(n8n.url))
        said.told("workflow:create", "nothing was changed")
        assert n8n.writes == []
    async with standing_in(is_old=True) as n8n:
        (await ponte("n8n", "push", **environment(n8n.url))).told("too old", "ponte n8n export")


async def test_check_says_what_is_wrong(ponte: Ponte):
    async with standing_in() as n8n:
        nothing = await ponte("n8n", "check", **environment(n8n.url))
        assert nothing.code == 1
        assert "No workflow is published" in nothing.out


async def test_replay_writes_a_page_that_only_its_owner_can_read(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    await deliver(house.database, account, a_channel_event("Quanto custa?"))
    await work_off(house, but=("send", "crm"))
    async with Webhook() as webhook:
        webhook.says = [answering({"reply": "Custa 180."})]
        words = ["--since", "2020-01-01", "--against", webhook.url, "--account", str(account.id)]
        said = await ponte("n8n", "replay", *words, DATABASE_URL=house.database.dsn, PONTE_SECRET_KEYS=KEY)

    assert (said.code, "1 turns: 1 answered differently" in said.out) == (0, True)
    written = folder / "replay.html"
    assert written.stat().st_mode & 0o777 == 0o600
    assert "Custa 180." in written.read_text(encoding="utf-8")
    for since in ("ontem", "9999-12-31T23:59:59-12:00"):
        (await ponte("n8n", "replay", "--since", since, "--against", "http://127.0.0.1:9")).told("no day")
    for address in ("http://[::1", "http://127.0.0.1:99999"):
        words[3] = address
        wrong = await ponte("n8n", "replay", *words, DATABASE_URL=house.database.dsn, PONTE_SECRET_KEYS=KEY)
        assert (wrong.code, "1 turns: 1 failed" in wrong.out, wrong.err) == (1, True, "")
    words[3] = "offline"
    own = await ponte("n8n", "replay", *words, DATABASE_URL=house.database.dsn, PONTE_SECRET_KEYS=KEY)
    assert (own.code, "1 turns" in own.out) == (0, True)
    words[3] = "nobody"
    stranger = await ponte("n8n", "replay", *words, DATABASE_URL=house.database.dsn, PONTE_SECRET_KEYS=KEY)
    stranger.told("no URL and no brain", "offline")
