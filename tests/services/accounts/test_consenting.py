"""An administrator lets us in: from the start page to a live account, and nothing by any other way."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.channels.consent import Consent
from app.domain.grants import Pair
from app.store.database import Database
from app.wiring import House
from tests.granting import (
    CLIENT_ID,
    CLIENT_SECRET,
    come_back,
    consent,
    granted,
    granting_house,
    token_calls,
)
from tests.house import jobs_of, serving, work_until_quiet
from tests.routes.calls import error_of
from tests.sandbox.player import Player


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, sandbox: Player) -> AsyncIterator[House]:
    async with granting_house(database, secret_key, sandbox) as made:
        yield made


@pytest_asyncio.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield client


async def start(web: httpx.AsyncClient) -> str:
    answer = await web.get("/oauth/kommo/start")
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def audit(house: House) -> list[tuple[str, str]]:
    return [
        (row["what"], row["why"]) for row in await house.database.fetch("select what, why from event_log order by id")
    ]


async def test_a_granted_account_is_live_with_webhooks_sellers_and_what_it_can_do(house: House, sandbox: Player):
    account = await granted(house, sandbox)
    assert (account.state, account.external_ref) == ("live", str(sandbox.account["id"]))
    assert account.capabilities.ways == ("talks", "note")
    assert account.capabilities.sees_humans
    assert await house.database.fetchval("select count(*) from vendedores") == len(sandbox.account["users"])
    about = await house.database.fetchrow(
        "select about -> 'hook_codes' ->> 0 as code, about -> 'pipelines' -> 0 ->> 'name' as pipeline from accounts"
    )
    assert tuple(about or ()) == ("add_message", "Vendas")
    assert ("connected", "") in await audit(house)


async def test_both_tokens_lie_in_the_database_sealed_and_nowhere_else(house: House, sandbox: Player):
    account = await granted(house, sandbox)
    token = (await house.accounts.connection(account.id)).token
    for table in ("credentials", "grants", "oauth_codes", "oauth_states", "event_log"):
        rows = await house.database.fetchval(f"select json_agg(t)::text from {table} t")
        assert token not in rows
    assert await house.database.fetchval("select count(*) from oauth_codes where sealed is not null") == 0


async def test_connecting_again_is_the_same_account_with_its_webhook(house: House, sandbox: Player):
    first = await granted(house, sandbox)
    hooks = [hook["destination"] for hook in (await sandbox.http.get("/_sandbox/accounts")).json()[0]["webhooks"]]
    again = await granted(house, sandbox)
    after = [hook["destination"] for hook in (await sandbox.http.get("/_sandbox/accounts")).json()[0]["webhooks"]]
    assert again.id == first.id
    assert after == hooks
    assert len(hooks) == 1


@pytest.mark.parametrize(
    "referer",
    [
        "evil.example.com",
        "kommo.com",
        "www.kommo.com",
        "kommo.com.evil.example.com",
        "evilkommo.com",
        "shop.kommo.com@evil.example.com",
        "shop.kommo.com/evil",
        "shop.kommo.com:8443",
        "a.b.kommo.com",
        "10.0.0.1",
        "127.0.0.1.nip.example.com",
        "",
    ],
)
async def test_a_referer_that_is_no_account_of_kommo_gets_400_and_our_secret_stays_here(
    web: httpx.AsyncClient, house: House, sandbox: Player, referer: str
):
    told = {**await consent(sandbox, await start(web)), "referer": referer}
    before = len(await sandbox.record())
    assert error_of(await come_back(web, told), 400)["code"] == "foreign_referer"
    assert len(await sandbox.record()) == before
    assert (await audit(house))[-1] == ("oauth_refused", "foreign_referer")
    assert await house.database.fetchval("select count(*) from accounts") == 0


STATES = {"none": "", "made up": "gAAAAABo", "NUL": "a\x00b", "long": "a" * 2_000}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
async def test_a_state_that_is_not_ours_gets_400_and_calls_nobody(
    web: httpx.AsyncClient, house: House, sandbox: Player, state: str
):
    told = {**await consent(sandbox, await start(web)), "state": state}
    assert error_of(await come_back(web, told), 400)["code"] == "foreign_state"
    assert await token_calls(sandbox) == []
    assert (await audit(house))[-1] == ("oauth_refused", "foreign_state")


async def test_a_state_works_once(web: httpx.AsyncClient, sandbox: Player):
    page = await start(web)
    first, second = await consent(sandbox, page), await consent(sandbox, page)
    assert (await come_back(web, first)).json()["status"] == "connected"
    assert error_of(await come_back(web, second), 400)["code"] == "foreign_state"
    assert await token_calls(sandbox) == [200]


async def test_who_loads_the_page_again_reads_the_same_and_kommo_hears_nothing_more(
    web: httpx.AsyncClient, house: House, sandbox: Player
):
    told = await consent(sandbox, await start(web))
    first = (await come_back(web, told)).json()
    before = len(await sandbox.record())
    assert (await come_back(web, told)).json() == first
    assert len(await sandbox.record()) == before
    await house.database.execute("update oauth_codes set created_at = created_at - interval '11 minutes'")
    assert error_of(await come_back(web, told), 400)["code"] == "foreign_state"
    assert len(await sandbox.record()) == before


REFUSED = {
    "pt-BR,pt;q=0.9": ('<html lang="pt">', "Comece de novo"),
    "es": ('<html lang="es">', "Empiece de nuevo"),
    "fr": ('<html lang="en">', "Start again"),
}


@pytest.mark.parametrize("language", REFUSED)
async def test_who_is_refused_in_a_browser_reads_what_happened_and_what_to_do(
    web: httpx.AsyncClient, house: House, language: str
):
    asked = {"accept": "text/html,*/*;q=0.8", "accept-language": language}
    told = {"code": "<script>", "referer": "shop.kommo.com", "state": "<script>"}
    answer = await web.get("/oauth/kommo/callback", params=told, headers=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not [words for words in REFUSED[language] if words not in answer.text]
    assert "<script>" not in answer.text
    assert "foreign_state" in answer.text


async def test_a_state_that_is_too_old_is_foreign(web: httpx.AsyncClient, house: House, sandbox: Player):
    told = await consent(sandbox, await start(web))
    await house.database.execute("update oauth_states set expires_at = now() - interval '1 second'")
    assert error_of(await come_back(web, told), 400)["code"] == "foreign_state"


async def test_a_sealed_secret_of_another_kind_is_no_state(web: httpx.AsyncClient, house: House, sandbox: Player):
    told = await consent(sandbox, await start(web))
    await granted(house, sandbox)
    sealed = await house.database.fetchval("select refresh_token from grants")
    assert error_of(await come_back(web, {**told, "state": sealed}), 400)["code"] == "foreign_state"


async def test_who_denies_access_is_told_so_and_nothing_is_called(
    web: httpx.AsyncClient, house: House, sandbox: Player
):
    told = await consent(sandbox, await start(web), allow="no")
    assert error_of(await come_back(web, told), 400)["code"] == "access_denied"
    assert await token_calls(sandbox) == []


async def test_a_code_that_the_vendor_does_not_know_is_refused_and_no_account_appears(
    web: httpx.AsyncClient, house: House, sandbox: Player
):
    told = {**await consent(sandbox, await start(web)), "code": "made-up"}
    assert error_of(await come_back(web, told), 400)["code"] == "code_refused"
    assert await house.database.fetchval("select count(*) from accounts") == 0


async def test_a_widget_that_is_installed_brings_no_state_and_is_acknowledged_before_anybody_is_called(
    web: httpx.AsyncClient, house: House, sandbox: Player
):
    code = (await sandbox.steer("grant", {"redirect_uri": "http://127.0.0.1:9/x"}))["code"]
    told = {"code": code, "referer": "127.0.0.1:1", "from_widget": "1"}
    assert (await come_back(web, told)).json() == {"status": "pending", "account_id": None}
    assert await token_calls(sandbox) == []


async def test_a_code_that_somebody_made_up_leaves_no_dead_job_behind(web: httpx.AsyncClient, house: House):
    told = {"code": "made-up", "referer": "127.0.0.1:1", "from_widget": "1"}  # where nobody answers
    await come_back(web, told)
    consenting = house.workshop.admission.consenting
    number = await house.database.fetchval("select id from oauth_codes")
    await house.database.execute("delete from queue.pgqueuer")
    await consenting.carry_on(number)
    assert await jobs_of(house.database) == ["grant"]  # once more, later
    await house.database.execute("update oauth_codes set expires_at = now() - interval '1 second'")
    await consenting.carry_on(number)
    assert await jobs_of(house.database) == ["grant"]
    assert await house.database.fetchval("select stage from oauth_codes") == "failed"
    assert ("grant_failed", "not_started") in await audit(house)


async def test_an_installed_widget_is_a_live_account_once_the_worker_has_worked(house: House, sandbox: Player):
    async with serving(house) as url:
        order = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": f"{url}/oauth/kommo/callback"}
        await sandbox.steer("integration", order)
        assert (await sandbox.steer("install", {"client_id": CLIENT_ID}))["status"] == 200
    order["redirect_uri"] = "http://127.0.0.1:9/oauth/kommo/callback"
    await sandbox.steer("integration", order)
    await work_until_quiet(house)
    assert [account.state for account in await house.accounts.all_live()] == ["live"]


async def test_a_browser_is_shown_a_page_in_its_language_under_a_strict_policy(web: httpx.AsyncClient, sandbox: Player):
    told = await consent(sandbox, await start(web))
    asked = {"accept": "text/html", "accept-language": "pt-BR,pt;q=0.9"}
    answer = await web.get("/oauth/kommo/callback", params=told, headers=asked)
    assert "Conta conectada" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_without_an_integration_it_says_which_settings_are_missing(
    database: Database, secret_key: str, sandbox: Player
):
    async with (
        granting_house(database, secret_key, sandbox, kommo_client_id=None) as house,
        serving(house) as url,
        httpx.AsyncClient(verify=False, base_url=url, trust_env=False) as web,
    ):
        refused = error_of(await web.get("/oauth/kommo/start"), 409)
        assert refused["code"] == "not_configured"
        assert "KOMMO_CLIENT_ID" in refused["hint"]


class Interrupted:
    """The vendor's OAuth; as soon as it has given a pair, the table for it is away for a moment."""

    def __init__(self, real: Consent, database: Database) -> None:
        self.channel, self.client_id = real.channel, real.client_id
        self.page, self.home, self.refresh = real.page, real.home, real.refresh
        self.is_signed, self.bot_secret = real.is_signed, real.bot_secret
        self._real = real
        self._database = database
        self.back: asyncio.Task[None] | None = None

    async def exchange(self, home: str, code: str) -> Pair:
        pair = await self._real.exchange(home, code)
        await self._database.execute("alter table oauth_codes rename to oauth_codes_away")
        self.back = asyncio.create_task(self._give_back())
        return pair

    async def _give_back(self) -> None:
        await asyncio.sleep(1)
        await self._database.execute("alter table oauth_codes_away rename to oauth_codes")


async def test_a_database_that_is_away_for_a_moment_loses_no_pair_that_comes_once(house: House, sandbox: Player):
    interrupted = Interrupted(house.granting.consents["kommo"], house.database)
    house.granting.consents["kommo"] = interrupted
    account = await granted(house, sandbox)
    assert interrupted.back is not None
    await interrupted.back
    assert account.state == "live"
    assert await token_calls(sandbox) == [200]


async def test_who_knocks_too_often_waits_as_long_as_it_is_told(web: httpx.AsyncClient, house: House):
    answers = [await web.get("/oauth/kommo/start") for _ in range(32)]
    assert [answer.status_code for answer in answers[:30]] == [302] * 30
    assert error_of(answers[-1], 429)["code"] == "too_many"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 4
    await house.database.execute("update rate_buckets set filled_at = filled_at - interval '10 seconds'")
    assert (await web.get("/oauth/kommo/start")).status_code == 302
