"""Who was given a chat, by which rule, and how many wait at whom."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId, ConversationId, LeadId
from app.domain.people import Seller
from app.store.database import Database, Tx
from app.store.json_text import to_json
from app.store.queries import statements

SQL = statements("handovers")


@dataclass(frozen=True, slots=True)
class Standing:
    """A salesperson and what lies with them now."""

    seller: Seller
    areas: tuple[str, ...]
    takes_chats: bool
    open_handovers: int
    last_chosen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Chat:
    """What is handed over: a conversation, or a lead that has none yet."""

    account_id: AccountId
    conversation_id: ConversationId | None
    lead_id: LeadId | None


@dataclass(frozen=True, slots=True)
class HandedTo:
    """To whom, by which rule; `considered` tells of the others why not. `area` is what it was about, if known."""

    seller_id: str
    rule: str
    considered: tuple[tuple[str, str], ...]
    area: str = ""
    area_rule: str = ""


@dataclass(frozen=True, slots=True)
class KnownOf:
    """What the database knows of a chat's area: what we last wrote first about, and what the company deals with."""

    trigger: str
    areas: tuple[str, ...]


async def find_clues(tx: Tx, chat: Chat) -> KnownOf:
    """What may tell the area of a chat."""
    row = await tx.fetchrow(SQL["area_clues"], chat.account_id, chat.conversation_id, chat.lead_id)
    if row is None:
        return KnownOf("", ())
    return KnownOf(row["trigger"] or "", tuple(row["areas"]))


@dataclass(frozen=True, slots=True)
class Forsaken:
    """A customer whom nobody answered, and who is to be offered free times. `timezone` is the company's.

    `seller_id`: who has the chat now, if anybody could be given it.
    """

    account_id: AccountId
    contact_id: str | None
    lead_id: str | None
    locale: str
    timezone: str
    phones: tuple[str, ...]
    seller_id: str | None


async def forsaken(database: Database, conversation_id: ConversationId) -> Forsaken | None:
    """The customer of this conversation, while free times are being looked for."""
    row = await database.fetchrow(SQL["forsaken"], conversation_id)
    if row is None:
        return None
    known = (row["contact_id"], row["lead_id"], row["locale"], row["timezone"], tuple(row["phones"]))
    return Forsaken(AccountId(row["account_id"]), *known, row["seller_id"])


async def find_chat(
    tx: Tx, account_id: AccountId, *, conversation_id: ConversationId | None, lead_id: LeadId | None
) -> Chat:
    """The chat that is meant: by its conversation, else by the lead's latest one."""
    if conversation_id is None and lead_id is not None:
        found = await tx.fetchval(SQL["conversation_of_lead"], account_id, lead_id)
        conversation_id = ConversationId(found) if found is not None else None
    return Chat(account_id, conversation_id, lead_id)


async def candidates(tx: Tx, account_id: AccountId, now: datetime, *, with_local: bool) -> list[Standing]:
    """All who might get a chat. Until `tx` ends nobody else of this account chooses."""
    await tx.execute(SQL["lock_team"], account_id)
    await tx.execute(SQL["close_done"], account_id, now)
    return [
        Standing(
            Seller(
                *(row["external_id"], row["name"], row["phone"], row["messenger_id"]),
                is_active=row["is_active"],
                is_admin=row["is_admin"],
                is_local=row["is_local"],
            ),
            tuple(row["areas"]),
            row["takes_chats"],
            row["open_handovers"],
            row["last_chosen_at"],
        )
        for row in await tx.fetch(SQL["candidates"], account_id, with_local)
    ]


async def holder_of(tx: Tx, chat: Chat) -> str | None:
    """Who was given this chat and still has it."""
    if chat.conversation_id is None and chat.lead_id is None:
        return None
    return await tx.fetchval(SQL["holder_of"], chat.account_id, chat.conversation_id, chat.lead_id)


async def hand_to(tx: Tx, chat: Chat, to: HandedTo, now: datetime) -> None:
    """Write down that somebody got the chat; whoever had it before has it no more."""
    await tx.execute(SQL["end_handovers"], chat.account_id, chat.conversation_id, chat.lead_id, now)
    considered = to_json([{"seller": seller, "why_not": reason} for seller, reason in to.considered])
    args = (chat.account_id, chat.conversation_id, chat.lead_id, to.seller_id, to.rule, considered, now)
    await tx.execute(SQL["add_handover"], *args, to.area, to.area_rule)
