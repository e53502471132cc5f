"""Reads the evidence: 0 lost, 0 doubled, 0 out of order, 0 sent after a take-over. Pure.

It is strict where the record lets it be: what was never acknowledged promises nothing, everything else does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.chaos.evidence import Hook, Reached, Story
from tests.chaos.ledger import Ledger, Released, Took
from tests.chaos.script import numbers_in, place_of

# A person is obeyed within this many seconds after the channel's word was acknowledged.
QUIET_WITHIN = 1.0
# The channel tells whole seconds: within one of them nobody knows who wrote first.
CLOCK = 1.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What Ponte shows of a chat at the end."""

    bot_on: bool
    reason: str = ""
    rows: dict[str, int] = field(default_factory=dict[str, int])  # how often it meant to say a sentence


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

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.misplaced or self.over_a_person)


def check(ledger: Ledger, story: Story, ended: dict[str, Ended]) -> Verdict:
    verdict = Verdict()
    reached = _by_chat(ledger, story)
    for chat_id, messages in reached.items():
        verdict.doubled += _doubled(messages, ended.get(chat_id, Ended(bot_on=True)))
        verdict.misplaced += _balloons_out_of_order(messages)
        verdict.misplaced += _overtaken(ledger, story, chat_id, messages)
    _count_answers(verdict, ledger, reached, ended)
    for took in ledger.took:
        _obeyed(verdict, ledger, story, took, reached[took.chat_id])
    return verdict


def _by_chat(ledger: Ledger, story: Story) -> dict[str, list[Reached]]:
    found: dict[str, list[Reached]] = defaultdict(list)
    for message in sorted(story.reached, key=lambda one: one.seq):
        found[ledger.chat_of_talk[message.talk_id]].append(message)
    return found


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


def _count_answers(
    verdict: Verdict, ledger: Ledger, reached: dict[str, list[Reached]], ended: dict[str, Ended]
) -> None:
    """Every message is named by a reply, or its chat is, or was then, with a person."""
    named = {n for messages in reached.values() for m in messages if place_of(m.text) for n in numbers_in(m.text)}
    for one in ledger.wrote:
        end = ended.get(one.chat_id)
        if one.number in named:
            verdict.answered += 1
        elif any(t.how == "wrote" and t.chat_id == one.chat_id and t.at + CLOCK > one.at for t in ledger.took):
            verdict.with_person["a person wrote"] += 1
        elif end is not None and not end.bot_on:
            verdict.with_person[f"the bot is off: {end.reason}"] += 1
        elif any(m.at > one.at and place_of(m.text) is None for m in reached[one.chat_id]):
            verdict.with_person["handed over with a goodbye"] += 1
        else:
            verdict.lost.append(f"m{one.number} in {one.chat_id}")


def _obeyed(verdict: Verdict, ledger: Ledger, story: Story, took: Took, messages: list[Reached]) -> None:
    """Nothing of ours reaches the customer between the acknowledged take-over and the release that follows it."""
    hook = story.hooks.get(took.token)
    told = took.answered if took.how == "api" else hook.acknowledged if hook else None
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
    return released.chat_id == took.chat_id and int(released.until) >= int(took.at)
