"""What turns texts into vectors, so that knowledge is found by its meaning too."""

from collections.abc import Sequence
from typing import Protocol


class Embedder(Protocol):
    """An embedding model. `model` is kept beside every vector: only those of one model can be compared."""

    model: str

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in their order.

        Raises:
            Retryable, NeedsHuman: no vectors now; search by words works without.
        """
        ...
