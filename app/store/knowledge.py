"""The account's own knowledge: full-text search in three languages, forgiving accents and typos.

Implements `domain.ports.KnowledgeSearch`. A passage is returned only when it covers enough of the question, so an
empty answer means "not known" and may be said aloud.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from app.domain.brain import Passage
from app.domain.errors import Rejected
from app.domain.ids import AccountId
from app.domain.questions import content
from app.store.database import Database
from app.store.queries import statements

# Measured on the table of questions in tests/store: above it every question is answered, below it no stranger's.
_ENOUGH = 0.45
# Trigram likeness at which an unknown word is taken for a known one mistyped.
_ALIKE = 0.42


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing worth knowing, in one language. `keywords` are other words that customers use for it."""

    locale: str
    title: str
    body: str
    keywords: str = ""


_HEADING = re.compile(r"^#+[ \t]+(.+)$", re.MULTILINE)
_KEYWORDS = re.compile(r"keywords:(.*)(?:\n|$)", re.IGNORECASE)
_FORMAT = "A topic is a line `# Title`, if you like a line `keywords: ...`, and below what the customer is told."


def topics_of(text: str, locale: str) -> list[Topic]:
    """The topics of a text that a person wrote: `# Title`, perhaps `keywords: other words`, and the answer below.

    Raises:
        Rejected: something stands above the first title, a title has no answer, or there is nothing.
    """
    above, *parts = _HEADING.split(text.replace("\r\n", "\n"))
    if above.strip() or not parts:
        raise Rejected("The text does not begin with a title.", hint=_FORMAT)
    return [_topic(locale, title.strip(), below.strip()) for title, below in zip(parts[::2], parts[1::2], strict=True)]


def _topic(locale: str, title: str, below: str) -> Topic:
    found = _KEYWORDS.match(below)
    body = below[found.end() :].strip() if found else below
    if not title or not body:
        raise Rejected(f"Nothing stands below the title “{title}”.", hint=_FORMAT)
    return Topic(locale, title, body, found[1].strip() if found else "")


@cache
def examples() -> tuple[Topic, ...]:
    """The example business that a new installation starts with."""
    text = files("app.store").joinpath("seed", "knowledge.json").read_bytes()
    return tuple(TypeAdapter(list[Topic]).validate_json(text))


class PostgresKnowledge:
    """Searches and fills the table `knowledge`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = statements("knowledge")

    async def search(self, account_id: AccountId, question: str, *, locale: str, limit: int = 3) -> list[Passage]:
        """The passages that answer the question, best first; empty when none covers enough of it."""
        about = content(question)
        if not about:
            return []
        rows = await self._database.fetch(self._sql["search"], account_id, locale, about, limit, _ALIKE, _ENOUGH)
        return [Passage(row["title"], row["body"], row["locale"], row["score"]) for row in rows]

    async def topics(self, account_id: AccountId, *, locale: str, limit: int = 4) -> list[str]:
        """The titles of what the account knows, for a greeting that promises no more than that."""
        return [row["title"] for row in await self._database.fetch(self._sql["topics"], account_id, locale, limit)]

    async def add(self, account_id: AccountId, topic: Topic) -> None:
        """Learn a topic; the same title in the same language is replaced."""
        values = (topic.locale, topic.title, topic.body, topic.keywords)
        await self._database.execute(self._sql["add"], account_id, *values, False)

    async def learn(self, account_id: AccountId, topics: list[Topic]) -> None:
        """Learn what people of the account wrote, all or nothing; the example business goes when it comes."""
        async with self._database.transaction() as tx:
            await tx.execute(self._sql["clear_examples"], account_id)
            rows = [(account_id, topic.locale, topic.title, topic.body, topic.keywords, False) for topic in topics]
            await tx.executemany(self._sql["add"], rows)
            await tx.execute(self._sql["log"], account_id, "knowledge_added", len(topics))

    async def all(self, account_id: AccountId) -> list[Topic]:
        """All that the account knows, in the order it was told."""
        rows = await self._database.fetch(self._sql["all"], account_id)
        return [Topic(row["locale"], row["title"], row["body"], row["keywords"]) for row in rows]

    async def clear(self, account_id: AccountId) -> int:
        """Forget everything, the account's own and the examples; returns how many topics that were."""
        async with self._database.transaction() as tx:
            gone = await tx.fetchval(self._sql["clear"], account_id)
            await tx.execute(self._sql["log"], account_id, "knowledge_cleared", gone)
        return gone

    async def add_examples(self, account_id: AccountId) -> bool:
        """Teach the example business to an account that knows nothing yet; False where it knows something."""
        async with self._database.transaction() as tx:
            if await tx.fetchval(self._sql["knows_anything"], account_id):
                return False
            rows = [(account_id, topic.locale, topic.title, topic.body, topic.keywords) for topic in examples()]
            await tx.executemany(self._sql["add_example"], rows)
        return True

    async def clear_examples(self, account_id: AccountId) -> None:
        """Forget the example business; what the account added itself stays."""
        await self._database.execute(self._sql["clear_examples"], account_id)
