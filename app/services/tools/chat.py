"""The tools that act on the chat itself and on its lead: pause, hand over, note, tags.

They go through the engine: what they ask for is decided under the conversation's lock, like a salesperson's command,
and is written in the same transaction as the record that it was asked. So each acts once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.clock import Clock
from app.domain.conversation import Command, HandoffRequested, Log, Note, NoteKind, PauseReason, Verb
from app.domain.tools import ToolAnswer, TurnRef
from app.services.conversation.course import Course
from app.services.conversation.mailbox import finish
from app.services.conversation.notes import note_text
from app.services.tools.answers import done, failed, would
from app.services.tools.arguments import AddNote, HandOver, PauseBot, SetTags
from app.services.tools.fence import opened
from app.store.changes import CrmWrite
from app.store.database import Database, Tx
from app.store.tool_calls import Call, Scene, ToolCalls, call_of, has_worked, note_work, own_epoch
from app.store.turns import SQL as TURNS

# How the audit and the notes name a brain that has used a tool.
WHO = "bot"
# These write down themselves that they have worked, in the transaction that did the work.
NOTED = frozenset({"hand_over", "pause_bot", "add_note", "set_tags", "confirm_slot", "cancel_booking"})
_QUIET = "Write nothing more to the customer: answer with the action none."
_REASONS = {
    "asked_for_person": PauseReason.ASKED,
    "unknown": PauseReason.UNKNOWN_ANSWER,
    "media": PauseReason.MEDIA,
}

Act = Callable[[Course], None]


class ChatTools:
    """Pause, hand over, note, tags."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._calls = ToolCalls(database)

    async def hand_over(self, turn: TurnRef, given: HandOver) -> ToolAnswer:
        """The engine's own hand-over: the fence, one goodbye, somebody told, the summary in the brief."""
        if turn.dry_run:
            return would("hand this chat over to a salesperson.")
        event = HandoffRequested(_REASONS[given.reason], note=given.summary)
        await self._once(call_of(turn, "hand_over", given.told()), lambda course: course.take(event), off=True)
        return done(f"Handed over: the customer is told goodbye and a salesperson is told. {_QUIET}")

    async def pause_bot(self, turn: TurnRef, given: PauseBot) -> ToolAnswer:
        """A pause as if a salesperson had ordered it; a person or the stated clock lifts it."""
        if turn.dry_run:
            return would("pause the bot in this chat.")
        now = self._clock.now()
        until = now + timedelta(minutes=given.minutes) if given.minutes else None

        def pause(course: Course) -> None:
            # A newer word would make this one late; the fence has seen that there is none that counts.
            at = max(now, course.state.control_at or now)
            course.take(Command(Verb.TAKE, WHO, at, exact=True, until=until, why="tool"))
            if given.reason:
                _write_note(course, given.reason)

        await self._once(call_of(turn, "pause_bot", given.told()), pause, off=True)
        return done(f"The bot is paused in this chat{_until(until)}. {_QUIET}")

    async def add_note(self, turn: TurnRef, given: AddNote) -> ToolAnswer:
        """A note on the lead, in order with the engine's own."""
        if turn.dry_run:
            return would("write the note on the lead.")

        def write(course: Course) -> None:
            _write_note(course, given.text)
            course.effects.append(Log(WHO, "noted", "tool"))

        await self._once(call_of(turn, "add_note", given.told()), write)
        return await self._written(turn, "The note")

    async def set_tags(self, turn: TurnRef, given: SetTags) -> ToolAnswer:
        """Tags on the lead; those it has stay."""
        tags = list(dict.fromkeys(tag for tag in given.tags if tag))
        if not tags:
            return failed("wrong_arguments", "Name at least one tag in the argument tags.")
        if turn.dry_run:
            return would(f"add the tags {', '.join(tags)}.")

        def write(course: Course) -> None:
            course.crm.append(CrmWrite("tags", details={"add": tags}))
            course.effects.append(Log(WHO, "tagged", "tool"))

        await self._once(call_of(turn, "set_tags", given.told()), write)
        return await self._written(turn, "The tags")

    async def _once(self, call: Call, act: Act, *, off: bool = False) -> None:
        """Act under the lock, unless this very call has done so; `off`: it switches the bot off.

        Raises:
            TurnOver: the turn is not the open one any more.
        """
        turn, now = call.turn, self._clock.now()
        async with self._database.transaction() as tx:
            await tx.execute(TURNS["lock"], turn.conversation_id)
            if await has_worked(tx, call):
                return await note_work(tx, call, epoch=None)
            course = await self._opened(tx, turn, now, off=off)
            act(course)
            await finish(tx, course)
            return await note_work(tx, call, epoch=course.state.epoch if off else None)

    async def _opened(self, tx: Tx, turn: TurnRef, now: datetime, *, off: bool) -> Course:
        """A note may follow the turn's own hand-over: models call both at once, in any order."""
        return await opened(tx, turn, now, or_epoch=None if off else await own_epoch(tx, turn))

    async def _written(self, turn: TurnRef, what: str) -> ToolAnswer:
        """Promise 10: on the right lead or none; the answer says which."""
        held = _held_because(await self._calls.scene(turn))
        if held is None:
            return done(f"{what} will be on the lead in a moment. Go on with your answer.", held=False)
        return done(f"{what} kept, but not written yet: {held} Go on with your answer.", held=True)


def _write_note(course: Course, text: str) -> None:
    loaded = course.loaded
    note = Note(NoteKind.BRAIN, text)
    words = note_text(note, course.state, locale=loaded.account_locale, timezone=loaded.timezone)
    course.crm.append(CrmWrite("note", words))


def _held_because(scene: Scene | None) -> str | None:
    if scene is None or scene.lead_id is not None or scene.open_leads == 1:
        return None
    if scene.open_leads > 1:
        return "the customer has several open leads, and it waits until a salesperson says which one is meant."
    return "the customer's lead is not known yet."


def _until(until: datetime | None) -> str:
    return f" until {until:%Y-%m-%d %H:%M} UTC" if until else " until a salesperson ends it"
