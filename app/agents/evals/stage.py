"""What an evaluated agent stands on: a business's knowledge, a calendar and manners, all in memory and always the same.

No database and no clock: two runs differ only by the model. The tools do what the real ones do, by the same names and
schemas; the calendar has three free times, and a booking is confirmed with a receipt that is always the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from app.domain.brain import Passage
from app.domain.ids import AccountId
from app.domain.manners import Manners
from app.domain.questions import content
from app.domain.tools import Tool, ToolAnswer, TurnRef
from app.domain.topics import Topic

RECEIPT: Final = "AG-7KM2Q9XD"
SLOTS: Final = ("2026-11-23T10:00", "2026-11-23T15:00", "2026-11-24T09:00")
_ANSWERS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "free_slots": ("\n".join(("Free:", *SLOTS, "Offer these, and no others.")), {"slots": list(SLOTS)}),
    "hold_slot": (
        "Held as booking 1, not booked yet. If the customer has said yes, call confirm_slot now.",
        {"booking": 1},
    ),
    "confirm_slot": (
        f"Booked. Tell the customer, and quote the receipt {RECEIPT}.",
        {"booking": 1, "receipt": RECEIPT},
    ),
    "seller_of": ("Ana is responsible for this customer.", {"seller_name": "Ana"}),
}
_STEM = 5  # letters by which two forms of a word are known as one
_ENOUGH = 0.5


class Book:
    """Implements `domain.ports.KnowledgeSearch` on a list of topics."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = topics

    async def search(self, account_id: AccountId, question: str, *, locale: str, limit: int = 3) -> list[Passage]:
        """The topics that share most of the question's words."""
        del account_id
        asked = {word[:_STEM] for word in content(question)}
        found: list[Passage] = []
        for topic in (one for one in self._topics if one.locale == locale):
            known = {word[:_STEM] for word in content_of(topic)}
            share = len(asked & known) / len(asked) if asked else 0.0
            if share >= _ENOUGH:
                found.append(Passage(topic.title, topic.body, topic.locale, share))
        return sorted(found, key=lambda passage: -passage.score)[:limit]

    async def look_up(
        self, account_id: AccountId, questions: Sequence[str], *, locales: Sequence[str], limit: int = 3
    ) -> list[list[Passage]]:
        """The same for several questions, in each language."""
        search = partial(self.search, account_id, limit=limit)
        return [[one for tongue in locales for one in await search(asked, locale=tongue)] for asked in questions]

    async def topics(self, account_id: AccountId, *, locale: str, limit: int = 4) -> list[str]:
        """The titles."""
        del account_id
        return [topic.title for topic in self._topics if topic.locale == locale][:limit]


def content_of(topic: Topic) -> list[str]:
    """Every word that tells what a topic is about; `content` reads no more than a question's length at once."""
    return [word for part in (topic.title, *topic.keywords.split(), *topic.body.split()) for word in content(part)]


@dataclass
class Calendar:
    """Implements `domain.tools.Toolbox` with three free times. `called` is what was asked, in order."""

    every: Sequence[Tool]
    book: Book
    locale: str = "pt-BR"
    called: list[str] = field(default_factory=list[str])

    def tools(self) -> Sequence[Tool]:
        return self.every

    async def call(self, turn: TurnRef, name: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Call one, as the real box would answer."""
        self.called.append(name)
        if name == "lookup_knowledge":
            return await self._looked_up(turn, str(arguments.get("question", "")))
        if name == "confirm_slot" and "hold_slot" not in self.called:
            return ToolAnswer(False, "Nothing is held. Call hold_slot first.", {})
        text, data = _ANSWERS.get(name, ("Done.", {}))
        return ToolAnswer(True, text, data)

    async def _looked_up(self, turn: TurnRef, question: str) -> ToolAnswer:
        found = await self.book.search(turn.account_id, question, locale=self.locale)
        if not found:
            return ToolAnswer(False, "The company has said nothing about this. Do not invent an answer.", {})
        said = "\n\n".join(f"{one.title}\n{one.text}" for one in found)
        return ToolAnswer(True, said, {"passages": [{"title": one.title} for one in found]})


@dataclass(frozen=True)
class Fixed:
    """Implements `domain.manners.MannersOf` with one answer."""

    value: Manners = field(default_factory=Manners)

    async def manners(self, account_id: AccountId) -> Manners:
        del account_id
        return self.value
