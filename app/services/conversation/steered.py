"""Conversations after a command, as people and programs read them."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.conversation import Command, Conversation
from app.domain.ids import ConversationId
from app.services.conversation.course import Course
from app.services.conversation.decide import decide
from app.services.conversation.notes import state_text
from app.store.accounts import Account


@dataclass(frozen=True, slots=True)
class Steered:
    """The state of one conversation after a command, as people and programs read it."""

    conversation_id: ConversationId
    bot_on: bool
    epoch: int
    state: str
    reason: str | None
    paused_by: str | None
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to: the target it meant, and every conversation of it."""

    scope: str
    ref: str
    message: str
    conversations: tuple[Steered, ...]
    warning: str = ""  # what is easily taken for done and is not


def ahead(course: Course) -> Conversation:
    """The state with the commands that wait behind an echo: nothing is claimed before they are read, so they count."""
    state = course.state
    for waiting in course.unread:
        if isinstance(waiting.event, Command):
            state = decide(state, waiting.event, course.loaded.policy, course.now).state
    return state


def told(number: ConversationId, state: Conversation, account: Account) -> Steered:
    pause = state.pause
    return Steered(
        number,
        state.bot_on,
        state.epoch,
        state_text(state, locale=account.locale, timezone=account.timezone),
        pause.reason.value if pause else None,
        pause.by if pause else None,
        pause.until if pause else None,
    )
