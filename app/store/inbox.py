"""The door's transaction: raw bodies, chats and mailbox events of several deliveries in a handful of statements.

Rows are inserted in one order everywhere (deliveries by hash, chats by name, events by conversation), so that two
doors never wait for each other in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.conversation import Event, Reacted, Undelivered
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Landing, Trouble
from app.store.database import Row, Tx
from app.store.events import encode
from app.store.landings import tell
from app.store.names import Heard, chats_of
from app.store.queries import statements
from app.store.queue import Job, JobName

SQL = statements("inbox")


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat and what an event says about it."""

    chat_id: str
    at: datetime
    talk_id: str | None = None
    contact_id: str | None = None
    lead_id: str | None = None
    origin: str = ""
    names: tuple[str, ...] = ()  # by which a messenger knows whoever has it; empty: its id is the only one

    def of(self, chat_id: str) -> "Chat":
        """The same under the name that its person was known by before; a messenger's chat is its own card."""
        if chat_id == self.chat_id:
            return self
        return replace(self, chat_id=chat_id, contact_id=chat_id, lead_id=chat_id)


@dataclass(frozen=True, slots=True)
class MailboxEvent:
    """An event for the mailbox of a chat; None of an event only tells where the chat now belongs.

    `landing` is for whoever has sent that message, in a chat or not; with no event it is all that is told.
    """

    chat: Chat
    external_id: str
    event: Event | None
    at: datetime
    landing: Landing | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook body as it came, with what it was decoded to. `state`: decoded, raw or quarantined."""

    account_id: AccountId
    channel: str
    hash: bytes
    body: bytes
    state: str
    reason: str = ""
    events: tuple[MailboxEvent, ...] = field(default=())
    gestures: tuple[str, ...] = ()  # the ids of what was no saying

    @property
    def key(self) -> tuple[int, bytes]:
        return (self.account_id, self.hash)


Key = tuple[int, str, str]


async def store_deliveries(tx: Tx, deliveries: Sequence[Delivery]) -> tuple[list[Delivery], list[Job]]:
    """Keep the deliveries and fill the mailboxes; returns the new ones and the jobs that they call for."""
    first = {d.key: d for d in reversed(deliveries)}
    unique = list(first.values())
    rows = await tx.fetch(
        SQL["insert_deliveries"],
        [d.account_id for d in unique],
        [d.channel for d in unique],
        [d.hash for d in unique],
        [d.body for d in unique],
        [d.state for d in unique],
        [d.reason for d in unique],
    )
    fresh = [(first[row["account_id"], row["hash"]], row["id"]) for row in rows]
    decode = [Job(JobName.DECODE, {"delivery": number}) for d, number in fresh if d.state == "raw"]
    new = [d for d, _ in fresh]
    woken = await store_events(tx, [(d.account_id, d.channel, event) for d in new for event in d.events])
    await _keep_gestures(tx, [(d.account_id, d.channel, number) for d in new for number in d.gestures])
    return new, [*decode, *woken]


async def _keep_gestures(tx: Tx, gestures: Sequence[Key]) -> None:
    """In nobody's mailbox, and done with: what counts is that their ids are known."""
    if gestures:
        await tx.execute(SQL["insert_gestures"], *map(list, zip(*gestures, strict=True)))


async def store_events(tx: Tx, events: Sequence[tuple[AccountId, str, MailboxEvent]]) -> list[Job]:
    """Fill the mailboxes; returns a wake-up for every conversation that got something new."""
    await tell(tx, [(account, e.landing) for account, _, e in events if e.landing is not None])
    events = [one for one in events if one[2].event is not None or one[2].landing is None]
    if not events:
        return []
    events = await _of_known_people(tx, events)
    chats, named = await _conversations(tx, events)
    kept = [(account, channel, e, chats.get((account, channel, e.chat.chat_id))) for account, channel, e in events]
    mail = [(account, channel, e, number) for account, channel, e, number in kept if e.event and number is not None]
    coded = [encode(e.event) for _, _, e, _ in mail if e.event]
    rows = await tx.fetch(
        SQL["insert_events"],
        [account for account, _, _, _ in mail],
        [channel for _, channel, _, _ in mail],
        [e.external_id for _, _, e, _ in mail],
        [conversation for _, _, _, conversation in mail],
        [kind for kind, _ in coded],
        [body for _, body in coded],
        [e.at for _, _, e, _ in mail],
    )
    woken = sorted({row["conversation_id"] for row in rows})
    return [
        *(Job(JobName.WAKE, {"conversation": number}) for number in woken),
        *(Job(JobName.CRM, {"conversation": number}) for number in named),
    ]


async def _of_known_people(
    tx: Tx, events: Sequence[tuple[AccountId, str, MailboxEvent]]
) -> list[tuple[AccountId, str, MailboxEvent]]:
    """The same events, each in the chat that its person has, by whichever name."""
    heard = {
        place: Heard(int(account), channel, e.chat.names, claims=e.event is None or _opens(e))
        for place, (account, channel, e) in enumerate(events)
        if e.chat.names
    }
    found = await chats_of(tx, list(heard.values())) if heard else []
    chats = dict(zip(heard, found, strict=True))
    return [
        (account, channel, replace(e, chat=e.chat.of(chats.get(place, e.chat.chat_id))))
        for place, (account, channel, e) in enumerate(events)
    ]


async def _conversations(
    tx: Tx, events: Sequence[tuple[AccountId, str, MailboxEvent]]
) -> tuple[dict[Key, ConversationId], list[int]]:
    """The conversation of every chat, opened or relinked where need be, and those whose lead is known only now."""
    newest: dict[Key, Chat] = {}
    for account, channel, event in sorted(events, key=lambda item: item[2].chat.at):
        key = (int(account), channel, event.chat.chat_id)
        newest[key] = _merged(newest.get(key), event.chat)
    found = await _find(tx, list(newest))
    known = [(found[key], chat) for key, chat in newest.items() if key in found]
    opening = {(int(account), channel, e.chat.chat_id) for account, channel, e in events if _opens(e)}
    missing = {key: chat for key, chat in newest.items() if key not in found and key in opening}
    if missing:
        await _open(tx, missing)
        found |= await _find(tx, list(missing))
    await _relink(tx, known)
    named = sorted(row["id"] for row, chat in known if row["lead_id"] is None and chat.lead_id is not None)
    return {key: ConversationId(row["id"]) for key, row in found.items()}, named


def _opens(told: MailboxEvent) -> bool:
    """A message that did not arrive, with nobody whom we know, is another program's: there is no chat to be kept.

    Nor does a sign on a message open one, nor another name of somebody. Who wants no more messages is kept, for
    whenever we would write first.
    """
    event = told.event
    if isinstance(event, Reacted) or (event is None and told.chat.names):
        return False
    return not isinstance(event, Undelivered) or event.trouble is Trouble.OPTED_OUT


def _merged(older: Chat | None, newer: Chat) -> Chat:
    if older is None:
        return newer
    return Chat(
        newer.chat_id,
        newer.at,
        newer.talk_id or older.talk_id,
        newer.contact_id or older.contact_id,
        newer.lead_id or older.lead_id,
        newer.origin or older.origin,
    )


async def _find(tx: Tx, keys: list[Key]) -> dict[Key, Row]:
    rows = await tx.fetch(SQL["find_conversations"], [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
    return {(row["account_id"], row["channel"], row["chat_id"]): row for row in rows}


async def _open(tx: Tx, missing: dict[Key, Chat]) -> None:
    await tx.execute(
        SQL["open_conversations"],
        [key[0] for key in missing],
        [key[1] for key in missing],
        [key[2] for key in missing],
        [chat.talk_id for chat in missing.values()],
        [chat.contact_id for chat in missing.values()],
        [chat.lead_id for chat in missing.values()],
        [chat.origin for chat in missing.values()],
        [chat.at for chat in missing.values()],
    )


async def _relink(tx: Tx, known: list[tuple[Row, Chat]]) -> None:
    changed = sorted(((row["id"], chat) for row, chat in known if _says_new(row, chat)), key=lambda pair: pair[0])
    if changed:
        await tx.execute(
            SQL["link"],
            [number for number, _ in changed],
            [chat.talk_id for _, chat in changed],
            [chat.contact_id for _, chat in changed],
            [chat.lead_id for _, chat in changed],
            [chat.at for _, chat in changed],
        )


def _says_new(row: Row, chat: Chat) -> bool:
    said = ((chat.talk_id, row["talk_id"]), (chat.contact_id, row["contact_id"]), (chat.lead_id, row["lead_id"]))
    return chat.at >= row["linked_at"] and any(new is not None and new != old for new, old in said)
