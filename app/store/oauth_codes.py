"""States and codes of the consent page on their way: each is used once, and what it became is kept before its use."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.domain.grants import Pair
from app.domain.ids import AccountId
from app.store.database import Database, Tx
from app.store.grants import SQL
from app.store.json_text import from_json, to_json
from app.store.secrets import Vault, hash_token


@dataclass(frozen=True, slots=True)
class Arrival:
    """A code that came from the consent page, claimed by us; or the pair that it was exchanged for already."""

    id: int
    home: str
    code: str = field(repr=False)
    pair: Pair | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a code: `code` and `pair` are on their way, `done` and `failed` are ends."""

    stage: Literal["code", "pair", "done", "failed"]
    reason: str
    account_id: AccountId | None


class Arrivals:
    """What browsers carry to the consent page, and what comes back from it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add_state(self, nonce: str, *, lasts: timedelta) -> None:
        await self._database.execute(SQL["add_state"], hash_token(nonce), lasts)

    async def use_state(self, nonce: str) -> bool:
        """Whether we gave this out, it is in time, and this is the first use."""
        return bool(await self._database.fetchval(SQL["use_state"], hash_token(nonce)))

    async def add(self, tx: Tx, home: str, code: str, *, lasts: timedelta, came_as: str | None) -> int:
        """Keep a code, which its vendor will not send again. `came_as` is the callback that brought it."""
        mark = hash_token(came_as) if came_as else None
        return await tx.fetchval(SQL["add_code"], home, self._vault.seal(code), lasts, mark)

    async def came_before(self, came_as: str, *, within: timedelta) -> int | None:
        """The code that the same callback brought a moment ago: a page that is loaded again."""
        return await self._database.fetchval(SQL["came_before"], hash_token(came_as), within)

    async def claim(self, code_id: int, *, within: timedelta) -> Arrival | None:
        """Take a code to redeem it; none where it is over, or another process is at it."""
        row = await self._database.fetchrow(SQL["claim_code"], code_id, within)
        if row is None:
            return None
        opened = self._vault.open(row["sealed"])
        pair = _pair(opened) if row["stage"] == "pair" else None
        return Arrival(code_id, row["base_url"], "" if pair else opened, pair, row["expires_at"])

    async def keep_pair(self, code_id: int, pair: Pair) -> None:
        """What the code was exchanged for, kept before it is used: it cannot be had again."""
        told = to_json({"access": pair.access, "refresh": pair.refresh, "expires_at": pair.expires_at.isoformat()})
        await self._database.execute(SQL["keep_pair"], code_id, self._vault.seal(told))

    async def end(
        self, code_id: int, stage: Literal["done", "failed"], *, reason: str = "", account: int | None
    ) -> None:
        await self._database.execute(SQL["end_code"], code_id, stage, reason, account)

    async def has_lapsed(self, code_id: int) -> bool:
        """Whether a code was not exchanged while it was good."""
        return bool(await self._database.fetchval(SQL["has_lapsed"], code_id))

    async def free(self, code_id: int) -> None:
        await self._database.execute(SQL["free_code"], code_id)

    async def outcome(self, code_id: int) -> Outcome | None:
        row = await self._database.fetchrow(SQL["outcome"], code_id)
        if row is None:
            return None
        account_id = AccountId(row["account_id"]) if row["account_id"] else None
        return Outcome(row["stage"], row["reason"], account_id)

    async def prune(self) -> None:
        """Forget what is long over."""
        for name in ("prune_states", "prune_codes", "prune_buckets", "prune_continuations"):
            await self._database.execute(SQL[name])


def _pair(opened: str) -> Pair:
    told = from_json(opened)
    return Pair(told["access"], told["refresh"], datetime.fromisoformat(told["expires_at"]))
