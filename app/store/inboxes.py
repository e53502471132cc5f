"""Second inboxes in which accounts' conversations are shown: which, whose turn it is, and what is on its way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.domain.account import Connection
from app.domain.ids import AccountId, ConversationId
from app.store import notices
from app.store.conversations import flow_of, learnt
from app.store.database import Database, Row, Tx
from app.store.json_text import from_json, to_json
from app.store.notices import News
from app.store.queries import statements
from app.store.secrets import Vault

SQL = statements("inboxes")
DOWN, REFUSED = "inbox_down", "inbox_refused"  # what operators are told of


@dataclass(frozen=True, slots=True)
class Inbox:
    """The mirror of an account. `external_ref` names the inbox as its vendor does."""

    account_id: AccountId
    kind: str
    base_url: str
    external_ref: str
    token: str = field(repr=False)
    prepared_at: datetime | None = None
    failing_since: datetime | None = None
    failed_as: str = ""
    mirrored_at: datetime | None = None

    @property
    def connection(self) -> Connection:
        return Connection(self.account_id, self.kind, self.external_ref, self.base_url, self.token)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to write there. Whoever is late has one that is over."""

    account_id: AccountId
    number: int


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
class Trouble:
    """What went wrong, and how long it is left alone. `cause`: what operators are told, if anything."""

    code: str
    rest: timedelta
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A conversation that the inbox does not take: how long it is left alone at first, and when that was no help."""

    at: datetime
    first: timedelta
    then: timedelta
    code: str


class InboxBook:
    """The table `inbox_mirrors`, as people set it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, account_id: AccountId) -> Inbox | None:
        row = await self._database.fetchrow(SQL["inbox"], account_id)
        if row is None:
            return None
        taken = {name: row[name] for name in Inbox.__dataclass_fields__ if name != "token"}
        return Inbox(**taken, token=self._vault.open(row["sealed_token"]))

    async def first_without(self, kind: str) -> AccountId | None:
        """The first account, while it has no mirror."""
        found = await self._database.fetchval(SQL["first_account"], kind)
        return None if found is None else AccountId(found)

    async def save(self, inbox: Inbox, *, anew: bool, who: str, since: datetime | None = None) -> None:
        """In place of what was there. `anew`: another inbox. `since`: what was said from then on goes there too."""
        one = inbox
        sealed = self._vault.seal(one.token)
        async with self._database.transaction() as tx:
            kept = self._vault.holds(await tx.fetchval(SQL["token_kept"], one.account_id), one.token)
            await tx.execute(SQL["set_inbox"], one.account_id, one.kind, one.base_url, one.external_ref, sealed, kept)
            await tx.execute(SQL["wake_chats"], one.account_id)
            if anew:
                await tx.execute(SQL["forget_places"], one.account_id)
            if since is not None:
                await tx.execute(SQL["add_history"], one.account_id, since)
            told = {"kind": one.kind, "inbox": one.external_ref}
            await tx.execute(SQL["log_inbox"], one.account_id, who, "inbox_set", to_json(told))

    async def drop(self, account_id: AccountId, now: datetime, *, who: str) -> bool:
        """Nothing is mirrored any more; what is there stays. False: there was none."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["drop_inbox"], account_id) is None:
                return False
            await tx.execute(SQL["log_inbox"], account_id, who, "inbox_removed", "{}")
            for cause in (DOWN, REFUSED):
                await notices.well(tx, account_id, cause, now)
        return True

    async def try_now(self, account_id: AccountId) -> None:
        """Whoever asks for it has looked: it is not left alone any longer."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["inbox_now"], account_id)
            await tx.execute(SQL["wake_chats"], account_id)


class InboxTurns:
    """One writer at a time for each inbox, over all processes; and how it fares."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime) -> list[AccountId]:
        return [AccountId(row["account_id"]) for row in await self._database.fetch(SQL["due_inboxes"], now)]

    async def take(self, account_id: AccountId, now: datetime, lasts: timedelta) -> Turn | None:
        """None: somebody is there, or it is left alone for a while."""
        number = await self._database.fetchval(SQL["take_inbox"], account_id, now, lasts)
        return None if number is None else Turn(account_id, number)

    async def keep(self, turn: Turn, lasts: timedelta) -> bool:
        """Still at work; False: it was lost."""
        return await self._database.fetchval(SQL["keep_inbox"], turn.account_id, turn.number, lasts) is not None

    async def give(self, turn: Turn) -> None:
        await self._database.execute(SQL["give_inbox"], turn.account_id, turn.number)

    async def prepared(self, turn: Turn) -> None:
        """It was looked at, and takes what we write."""
        await self._database.execute(SQL["inbox_prepared"], turn.account_id, turn.number)

    async def tries(self, turn: Turn) -> int:
        """How often it has failed in a row."""
        return await self._database.fetchval(SQL["inbox_tries"], turn.account_id) or 0

    async def went_well(self, turn: Turn, now: datetime) -> None:
        """If operators were told otherwise, they hear so."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(SQL["inbox_well"], turn.account_id, turn.number, now):
                for cause in (DOWN, REFUSED):
                    await notices.well(tx, turn.account_id, cause, now)

    async def went_wrong(self, turn: Turn, now: datetime, trouble: Trouble) -> None:
        """Leave it alone for a while; operators are told where that is called for, once."""
        async with self._database.transaction() as tx:
            told = (now, now + trouble.rest, trouble.code)
            tries = await tx.fetchval(SQL["inbox_wrong"], turn.account_id, turn.number, *told)
            if tries is not None and trouble.cause:
                await notices.tell(tx, News(turn.account_id, trouble.cause), now)


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


@dataclass(frozen=True, slots=True)
class InboxesState:
    """Of all accounts. `failing`: inboxes that take nothing. `twins`: people who have another with the same phone."""

    inboxes: int
    failing: int
    waiting: int
    twins: int


class InboxOverview:
    """What the doctor asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self) -> InboxesState:
        row = await self._database.fetchrow(SQL["inboxes_state"])
        return InboxesState(*(int(one) for one in row)) if row else InboxesState(0, 0, 0, 0)


def attributes_of(row: Row) -> dict[str, Any]:
    return from_json(row["attributes"])
