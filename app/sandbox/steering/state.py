"""The picture of an account that the page draws, and waiting until it changes."""

import asyncio
import heapq
from typing import Any

from app.sandbox.account import Account
from app.sandbox.api_v4.talks import attachment_view
from app.sandbox.entities import Chat, Message, Note

NEWEST_CHATS = 50
NEWEST_MESSAGES = 200


async def changed(account: Account, *, after: int, seconds: float, stopping: asyncio.Event) -> None:
    """Come back when the account is past that version, when the time is over, or when the sandbox ends."""
    try:
        async with asyncio.timeout(seconds):
            while account.version <= after and not stopping.is_set():
                await account.changed()
    except TimeoutError:
        return


def picture(account: Account) -> dict[str, Any]:
    chats = heapq.nlargest(NEWEST_CHATS, account.chats.values(), key=lambda chat: chat.touched)
    bot = next(iter(account.bots.values()))
    return {
        "version": account.version,
        "account": {"id": account.id, "subdomain": account.subdomain, "plan": account.plan, "bot_id": bot.id},
        "users": [
            {"id": user.id, "name": user.name, "is_active": user.is_active, "is_admin": user.is_admin}
            for user in account.users.values()
        ],
        "chats": [chat_picture(account, chat) for chat in chats],
    }


def chat_picture(account: Account, chat: Chat) -> dict[str, Any]:
    contact = account.contacts[chat.contact_id]
    notes = account.notes_by_entity.get(("leads", chat.lead_id or 0), [])
    return {
        "chat": chat.name,
        "chat_id": chat.id,
        "talk_id": chat.talk_id,
        "talk_closed": chat.talk_id in account.talks and account.talks[chat.talk_id].is_closed,
        "origin": chat.origin,
        "seller_id": chat.seller_id,
        "contact": {"id": contact.id, "name": contact.name, "phone": contact.phone},
        "lead": lead_picture(account, chat),
        "messages": [message_picture(one) for one in chat.messages[-NEWEST_MESSAGES:]],
        "notes": [note_picture(account, note) for note in notes[-NEWEST_MESSAGES:]],
    }


def lead_picture(account: Account, chat: Chat) -> dict[str, Any] | None:
    lead = account.leads.get(chat.lead_id or 0)
    if lead is None:
        return None
    tags = [tag.name for tag in lead.tags]
    return {"id": lead.id, "name": lead.name, "responsible_user_id": lead.responsible_user_id, "tags": tags}


def message_picture(message: Message) -> dict[str, Any]:
    author = message.author
    return {
        "id": message.id,
        "seq": message.seq,
        "text": message.text,
        "message_type": message.message_type,
        "attachment": attachment_view(message.attachment),
        "created_at": message.created_at,
        "author": {"type": author.type, "name": author.name, "user_id": author.user_id},
        "delivery_status": message.delivery_status,
    }


def note_picture(account: Account, note: Note) -> dict[str, Any]:
    user = account.users.get(note.created_by)
    is_ours = note.source.get("type") == "integration"
    return {
        "id": note.id,
        "seq": note.seq,
        "text": str(note.params.get("text", "")),
        "created_by": note.created_by,
        "created_by_name": note.source.get("author_name", "") if is_ours else user.name if user else "",
        "created_at": note.created_at,
        "note_type": note.note_type,
    }
