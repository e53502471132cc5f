"""Secrets at rest: sealed with the newest key, opened with any, looked up by hash."""

import pytest

from app.domain.errors import NeedsHuman
from app.store.accounts import Account, Accounts, NewAccount
from app.store.database import Database
from app.store.secrets import Vault, hash_token, new_secret_key, new_token


def test_what_was_sealed_can_be_opened_and_shows_nothing():
    vault = Vault([new_secret_key()])
    sealed = vault.seal("a-made-up-token")
    assert vault.open(sealed) == "a-made-up-token"
    assert "made-up" not in sealed


def test_a_new_key_beside_the_old_one_opens_what_the_old_one_sealed():
    old, new = new_secret_key(), new_secret_key()
    sealed = Vault([old]).seal("token")
    assert Vault([new, old]).open(sealed) == "token"
    assert Vault([new]).open(Vault([new, old]).seal("token")) == "token"


def test_a_lost_key_is_told_to_a_person_without_the_secret():
    sealed = Vault([new_secret_key()]).seal("a-made-up-token")
    with pytest.raises(NeedsHuman) as caught:
        Vault([new_secret_key()]).open(sealed)
    assert "made-up" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("keys", [[], ["not a key"]])
def test_no_key_and_a_key_that_is_none_are_told_at_once(keys: list[str]):
    with pytest.raises(NeedsHuman):
        Vault(keys)


async def test_the_database_holds_neither_a_token_nor_a_key_nor_a_webhook_secret(
    database: Database, account: Account, accounts: Accounts, hook_secret: str
):
    key = new_token("ponte")
    await accounts.add_key(account.id, key, label="test", scopes=["read"])
    token = (await accounts.connection(account.id)).token
    rows = [
        str(row[0])
        for table in ("accounts", "credentials", "api_keys")
        for row in await database.fetch(f"select to_jsonb(t)::text from {table} t")
    ]
    assert not [secret for secret in (key, token, hook_secret) if any(secret in row for row in rows)]
    caller = await accounts.caller(key)
    assert caller is not None
    assert caller.account_id == account.id
    assert await accounts.caller(hash_token(key).hex()) is None


async def test_connecting_again_gives_the_same_account_a_new_token_and_a_new_secret(
    account: Account, accounts: Accounts, hook_secret: str
):
    again = NewAccount(
        *("Loja Exemplo", "kommo", account.external_ref, "http://127.0.0.1:9", "second", "other-secret"),
        settings={"stale_after": 60},
    )
    assert await accounts.connect(again) == account.id
    assert (await accounts.connection(account.id)).token == "second"
    assert await accounts.by_secret("kommo", hook_secret) is None
    found = await accounts.by_secret("kommo", "other-secret")
    assert found is not None
    assert found.policy.stale_after.total_seconds() == 60
    assert found.policy.burst_scale == account.policy.burst_scale


async def test_a_connection_shows_its_secret_to_nobody_who_prints_it(account: Account, accounts: Accounts):
    connection = await accounts.connection(account.id)
    assert connection.token not in repr(connection)
