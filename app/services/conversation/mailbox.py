"""The actor at work: under the conversation's lock, fold the mailbox, fire the timers, settle, write, enqueue.

Every transaction on a conversation is this one, whoever starts it, so every one of them ends settled.
"""

from datetime import datetime, timedelta

from app.domain.conversation import (
    Command,
    CustomerMessage,
    Event,
    ReplyFailed,
    ReplyProposed,
    SendRequested,
    TimerFired,
    Verb,
)
from app.domain.ids import ConversationId
from app.domain.receipts import claims_booking, receipts_in, unproven_booking
from app.services.bot_control import commands
from app.services.conversation import control, rules
from app.services.conversation.course import Course, jobs_of, snapshot
from app.services.conversation.decide import settle
from app.services.conversation.disclosing import disclosed, must_disclose
from app.services.conversation.ladder import UNPROVEN_BOOKING
from app.services.conversation.orders import carry_out
from app.services.conversation.translate import Order, command_of
from app.store.changes import Folded, save_crm, save_folded, save_state
from app.store.conversations import Locked, Unread, load, lock
from app.store.database import Tx
from app.store.effects import save_effects
from app.store.manners import has_answered
from app.store.queue import enqueue, line_up
from app.store.receipts import receipts_of
from app.store.turns import vetoed

# After so long a text that looks like a command, from somebody who cannot be looked up, is a customer's.
LOOKED_UP_WITHIN = timedelta(minutes=1)


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
    await enqueue(tx, await line_up(tx, loaded.account_id, jobs_of(course)))


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
