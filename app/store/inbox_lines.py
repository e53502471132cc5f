"""Lines on their way to a second inbox, and what is known of the places they go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.ids import AccountId, ConversationId
from app.store.database import Database, Row, Tx
from app.store.flow_state import flow_of, learnt
from app.store.inboxes import SQL, Turn
from app.store.json_text import from_json, to_json


@dataclass(frozen=True, slots=True)
class Claimed:
    """A line that is ours to show. `is_in_doubt`: whoever had it before may have shown it."""

    id: int
    kind: str
    number: int
    is_in_doubt: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a customer is there: by our identifier, by their number there, and what they are called."""

    identifier: str
    person_id: str
    name: str
    twins: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """A conversation that the inbox does not take: how long it is left alone at first, and when that was no help."""

    at: datetime
    first: timedelta
    then: timedelta
    code: str


class InboxLines:
    """Lines on their way, and what is known of the places they go to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_chat(self, account_id: AccountId, now: datetime) -> ConversationId | None:
        found = await self._database.fetchval(SQL["next_chat"], account_id, now)
        return None if found is None else ConversationId(found)

    async def rest(self, account_id: AccountId, conversation_id: ConversationId, refused: Refused) -> None:
        """Leave the conversation alone for a while, for the others' sake."""
        until = (refused.at + refused.first, refused.at + refused.then)
        await self._database.execute(SQL["rest_chat"], account_id, conversation_id, *until, refused.code)

    async def claim(self, turn: Turn, conversation_id: ConversationId, *, most: int) -> list[Claimed]:
        """The conversation's next lines in order; none where the turn is over."""
        rows = await self._database.fetch(SQL["claim_lines"], turn.account_id, turn.number, conversation_id, most)
        found = [Claimed(row["id"], row["kind"], row["number"], row["is_in_doubt"]) for row in rows]
        return sorted(found, key=lambda one: one.id)

    async def messages(self, conversation_id: ConversationId, numbers: Sequence[int]) -> dict[int, Row]:
        rows = await self._database.fetch(SQL["line_texts"], list(numbers), conversation_id)
        return {row["id"]: row for row in rows}

    async def sent(self, conversation_id: ConversationId, numbers: Sequence[int]) -> dict[int, str]:
        rows = await self._database.fetch(SQL["line_sent"], list(numbers), conversation_id)
        return {row["id"]: row["text"] for row in rows}

    async def events(self, conversation_id: ConversationId, numbers: Sequence[int]) -> dict[int, Row]:
        rows = await self._database.fetch(SQL["line_events"], list(numbers), conversation_id)
        return {row["id"]: row for row in rows}

    async def people_named(self, who: Sequence[str], account_id: AccountId) -> dict[str, str]:
        """The names of the salespeople whose ids the record holds."""
        ids = [one.removeprefix("user:") for one in who]
        rows = await self._database.fetch(SQL["people_named"], account_id, ids) if ids else []
        return {row["external_id"]: row["name"] for row in rows}

    async def end(self, line: Claimed, state: str, reason: str = "") -> None:
        """`done`, or `failed` for good with the code of why."""
        await self._database.execute(SQL["end_line"], line.id, state, reason)

    async def unclaim(self, lines: Sequence[Claimed]) -> None:
        """They are certainly not there, and wait again."""
        await self._database.execute(SQL["unclaim_lines"], [one.id for one in lines])

    async def scene(self, conversation_id: ConversationId) -> Row | None:
        """All that is shown of a conversation besides its lines, and where it is there."""
        return await self._database.fetchrow(SQL["inbox_scene"], conversation_id)

    async def look_again(self, account_id: AccountId, conversation_id: ConversationId, at: datetime) -> None:
        """Nobody could say who the customer is: the chat's name has another look then, whether or not they write."""
        await self._database.execute(SQL["look_again"], account_id, conversation_id, at)

    def said_name(self, row: Row) -> str:
        """How the customer has told a flow that they are called."""
        flow, sealed = flow_of(row["flow_state"]), row["flow_sealed"]
        said = learnt(self._database.vault, sealed) if sealed else flow.data if flow else {}
        return said.get("name", "")

    async def person(self, account_id: AccountId, identifier: str) -> tuple[str, str] | None:
        """Their id there, and the name that they have there."""
        row = await self._database.fetchrow(SQL["person"], account_id, identifier)
        return (row["person_id"], row["name"]) if row else None

    async def keep_person(self, account_id: AccountId, conversation_id: ConversationId, person: Person) -> bool:
        """Whom the customer of a chat is there. False: they were erased meanwhile, and are to be taken out."""
        async with self._database.transaction() as tx:
            if await self._is_to_be_forgotten(tx, conversation_id):
                await tx.execute(SQL["keep_erased"], account_id, person.person_id)
                return False
            named = (person.identifier, person.person_id, person.name, person.twins)
            await tx.execute(SQL["keep_person"], account_id, *named)
        return True

    async def keep_chat(
        self, account_id: AccountId, conversation_id: ConversationId, *, identifier: str, chat_id: str
    ) -> bool:
        """False: its customer was erased meanwhile."""
        async with self._database.transaction() as tx:
            if await self._is_to_be_forgotten(tx, conversation_id):
                return False
            await tx.execute(SQL["keep_chat"], account_id, conversation_id, identifier, chat_id)
        return True

    async def move_chat(
        self, account_id: AccountId, conversation_id: ConversationId, person: Person, *, before: str, chat_id: str
    ) -> None:
        """The same chat, of a person who was known by another identifier before."""
        async with self._database.transaction() as tx:
            if await self._is_to_be_forgotten(tx, conversation_id):
                return
            named = (person.identifier, person.person_id, person.name, person.twins)
            await tx.execute(SQL["keep_person"], account_id, *named)
            await tx.execute(SQL["move_chat"], account_id, conversation_id, person.identifier, chat_id, before)

    async def _is_to_be_forgotten(self, tx: Tx, conversation_id: ConversationId) -> bool:
        """Under the chat's lock: nobody is erased between this look and what is kept."""
        await tx.execute(SQL["hold_chat"], conversation_id)
        return bool(await tx.fetchval(SQL["is_to_be_forgotten"], conversation_id))

    async def erased(self, account_id: AccountId) -> list[str]:
        """Whom to take out, by their numbers there."""
        return [row["person_id"] for row in await self._database.fetch(SQL["erased_there"], account_id)]

    async def drop_erased(self, account_id: AccountId, person_id: str) -> None:
        """They are out, and nothing is known of them any more."""
        await self._database.execute(SQL["drop_erased"], account_id, person_id)

    async def keep_marks(
        self,
        account_id: AccountId,
        conversation_id: ConversationId,
        *,
        labels: Sequence[str],
        attributes: Mapping[str, str],
    ) -> None:
        """What was written on the chat last, so that it is written again only when it changes."""
        await self._database.execute(
            SQL["keep_marks"], account_id, conversation_id, list(labels), to_json(dict(attributes))
        )

    async def lose_place(self, account_id: AccountId, conversation_id: ConversationId, identifier: str) -> None:
        """It, and its customer by whatever identifier, are not there."""
        await self._database.execute(SQL["lose_place"], account_id, conversation_id, identifier)

    async def prune(self) -> None:
        """What was shown, or never will be, and is not looked at again."""
        await self._database.execute(SQL["prune_inbox_lines"])

    async def pending(self, account_id: AccountId) -> int:
        return await self._database.fetchval(SQL["inbox_pending"], account_id)

    async def figures(self, account_id: AccountId) -> tuple[int, int]:
        """How many chats are there, and how many people have a twin."""
        row = await self._database.fetchrow(SQL["inbox_figures"], account_id)
        return (row["chats"], int(row["twins"])) if row else (0, 0)


def attributes_of(row: Row) -> dict[str, Any]:
    return from_json(row["attributes"])
