"""The actor at work: under the conversation's lock, fold the mailbox, fire the timers, settle, write, enqueue.

Every transaction on a conversation is this one, whoever starts it, so every one of them ends settled.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.conversation import (
    AskReply,
    Assign,
    Command,
    Conversation,
    CustomerMessage,
    Effect,
    Event,
    FindTimes,
    Note,
    Remember,
    ReplyFailed,
    ReplyProposed,
    SendRequested,
    SetField,
    SetTags,
    TimerFired,
    Verb,
)
from app.domain.ids import ConversationId
from app.domain.messages import Author
from app.domain.receipts import claims_booking, receipts_in, unproven_booking
from app.services.bot_control import commands
from app.services.conversation import control, rules
from app.services.conversation.decide import decide, settle
from app.services.conversation.disclosing import disclosed, must_disclose
from app.services.conversation.ladder import UNPROVEN_BOOKING
from app.services.conversation.notes import note_text
from app.services.conversation.orders import carry_out
from app.services.conversation.translate import Order, command_of
from app.store.changes import CrmWrite, Folded, save_crm, save_folded, save_state, wake_at
from app.store.conversations import Loaded, Locked, Unread, load, lock
from app.store.database import Tx
from app.store.effects import save_effects
from app.store.manners import has_answered
from app.store.queue import Job, JobName, ask_job, enqueue, line_up
from app.store.receipts import receipts_of
from app.store.turns import vetoed

# After so long a text that looks like a command, from somebody who cannot be looked up, is a customer's.
LOOKED_UP_WITHIN = timedelta(minutes=1)

# One look at a mailbox reads this many events (`load` in conversations.sql); the jobs of the others read on.
MOST_UNREAD = 500


@dataclass
class Course:
    """One run over a mailbox: the state as it moves, and all that it leads to."""

    loaded: Loaded
    state: Conversation
    now: datetime
    effects: list[Effect] = field(default_factory=list[Effect])
    crm: list[CrmWrite] = field(default_factory=list[CrmWrite])
    folded: list[Folded] = field(default_factory=list[Folded])
    unread: list[Unread] = field(default_factory=list[Unread])
    verdict: str = ""

    @property
    def held(self) -> bool:
        """Whether something that a person may have written stays unread, here or beyond what was loaded."""
        return bool(self.unread) or len(self.loaded.unread) >= MOST_UNREAD

    def take(self, event: Event) -> None:
        """Decide about one event and settle."""
        decision = decide(self.state, event, self.loaded.policy, self.now)
        self.state = settle(decision.state, self.loaded.policy, self.now)
        self.verdict = decision.verdict
        for effect in decision.effects:
            self.effects.append(effect)
            self._write_crm(effect)

    def _write_crm(self, effect: Effect) -> None:
        loaded = self.loaded
        match effect:
            case Note():
                text = note_text(effect, self.state, locale=loaded.account_locale, timezone=loaded.timezone)
                self.crm.append(CrmWrite("note", text))
            case SetTags():
                self.crm.append(CrmWrite("tags", details={"add": list(effect.add)}))
            case SetField():
                self.crm.append(CrmWrite("field", details={"name": effect.name, "value": effect.value}))
            case Assign():
                self.crm.append(CrmWrite("assign", details={"reason": effect.reason.value, "passed": effect.passed}))
            case _:
                pass


async def begin(tx: Tx, conversation_id: ConversationId, now: datetime) -> Course | None:
    """Lock, load and fold all that can be folded; None when there is no such conversation."""
    locked = await lock(tx, conversation_id)
    return await begin_locked(tx, locked, now) if locked is not None else None


async def begin_locked(tx: Tx, locked: Locked, now: datetime) -> Course:
    """The same for who holds the lock already, and may have written to the mailbox under it."""
    loaded = await load(tx, locked)
    course = Course(loaded, loaded.state, now, unread=list(loaded.unread))
    _obey_standing(course)
    if loaded.contact_opted_out:
        course.state, effects = control.opted_out_elsewhere(course.state)
        course.effects.extend(effects)
    await _read_on(tx, course)
    for kind, due in list(course.state.timers.items()):
        if due <= now:
            course.take(TimerFired(kind))
    return course


async def finish(tx: Tx, course: Course) -> None:
    """Settle and write everything that the course led to, with the jobs that carry it on."""
    loaded, now = course.loaded, course.now
    await _read_on(tx, course)
    course.state = settle(course.state, loaded.policy, now)
    await save_effects(tx, loaded, course.effects, after=snapshot(course.state), now=now)
    course.state = await save_crm(tx, loaded, course.crm, state=course.state)
    await save_state(tx, loaded, course.state, now)
    await save_folded(tx, course.folded, now)
    await enqueue(tx, await line_up(tx, loaded.account_id, _jobs(course)))


async def process(tx: Tx, conversation_id: ConversationId, now: datetime, *events: Event) -> Course | None:
    """The whole transaction: fold the mailbox, then these events, settle, write."""
    locked = await lock(tx, conversation_id)
    return await process_locked(tx, locked, now, *events) if locked is not None else None


async def process_locked(tx: Tx, locked: Locked, now: datetime, *events: Event) -> Course:
    """The same for who holds the lock already."""
    course = await begin_locked(tx, locked, now)
    for event in events:
        course.take(event)
    await finish(tx, course)
    return course


def _obey_standing(course: Course) -> None:
    """A pause of the whole contact or lead, newer than the last word about this conversation.

    Unless the mailbox holds a word as new: the very order that paused them all, or what undoes it here.
    """
    standing, at = course.loaded.standing, course.loaded.standing_at
    if (
        standing is not None
        and at is not None
        and not any(_controls_since(unread.event, at) for unread in course.unread)
    ):
        course.take(
            Command(Verb.TAKE, standing.by, at, exact=True, until=standing.until, reason=standing.reason, silent=True)
        )


def _controls_since(event: Event, at: datetime) -> bool:
    """A channel that gives the bot a chat by itself undoes nothing that people have ordered."""
    if not isinstance(event, Command) or (event.wordless and event.verb is Verb.RELEASE):
        return False
    return event.verb in (Verb.TAKE, Verb.RELEASE) and event.at >= at


async def _read_on(tx: Tx, course: Course) -> None:
    """Fold the mailbox up to an event that must wait for the answer of a send; what lies behind it waits too."""
    while course.unread:
        event = course.unread[0].event
        if rules.must_wait(course.state, event):
            return
        if isinstance(event, CustomerMessage) and _may_be_an_order(course, event):
            return
        await _fold(tx, course, course.unread.pop(0))


def _may_be_an_order(course: Course, event: CustomerMessage) -> bool:
    """Whose phone is this? A text like a command waits until the wake-up job has looked, but not for ever."""
    is_young = course.now - event.received_at < LOOKED_UP_WITHIN
    return course.loaded.is_stranger and is_young and commands.is_command(event.text)


async def _fold(tx: Tx, course: Course, unread: Unread) -> None:
    event = unread.event
    if isinstance(event, CustomerMessage) and course.loaded.seller:
        event = await _from_own_phone(tx, course, event, course.loaded.seller)
    if event is not None and await _claims_unproven_booking(tx, course, _words_for_the_customer(event)):
        if isinstance(event, ReplyProposed):
            turn = course.state.turn
            course.take(ReplyFailed(event.turn, turn.rung if turn else 0, UNPROVEN_BOOKING))
            await vetoed(tx, course.loaded.id, event.turn, why=UNPROVEN_BOOKING)
        course.verdict = UNPROVEN_BOOKING
    elif event is not None:
        course.take(await _disclosed(tx, course, event))
    course.folded.append(Folded(unread.id, course.verdict, snapshot(course.state)))


async def _disclosed(tx: Tx, course: Course, event: Event) -> Event:
    """An answer as it goes out: the first one in a chat may have to say that a program writes."""
    loaded = course.loaded
    if not must_disclose(event, loaded.policy) or await has_answered(tx, loaded.id):
        return event
    return disclosed(event, loaded.policy, course.state.locale or loaded.account_locale)


def _words_for_the_customer(event: Event) -> str:
    """What a brain or a caller would have us say."""
    match event:
        case ReplyProposed():
            return "\n".join((*event.proposal.balloons, event.proposal.receipt))
        case SendRequested():
            return event.text
        case _:
            return ""


async def _claims_unproven_booking(tx: Tx, course: Course, text: str) -> bool:
    """Promise 11: who is told of an appointment has one, then. Quoted receipts are this contact's, and live."""
    if not receipts_in(text):
        return claims_booking(text)
    loaded = course.loaded
    live = await receipts_of(tx, loaded.account_id, loaded.contact_id, conversation_id=loaded.id, now=course.now)
    return unproven_booking(text, live, course.now)


async def _from_own_phone(tx: Tx, course: Course, event: CustomerMessage, seller: str) -> Event | None:
    """A salesperson writes from a known phone: a command counts, with an id it is passed on; the rest is text."""
    typed = commands.parse(event.text)
    if typed is None:
        return event
    loaded = course.loaded
    command = command_of(typed, by=seller, at=event.at, locale=loaded.account_locale)
    if typed.target is None or command.verb is Verb.UNKNOWN:
        return command
    order = Order(None, typed.target, command, f"order:{event.external_id}")
    await carry_out(tx, loaded.account_id, loaded.channel, (order,), loaded.account_locale)
    course.verdict = "passed_on"
    return None


def snapshot(state: Conversation) -> dict[str, object]:
    """The visible state, kept with every event so that an operator can go back to any moment."""
    pause = state.pause
    return {
        "bot_on": state.bot_on,
        "epoch": state.epoch,
        "reason": pause.reason.value if pause else None,
        "by": pause.by if pause else None,
        "until": pause.until if pause else None,
        "resting": state.resting,
        "opted_out": state.opted_out,
        "slow_until": state.pace.slow_until,
        "turn": state.turn.number if state.turn else None,
        "unanswered": len(rules.unanswered(state)),
        "line": [{"number": row.number, "state": row.state.value} for row in state.rows],
    }


def _jobs(course: Course) -> list[Job]:
    loaded, now = course.loaded, course.now
    ids = {"conversation": int(loaded.id)}
    jobs = [ask_job(loaded.id, e.turn.number, e.turn.rung) for e in course.effects if isinstance(e, AskReply)]
    before = loaded.state.timers
    # What was set before and rings soon gets another wake-up: by the queue's clock this one may have come too early.
    jobs += [
        wake_at(loaded, due, now)
        for kind, due in course.state.timers.items()
        if before.get(kind) != due or due - now < rules.CLOCKS_APART
    ]
    due = rules.send_due(loaded.state, course.state, now, held=course.held)
    if due is not None:
        jobs.append(Job(JobName.SEND, ids, delay=due - now or None, urgent=True))
    if course.crm:
        jobs.append(Job(JobName.CRM, ids))
    if any(isinstance(e, FindTimes) for e in course.effects):
        jobs.append(Job(JobName.OFFER, ids, urgent=True))
    if any(isinstance(e, Remember) and e.media and e.author is Author.CUSTOMER for e in course.effects):
        jobs.append(Job(JobName.MEDIA, ids))
    return jobs
