"""Playing the people: a customer, a salesperson at the screen, a salesperson on a phone."""

from app.sandbox import crm, hookbodies, talks
from app.sandbox.account import Account
from app.sandbox.entities import Chat, Contact, Message, User
from app.sandbox.steering.orders import MakeLead, Media, Said, Say, WriteNote
from app.sandbox.talks import Words
from app.sandbox.world import World


class OrderError(Exception):
    """An order that makes no sense here; the text says why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def account_of(world: World, account: int | str | None, account_id: int | None) -> Account:
    found = world.find(account_id if account_id is not None else account)
    if found is None:
        raise OrderError(404, "There is no such account.")
    return found


def user_of(account: Account, role: str) -> User:
    user = account.users.get(int(role.partition(":")[2]))
    if user is None:
        raise OrderError(404, f"There is no user for {role!r}.")
    return user


def words_of(order: Say) -> Words:
    media = Media(type=order.media) if isinstance(order.media, str) else order.media
    if order.text is None and media is None:
        raise OrderError(422, "Say something: text or media.")
    return Words(
        text=order.text or "",
        message_type=media.type if media else "text",
        link=media.link if media else None,
        file_name=media.file_name if media else None,
        message_id=order.message_id,
        at=order.at,
    )


def say(world: World, order: Say) -> Said:
    """Let it happen, hooks and all; the hooks go out after this has returned."""
    account = account_of(world, order.account, order.account_id)
    if order.message_id is not None and order.message_id in account.messages:
        raise OrderError(409, "There is a message of that id already.")
    words = words_of(order)
    speaker = None if order.role == "customer" else user_of(account, order.role)
    chat, is_new = _chat_for(world, account, order, speaker=speaker)
    message = _speak(world, account, chat, order=order, words=words, speaker=speaker)
    talk = account.talks[message.talk_id]
    if is_new and chat.lead_id is not None and message.is_incoming:
        contact = account.contacts[chat.contact_id]
        body = hookbodies.unsorted_event(account, message, talk, contact=contact)
        world.emit(account, "add_unsorted", chat.id, body)
    if order.talk_closed:
        talks.close_talk(world, account, talk, closed_by=account.current_user_id)
    return Said(
        message_id=message.id,
        chat_id=chat.id,
        talk_id=talk.id,
        contact_id=chat.contact_id,
        lead_id=chat.lead_id,
    )


def _chat_for(world: World, account: Account, order: Say, *, speaker: User | None) -> tuple[Chat, bool]:
    chat = account.chat_named(order.chat)
    if chat is not None:
        return chat, False
    owner = speaker if order.role.startswith("phone:") else None
    name = owner.name if owner else order.name or order.chat
    phone = owner.phone if owner else order.phone
    known = _without_chat(account, phone)
    if known is not None:
        open_leads = [account.leads[one] for one in known.lead_ids if account.leads[one].closed_at is None]
        lead = open_leads[-1] if open_leads and order.lead else None
        return crm.add_chat(account, known, name=order.chat, lead=lead, seller_id=None), True
    contact = crm.add_contact(world, account, name=name, phone=phone)
    lead = crm.add_lead(world, account, contact, name=f"Lead {name}") if order.lead else None
    chat = crm.add_chat(account, contact, name=order.chat, lead=lead, seller_id=owner.id if owner else None)
    crm.tell_contact(world, account, contact)
    if lead is not None:
        crm.tell_lead(world, account, lead)
    return chat, True


def _without_chat(account: Account, phone: str | None) -> Contact | None:
    """Somebody who is in the account and has not written: the messenger knows them by their phone."""
    if not phone:
        return None
    return next((one for one in account.contacts.values() if one.phone == phone and not one.chat_ids), None)


def _speak(world: World, account: Account, chat: Chat, *, order: Say, words: Words, speaker: User | None) -> Message:
    if speaker is None or (order.role.startswith("phone:") and chat.seller_id is not None):
        return talks.customer_writes(world, account, chat, words=words)
    by_phone = order.role.startswith("phone:")
    author = talks.phone_author(account) if by_phone else talks.user_author(speaker)
    return talks.company_writes(world, account, chat, words=words, author=author)


def write_note(world: World, order: WriteNote) -> tuple[int, int]:
    """A salesperson writes on the lead's card: the note's id and the lead's."""
    account = account_of(world, order.account, order.account_id)
    user = user_of(account, order.role)
    lead_id = order.lead_id if order.chat is None else _chat(account, order.chat).lead_id
    if lead_id is None or lead_id not in account.leads:
        raise OrderError(404, "There is no such lead.")
    note = crm.add_note(
        world,
        account,
        entity="leads",
        entity_id=lead_id,
        note_type="common",
        params={"text": order.text},
        created_by=user.id,
        source=crm.user_source(account, user.id),
    )
    return note.id, lead_id


def make_lead(world: World, order: MakeLead) -> tuple[int, int]:
    account = account_of(world, order.account, order.account_id)
    contact_id = order.contact_id if order.chat is None else _chat(account, order.chat).contact_id
    contact = account.contacts.get(contact_id or 0)
    if contact is None:
        raise OrderError(404, "There is no such contact.")
    lead = crm.add_lead(world, account, contact, name=order.name)
    crm.tell_lead(world, account, lead)
    account.touch()
    return lead.id, contact.id


def _chat(account: Account, name: str) -> Chat:
    chat = account.chat_named(name)
    if chat is None:
        raise OrderError(404, "There is no such chat.")
    return chat
