"""The account's own knowledge: full-text search in three languages, forgiving accents and typos.

Implements `domain.ports.KnowledgeSearch`. A passage is returned only when it covers enough of the question, so an
empty answer means "not known" and may be said aloud.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from app.domain.brain import Passage
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
