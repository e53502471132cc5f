"""One run over a mailbox: the state as it moves, all that it leads to, and the jobs that carry it on."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.conversation import (
    AskBack,
    AskReply,
    Assign,
    Conversation,
    Effect,
    Event,
    FindTimes,
    Note,
    Remember,
    SetField,
    SetTags,
)
from app.domain.messages import Author
from app.services.conversation import rules
from app.services.conversation.decide import decide, settle
from app.services.conversation.notes import note_text
from app.store.changes import CrmWrite, Folded, wake_at
from app.store.conversations import Loaded, Unread
from app.store.queue import Job, JobName, ask_job

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


def jobs_of(course: Course) -> list[Job]:
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
    jobs += [Job(JobName.ASK_BACK, {**ids, "number": e.line}) for e in course.effects if isinstance(e, AskBack)]
    if any(isinstance(e, FindTimes) for e in course.effects):
        jobs.append(Job(JobName.OFFER, ids, urgent=True))
    if any(isinstance(e, Remember) and e.media and e.author is Author.CUSTOMER for e in course.effects):
        jobs.append(Job(JobName.MEDIA, ids))
    return jobs
