"""Every write that was asked of the panel, in order, with what came of it; never a password."""

import itertools
from collections import Counter
from typing import Literal

from pydantic import BaseModel, Field

Operation = Literal["create_user", "assign_balance"]
End = Literal["written", "conflict", "refused", "bad_token", "no_session", "error_500"]


class Write(BaseModel):
    """One write request. `answered` is false where it was done but the caller was told of an error, or nothing."""

    number: int
    at: float
    operation: Operation
    username: str = Field(description="As it was typed; empty where no such field was sent.")
    amount: str = ""
    end: End
    answered: bool = True
    session: int | None = Field(default=None, description="Which login it came through.")


class Journal:
    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.writes: list[Write] = []

    def add(self, write: Write) -> None:
        write.number = next(self._numbers)
        self.writes.append(write)

    def read(self, *, after: int = 0) -> list[Write]:
        return [write for write in self.writes if write.number > after]

    def counts(self) -> dict[str, int]:
        """How often each operation ended in each way, as `create_user.written`."""
        return dict(Counter(f"{write.operation}.{write.end}" for write in self.writes))

    def clear(self) -> None:
        """Empty again; numbers go on, so that nobody who reads on misses what comes."""
        self.writes = []
