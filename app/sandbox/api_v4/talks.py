"""Talks: list them, read their messages, write into them, close them."""

import uuid
from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field, field_validator

from app.sandbox.account import Account
from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Attachment, Message, Talk
from app.sandbox.errors import invalid, problem, refuse
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.talks import Words, close_talk, company_writes, program_author
from app.sandbox.validation import Strict, numbers, read, span, texts
from app.sandbox.world import World

LONGEST_TEXT = 4096


class DriveFile(Strict):
    drive_uuid: str
    drive_version_uuid: str
    type: Literal["picture", "file", "video", "voice", "audio"]

    @field_validator("drive_uuid", "drive_version_uuid")
    @classmethod
    def is_uuid(cls, value: str) -> str:
        return str(uuid.UUID(value))


class Outgoing(Strict):
    text: str = Field(default="", max_length=LONGEST_TEXT)
    attachment: DriveFile | None = None


class Closing(Strict):
    force_close: bool = False


def list_talks(world: World, call: Call) -> Answer:
    del world
    is_wanted = talk_filter(call)
    found = [talk for talk in talks_near(call) if is_wanted(talk)]
    return page_of(call, found, name="talks", show=lambda talk: talk_view(call, talk))


def talks_near(call: Call) -> list[Talk]:
    """The talks of the contacts that are asked for, or all."""
    contacts = numbers(call, "filter[contact_id]")
    if not contacts:
        return list(call.account.talks.values())
    chats = [chat for contact_id in contacts for chat in call.account.chats_of_contact(contact_id)]
    return [call.account.talks[talk_id] for chat in chats for talk_id in chat.talk_ids]


def talk_filter(call: Call) -> Callable[[Talk], bool]:
    ids, cards = numbers(call, "filter[talk_id]"), numbers(call, "filter[entity_id]")
    kinds = {one.rstrip("s") for one in texts(call, "filter[entity_type]")}
    only_open = texts(call, "filter[only_in_work]") in (["1"], ["true"])

    def is_wanted(talk: Talk) -> bool:
        if (ids and talk.id not in ids) or (cards and talk.lead_id not in cards):
            return False
        return (not kinds or entity_type(talk) in kinds) and not (only_open and talk.is_closed)

    return is_wanted


def get_talk(world: World, call: Call) -> Answer:
    del world
    return hal(talk_view(call, talk_of(call)))


def get_messages(world: World, call: Call) -> Answer:
    """The talk's messages, oldest first, and none of the chat's other talks."""
    del world
    if not call.account.capabilities.talks_history:
        raise refuse(403, "Invalid scope: list_external_messages is required.")
    talk, recent = talk_of(call), span(call, "filter[created_at]")
    found = sorted((one for one in talk.messages if recent(one.created_at)), key=lambda one: (one.created_at, one.seq))
    return page_of(call, found, name="messages", show=message_view)


def send_message(world: World, call: Call) -> Answer:
    """Write into the chat as the integration: accepted with an id, delivered later."""
    account = call.account
    refuse_by_plan(account)
    words = read(Outgoing, call)
    if not words.text.strip() and words.attachment is None:
        raise invalid("NotBlank", "text", "This value should not be blank.")
    talk = talk_of(call)
    if talk.is_closed:
        raise refuse(422, "Talk is closed.")
    message = company_writes(
        world,
        account,
        account.chats[talk.chat_id],
        words=Words(text=words.text, message_type=words.attachment.type if words.attachment else "text"),
        author=program_author(account),
    )
    if account.quota is not None:
        account.quota -= 1
    return hal({"id": message.id}, 202)


def refuse_by_plan(account: Account) -> None:
    if not account.may_send():
        raise refuse(402, "The endpoint is not available in the current plan.")
    if not account.capabilities.talks_send:
        raise refuse(403, "Invalid scope: send_external_messages is required.")
    if account.quota is not None and account.quota <= 0:
        raise refuse(402, "Over chat API limit")


def close(world: World, call: Call) -> Answer:
    if call.body:
        read(Closing, call)
    talk = talk_of(call)
    if talk.is_closed:
        return problem(422, "Talk is already closed.")
    close_talk(world, call.account, talk, closed_by=call.account.current_user_id)
    return Answer(202)


def talk_of(call: Call) -> Talk:
    talk = call.account.talks.get(call.numbers[0])
    if talk is None:
        raise refuse(404, "Talk not found.")
    return talk


def entity_type(talk: Talk) -> str | None:
    return None if talk.lead_id is None else "lead"


def talk_view(call: Call, talk: Talk) -> dict[str, Any]:
    return {
        "talk_id": talk.id,
        "created_at": talk.created_at,
        "updated_at": talk.updated_at,
        "rate": 0,
        "contact_id": talk.contact_id,
        "chat_id": talk.chat_id,
        "entity_id": talk.lead_id,
        "entity_type": entity_type(talk),
        "is_in_work": not talk.is_closed,
        "is_read": talk.is_read,
        "origin": talk.origin,
        "status": "closed" if talk.is_closed else "in_work",
        "missed_at": None,
        "account_id": call.account.id,
        "_links": call.href(f"talks/{talk.id}"),
        "_embedded": embedded(call, talk),
    }


def embedded(call: Call, talk: Talk) -> dict[str, Any]:
    contact = {"id": talk.contact_id, "_links": call.href(f"contacts/{talk.contact_id}")}
    leads = [] if talk.lead_id is None else [{"id": talk.lead_id, "_links": call.href(f"leads/{talk.lead_id}")}]
    return {"contacts": [contact], "leads": leads}


def message_view(message: Message) -> dict[str, Any]:
    author = message.author
    named = {"id": author.id, "type": author.type, "name": author.name}
    return {
        "id": message.id,
        "type": "incoming" if message.is_incoming else "outgoing",
        "message_type": message.message_type,
        "text": message.text,
        "author": named if author.user_id is None else named | {"user_id": author.user_id},
        "delivery_status": message.delivery_status,
        "attachment": attachment_view(message.attachment),
        "created_at": message.created_at,
    }


def attachment_view(one: Attachment | None) -> dict[str, str] | None:
    return None if one is None else {"type": one.type, "link": one.link, "file_name": one.file_name}
