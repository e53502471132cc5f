"""Several installations of Chatwoot on one Ponte: each counts from one, and none is taken for another."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.channels.chatwoot.client.transport import reference_of
from app.domain.errors import Rejected
from app.domain.knocking import Knocked
from app.services.accounts.directory import Unauthorised
from app.store.accounts import Account, NewAccount
from app.store.migrations import migrations_folder
from app.wiring import House
from tests.channels.chatwoot.test_webhook import message, signed
from tests.sandbox.player import Player

TOKENS = json.dumps({"user": "token-rita", "bot": "token-bot", "bot_id": 1})


def new(sandbox: Player, secret: str, *, host: str = "127.0.0.1", ref: str = "1:1") -> NewAccount:
    base = f"http://{host}:{sandbox.http.base_url.port}/chatwoot"
    return NewAccount(f"Loja {secret}", "chatwoot", ref, base, TOKENS, secret, signing=f"signs-{secret}")


def told(inbox: int, *, secret: str) -> Knocked:
    """A customer's message in an inbox, signed."""
    told = message(inbox={"id": inbox})
    told["conversation"] = {**told["conversation"], "inbox_id": inbox}
    return signed(json.dumps(told).encode(), secret=secret, at=datetime.now(UTC))


async def talks(house: House) -> list[tuple[int, str]]:
    rows = await house.database.fetch("select account_id, chat_id from conversations order by account_id")
    return [(row["account_id"], row["chat_id"]) for row in rows]


async def connected(house: House, one: NewAccount) -> Account:
    done = await house.connecting.connect(one, webhook_url=None)
    return await house.accounts.get(done.account_id)


async def test_two_installations_with_the_same_numbers_are_two_accounts(house: House, sandbox: Player):
    first = await connected(house, new(sandbox, "hook-first"))
    second = await connected(house, new(sandbox, "hook-second", host="localhost"))

    assert first.id != second.id
    assert (await house.accounts.by_secret("chatwoot", "hook-first")).id == first.id
    assert (await house.accounts.by_secret("chatwoot", "hook-second")).id == second.id
    assert (await house.accounts.connection(first.id)).base_url.startswith("http://127.0.0.1:")


async def test_the_same_installation_is_the_same_account_and_may_be_named_in_both_ways(house: House, sandbox: Player):
    first = await connected(house, new(sandbox, "hook-first"))
    again = await connected(house, new(sandbox, "hook-second"))
    named = await connected(house, new(sandbox, "hook-third", ref=first.external_ref))

    assert first.id == again.id == named.id
    with pytest.raises(Rejected):
        await connected(house, new(sandbox, "hook-fourth", host="localhost", ref=first.external_ref))


async def test_the_same_conversation_of_two_installations_is_two(house: House, sandbox: Player):
    first = await connected(house, new(sandbox, "hook-first"))
    second = await connected(house, new(sandbox, "hook-second", host="localhost"))

    for one in ("hook-first", "hook-second"):
        received = await house.doors.webhooks.receive("chatwoot", one, told(1, secret=f"signs-{one}"))
        assert (received.state, received.reason) == ("decoded", "")

    assert await talks(house) == [(first.id, "7"), (second.id, "7")]


async def test_a_body_about_another_inbox_goes_to_the_account_of_the_same_installation(house: House, sandbox: Player):
    await connected(house, replace(new(sandbox, "hook-first"), signing="signs-all"))
    other = await connected(house, replace(new(sandbox, "hook-other", ref="1:2"), signing="signs-all"))
    await connected(house, replace(new(sandbox, "hook-away", host="localhost", ref="1:2"), signing="signs-all"))

    received = await house.doors.webhooks.receive("chatwoot", "hook-first", told(2, secret="signs-all"))

    assert received.state == "decoded"
    assert await talks(house) == [(other.id, "7")]


@pytest.mark.parametrize("knows", ["signs-hook-first", "path-only"])
async def test_nobody_writes_into_an_account_whose_server_signs_nothing_but_by_its_own_address(
    house: House, sandbox: Player, knows: str
):
    await connected(house, new(sandbox, "hook-first"))
    open_one = await connected(house, replace(new(sandbox, "hook-other", ref="1:2"), signing="path-only"))

    with suppress(Unauthorised):
        await house.doors.webhooks.receive("chatwoot", "hook-first", told(2, secret=knows))
    assert open_one.id not in {account for account, _ in await talks(house)}

    received = await house.doors.webhooks.receive("chatwoot", "hook-other", told(2, secret="whatever"))
    assert received.state == "decoded"
    assert await talks(house) == [(open_one.id, "7")]


async def test_an_account_that_was_named_without_its_installation_stays_the_same_account(house: House, sandbox: Player):
    """What was stored before the installation belonged to the name."""
    old = new(sandbox, "hook-first")
    number = await house.accounts.connect(old)
    assert (await house.accounts.get(number)).external_ref == "1:1"
    migration = next(migrations_folder().glob("*_name_installations.sql"))

    await house.database.execute(migration.read_text(encoding="utf-8"))

    stored = (await house.accounts.get(number)).external_ref
    assert stored == reference_of(await house.accounts.connection(number))
    assert (await connected(house, old)).id == number
