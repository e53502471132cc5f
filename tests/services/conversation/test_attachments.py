"""What customers send besides words is fetched at once, kept, and shown to who holds a key."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.domain.messages import Media, MessageKind
from app.store.accounts import Account, NewAccount
from app.store.queue import JobName
from app.store.secrets import new_token
from app.wiring import House, open_house
from tests.builders import a_channel_event
from tests.house import (
    ScriptedBrain,
    connect,
    deliver,
    heard,
    jobs_of,
    serving,
    settings_for,
    until,
    work_off,
    working,
)
from tests.sandbox.player import Json, Player


@pytest_asyncio.fixture
async def house(database: Any, secret_key: str, brain: ScriptedBrain, tmp_path: Path) -> AsyncIterator[House]:
    """An installation with a media folder of its own, which keeps a mebibyte at most."""
    settings = settings_for(database.dsn, secret_key, ponte_data=tmp_path, media_max_mb=1)
    async with open_house(settings, brains=[brain]) as made:
        yield made


async def customer_sends(sandbox: Player, house: House, shop: Account, **media: Any) -> Json:
    """A customer sends a file in the sandbox, and the door hears of it."""
    said = await sandbox.say("maria", None, media=media or "picture")
    (message,) = [one for one in await sandbox.messages(said["talk_id"]) if one["id"] == said["message_id"]]
    attachment = message["attachment"]
    kind = MessageKind(attachment["type"])
    file = Media(kind, attachment["link"], attachment["file_name"])
    await deliver(house.database, shop, heard(said, "", media=file, message_kind=kind))
    return said


async def rows_of(house: House) -> list[tuple[str, str]]:
    rows = await house.database.fetch("select state, reason from media order by id")
    return [(row["state"], row["reason"]) for row in rows]


@asynccontextmanager
async def stranger(answer: bytes) -> AsyncIterator[str]:
    """A host that is not the account's."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/file.png"
    server.close()


async def test_a_picture_is_fetched_by_the_job_that_its_message_leaves_and_linked_from_it(
    sandbox: Player, house: House, shop: Account, tmp_path: Path
):
    await customer_sends(sandbox, house, shop)
    assert "media" in await work_off(house)
    row = await house.database.fetchrow(
        "select d.*, m.kind from media d join mensagens m on m.id = d.mensagem_id and m.author = 'customer'"
    )
    assert row is not None
    assert (row["state"], row["kind"], row["content_type"], row["attempts"]) == ("stored", "picture", "image/png", 0)
    kept = tmp_path / "media" / row["place"]
    assert kept.stat().st_size == row["size"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_the_job_may_run_twice_and_keeps_one_file(sandbox: Player, house: House, shop: Account, tmp_path: Path):
    said = await customer_sends(sandbox, house, shop)
    await work_off(house)
    number = await house.database.fetchval("select conversation_id from media")
    await house.workshop.attachments.fetch(number)
    assert await rows_of(house) == [("stored", "")]
    assert len([path for path in (tmp_path / "media").rglob("*") if path.is_file()]) == 1
    assert said["message_id"]


async def test_words_leave_no_job(house: House, shop: Account):
    await deliver(house.database, shop, a_channel_event("oi"))
    assert JobName.MEDIA not in await work_off(house)


async def test_a_link_to_another_machine_of_the_house_is_never_called(sandbox: Player, house: House, shop: Account):
    async with stranger(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 1\r\n\r\nx") as url:
        await customer_sends(sandbox, house, shop, type="picture", link=url, file_name="x.png")
        await work_off(house)
    assert await rows_of(house) == [("refused", "url_refused")]


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://10.0.0.7/file.png", "url_refused"),
        ("https://169.254.169.254/latest/meta-data", "url_refused"),
        ("file:///etc/passwd", "url_refused"),
        ("https://ana:senha@example.com/x", "url_refused"),
        ("not a link", "url_refused"),
        ("{home}/nowhere.png", "not_found"),
        ("{home}/", "wrong_type"),
    ],
)
async def test_a_link_that_is_not_acceptable_is_refused_once_and_for_all(
    sandbox: Player, house: House, shop: Account, link: str, reason: str
):
    home = str(sandbox.http.base_url).rstrip("/")
    file = Media(MessageKind.PICTURE, link.format(home=home), "x")
    await deliver(house.database, shop, a_channel_event("", media=file, message_kind=MessageKind.PICTURE))
    await work_off(house)
    assert await rows_of(house) == [("refused", reason)]


async def test_what_waits_without_a_job_gets_one_from_the_sweep(sandbox: Player, house: House, shop: Account):
    await customer_sends(sandbox, house, shop)
    await work_off(house, but=("media",))
    await house.database.execute("delete from queue.pgqueuer where entrypoint = 'media'")
    await house.workshop.attachments.sweep()
    assert "media" not in await jobs_of(house.database)
    await house.database.execute("update media set created_at = created_at - $1::interval", timedelta(hours=1))
    await house.workshop.attachments.sweep()
    await house.workshop.attachments.sweep()
    assert (await jobs_of(house.database)).count("media") == 1
    await work_off(house)
    assert await rows_of(house) == [("stored", "")]


async def test_who_holds_a_key_lists_and_reads_them_and_nobody_else(sandbox: Player, house: House, shop: Account):
    await customer_sends(sandbox, house, shop)
    await customer_sends(sandbox, house, shop, type="file")
    await work_off(house)
    key = new_token("ponte")
    await house.accounts.add_key(shop.id, key, label="n8n", scopes=["read"])
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as http:
        first = (await http.get("/media", params={"limit": 1})).json()
        rest = (await http.get("/media", params={"limit": 1, "cursor": first["cursor"]})).json()
        assert [first["media"][0]["kind"], rest["media"][0]["kind"]] == ["file", "picture"]
        assert rest["cursor"] is None
        picture = await http.get(f"/media/{rest['media'][0]['id']}")
        file = await http.get(f"/media/{first['media'][0]['id']}")
        assert picture.content.startswith(b"\x89PNG")
        assert picture.headers["content-type"] == "image/png"
        assert picture.headers["content-disposition"].startswith("inline")
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert (await http.get("/media/999999")).status_code == 404
        assert (await http.get("/media", params={"cursor": "x"})).status_code == 422
        assert (await http.get("/media", headers={"X-API-Key": "wrong"})).status_code == 401


async def test_what_is_not_here_yet_says_so(sandbox: Player, house: House, shop: Account):
    await customer_sends(sandbox, house, shop)
    await work_off(house, but=("media",))
    key = new_token("ponte")
    await house.accounts.add_key(shop.id, key, label="n8n", scopes=["read"])
    number = await house.database.fetchval("select id from media")
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as http:
        answer = await http.get(f"/media/{number}")
    assert answer.status_code == 409
    assert "not fetched yet" in answer.json()["error"]["message"]


async def test_the_attachments_of_one_account_are_not_those_of_another(sandbox: Player, house: House, shop: Account):
    await customer_sends(sandbox, house, shop)
    await work_off(house)
    number = await house.database.fetchval("select id from media")
    key = new_token("ponte")
    other = NewAccount("Outra", "kommo", "30100299", "http://127.0.0.1:9", new_token("kommo"), new_token("hook"))
    await house.accounts.add_key(await house.accounts.connect(other), key, label="n8n", scopes=["admin"])
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as http:
        assert (await http.get(f"/media/{number}")).status_code == 404
        assert (await http.get("/media")).json()["media"] == []


async def test_a_voice_that_comes_through_the_webhook_is_there_while_its_chat_goes_to_a_person(
    sandbox: Player, house: House, hook_secret: str
):
    key = new_token("ponte")
    async with serving(house) as url, working(house):
        shop = await connect(house, sandbox, hook_secret, webhook=f"{url}/webhooks/kommo/{hook_secret}")
        await house.accounts.add_key(shop.id, key, label="n8n", scopes=["read"])
        await sandbox.say("maria", None, media="voice")
        await until(lambda: house.database.fetchval("select count(*) from media where state = 'stored'"))
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as http:
            (voice,) = (await http.get("/media")).json()["media"]
            file = await http.get(f"/media/{voice['id']}")
    assert (voice["kind"], voice["content_type"]) == ("voice", "audio/ogg")
    assert file.content.startswith(b"OggS")
