"""Running a Salesbot: a moment later it prints the text of a lead field into the lead's chat, one bot per entity.

A bot with a template step sends its template instead, which WhatsApp has approved.
"""

import asyncio

from app.sandbox.account import Account
from app.sandbox.crm import add_chat
from app.sandbox.entities import Bot, Chat, Contact
from app.sandbox.talks import Words, company_writes, program_author
from app.sandbox.world import World

THINKING_SECONDS = 0.5


def run_bot(world: World, account: Account, bot: Bot, *, entity: tuple[str, int]) -> None:
    """Start the bot; one that was still running on the same entity ends without having spoken."""
    ticket = object()
    account.running_bots[entity] = ticket
    loop = asyncio.get_running_loop()
    loop.call_later(world.clock.scaled(THINKING_SECONDS), _speak, world, account, bot, entity, ticket)


def stop_bot(account: Account, *, entity: tuple[str, int]) -> None:
    account.running_bots.pop(entity, None)


def _speak(world: World, account: Account, bot: Bot, entity: tuple[str, int], ticket: object) -> None:
    if account.running_bots.get(entity) is not ticket:
        return
    del account.running_bots[entity]
    if bot.template is not None:
        _send_template(world, account, bot, entity=entity)
        return
    text = _text_of(account, bot, entity)
    chats = _chats_of(account, entity)
    if text and chats:
        company_writes(world, account, chats[0], words=Words(text=text), author=program_author(account, bot.name))


def _send_template(world: World, account: Account, bot: Bot, *, entity: tuple[str, int]) -> None:
    """An approved template reaches its contact after the 24 hours too, and somebody who has never written."""
    contact = _contact_of(account, entity)
    if contact is None or not contact.phone:
        return
    lead = account.leads.get(_lead_of(account, entity) or 0)
    chats = _chats_of(account, entity) or account.chats_of_contact(contact.id)
    chat = chats[0] if chats else add_chat(account, contact, name=contact.phone, lead=lead, seller_id=None)
    text = (bot.template or "").replace("{{contact.name}}", contact.name)
    words = Words(text=text, is_approved=True)
    company_writes(world, account, chat, words=words, author=program_author(account, bot.name))


def _contact_of(account: Account, entity: tuple[str, int]) -> Contact | None:
    kind, entity_id = entity
    if kind == "contacts":
        return account.contacts[entity_id]
    contacts = account.leads[entity_id].contact_ids
    return account.contacts[contacts[0]] if contacts else None


def _text_of(account: Account, bot: Bot, entity: tuple[str, int]) -> str:
    lead = _lead_of(account, entity)
    values = account.leads[lead].fields.get(bot.field_id, []) if lead else []
    return str(values[0]["value"]) if values else ""


def _lead_of(account: Account, entity: tuple[str, int]) -> int | None:
    kind, entity_id = entity
    if kind == "leads":
        return entity_id
    leads = account.contacts[entity_id].lead_ids
    return leads[-1] if leads else None


def _chats_of(account: Account, entity: tuple[str, int]) -> list[Chat]:
    kind, entity_id = entity
    if kind == "leads":
        return account.chats_of_lead(entity_id)
    return sorted(account.chats_of_contact(entity_id), key=lambda chat: chat.touched, reverse=True)
