"""A house with a Kommo account whose conversations are shown in the simulated Chatwoot."""

import json
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from app.services.inbox_mirror.desk import InboxChange
from app.store.accounts import Account
from app.wiring import House
from tests.sandbox.player import Json, Player

KEY = {"api_access_token": "token-rita"}
TOKENS = json.dumps({"user": "token-rita", "bot": "token-bot", "bot_id": 1})


@dataclass
class There:
    """The second inbox, as people see it."""

    sandbox: Player

    @property
    def url(self) -> str:
        return str(self.sandbox.http.base_url).rstrip("/") + "/chatwoot"

    def change(self, **more: Any) -> InboxChange:
        known: dict[str, Any] = {"kind": "chatwoot", "base_url": self.url, "external_ref": "1:1", "token": TOKENS}
        return InboxChange(**{**known, **more})

    async def order(self, what: str, **body: Any) -> Any:
        return await self.sandbox.steer(f"chatwoot/{what}", body)

    async def state(self) -> Json:
        return (await self.sandbox.http.get("/_sandbox/chatwoot/state")).json()

    async def calls(self) -> list[Json]:
        return (await self.sandbox.http.get("/_sandbox/chatwoot/calls")).json()

    async def lines(self) -> list[tuple[str, str, str]]:
        """Who is shown to have written what, in order; notes are a note's."""
        state = await self.state()
        return [
            ("note" if one["private"] else "", one["sender"]["type"], one["content"])
            for talk in state["conversations"]
            for one in talk["all"]
        ]

    async def labels(self, wanted: set[str]) -> set[str]:
        """The first conversation's labels, once these are among them; else the test ends by its timeout."""
        while True:
            found = set((await self.state())["conversations"][0]["labels"])
            if wanted <= found:
                return found

    async def rename(self, person_id: int, name: str) -> None:
        await self.sandbox.http.put(
            f"/chatwoot/api/v1/accounts/1/contacts/{person_id}", json={"name": name}, headers=KEY
        )

    async def delete(self, person_id: int) -> None:
        await self.sandbox.http.delete(f"/chatwoot/api/v1/accounts/1/contacts/{person_id}", headers=KEY)


async def carry(house: House, account: Account) -> None:
    """What the chore and its job do, whatever was left alone for a while."""
    await house.database.execute("update inbox_mirrors set not_before = '-infinity'")
    await house.database.execute("update inbox_lines set not_before = least(not_before, now())")
    await house.workshop.inboxes.mirror.carry(account.id)


async def waiting(house: House) -> int:
    return await house.database.fetchval("select count(*) from inbox_lines where state in ('waiting', 'sending')")


async def known_as(house: House, name: str, *, phones: tuple[str, ...] = ("+31612345678",)) -> None:
    """So everybody who has a chat is known from now on."""
    await house.database.execute(
        """insert into contacts (account_id, external_id, name, phones, read_at)
        select distinct account_id, contact_id, $1::text, $2::text[], now() from conversations
        on conflict (account_id, external_id) do update set name = excluded.name, phones = excluded.phones""",
        name,
        list(phones),
    )


async def nudge(house: House, conversation: int | None = None) -> None:
    """Something to show in a chat, or in each."""
    await house.database.execute(
        """insert into event_log (account_id, conversation_id, who, what)
        select account_id, id, 'x', 'released' from conversations where id = coalesce($1, id)""",
        conversation,
    )


@pytest_asyncio.fixture
async def there(house: House, sandbox: Player, shop: Account) -> There:
    """The account's second inbox."""
    made = There(sandbox)
    await house.doors.inboxes.desk.set(shop.id, made.change(), who="test")
    return made
