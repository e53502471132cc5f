"""What `ponte doctor` tells of the search by meaning: a model for it, and pgvector in the database, are both needed."""

from collections.abc import Sequence
from typing import Final

from app.domain.checkup import Line, absent, broken, fine
from app.store.knowledge import PostgresKnowledge

NAME: Final = "knowledge"


class KnowledgeLines:
    """One line. Implements `domain.checkup.Probe`."""

    def __init__(self, knowledge: PostgresKnowledge) -> None:
        self._knowledge = knowledge

    async def look(self) -> Sequence[Line]:
        if self._knowledge.model is None:
            todo = "Set PONTE_EMBEDDING_MODEL to find what is asked in other words."
            return [absent(NAME, "Knowledge is searched by its words.", todo)]
        if not await self._knowledge.knows_vectors():
            said = "PONTE_EMBEDDING_MODEL is set, and the database has no pgvector: knowledge is searched by its words."
            return [broken(NAME, said, "Install pgvector (the extension `vector`), then `ponte knowledge embed`.")]
        return [fine(NAME, f"Knowledge is searched by its words and by its meaning ({self._knowledge.model}).")]
