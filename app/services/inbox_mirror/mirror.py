"""The mirror's work: an account's conversations, each once, with their lines in order, into its second inbox.

At least once, and by their keys once: a line is marked before it is shown, and one of which nobody knows is looked for
before it is shown again. One writer at a time for an inbox; whoever fails leaves it alone for a while. Nobody waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random, SystemRandom
from typing import Final

import structlog

from app.domain.clock import Clock
from app.domain.errors import AppError, NotFound, OutcomeUnknown, Rejected
from app.domain.ids import AccountId, ConversationId
from app.domain.inbox import By, InboxMirror, Line
from app.services.inbox_mirror.acquainting import Acquainting
from app.services.inbox_mirror.pace import rests_of, trouble_of, trouble_of_all
from app.services.inbox_mirror.places import Places
from app.services.inbox_mirror.wording import event_line, message_line
from app.store.database import Database, Row
from app.store.inbox_lines import Claimed, InboxLines, Refused
from app.store.inboxes import Inbox, InboxBook, InboxTurns, Turn
from app.store.json_text import from_json
from app.store.queue import Job, JobName, enqueue
from app.store.secrets import Vault
from app.store.upkeep import Chores

_log = structlog.get_logger()
BATCH: Final = 50  # lines of one conversation, before another's turn
LEASE: Final = timedelta(seconds=90)  # longer than what is done between two looks at the turn
MOST_CHATS: Final = 500  # in one job


class Overtaken(Exception):
    """Somebody else has the turn."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A conversation that is being shown, and where."""

    inbox: Inbox
    turn: Turn
    conversation_id: ConversationId
    row: Row
    place: str

    @property
    def locale(self) -> str:
        return self.row["account_locale"]


class Mirror:
    """Carries conversations into second inboxes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        vault: Vault,
        kinds: Mapping[str, InboxMirror],
        acquainting: Acquainting,
        chance: Random | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._kinds = kinds
        self._chance = chance or SystemRandom()
        self._book = InboxBook(database, vault)
        self._turns = InboxTurns(database)
        self._lines = InboxLines(database)
        self._places = Places(self._lines)
        self._acquainting = acquainting
        self._chores = Chores(database)

    async def sweep(self) -> None:
        """The chore: a job for every inbox that has something to do."""
        due = await self._turns.due(self._clock.now())
        wanted = await self._chores.not_queued([Job(JobName.INBOX, {"account": int(one)}) for one in due])
        async with self._database.transaction() as tx:
            await enqueue(tx, wanted)

    async def carry(self, account_id: AccountId) -> None:
        """The job: everything that waits for the account's inbox. What fails is kept and tried again later."""
        turn = await self._turns.take(account_id, self._clock.now(), LEASE)
        if turn is None:
            return
        try:
            await self._tried(turn)
        except Overtaken:
            _log.warning("inbox.overtaken", account_id=int(account_id))
        finally:
            await self._turns.give(turn)

    async def prune(self) -> None:
        await self._lines.prune()

    async def _tried(self, turn: Turn) -> None:
        try:
            inbox = await self._book.get(turn.account_id)
            if inbox is not None and inbox.kind in self._kinds:
                await self._carried(inbox, turn)
        except AppError as error:
            tries = await self._turns.tries(turn)
            trouble = trouble_of(error, tries, self._chance.random())
            _log.warning("inbox.failed", account_id=int(turn.account_id), code=trouble.code, tries=tries + 1)
            await self._turns.went_wrong(turn, self._clock.now(), trouble)

    async def _carried(self, inbox: Inbox, turn: Turn) -> None:
        there = self._kinds[inbox.kind]
        if inbox.prepared_at is None:
            await there.check(inbox.connection)
            await self._turns.prepared(turn)
        shown, refusal = False, None
        for _ in range(MOST_CHATS):
            conversation_id = await self._lines.next_chat(inbox.account_id, self._clock.now())
            if conversation_id is None:
                break
            error = await self._refused(there, inbox, turn, conversation_id)
            shown, refusal = shown or error is None, error or refusal
        if refusal is None or shown:
            await self._turns.went_well(turn, self._clock.now())
        else:
            await self._turns.went_wrong(turn, self._clock.now(), trouble_of_all(refusal))

    async def _refused(
        self, there: InboxMirror, inbox: Inbox, turn: Turn, conversation_id: ConversationId
    ) -> AppError | None:
        """Show a conversation; what the inbox has against it, if it is well otherwise, and why it rests."""
        try:
            await self._show(there, inbox, turn, conversation_id)
        except (Rejected, OutcomeUnknown) as error:
            await self._hold(turn)
            await there.check(inbox.connection)
            first, then = rests_of(error)
            refused = Refused(self._clock.now(), first, then, error.code)
            await self._lines.rest(inbox.account_id, conversation_id, refused)
            _log.warning("inbox.chat_refused", conversation_id=int(conversation_id), code=error.code)
            return error
        return None

    async def _show(self, there: InboxMirror, inbox: Inbox, turn: Turn, conversation_id: ConversationId) -> None:
        """The conversation's next lines, then its labels, attributes and the name."""
        await self._hold(turn)
        found = await self._lines.scene(conversation_id)
        row = found and await self._acquainting.known(found)
        claimed = await self._lines.claim(turn, conversation_id, most=BATCH)
        if row is None or not claimed:
            return
        left = list(claimed)
        if any(one.kind == "forget" for one in claimed):
            await self._forget(there, inbox, row, claimed)
            return
        try:
            place = await self._places.place(there, inbox, row)
            if place is None:
                return  # erased meanwhile: their lines are over, and taking them out is the next one
            scene = Scene(inbox, turn, conversation_id, row, place)
            await self._show_lines(there, scene, claimed, left)
            await self._places.dress(there, inbox, row, place)
            await self._acquainting.look_again(row)
        except NotFound:
            # Somebody has deleted it there: the next round finds or makes it again.
            await self._lines.unclaim([one for one in left if not one.is_in_doubt])
            await self._places.lose(inbox, row)
            raise
        except OutcomeUnknown:
            # Those behind it are certainly not there; the first stays as it is, and is looked for.
            await self._lines.unclaim([one for one in left[1:] if not one.is_in_doubt])
            raise
        except AppError:
            await self._lines.unclaim([one for one in left if not one.is_in_doubt])
            raise

    async def _forget(self, there: InboxMirror, inbox: Inbox, row: Row, claimed: Sequence[Claimed]) -> None:
        """The person was erased: out with them there, and nothing of what still waited is shown."""
        for person_id in await self._lines.erased(inbox.account_id):
            await there.forget(inbox.connection, person_id)
            await self._lines.drop_erased(inbox.account_id, person_id)
        await self._places.lose(inbox, row)
        for one in claimed:
            await self._lines.end(one, "done")

    async def _show_lines(
        self, there: InboxMirror, scene: Scene, claimed: Sequence[Claimed], left: list[Claimed]
    ) -> None:
        """One after the other; `left` is what is still to be shown, the one that is being shown first."""
        lines = await self._written(scene, claimed)
        doubted = [lines[one.id].key for one in claimed if one.is_in_doubt and one.id in lines]
        connection = scene.inbox.connection
        known = await there.shown(connection, scene.place, doubted) if doubted else set[str]()
        for one in claimed:
            line = lines.get(one.id)
            if line is not None and line.key not in known:
                await self._hold(scene.turn)
                await self._show_one(there, scene, one, line)
            else:
                await self._lines.end(one, "done")
            left.remove(one)

    async def _show_one(self, there: InboxMirror, scene: Scene, one: Claimed, line: Line) -> None:
        """What is refused for good holds up nothing behind it."""
        try:
            await there.show(scene.inbox.connection, scene.place, line)
        except NotFound:
            raise
        except Rejected as error:
            _log.warning("inbox.line_refused", account_id=int(scene.inbox.account_id), code=error.code)
            await self._lines.end(one, "failed", error.code)
            return
        await self._lines.end(one, "done")

    async def _written(self, scene: Scene, claimed: Sequence[Claimed]) -> dict[int, Line]:
        """What each line says; those of an erased person say nothing."""
        numbers = {kind: [one.number for one in claimed if one.kind == kind] for kind in ("message", "sent", "event")}
        messages = await self._lines.messages(scene.conversation_id, numbers["message"])
        sent = await self._lines.sent(scene.conversation_id, numbers["sent"])
        events = await self._lines.events(scene.conversation_id, numbers["event"])
        names = await self._lines.people_named([str(row["who"]) for row in events.values()], scene.inbox.account_id)
        told: dict[int, Line] = {}
        for one in claimed:
            line = None
            if one.kind == "message" and (row := messages.get(one.number)) is not None:
                line = message_line(dict(row), from_json(row["media"]), locale=scene.locale)
            elif one.kind == "sent" and (text := sent.get(one.number)):
                line = Line(f"ponte:s:{one.number}", By.BOT, text)
            elif one.kind == "event" and (row := events.get(one.number)) is not None:
                line = event_line(dict(row), names, locale=scene.locale)
            if line is not None:
                told[one.id] = line
        return told

    async def _hold(self, turn: Turn) -> None:
        if not await self._turns.keep(turn, LEASE):
            raise Overtaken
