"""The calls we make, one method each: what `calls` builds, carried by the transport and read by a shape."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, cast

import httpx

from app.channels.bitrix24.client import calls
from app.channels.bitrix24.client.calls import EVENT_TYPES, Card
from app.channels.bitrix24.client.refusals import NO_BOT, Call
from app.channels.bitrix24.client.transport import MOST_COMMANDS, Transport, base_of, read, shaped, shaped_all
from app.channels.bitrix24.payloads.bots import BotShape, BotsShape, EventsShape, LinkShape
from app.channels.bitrix24.payloads.chats import DialogShape, HistoryShape, RecentShape, RecentsShape, UserShape
from app.channels.bitrix24.payloads.credentials import Credentials, credentials_of
from app.channels.bitrix24.payloads.crm import CardShape, CommentShape, FieldShape, PersonShape
from app.channels.http import broken
from app.domain.account import Connection, Lane
from app.domain.clock import Clock, SystemClock
from app.domain.errors import NeedsHuman, NotFound, NotStarted, Retryable
from app.domain.ports import Governor, Slot

MOST_PAGES: Final = 200  # a list that never ends is a fault of the other side
__all__ = ["EVENT_TYPES", "BitrixClient"]


class BitrixClient:
    """Bitrix24's REST for one process. Every method raises the errors of `domain.errors` and nothing else."""

    def __init__(self, http: httpx.AsyncClient, governor: Governor, *, clock: Clock | None = None) -> None:
        self._transport = Transport(http, governor, clock=clock or SystemClock())
        self._bots: dict[tuple[str, str, str], int] = {}
        self.governor = governor

    async def me(self, connection: Connection) -> UserShape:
        call = calls.me()
        return read(await self._transport.ask(connection, call), call, UserShape)

    async def bot(self, connection: Connection, *, webhook_url: str = "") -> BotShape:
        """The account's bot, made where there is none, told to be fetched from or to call this address."""
        known = credentials_of(connection.token)
        call = calls.register_bot(known, webhook_url=webhook_url)
        found = read(await self._transport.ask(connection, call), call, BotsShape).bot
        if webhook_url or found.event_mode == "webhook":
            await self._transport.ask(
                connection, calls.update_bot(known, calls.whole(found.id), webhook_url=webhook_url)
            )
        self._bots[self._key(connection, known)] = calls.whole(found.id)
        return found

    async def known_bot(self, connection: Connection) -> BotShape | None:
        """The account's bot as the portal has it now; None where it has none."""
        call = calls.bot(credentials_of(connection.token))
        try:
            return read(await self._transport.ask(connection, call), call, BotsShape).bot
        except NotFound:
            return None
        except NeedsHuman as error:
            if error.code != NO_BOT:
                raise
            return None

    async def bot_id(self, connection: Connection, *, lane: Lane) -> int:
        """The number of the account's bot. Asked for once in a process.

        Raises:
            NeedsHuman: there is none; connecting makes it.
        """
        known = credentials_of(connection.token)
        key = self._key(connection, known)
        if key not in self._bots:
            call = calls.bot(known, lane=lane)
            try:
                self._bots[key] = calls.whole(read(await self._transport.ask(connection, call), call, BotsShape).bot.id)
            except NotFound:
                raise NeedsHuman("The portal has no bot of ours.", hint="Connect the account.", code=NO_BOT) from None
        return self._bots[key]

    def _key(self, connection: Connection, known: Credentials) -> tuple[str, str, str]:
        return base_of(connection), known.bot_code, known.key_of_bot

    async def fetch(self, connection: Connection, *, offset: int | None) -> EventsShape:
        """The bot's next events; those before the offset are forgotten by the portal."""
        known = credentials_of(connection.token)
        call = calls.fetch(known, await self.bot_id(connection, lane=Lane.HANDOFF), offset=offset)
        return read(await self._transport.ask(connection, call), call, EventsShape)

    async def say(self, connection: Connection, said: Call, *, slot: Slot) -> Any:
        """The result of the one call that speaks."""
        return (await self._transport.ask(connection, said, slot=slot)).result

    async def together(self, connection: Connection, some: Sequence[Call]) -> list[Any]:
        """The results of several calls, or the error of each that failed; in as few requests as there can be."""
        found: list[Any] = []
        for start in range(0, len(some), MOST_COMMANDS):
            part = {f"c{place}": one for place, one in enumerate(some[start : start + MOST_COMMANDS])}
            answered = await self._transport.batch(connection, part)
            missing = NotStarted("A command of a batch was left out.")
            found += [answered.get(name, missing) for name in part]
        return found

    async def recents(self, connection: Connection, *, lane: Lane) -> AsyncIterator[RecentShape]:
        """The dialogs of the webhook's user, the one that moved last first."""
        offset = 0
        for _ in range(MOST_PAGES):
            call = calls.recents(offset=offset, lane=lane)
            page = read(await self._transport.ask(connection, call), call, RecentsShape)
            for item in page.items:
                yield item
            if not page.has_more or not page.items:
                return
            offset += len(page.items)
        raise Retryable("The list of dialogs does not end.")

    async def dialog(self, connection: Connection, *, dialog_id: str, after: int, lane: Lane) -> DialogShape:
        call = calls.dialog(dialog_id=dialog_id, after=after, lane=lane)
        return read(await self._transport.ask(connection, call), call, DialogShape)

    async def history(
        self, connection: Connection, *, dialog_id: str, session_id: str | None, lane: Lane
    ) -> HistoryShape:
        call = calls.history(dialog_id=dialog_id, session_id=session_id, lane=lane)
        return read(await self._transport.ask(connection, call), call, HistoryShape)

    async def ask(self, connection: Connection, call: Call) -> Any:
        """The result of a call that `calls` built, for one of which nothing is read."""
        return (await self._transport.ask(connection, call)).result

    async def added(self, connection: Connection, call: Call) -> str:
        """The id of the one thing that a call made."""
        result = (await self._transport.ask(connection, call)).result
        if isinstance(result, bool) or not str(result).isdecimal():
            raise broken(f"{call.method} was answered without an id.", acts=True)
        return str(result)

    async def card(self, connection: Connection, kind: Card, ref: str, *, lane: Lane) -> CardShape:
        call = calls.card(kind, ref, lane=lane)
        return read(await self._transport.ask(connection, call), call, CardShape)

    async def open_cards(
        self, connection: Connection, kind: Card, filters: dict[str, Any], *, lane: Lane
    ) -> list[CardShape]:
        call = calls.open_cards(kind, filters, lane=lane)
        return shaped_all((await self._transport.ask(connection, call)).result, call, CardShape)

    async def comments(self, connection: Connection, kind: Card, ref: str) -> list[CommentShape]:
        """The newest comments on a card's timeline, one page of them."""
        call = calls.comments(kind, ref)
        return shaped_all((await self._transport.ask(connection, call)).result, call, CommentShape)

    async def fields(self, connection: Connection, kind: Card) -> dict[str, FieldShape]:
        """The fields of a kind of card, by their codes."""
        call = calls.fields_of(kind)
        found: Any = (await self._transport.ask(connection, call)).result or {}
        return {str(code): shaped(one, call, FieldShape) for code, one in found.items()}

    async def contacts_with(self, connection: Connection, phones: list[str], *, lane: Lane) -> list[str]:
        call = calls.by_phone(phones, lane=lane)
        found = (await self._transport.ask(connection, call)).result
        numbers: list[Any] = cast("dict[str, Any]", found).get("CONTACT") or [] if isinstance(found, dict) else []
        return [str(one) for one in numbers]

    async def users(self, connection: Connection) -> AsyncIterator[PersonShape]:
        """All users of the portal, page by page."""
        start = 0
        for _ in range(MOST_PAGES):
            call = calls.users(start=start)
            told = await self._transport.ask(connection, call)
            for person in shaped_all(told.result, call, PersonShape):
                yield person
            if told.next is None:
                return
            start = told.next
        raise Retryable("The list of users does not end.")

    async def file_link(self, connection: Connection, *, file_id: str) -> str:
        """Where a file of the portal can be had for a while."""
        known, lane = credentials_of(connection.token), Lane.SYNC
        call = calls.file_link(known, await self.bot_id(connection, lane=lane), file_id=file_id)
        return read(await self._transport.ask(connection, call), call, LinkShape).link
