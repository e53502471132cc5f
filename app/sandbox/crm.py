"""What happens in the card: contacts and leads appear, leads change, notes are written; each tells its subscribers."""

import uuid
from typing import Any

from app.sandbox import hookbodies
from app.sandbox.account import Account
from app.sandbox.entities import Chat, Contact, Lead, Note, Tag
from app.sandbox.world import World

CLOSED_STATUS_IDS = frozenset({142, 143})


def add_contact(world: World, account: Account, *, name: str, phone: str | None = None) -> Contact:
    now = world.clock.stamp()
    contact = Contact(
        id=next(world.next.contact),
        name=name,
        phone=phone or f"+551190001{next(world.next.phone):04d}",
        author_id=str(uuid.uuid4()),
        responsible_user_id=account.current_user_id,
        created_at=now,
        updated_at=now,
    )
    account.contacts[contact.id] = contact
    return contact


def add_lead(world: World, account: Account, contact: Contact, *, name: str) -> Lead:
    lead = add_bare_lead(world, account, name=name)
    lead.responsible_user_id = contact.responsible_user_id
    lead.contact_ids.append(contact.id)
    contact.lead_ids.append(lead.id)
    return lead


def add_bare_lead(world: World, account: Account, *, name: str) -> Lead:
    """A lead of nobody yet."""
    now = world.clock.stamp()
    lead = Lead(
        id=next(world.next.lead),
        name=name,
        status_id=account.status_ids[0],
        pipeline_id=account.pipeline_id,
        responsible_user_id=account.current_user_id,
        created_at=now,
        updated_at=now,
    )
    account.leads[lead.id] = lead
    return lead


def tell_contact(world: World, account: Account, contact: Contact) -> None:
    world.emit(account, "add_contact", lane_of(contact.id), hookbodies.contact_event(account, contact, action="add"))


def tell_lead(world: World, account: Account, lead: Lead) -> None:
    world.emit(account, "add_lead", lane_of(lead.id), hookbodies.lead_event(account, lead, action="add"))


def add_chat(account: Account, contact: Contact, *, name: str, lead: Lead | None, seller_id: int | None) -> Chat:
    chat = Chat(
        id=str(uuid.uuid4()),
        name=name,
        contact_id=contact.id,
        lead_id=lead.id if lead else None,
        origin="waba",
        seller_id=seller_id,
    )
    account.chats[chat.id] = chat
    contact.chat_ids.append(chat.id)
    account.chats_by_name[name] = chat
    return chat


def lane_of(entity_id: int) -> str:
    """Hooks of one card go out in order."""
    return f"entity-{entity_id}"


def add_note(
    world: World,
    account: Account,
    *,
    entity: str,
    entity_id: int,
    note_type: str,
    params: dict[str, Any],
    created_by: int,
    source: dict[str, str],
) -> Note:
    now = world.clock.stamp()
    holder = account.leads[entity_id] if entity == "leads" else account.contacts[entity_id]
    note = Note(
        id=next(world.next.note),
        seq=next(world.next.seq),
        entity=entity,
        entity_id=entity_id,
        note_type=note_type,
        params=params,
        created_by=created_by,
        created_at=now,
        updated_at=now,
        responsible_user_id=holder.responsible_user_id,
        source=source,
    )
    account.notes[note.id] = note
    account.notes_by_entity.setdefault((entity, entity_id), []).append(note)
    code = "note_lead" if entity == "leads" else "note_contact"
    world.emit(account, code, lane_of(entity_id), hookbodies.note_event(account, note))
    account.touch()
    return note


def user_source(account: Account, user_id: int) -> dict[str, str]:
    user = account.users.get(user_id)
    return {"id": str(user_id), "author_name": user.name if user else "", "type": "user"}


def integration_source(account: Account) -> dict[str, str]:
    return {"id": account.integration_id, "author_name": "Integration", "type": "integration"}


def tag_named(world: World, account: Account, name: str) -> Tag:
    """The account's tag of that name, made where it is new."""
    key = name.casefold()
    if key not in account.tags:
        account.tags[key] = Tag(id=next(world.next.tag), name=name)
    return account.tags[key]


def lead_changed(world: World, account: Account, lead: Lead, *, before: Lead, changed_by: int) -> None:
    """Stamp the lead and tell what changed: the update always, stage and responsible where they moved."""
    lead.updated_at, lead.updated_by = world.clock.stamp(), changed_by
    moved = lead.status_id != before.status_id
    if moved:
        lead.closed_at = lead.updated_at if lead.status_id in CLOSED_STATUS_IDS else None
    was: list[tuple[str, object]] = [("old_status_id", before.status_id)] if moved else []
    _tell(world, account, lead, code="update_lead", action="update", was=was)
    if moved:
        _tell(world, account, lead, code="status_lead", action="status", was=was)
    if lead.responsible_user_id != before.responsible_user_id:
        old: list[tuple[str, object]] = [("old_responsible_user_id", before.responsible_user_id)]
        _tell(world, account, lead, code="responsible_lead", action="responsible", was=old)
    account.touch()


def _tell(world: World, account: Account, lead: Lead, *, code: str, action: str, was: list[tuple[str, object]]) -> None:
    world.emit(account, code, lane_of(lead.id), hookbodies.lead_event(account, lead, action=action, was=was))
