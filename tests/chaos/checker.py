"""Reads the evidence: 0 lost, 0 doubled, 0 out of order, 0 sent after a take-over. Pure.

It is strict where the record lets it be: what was never acknowledged promises nothing, everything else does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.domain.language import LOCALES
from app.services.conversation.wording import Phrase, say
from tests.chaos.evidence import Hook, Reached, Story
from tests.chaos.ledger import Ledger, Released, Took, Wrote
from tests.chaos.script import numbers_in, place_of

# A person is obeyed within this many seconds after the channel's word was acknowledged.
QUIET_WITHIN = 1.0
# Who is told that it takes a moment has not been given to anybody.
WAITING = frozenset(say(one, locale) for one in Phrase if one.name.startswith("STILL") for locale in LOCALES)
# The channel tells whole seconds: within one of them nobody knows who wrote first.
CLOCK = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What Ponte shows of a chat at the end."""

    bot_on: bool
    reason: str = ""
    rows: dict[str, int] = field(default_factory=dict[str, int])  # how often it meant to say a sentence
    doubted: tuple[str, ...] = ()  # what stands with a person, who says it again or knows that it arrived


@dataclass
class Verdict:
    """What was found. The lists must be empty; the figures say how hard the run was."""

    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    misplaced: list[str] = field(default_factory=list[str])
    over_a_person: list[str] = field(default_factory=list[str])
    within_tolerance: int = 0  # reached the customer in the first second after the acknowledgement
    with_person: Counter[str] = field(default_factory=Counter[str])
    answered: int = 0
    untold: int = 0  # the vendor itself lost it

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.misplaced or self.over_a_person)


def check(ledger: Ledger, story: Story, ended: dict[str, Ended], *, reads_back: bool = True) -> Verdict:
    """`reads_back`: the vendor shows what was sent. Where it does not, a send in doubt is for a person to settle."""
    verdict = Verdict(over_a_person=list(story.unnoticed))
    reached = _by_chat(story)
    for chat_id, messages in reached.items():
        verdict.doubled += _doubled(messages, ended.get(chat_id, Ended(bot_on=True)))
        verdict.misplaced += _balloons_out_of_order(messages)
        verdict.misplaced += _overtaken(ledger, story, chat_id, messages)
    named = {n for messages in reached.values() for m in messages if place_of(m.text) for n in numbers_in(m.text)}
    doubted = set[int]() if reads_back else _doubted(ended)
    for one in ledger.wrote:
        if one.number in named:
            verdict.answered += 1
        elif one.number in doubted:
            verdict.with_person["its answer is in doubt"] += 1
        elif one.message_id in story.untold:
            verdict.untold += 1
        elif why := _with_whom(one, ledger, ended.get(one.chat_id), reached[one.chat_id]):
            verdict.with_person[why] += 1
        else:
            verdict.lost.append(f"m{one.number} in {one.chat_id}")
    for took in ledger.took:
        _obeyed(verdict, ledger, story, took, reached[took.chat_id])
    return verdict


def _by_chat(story: Story) -> dict[str, list[Reached]]:
    found: dict[str, list[Reached]] = defaultdict(list)
    for message in sorted(story.reached, key=lambda one: one.seq):
        found[message.chat_id].append(message)
    return found


def _doubted(ended: dict[str, Ended]) -> set[int]:
    """The messages whose answer is in doubt: nothing shows whether it arrived, so a person has been asked."""
    return {number for end in ended.values() for text in end.doubted for number in numbers_in(text)}


def _doubled(messages: list[Reached], ended: Ended) -> Iterator[str]:
    """No balloon twice, and no message answered by two turns."""
    for text, times in Counter(message.text for message in messages).items():
        if times > (ended.rows.get(text, 0) if place_of(text) is None else 1):
            yield f"delivered {times} times: {text}"
    turns: dict[int, set[str]] = defaultdict(set)
    for message in messages:
        if (place := place_of(message.text)) is not None:
            for number in numbers_in(message.text):
                turns[number].add(place[0])
    yield from (f"m{number} answered by turns {sorted(by)}" for number, by in turns.items() if len(by) > 1)


def _balloons_out_of_order(messages: list[Reached]) -> Iterator[str]:
    last: dict[str, int] = {}
    finished: set[str] = set()
    current = ""
    for message in messages:
        if (place := place_of(message.text)) is None:
            continue
        turn, number = place
        if number <= last.get(turn, 0) or number != last.get(turn, 0) + 1 or turn in finished:
            yield f"balloon out of its order: {message.text}"
        if turn != current:
            finished.add(current)
        current, last[turn] = turn, number


def _overtaken(ledger: Ledger, story: Story, chat_id: str, messages: list[Reached]) -> Iterator[str]:
    """A message that was ours before another one even came may not be answered after it."""
    ids = {one.number: one.message_id for one in ledger.wrote if one.chat_id == chat_id}
    order: dict[int, int] = {}
    for message in messages:
        if place_of(message.text) is not None:
            for number in numbers_in(message.text):
                order.setdefault(number, message.seq)
    hooks = {number: story.hooks[ids[number]] for number in order if ids.get(number) in story.hooks}
    for first, hook in hooks.items():
        for later, other in hooks.items():
            if _came_before(hook, other) and order[first] > order[later]:
                yield f"m{first} came before m{later} and was answered after it"


def _came_before(one: Hook, other: Hook) -> bool:
    return one.acknowledged is not None and one.acknowledged < other.began


def _with_whom(one: Wrote, ledger: Ledger, end: Ended | None, messages: list[Reached]) -> str:
    """Why a message that no reply names is a person's; nothing, where it is nobody's."""
    if any(t.how == "wrote" and t.chat_id == one.chat_id and t.at + CLOCK > one.at for t in ledger.took):
        return "a person wrote"
    if end is not None and not end.bot_on:
        return f"the bot is off: {end.reason}"
    if any(m.at > one.at and place_of(m.text) is None and m.text not in WAITING for m in messages):
        return "handed over with a goodbye"
    return ""


def _obeyed(verdict: Verdict, ledger: Ledger, story: Story, took: Took, messages: list[Reached]) -> None:
    """Nothing of ours reaches the customer between the acknowledged take-over and the release that follows it."""
    hook = story.hooks.get(took.token)
    told = took.answered if not took.token else hook.acknowledged if hook else None
    if told is None:
        return
    until = min((r.since for r in ledger.released if _undoes(r, took)), default=float("inf"))
    for message in messages:
        if told < message.at < until:
            if message.at <= told + QUIET_WITHIN:
                verdict.within_tolerance += 1
            else:
                late = message.at - told
                verdict.over_a_person.append(f"{late:.2f} s after {took.how} in {took.chat_id}: {message.text}")


def _undoes(released: Released, took: Took) -> bool:
    """By the channel's clock, which knows whole seconds: the release may be the later one."""
    return released.chat_id == took.chat_id and released.until >= int(took.at)
