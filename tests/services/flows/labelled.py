"""What people write when they are asked for their name, with what should be made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.language import fold
from app.services.flows.names import Verdict, read_name

EXAMPLES = Path(__file__).parent / "names.txt"


@dataclass(frozen=True)
class Example:
    locale: str
    verdict: str
    names: tuple[str, ...]
    text: str

    def is_right(self) -> bool:
        found = read_name(self.text)
        return found.verdict == self.verdict and (found.verdict is not Verdict.NAME or self.allows(found.name))

    def is_wrong(self) -> bool:
        """A name was taken that is not this person's, and nobody was asked."""
        found = read_name(self.text)
        return found.verdict is Verdict.NAME and not self.allows(found.name)

    def allows(self, name: str) -> bool:
        return fold(name) in {fold(each) for each in self.names}


def examples() -> Iterator[Example]:
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            locale, verdict, names, text = (part.strip() for part in line.split("|", 3))
            yield Example(locale, verdict, tuple(n.strip() for n in names.split("/") if n), text.replace("\\n", "\n"))
