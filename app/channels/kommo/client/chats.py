"""The calls about chats, one method each: https://developers.kommo.com/reference."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from app.channels.kommo.client.calls import Calls, seconds, step, whole
from app.channels.kommo.client.refusals import Call
from app.channels.kommo.client.transport import Turn, numbered, read, read_page
from app.channels.kommo.payloads.chats import (
    BotShape,
    EventShape,
    SentShape,
    TalkMessageShape,
    TalkShape,
    TemplateShape,
)
from app.domain.account import Connection, Lane

LARGEST_EVENTS_PAGE: Final = 100
LARGEST_TEMPLATES_PAGE: Final = 50


class ChatCalls(Calls):
    """Talks and their messages, the events that tell of them, bots, message templates."""

    def templates(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[TemplateShape]:
        """Message templates; Kommo shows an integration only those that it made itself."""
        params = (("with", "reviews"),)
        call = Call("GET", "chats/templates", lane, params, page_size=LARGEST_TEMPLATES_PAGE, is_for_admins=True)
        return self.all(connection, call, name="chat_templates", shape=TemplateShape)

    async def talk(self, connection: Connection, *, talk_id: str, lane: Lane, turn: Turn | None = None) -> TalkShape:
        return await self.one(connection, Call("GET", f"talks/{step(talk_id)}", lane), TalkShape, turn=turn)

    def talks(self, connection: Connection, *, contact_ids: list[str], lane: Lane) -> AsyncIterator[TalkShape]:
        """All talks of some contacts, in all their chats, open and closed."""
        call = Call("GET", "talks", lane, tuple(numbered("filter[contact_id]", contact_ids)))
        return self.all(connection, call, name="talks", shape=TalkShape)

    def talks_in_work(self, connection: Connection, *, contact_id: str, turn: Turn) -> AsyncIterator[TalkShape]:
        params = (("filter[only_in_work]", "1"), *numbered("filter[contact_id]", [contact_id]))
        call = Call("GET", "talks", turn.lane, params)
        return self.all(connection, call, name="talks", shape=TalkShape, turn=turn)

    async def first_talk(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> TalkShape | None:
        call = Call("GET", "talks", lane, (("limit", "1"),))
        found, _ = read_page(await self.transport.answer(connection, call), call, name="talks", shape=TalkShape)
        return found[0] if found else None

    def messages(
        self, connection: Connection, *, talk_id: str, since: datetime, lane: Lane
    ) -> AsyncIterator[TalkMessageShape]:
        params = (("filter[created_at][from]", seconds(since)),)
        call = Call("GET", f"talks/{step(talk_id)}/messages", lane, params)
        return self.all(connection, call, name="messages", shape=TalkMessageShape)

    async def send_message(self, connection: Connection, *, talk_id: str, text: str, turn: Turn) -> str:
        """Needs the Chats API add-on and its scope; the id of the accepted message."""
        call = Call("POST", f"talks/{step(talk_id)}/send_message", turn.lane, json={"text": text}, way="talks")
        return read(await self.transport.answer(connection, call, turn=turn), call, SentShape).id

    def events(
        self, connection: Connection, *, types: list[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[EventShape]:
        params = (("filter[type]", ",".join(types)), ("filter[created_at][from]", seconds(since)))
        params += (("filter[created_at][to]", seconds(until)),) if until else ()
        call = Call("GET", "events", Lane.SYNC, params, page_size=LARGEST_EVENTS_PAGE)
        return self.all(connection, call, name="events", shape=EventShape)

    def bots(self, connection: Connection, *, lane: Lane = Lane.SYNC) -> AsyncIterator[BotShape]:
        return self.all(connection, Call("GET", "bots", lane, is_for_admins=True), name="items", shape=BotShape)

    async def run_bot(
        self, connection: Connection, *, bot_id: int, lead_id: str, turn: Turn | None = None, lane: Lane = Lane.REPLY
    ) -> None:
        """Kommo accepts with plain text; there is no id of what the bot will say."""
        body = {"entity_id": whole(lead_id), "entity_type": "leads"}
        call = Call("POST", f"bots/{bot_id}/run", turn.lane if turn else lane, json=body, way="salesbot")
        await self.transport.answer(connection, call, turn=turn)

    async def continue_bot(self, connection: Connection, *, path: str, text: str, turn: Turn) -> None:
        """A bot that stopped at our step goes on with the text as `json.message`; its address works once."""
        body = {"data": {"status": "ok", "message": text}}
        await self.transport.answer(connection, Call("POST", path, turn.lane, json=body), turn=turn)
