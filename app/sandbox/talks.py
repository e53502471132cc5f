"""What happens in chats: people and programs write, talks open, close and open again under a new id."""

import asyncio
import uuid
from dataclasses import dataclass

from app.sandbox import hookbodies
from app.sandbox.account import Account
from app.sandbox.entities import Attachment, Author, Chat, Event, Message, Talk, User
from app.sandbox.world import World

# On WhatsApp free text reaches only who has written within this time. The vendor takes it all the same; a moment later
# the message's delivery_status says that it failed.
FREE_TEXT_SECONDS = 24 * 3600
FAILING_SECONDS = 1.0
WHATSAPP = "waba"
FILE_NAMES = {"picture": "file.jpeg", "voice": "file.ogg", "audio": "file.mp3", "video": "file.mp4"}


@dataclass(slots=True, frozen=True)
class Words:
    """What is written: text, or media of some type, with an id and a time of its own where a tester wants that."""

    text: str = ""
    message_type: str = "text"
    link: str | None = None
    file_name: str | None = None
    message_id: str | None = None
    at: int | None = None
    is_approved: bool = False  # a template that WhatsApp has approved: it reaches anybody, at any time


def open_talk(world: World, account: Account, chat: Chat) -> Talk:
    """The chat's open talk; a closed one is not taken up again but followed by a new one."""
    current = account.talks.get(chat.talk_id)
    if current is not None and not current.is_closed:
        return current
    now = world.clock.stamp()
    talk = Talk(
        id=next(world.next.talk),
        chat_id=chat.id,
        contact_id=chat.contact_id,
        lead_id=chat.lead_id,
        origin=chat.origin,
        created_at=now,
        updated_at=now,
    )
    account.talks[talk.id] = talk
    chat.talk_id = talk.id
    chat.talk_ids.append(talk.id)
    note_event(world, account, talk, kind="talk_created", created_by=0)
    world.emit(account, "add_talk", chat.id, hookbodies.talk_event(account, talk, action="add"))
    return talk


def close_talk(world: World, account: Account, talk: Talk, *, closed_by: int) -> None:
    talk.is_closed, talk.updated_at = True, world.clock.stamp()
    note_event(world, account, talk, kind="talk_closed", created_by=closed_by)
    world.emit(account, "update_talk", talk.chat_id, hookbodies.talk_event(account, talk, action="update"))
    account.touch()


def customer_writes(world: World, account: Account, chat: Chat, *, words: Words) -> Message:
    """An incoming message from the person whose chat this is."""
    contact = account.contacts[chat.contact_id]
    author = Author(id=contact.author_id, type="external", name=contact.name)
    message = _add(world, account, chat, words=words, author=author)
    talk = account.talks[message.talk_id]
    chat.last_incoming_at = max(chat.last_incoming_at, message.created_at)
    talk.is_read = False
    note_event(world, account, talk, kind="incoming_chat_message", created_by=0, message=message)
    world.emit(account, "add_message", chat.id, hookbodies.incoming_message(account, message, talk))
    _talk_updated(world, account, talk)
    return message


def company_writes(world: World, account: Account, chat: Chat, *, words: Words, author: Author) -> Message:
    """An outgoing message, whoever on the company's side wrote it."""
    message = _add(world, account, chat, words=words, author=author)
    talk = account.talks[message.talk_id]
    if not words.is_approved and is_window_closed(world, chat, at=message.created_at):
        message.delivery_status = "sent"
        asyncio.get_running_loop().call_later(world.clock.scaled(FAILING_SECONDS), _fail, account, message)
    talk.is_read = talk.is_read or author.type == "internal"
    created_by = author.user_id or 0
    note_event(world, account, talk, kind="outgoing_chat_message", created_by=created_by, message=message)
    if account.capabilities.outgoing_hook:
        recipient = account.contacts[chat.contact_id]
        body = hookbodies.outgoing_message(account, message, talk, recipient=recipient)
        world.emit(account, "add_outgoing_message", chat.id, body)
    _talk_updated(world, account, talk)
    return message


def is_window_closed(world: World, chat: Chat, *, at: int) -> bool:
    """Whether WhatsApp carries nothing but approved templates into this chat."""
    return chat.origin == WHATSAPP and at - chat.last_incoming_at > world.clock.scaled(FREE_TEXT_SECONDS)


def _fail(account: Account, message: Message) -> None:
    message.delivery_status = "error"
    account.touch()


def age(world: World, account: Account, chat: Chat, *, hours: float) -> None:
    """As if all that was said in a chat had been said so much earlier; scaled as the window is."""
    seconds = round(world.clock.scaled(hours * 3600))
    for message in chat.messages:
        message.created_at -= seconds
    for talk in (account.talks[talk_id] for talk_id in chat.talk_ids):
        talk.created_at, talk.updated_at = talk.created_at - seconds, talk.updated_at - seconds
    chat.last_incoming_at -= seconds
    account.touch()


def user_author(user: User) -> Author:
    return Author(id=user.amojo_id, type="internal", name=user.name, user_id=user.id)


def phone_author(account: Account) -> Author:
    """Somebody typed on the company's own WhatsApp phone: inside the company, but no user is named."""
    author_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{account.amojo_id}-phone")
    return Author(id=str(author_id), type="internal", name="WhatsApp")


def program_author(account: Account, name: str = "Integration") -> Author:
    """The API or a Salesbot: a bot, never a user."""
    return Author(id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{account.amojo_id}-{name}")), type="bot", name=name)


def _add(world: World, account: Account, chat: Chat, *, words: Words, author: Author) -> Message:
    talk = open_talk(world, account, chat)
    message_id = words.message_id or str(uuid.uuid4())
    message = Message(
        id=message_id,
        seq=next(world.next.seq),
        chat_id=chat.id,
        talk_id=talk.id,
        text=words.text,
        message_type=words.message_type,
        created_at=world.clock.stamp() if words.at is None else words.at,
        is_incoming=author.type == "external",
        author=author,
        attachment=_attachment(world, account, message_id, words=words),
    )
    account.messages[message.id] = message
    chat.messages.append(message)
    talk.messages.append(message)
    talk.updated_at, chat.touched = max(talk.updated_at, message.created_at), message.seq
    account.touch()
    return message


def _attachment(world: World, account: Account, message_id: str, *, words: Words) -> Attachment | None:
    if words.message_type in ("text", "location", "contact"):
        return None
    name = words.file_name or FILE_NAMES.get(words.message_type, "file.pdf")
    link = words.link or f"{world.base_url}/v2/{account.amojo_id}/attachments/{message_id}/{name}"
    return Attachment(type=words.message_type, link=link, file_name=name)


def _talk_updated(world: World, account: Account, talk: Talk) -> None:
    world.emit(account, "update_talk", talk.chat_id, hookbodies.talk_event(account, talk, action="update"))


def note_event(
    world: World, account: Account, talk: Talk, *, kind: str, created_by: int, message: Message | None = None
) -> None:
    """Write one line of the account's events list."""
    account.events.append(
        Event(
            id=uuid.uuid4().hex[:26],
            type=kind,
            created_by=created_by,
            created_at=message.created_at if message else world.clock.stamp(),
            contact_id=talk.contact_id,
            lead_id=talk.lead_id,
            talk_id=talk.id,
            origin=talk.origin,
            message_id=message.id if message else None,
        )
    )
