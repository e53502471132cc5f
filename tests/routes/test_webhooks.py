"""Who may knock: the secret names the account, and whoever has none learns nothing, stores nothing and is counted."""

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import line_of, work_off
from tests.routes.calls import OUTSIDE, bytes_of, counted, error_of, knock

Key = dict[str, str]


async def test_an_unknown_account_and_one_that_does_not_allow_it_are_refused_alike_without_a_secret(
    web: httpx.AsyncClient, house: House, account: Account
):
    known = await knock(web, "kommo", a_kommo_body())
    unknown = await knock(web, "kommo", a_kommo_body().replace(b"30100200", b"30100999"))
    unreadable = await knock(web, "kommo", b'{"account": 1}')
    assert error_of(known, 401)
    assert bytes_of(known) == bytes_of(unknown) == bytes_of(unreadable)
    assert await house.database.fetchval("select count(*) from deliveries") == 0


async def test_the_secret_may_stand_in_the_query_instead_of_the_path(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str
):
    assert (await knock(web, f"kommo?key={hook_secret}", a_kommo_body())).json()["status"] == "decoded"
    await work_off(house, but=OUTSIDE)
    assert len(await line_of(house.database)) == 1


async def test_where_the_operator_allows_it_the_account_id_alone_will_do(
    web: httpx.AsyncClient, house: House, account: Account
):
    await house.database.execute("update accounts set accepts_bare_webhook = true where id = $1", account.id)
    assert (await knock(web, "kommo", a_kommo_body())).json()["status"] == "decoded"
    await work_off(house, but=OUTSIDE)
    assert len(await line_of(house.database)) == 1
    assert error_of(await knock(web, "kommo", a_kommo_body().replace(b"30100200", b"30100999")), 401)
    assert error_of(await knock(web, "kommo?key=wrong", a_kommo_body()), 401)


async def test_a_large_body_names_its_account_too(web: httpx.AsyncClient, house: House, account: Account):
    """What is too big for the door is read by the worker, and whose it is stands in it all the same."""
    await house.database.execute("update accounts set accepts_bare_webhook = true where id = $1", account.id)
    body = a_kommo_body() + b"&" + b"&".join(b"leads[update][%d][id]=%d" % (n, n + 1) for n in range(5_000))
    assert (await knock(web, "kommo", body)).json()["status"] == "raw"
    await work_off(house, but=OUTSIDE)
    assert len(await line_of(house.database)) == 1


async def test_an_account_that_was_closed_is_a_stranger(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str
):
    await house.database.execute(
        "update accounts set state = 'closed', accepts_bare_webhook = true where id = $1", account.id
    )
    assert error_of(await knock(web, f"kommo/{hook_secret}", a_kommo_body()), 401)
    assert error_of(await knock(web, "kommo", a_kommo_body()), 401)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", ["kommo", "kommo/hook-of-nobody", "kommo/{secret}", "test"])
async def test_kommos_check_of_the_address_is_answered_and_tells_nothing(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str, *, method: str, address: str
):
    answer = await web.request(method, f"/webhooks/{address.format(secret=hook_secret)}")
    assert answer.status_code == 200
    assert (answer.json()["status"] == "ok") if method == "GET" else not answer.content
    assert await house.database.fetchval("select count(*) from deliveries") == 0


async def test_what_became_of_webhooks_is_counted_by_channels_that_exist(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str
):
    """A label that a stranger chooses would let strangers fill the memory."""
    before = await counted(web, admin, "ponte_webhooks_total", channel="kommo", outcome="decoded")
    await knock(web, f"kommo/{hook_secret}", a_kommo_body())
    await knock(web, "invented/hook", b"a" * (1 << 21))
    assert await counted(web, admin, "ponte_webhooks_total", channel="kommo", outcome="decoded") == before + 1
    assert "invented" not in (await web.get("/metrics", headers=admin)).text
    assert await counted(web, admin, "ponte_webhooks_total", channel="unknown", outcome="too_large") >= 1
