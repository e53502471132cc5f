"""Who has no right secret learns nothing, stores nothing and is counted."""

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.routes.calls import bytes_of, counted, error_of, knock

Key = dict[str, str]


async def refused(web: httpx.AsyncClient, key: Key) -> float:
    return await counted(web, key, "ponte_webhooks_total", outcome="refused")


STRANGERS = {
    "a wrong secret": "kommo/hook-wrong",
    "half of a good secret": "kommo/hook-",
    "an unknown channel": "telegram/hook-wrong",
    "an empty secret": "kommo?key=",
    "a wrong key": "kommo?key=hook-wrong",
    "no secret": "kommo",
    "a secret of 8,000 letters": f"kommo/{'x' * 8_000}",
    "NUL in the secret": "kommo/hook%00",
    "NUL in the channel": "kom%00mo/hook-wrong",
    "no UTF-8 in the secret": "kommo/%ff%fe",
    "no UTF-8 in the channel": "%ff%fe/hook-wrong",
    "NUL in the key": "kommo?key=%00",
    "half a character in the key": "kommo?key=%ed%a0%80",
}


@pytest.mark.parametrize("address", STRANGERS.values(), ids=STRANGERS.keys())
async def test_every_stranger_gets_the_same_refusal_stores_nothing_and_is_counted(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, address: str
):
    before = await refused(web, admin), await house.database.fetchval("select count(*) from deliveries")
    wrong_secret = await knock(web, "kommo/hook-some-other", a_kommo_body())
    assert error_of(wrong_secret, 401)["code"] == "unauthorised"
    assert bytes_of(await knock(web, address, a_kommo_body())) == bytes_of(wrong_secret)
    after = await refused(web, admin), await house.database.fetchval("select count(*) from deliveries")
    assert after == (before[0] + 2, before[1])
