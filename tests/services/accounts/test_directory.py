"""Who is calling: known only by the hash of a secret, and every stranger hears the same."""

import asyncio

import pytest

from app.domain.ids import AccountId
from app.services.accounts.directory import Directory, Forbidden, Identity, Scope, Unauthorised, granted, require
from app.store.accounts import Account, Accounts, Caller
from app.store.database import Database
from app.store.secrets import hash_token, new_token


@pytest.fixture
def directory(accounts: Accounts) -> Directory:
    return Directory(accounts)


def words(error: Unauthorised) -> tuple[str, str, str]:
    return error.code, error.message, error.hint


async def refusal(directory: Directory, channel: str, secret: str) -> tuple[str, str, str]:
    with pytest.raises(Unauthorised) as refused:
        await directory.by_secret(channel, secret)
    return words(refused.value)


async def test_a_webhooks_secret_names_its_account(directory: Directory, account: Account, hook_secret: str):
    assert (await directory.by_secret("kommo", hook_secret)).id == account.id


async def test_unknown_accounts_wrong_secrets_and_closed_accounts_all_sound_the_same(
    directory: Directory, account: Account, database: Database, hook_secret: str
):
    unknown = await refusal(directory, "kommo", new_token("hook"))
    assert await refusal(directory, "kommo", hook_secret[:-1]) == unknown
    assert await refusal(directory, "kommo", hook_secret.upper()) == unknown
    assert await refusal(directory, "kommo", "") == unknown
    assert await refusal(directory, "twilio", hook_secret) == unknown
    await database.execute("update accounts set state = 'closed'")
    assert await refusal(directory, "kommo", hook_secret) == unknown
    with pytest.raises(Unauthorised) as bare:
        await directory.by_reference("kommo", account.external_ref)
    assert words(bare.value) == unknown
    assert account.external_ref not in "".join(unknown)


async def test_what_the_database_holds_of_a_secret_opens_nothing(
    directory: Directory, account: Account, database: Database, hook_secret: str
):
    """Compared are hashes, by Postgres: how long that takes tells nothing about a secret, nor does a stolen table."""
    stored = await database.fetchval("select webhook_secret_hash from accounts")
    assert stored == hash_token(hook_secret)
    assert len(stored) == 32
    for guess in (stored.hex(), stored.decode("latin-1")):
        await refusal(directory, "kommo", guess)


async def test_webhooks_that_arrive_together_share_one_look_and_each_gets_its_own_answer(
    directory: Directory, account: Account, hook_secret: str
):
    asked = [hook_secret, "wrong"] * 20
    found = await asyncio.gather(*(directory.by_secret("kommo", one) for one in asked), return_exceptions=True)
    assert {one.id for one in found[::2] if isinstance(one, Account)} == {account.id}
    assert all(isinstance(one, Unauthorised) for one in found[1::2])
    assert not directory._asking


async def test_one_caller_who_hangs_up_takes_nobody_along(directory: Directory, account: Account, hook_secret: str):
    first = asyncio.create_task(directory.by_secret("kommo", hook_secret))
    await asyncio.sleep(0)
    second = asyncio.create_task(directory.by_secret("kommo", hook_secret))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).id == account.id


async def test_a_new_secret_counts_at_once_and_the_old_one_no_more(
    directory: Directory, account: Account, database: Database, hook_secret: str
):
    """Nothing is remembered between two looks."""
    await directory.by_secret("kommo", hook_secret)
    await database.execute("update accounts set webhook_secret_hash = $1", hash_token("newer"))
    assert (await directory.by_secret("kommo", "newer")).id == account.id
    await refusal(directory, "kommo", hook_secret)


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_bare_webhook_counts_only_where_the_operator_allows_it(
    directory: Directory, account: Account, database: Database, allowed: bool
):
    await database.execute("update accounts set accepts_bare_webhook = $1", allowed)
    if allowed:
        assert (await directory.by_reference("kommo", account.external_ref)).id == account.id
    for reference in ["999", "", None] + ([] if allowed else [account.external_ref]):
        with pytest.raises(Unauthorised):
            await directory.by_reference("kommo", reference)


# --- API keys ---------------------------------------------------------------------------------------------------------


async def test_a_key_tells_the_account_the_label_and_the_scopes(
    directory: Directory, accounts: Accounts, account: Account
):
    key = new_token("ponte")
    await accounts.add_key(account.id, key, label="n8n", scopes=["node"])
    who = await directory.identify(key)
    assert (who.account_id, who.who, who.scopes) == (account.id, "n8n", {Scope.NODE, Scope.READ})


async def test_no_key_a_wrong_one_and_a_revoked_one_sound_the_same(
    directory: Directory, accounts: Accounts, account: Account, database: Database
):
    key = new_token("ponte")
    await accounts.add_key(account.id, key, label="old", scopes=["admin"])
    await database.execute("update api_keys set revoked_at = now()")
    heard = set()
    for one in (None, "", "wrong", key, hash_token(key).hex()):
        with pytest.raises(Unauthorised) as refused:
            await directory.identify(one)
        heard.add(words(refused.value))
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("own", "may"),
    [
        ({"read"}, {Scope.READ}),
        ({"node"}, {Scope.READ, Scope.NODE}),
        ({"admin"}, set(Scope)),
        ({"read", "node"}, {Scope.READ, Scope.NODE}),
        (set[str](), set[Scope]()),
    ],
)
def test_a_scope_implies_those_below_it_and_none_above(own: set[str], may: set[Scope]):
    who = Identity(AccountId(1), "x", granted(Caller(AccountId(1), "x", frozenset(own))))
    for scope in Scope:
        if scope in may:
            require(who, scope)
        else:
            with pytest.raises(Forbidden, match=scope):
                require(who, scope)
