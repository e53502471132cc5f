"""Customers of the simulated Kommo, and a witness of their answers: what counts is what its own record shows."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.services.conversation.wording import Phrase, say

Json = dict[str, Any]
QUESTION = "Quanto custa a entrega?"
LOOK_EVERY = 0.04
# Nothing more comes when nothing has come for so long.
QUIET = 20.0
DOUBLES = 5.0
AT_ONCE = 10
NOTICES = tuple(say(Phrase.STILL_LOOKING, locale) for locale in ("pt-BR", "es", "en"))
# Who has no answer after so many seconds gets none: Kommo's next try comes after five minutes.
PATIENCE = 20.0


@dataclass(frozen=True)
class Side:
    """One account of the simulated Kommo, and with it who answers there."""

    name: str
    account: int


@dataclass(frozen=True)
class Answers:
    """Seconds from a message to its answer, and what went wrong."""

    asked: int
    times: list[float]
    doubled: int
    took: float  # from the first message to the last answer

    @property
    def lost(self) -> int:
        return self.asked - len(self.times)

    @property
    def per_second(self) -> float:
        return len(self.times) / self.took

    def share(self, part: float) -> float:
        """A quantile, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000 if ordered else float("nan")


def together(parts: list[Answers]) -> Answers:
    """Several measurements as one."""
    return Answers(
        sum(one.asked for one in parts),
        [took for one in parts for took in one.times],
        sum(one.doubled for one in parts),
        sum(one.took for one in parts),
    )


def _is_answer(entry: Json) -> bool:
    """A message that the company sent. A word that the answer takes longer is none: it comes before one."""
    is_sent = entry["kind"] == "call" and entry["path"].endswith("/send_message") and entry["status"] == 202
    return is_sent and not any(words in str(entry["request"]) for words in NOTICES)


@dataclass
class Witness:
    """Reads the record of the simulated Kommo as it grows: who was sent how much, and when."""

    http: httpx.AsyncClient
    sent: dict[str, list[float]] = field(default_factory=lambda: defaultdict[str, list[float]](list))
    _talks: dict[tuple[Side, str], str] = field(default_factory=dict[tuple[Side, str], str])
    _seq: int = 0

    async def look(self) -> None:
        for entry in (await self.http.get("/_sandbox/record", params={"after": self._seq})).json():
            self._seq = entry["seq"]
            if _is_answer(entry):
                self.sent[f"{entry['account_id']}:{entry['path'].split('/')[-2]}"].append(entry["at"])

    async def follow(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY)

    async def say(self, side: Side, chat: str) -> tuple[str, float]:
        """A customer writes; the talk, and when."""
        at = time.time()
        order = {"chat": chat, "text": QUESTION, "account_id": side.account}
        answer = await self.http.post("/_sandbox/say", json=order)
        answer.raise_for_status()
        talk = self._talks[side, chat] = f"{side.account}:{answer.json()['talk_id']}"
        return talk, at

    def count(self, side: Side, chat: str) -> int:
        """How much the company has said in a chat."""
        return len(self.sent[self._talks[side, chat]]) if (side, chat) in self._talks else 0

    async def answered(self, talk: str, count: int, patience: float) -> float | None:
        """When the talk got so many messages of the company's; None: not in time."""
        until = time.monotonic() + patience
        while len(self.sent[talk]) < count:
            if time.monotonic() > until:
                return None
            await asyncio.sleep(LOOK_EVERY / 4)
        return self.sent[talk][count - 1]


@asynccontextmanager
async def witness(box: str) -> AsyncIterator[Witness]:
    async with httpx.AsyncClient(base_url=box, trust_env=False, timeout=60) as http:
        made = Witness(http)
        following = asyncio.create_task(made.follow())
        try:
            yield made
        finally:
            following.cancel()


async def ask(seen: Witness, side: Side, chat: str, *, patience: float = PATIENCE) -> float | None:
    """One message and its answer, in seconds."""
    before = seen.count(side, chat)
    talk, at = await seen.say(side, chat)
    got = await seen.answered(talk, before + 1, patience)
    return None if got is None else got - at


async def by_turns(seen: Witness, sides: list[Side], *, count: int) -> dict[str, Answers]:
    """One message at a time, now on one side, now on the other, so that the machine's moods hit both."""
    found: dict[str, list[float]] = {side.name: [] for side in sides}
    began = time.time()
    for number in range(count):
        for side in sides:
            took = await ask(seen, side, f"calm-{number % 10}")
            found[side.name] += [] if took is None else [took]
    return {name: Answers(count, times, 0, time.time() - began) for name, times in found.items()}


async def in_crowds(seen: Witness, sides: list[Side], *, rounds: int, each: int) -> dict[str, Answers]:
    """AT_ONCE customers at once, each writing again when answered; for so many messages, now here, now there."""
    found: dict[str, list[Answers]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            found[side.name].append(await _crowd(seen, side, count=each))
    return {name: together(parts) for name, parts in found.items()}


async def _crowd(seen: Witness, side: Side, *, count: int) -> Answers:
    numbers = iter(range(count))
    times: list[float] = []
    began = time.time()

    async def customer(place: int) -> None:
        for _ in numbers:
            took = await ask(seen, side, f"crowd-{place}")
            times.extend([] if took is None else [took])

    await asyncio.gather(*(customer(place) for place in range(AT_ONCE)))
    return Answers(count, times, 0, time.time() - began)


async def burst(seen: Witness, side: Side, *, count: int, seconds: float) -> Answers:
    """So many customers in so many seconds, each with one message, every tenth hook delivered twice."""
    await _trouble(seen, {"fault": "duplicate", "probability": 0.1, "event": "add_message"})
    start = time.time()
    talks: dict[str, float] = {}

    async def customer(number: int) -> None:
        await asyncio.sleep(max(0.0, start + number * seconds / count - time.time()))
        talk, at = await seen.say(side, f"burst-{side.name}-{number}")
        talks[talk] = at

    await asyncio.gather(*(customer(number) for number in range(count)))
    await _until_quiet(seen, talks)
    await _trouble(seen)
    firsts = {talk: seen.sent[talk][0] for talk in talks if seen.sent[talk]}
    sent = Counter({talk: len(seen.sent[talk]) for talk in talks})
    doubled = sum(many > 1 for many in sent.values())
    times = [at - talks[talk] for talk, at in firsts.items()]
    return Answers(count, times, doubled, max(firsts.values(), default=start) - start)


async def _until_quiet(seen: Witness, talks: dict[str, float]) -> None:
    """Until all have their answer and doubles had their time, or nothing comes any more."""
    last, moved = -1, time.monotonic()
    while True:
        have = sum(bool(seen.sent[talk]) for talk in talks)
        if have != last:
            last, moved = have, time.monotonic()
        still = time.monotonic() - moved
        if still > (DOUBLES if have == len(talks) else QUIET):
            return
        await asyncio.sleep(0.2)


async def _trouble(seen: Witness, *rules: Json) -> None:
    (await seen.http.request("DELETE", "/_sandbox/faults")).raise_for_status()
    if rules:
        (await seen.http.post("/_sandbox/faults", json={"faults": rules})).raise_for_status()
