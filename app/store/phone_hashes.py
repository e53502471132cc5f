"""Phones as keyed hashes, for what must know one again without keeping it."""

import hashlib
import hmac
from collections.abc import Iterable

from app.domain.ids import AccountId
from app.domain.phones import forms
from app.store.database import Database
from app.store.queries import statements
from app.store.secrets import Vault, new_secret_key

SQL = statements("erasures")


async def phone_hashes(database: Database, vault: Vault, account_id: AccountId, phones: Iterable[str]) -> list[bytes]:
    """The hashes of all forms of these phones under the account's key, which is made when first needed."""
    sealed = await database.fetchval(SQL["key"], account_id)
    if sealed is None:
        sealed = await database.fetchval(SQL["keep_key"], account_id, vault.seal(new_secret_key()))
    key = vault.open(sealed).encode()
    every = sorted({form for phone in phones for form in forms(phone)})
    return [hmac.new(key, form.encode(), hashlib.sha256).digest() for form in every]
