"""Who knocks at a public door: the caller that a trusted proxy names, and nobody's word else."""

import httpx
import pytest
from pydantic import ValidationError

from app.main import server
from app.settings import Settings
from app.store.database import Database
from tests.granting import integration, register
from tests.house import settings_for
from tests.sandbox.player import Player

PROXY = "10.1.2.3"


async def buckets_after(
    database: Database, secret_key: str, sandbox: Player, *, trusted: str | None, peer: str = PROXY
) -> int:
    """How many addresses are counted when three people come through the same proxy."""
    settings = settings_for(database.dsn, secret_key, **integration(sandbox), trusted_proxies=trusted)
    await register(sandbox, settings.public_url or "")
    config = server(settings).config
    config.load()
    async with config.app.router.lifespan_context(config.app):
        through = httpx.ASGITransport(app=config.loaded_app, client=(peer, 40_000))
        async with httpx.AsyncClient(transport=through, base_url="http://ponte.test") as web:
            for number in range(3):
                told = {"X-Forwarded-For": f"203.0.113.{number}"}
                assert (await web.get("/oauth/kommo/start", headers=told)).status_code == 302
    return await database.fetchval("select count(*) from rate_buckets")


@pytest.mark.parametrize("trusted", [PROXY, f"192.0.2.1, {PROXY}", "10.1.0.0/16"])
async def test_callers_behind_a_trusted_proxy_have_an_allowance_each(
    database: Database, secret_key: str, sandbox: Player, trusted: str
):
    assert await buckets_after(database, secret_key, sandbox, trusted=trusted) == 3


@pytest.mark.parametrize("trusted", [None, "10.9.9.9"])
async def test_what_anybody_else_says_about_who_calls_is_not_believed(
    database: Database, secret_key: str, sandbox: Player, trusted: str | None
):
    assert await buckets_after(database, secret_key, sandbox, trusted=trusted) == 1


async def test_a_proxy_on_this_machine_is_believed_without_a_setting(
    database: Database, secret_key: str, sandbox: Player
):
    assert await buckets_after(database, secret_key, sandbox, trusted=None, peer="127.0.0.1") == 3


@pytest.mark.parametrize("wrong", ["*", "0.0.0.0/0", "::/0", "proxy.example.com", "10.0.0.5,", "10.0.0.5/8"])
def test_everybody_or_a_name_is_no_proxy(wrong: str):
    with pytest.raises(ValidationError, match="addresses or networks"):
        Settings(trusted_proxies=wrong)
