"""The calls we make, one method each, in the order of the vendor's specification.

Paths are below `/api/v1/accounts/<account>`. What only a person's token may do goes with it, whoever else could.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx

from app.channels.chatwoot.client.refusals import Call, Upload
from app.channels.chatwoot.client.transport import Transport, place_of, read
from app.channels.chatwoot.payloads import (
    AccountShape,
    AgentShape,
    BotShape,
    ContactInboxShape,
    ConversationShape,
    HookShape,
    InboxShape,
    LabelShape,
    MessageShape,
    PersonShape,
)
from app.domain.account import Connection, Lane
from app.domain.errors import Rejected
from app.domain.ports import Governor, Slot

PAGE: Final = 25  # conversations on a page
MESSAGES_BEFORE: Final = 20  # messages of one answer, backwards

_S = TypeVar("_S")


class ChatwootClient:
    """Chatwoot's REST for one process. Every method raises the errors of `domain.errors` and nothing else."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor) -> None:
        self._transport = Transport(http, governor)
        self.governor = governor

    async def account(self, connection: Connection) -> AccountShape:
        return await self._read(connection, Call("GET", _path(connection), Lane.CRM), AccountShape)

    async def agents(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> list[AgentShape]:
        return await self._read(connection, Call("GET", _path(connection, "agents"), lane), list[AgentShape])

    async def bots(self, connection: Connection) -> list[BotShape]:
        return await self._read(connection, Call("GET", _path(connection, "agent_bots"), Lane.SYNC), list[BotShape])

    async def change_bot(self, connection: Connection, *, bot_id: str, outgoing_url: str) -> None:
        """Where the bot hears of what happens."""
        path = _path(connection, "agent_bots", bot_id)
        await self._transport.answer(connection, Call("PATCH", path, Lane.SYNC, json={"outgoing_url": outgoing_url}))

    async def inbox(self, connection: Connection) -> InboxShape:
        path = _path(connection, "inboxes", str(place_of(connection).inbox))
        return await self._read(connection, Call("GET", path, Lane.SYNC), InboxShape)

    async def inbox_bot(self, connection: Connection) -> BotShape | None:
        """The bot of the inbox, if it has one."""
        path = _path(connection, "inboxes", str(place_of(connection).inbox), "agent_bot")
        found = await self._read(connection, Call("GET", path, Lane.SYNC), dict[str, Any])
        return BotShape.model_validate(found["agent_bot"]) if found.get("agent_bot") else None

    async def set_inbox_bot(self, connection: Connection, *, bot_id: str) -> None:
        path = _path(connection, "inboxes", str(place_of(connection).inbox), "set_agent_bot")
        await self._transport.answer(connection, Call("POST", path, Lane.SYNC, json={"agent_bot": whole(bot_id)}))

    async def hooks(self, connection: Connection) -> list[HookShape]:
        call = Call("GET", _path(connection, "webhooks"), Lane.SYNC)
        return await self._read(connection, call, list[HookShape], within=("payload", "webhooks"))

    async def drop_hook(self, connection: Connection, *, hook_id: str) -> None:
        await self._transport.answer(connection, Call("DELETE", _path(connection, "webhooks", hook_id), Lane.SYNC))

    async def labels(self, connection: Connection) -> list[LabelShape]:
        call = Call("GET", _path(connection, "labels"), Lane.SYNC)
        return await self._read(connection, call, list[LabelShape], within=("payload",))

    async def add_label(self, connection: Connection, *, new: dict[str, Any]) -> None:
        """Needs an administrator's token."""
        await self._transport.answer(connection, Call("POST", _path(connection, "labels"), Lane.SYNC, json=new))

    async def contact(self, connection: Connection, *, contact_id: str, lane: Lane) -> PersonShape:
        call = Call("GET", _path(connection, "contacts", contact_id), lane)
        return await self._read(connection, call, PersonShape, within=("payload",))

    async def filter_contacts(
        self, connection: Connection, *, equal: list[tuple[str, str]], lane: Lane
    ) -> list[PersonShape]:
        """Everybody of whom one of these is true, exactly; the first page."""
        last = len(equal) - 1
        conditions = [
            {"attribute_key": key, "filter_operator": "equal_to", "values": [value]}
            | ({"query_operator": "OR"} if number < last else {})
            for number, (key, value) in enumerate(equal)
        ]
        call = Call("POST", _path(connection, "contacts", "filter"), lane, json={"payload": conditions}, reads=True)
        return await self._read(connection, call, list[PersonShape], within=("payload",))

    async def add_contact(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> PersonShape:
        json = {"inbox_id": place_of(connection).inbox, **new}
        call = Call("POST", _path(connection, "contacts"), lane, json=json)
        return await self._read(connection, call, PersonShape, within=("payload", "contact"))

    async def change_contact(self, connection: Connection, *, contact_id: str, change: dict[str, Any]) -> None:
        """Only what `change` names is changed; of attributes, only those keys."""
        path = _path(connection, "contacts", contact_id)
        await self._transport.answer(connection, Call("PUT", path, Lane.CRM, json=change))

    async def drop_contact(self, connection: Connection, *, contact_id: str) -> None:
        """With everything that was ever said. Needs an administrator's token."""
        await self._transport.answer(connection, Call("DELETE", _path(connection, "contacts", contact_id), Lane.SYNC))

    async def contact_note(self, connection: Connection, *, contact_id: str, text: str, lane: Lane) -> str:
        path = _path(connection, "contacts", contact_id, "notes")
        call = Call("POST", path, lane, json={"note": {"content": text}})
        return str((await self._read(connection, call, dict[str, Any])).get("id", ""))

    async def contact_inbox(self, connection: Connection, *, contact_id: str, source_id: str) -> ContactInboxShape:
        """The contact in this inbox, under this source id; the same one however often it is asked for."""
        path = _path(connection, "contacts", contact_id, "contact_inboxes")
        json = {"inbox_id": place_of(connection).inbox, "source_id": source_id}
        return await self._read(connection, Call("POST", path, Lane.CRM, json=json), ContactInboxShape)

    async def conversations_of(self, connection: Connection, *, contact_id: str, lane: Lane) -> list[ConversationShape]:
        """Those of the contact that were active last, twenty at the most."""
        call = Call("GET", _path(connection, "contacts", contact_id, "conversations"), lane)
        return await self._read(connection, call, list[ConversationShape], within=("payload",))

    async def conversations(
        self, connection: Connection, *, status: str, page: int, lane: Lane
    ) -> list[ConversationShape]:
        """A page of the inbox's conversations, those first that were active last."""
        params = (("inbox_id", str(place_of(connection).inbox)), ("status", status), ("page", str(page)))
        call = Call("GET", _path(connection, "conversations"), lane, (*params, ("assignee_type", "all")))
        return await self._read(connection, call, list[ConversationShape], within=("data", "payload"))

    async def conversation(self, connection: Connection, *, number: str, lane: Lane) -> ConversationShape:
        call = Call("GET", _path(connection, "conversations", number), lane)
        return await self._read(connection, call, ConversationShape)

    async def add_conversation(self, connection: Connection, *, new: dict[str, Any], lane: Lane) -> ConversationShape:
        """Not idempotent: every call makes one."""
        json = {"inbox_id": place_of(connection).inbox, **new}
        call = Call("POST", _path(connection, "conversations"), lane, json=json)
        return await self._read(connection, call, ConversationShape)

    async def toggle_status(self, connection: Connection, *, number: str, status: str, lane: Lane) -> str:
        """The status that it has then; whether the server calls that a success says nothing."""
        path = _path(connection, "conversations", number, "toggle_status")
        call = Call("POST", path, lane, json={"status": status}, as_bot=True)
        return await self._read(connection, call, str, within=("payload", "current_status"))

    async def set_attributes(self, connection: Connection, *, number: str, attributes: dict[str, Any]) -> None:
        """All that the conversation has from now on: what is not named is gone."""
        path = _path(connection, "conversations", number, "custom_attributes")
        call = Call("POST", path, Lane.CRM, json={"custom_attributes": attributes})
        await self._transport.answer(connection, call)

    async def assign(self, connection: Connection, *, number: str, agent_id: str, lane: Lane) -> AgentShape | None:
        """Whoever has it then; None where the account has no such agent."""
        path = _path(connection, "conversations", number, "assignments")
        call = Call("POST", path, lane, json={"assignee_id": whole(agent_id)}, as_bot=True)
        response = await self._transport.answer(connection, call)
        return None if response.content.strip() in (b"", b"null") else read(response, call, AgentShape)

    async def add_labels(self, connection: Connection, *, number: str, add: list[str], remove: list[str]) -> None:
        """The others stay: the server merges, a moment later. Not in the vendor's specification."""
        lists = {name: titles for name, titles in (("add", add), ("remove", remove)) if titles}
        json = {"type": "Conversation", "ids": [whole(number)], "labels": lists}
        await self._transport.answer(connection, Call("POST", _path(connection, "bulk_actions"), Lane.CRM, json=json))

    async def say(
        self, connection: Connection, *, number: str, new: dict[str, Any], lane: Lane, slot: Slot | None = None
    ) -> str:
        """A message as the bot; its id. Made anew by every call."""
        return await self._message(connection, number, new, Call("POST", "", lane, as_bot=True), slot)

    async def attach(
        self, connection: Connection, *, number: str, new: dict[str, Any], file: Upload, slot: Slot, within: timedelta
    ) -> str:
        """A message of the bot's with a file; its id. Made anew by every call."""
        kind = Call("POST", "", Lane.REPLY, as_bot=True, file=file, within=within)
        return await self._message(connection, number, new, kind, slot)

    async def say_as_person(self, connection: Connection, *, number: str, new: dict[str, Any], lane: Lane) -> str:
        """A message as the owner of the person's token, or as the contact where it comes in; its id."""
        return await self._message(connection, number, new, Call("POST", "", lane), None)

    async def _message(
        self, connection: Connection, number: str, new: dict[str, Any], kind: Call, slot: Slot | None
    ) -> str:
        path = _path(connection, "conversations", number, "messages")
        call = replace(kind, path=path, json=new, says=True)
        response = await self._transport.answer(connection, call, slot=slot)
        return read(response, call, MessageShape).id

    async def messages(
        self, connection: Connection, *, number: str, lane: Lane, before: str | None = None
    ) -> list[MessageShape]:
        """The latest, or those before one; at most twenty, in no promised order."""
        params = (("before", before),) if before else ()
        call = Call("GET", _path(connection, "conversations", number, "messages"), lane, params)
        return await self._read(connection, call, list[MessageShape], within=("payload",))

    async def _read(self, connection: Connection, call: Call, shape: type[_S], *, within: tuple[str, ...] = ()) -> _S:
        return read(await self._transport.answer(connection, call), call, shape, within=within)


def _path(connection: Connection, *steps: str) -> str:
    """A path below the account; whatever an id holds, it stays one step."""
    return "/".join((f"accounts/{place_of(connection).account}", *(quote(step, safe="") or "0" for step in steps)))


def whole(number: str) -> int:
    """An id as the vendor's JSON wants it."""
    if not (number.isascii() and number.isdecimal() and len(number) < 19):  # noqa: PLR2004
        raise Rejected("This is no id of Chatwoot's.", hint="Ids are whole numbers.")
    return int(number)
