"""Which models are asked, and how much they may cost. Light: knows no model's library."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Model:
    """A model behind an OpenAI-compatible address. Without `base_url` it is OpenAI's own; a local one needs no key."""

    name: str
    base_url: str | None = None
    key: str | None = None

    def __repr__(self) -> str:
        return f"Model({self.name!r})"


@dataclass(frozen=True, slots=True)
class Budget:
    """What one turn may take. The time is the turn's own deadline, less what is needed to pass the answer on."""

    model_calls: int = 6
    tool_calls: int = 8
    tokens: int = 60_000
    output_tokens: int = 4_000
    margin: timedelta = timedelta(milliseconds=300)
    first_share: float = 0.6  # of the time left that the first model may take while another one waits
    brief: timedelta = timedelta(seconds=6)
