"""The account's own knowledge: full-text search in three languages, forgiving accents and typos.

Implements `domain.ports.KnowledgeSearch`. A passage is returned only when it covers enough of the question, so an
empty answer means "not known" and may be said aloud. With an embedding model, and pgvector in the database, meaning
counts beside words; where either fails, words alone, and the
model has a rest.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Final

import structlog
from pydantic import TypeAdapter

from app.domain.brain import Passage
from app.domain.embedding import Embedder
from app.domain.errors import AppError
from app.domain.ids import AccountId
from app.domain.questions import content
from app.domain.topics import Topic
from app.store.database import Database, Row
from app.store.queries import statements

# Measured on the table of questions in tests/store: above it every question is answered, below it no stranger's.
_ENOUGH = 0.45
# Trigram likeness at which an unknown word is taken for a known one mistyped.
_ALIKE = 0.42
# Cosine at which a passage is about what was asked.
_NEAR = 0.40
_PATIENCE: Final = timedelta(seconds=2)  # a question's vector that comes later is not waited for
# A model that failed is not asked for so long: longer than a turn takes, whose time it would eat at every look-up.
_REST: Final = timedelta(seconds=20)
_RANK = 10  # how little a place further down weighs
_log = structlog.get_logger()


@cache
def examples() -> tuple[Topic, ...]:
    """The example business that a new installation starts with."""
    text = files("app.store").joinpath("seed", "knowledge.json").read_bytes()
    return tuple(TypeAdapter(list[Topic]).validate_json(text))


class PostgresKnowledge:
    """Searches and fills the table `knowledge`."""

    def __init__(self, database: Database, embedder: Embedder | None = None, *, rest: timedelta = _REST) -> None:
        self._database = database
        self._sql = statements("knowledge")
        self._embedder = embedder
        self._rest = rest
        self._rests_until = 0.0

    @property
    def model(self) -> str | None:
        """The embedding model, if there is one."""
        return self._embedder.model if self._embedder else None

    async def search(self, account_id: AccountId, question: str, *, locale: str, limit: int = 3) -> list[Passage]:
        """The passages that answer the question, best first; empty when none covers enough of it."""
        (found,) = await self.look_up(account_id, [question], locales=(locale,), limit=limit)
        return found

    async def look_up(
        self, account_id: AccountId, questions: Sequence[str], *, locales: Sequence[str], limit: int = 3
    ) -> list[list[Passage]]:
        """The same for several questions, in each language. All of them wait together, and once, for their vectors."""
        vectors = await self._vectors(account_id, [one for one in dict.fromkeys(questions) if content(one)])
        find = partial(self._find, account_id, limit=limit)
        told = {
            one: [found for locale in locales for found in await find(one, vector=vectors.get(one), locale=locale)]
            for one in dict.fromkeys(questions)
        }
        return [told[one] for one in questions]

    async def _find(
        self, account_id: AccountId, question: str, *, vector: list[float] | None, locale: str, limit: int
    ) -> list[Passage]:
        about = content(question)
        if not about:
            return []
        rows = await self._database.fetch(self._sql["search"], account_id, locale, about, limit, _ALIKE, _ENOUGH)
        by_words = [_passage(row) for row in rows]
        if vector is None:
            return by_words
        values = (account_id, locale, self.model, vector, limit)
        near = await self._database.fetch(self._sql["nearest"], *values)
        return fused(by_words, [_passage(row) for row in near if row["score"] >= _NEAR])[:limit]

    async def _vectors(self, account_id: AccountId, questions: Sequence[str]) -> dict[str, list[float]]:
        """What each question means; nothing where meaning cannot be asked for now."""
        now = asyncio.get_running_loop().time
        if not questions or self._embedder is None or now() < self._rests_until:
            return {}
        if not await self._has_vectors(account_id, self._embedder):
            return {}
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                return dict(zip(questions, await self._embedder.embed(questions), strict=True))
        except (AppError, TimeoutError) as error:
            self._rests_until = now() + self._rest.total_seconds()
            _log.warning("knowledge.not_embedded", account=account_id, kind=type(error).__name__)
            return {}

    async def _has_vectors(self, account_id: AccountId, embedder: Embedder) -> bool:
        if not await self.knows_vectors():
            return False
        return bool(await self._database.fetchval(self._sql["has_vectors"], account_id, embedder.model))

    async def knows_vectors(self) -> bool:
        """Whether the database has pgvector and its table."""
        return bool(await self._database.fetchval(self._sql["knows_vectors"]))

    async def embed(self, account_id: AccountId) -> int:
        """Make the vectors that are missing or out of date; how many. 0 without a model or without pgvector.

        Raises:
            Retryable, NeedsHuman: the model gave none.
        """
        if self._embedder is None or not await self._database.fetchval(self._sql["prepare_vectors"]):
            return 0
        rows = await self._database.fetch(self._sql["all"], account_id)
        told = {row["id"]: f"{row['title']}\n{row['keywords']}\n{row['body']}" for row in rows}
        digests = {number: sha256(text.encode()).digest() for number, text in told.items()}
        known = await self._database.fetch(self._sql["vectors"], account_id, self._embedder.model)
        kept = {(row["knowledge_id"], bytes(row["digest"])) for row in known}
        missing = [number for number in told if (number, digests[number]) not in kept]
        vectors = await self._embedder.embed([told[number] for number in missing])
        await self._keep(
            [
                (number, account_id, self._embedder.model, digests[number], vector)
                for number, vector in zip(missing, vectors, strict=True)
            ]
        )
        return len(missing)

    async def _keep(self, rows: Sequence[tuple[int, AccountId, str, bytes, list[float]]]) -> None:
        async with self._database.transaction() as tx:
            await tx.executemany(self._sql["keep_vector"], rows)

    async def topics(self, account_id: AccountId, *, locale: str, limit: int = 4) -> list[str]:
        """The titles of what the account knows, for a greeting that promises no more than that."""
        return [row["title"] for row in await self._database.fetch(self._sql["topics"], account_id, locale, limit)]

    async def add(self, account_id: AccountId, topic: Topic) -> None:
        """Learn a topic; the same title in the same language is replaced."""
        await self._database.execute(self._sql["add"], *_row(account_id, topic))

    async def learn(self, account_id: AccountId, topics: list[Topic], *, replacing: Sequence[str] = ()) -> None:
        """Learn what people of the account wrote, all or nothing; the example business goes when it comes.

        What was learned of the sources named in `replacing` goes as well: a page that is imported anew.
        """
        async with self._database.transaction() as tx:
            await tx.execute(self._sql["clear_examples"], account_id)
            await tx.execute(self._sql["clear_sources"], account_id, list(replacing))
            await tx.executemany(self._sql["add"], [_row(account_id, topic) for topic in topics])
            await tx.execute(self._sql["log"], account_id, "knowledge_added", len(topics))

    async def all(self, account_id: AccountId) -> list[Topic]:
        """All that the account knows, in the order it was told."""
        rows = await self._database.fetch(self._sql["all"], account_id)
        return [Topic(row["locale"], row["title"], row["body"], row["keywords"], row["source"]) for row in rows]

    async def home(self, account_id: AccountId) -> str:
        """The account's own address: pages of a simulated world may be read although it is on this machine."""
        return await self._database.fetchval(self._sql["home"], account_id)

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


def fused(by_words: Sequence[Passage], by_meaning: Sequence[Passage]) -> list[Passage]:
    """Both lists as one: what stands high in either, and highest what stands in both. Pure."""
    weights: dict[str, float] = {}
    passages: dict[str, Passage] = {}
    for ranked in (by_words, by_meaning):
        for place, passage in enumerate(ranked):
            weights[passage.title] = weights.get(passage.title, 0.0) + 1 / (_RANK + place)
            passages.setdefault(passage.title, passage)
    return sorted(passages.values(), key=lambda passage: -weights[passage.title])


def _passage(row: Row) -> Passage:
    return Passage(row["title"], row["body"], row["locale"], row["score"])


def _row(account_id: AccountId, topic: Topic) -> tuple[object, ...]:
    return account_id, topic.locale, topic.title, topic.body, topic.keywords, False, topic.source
