"""`python -m tests.bench.names`: how well names are read out of what people write, against labelled examples."""

import time
from collections.abc import Sequence

from app.domain.language import LOCALES
from app.services.flows.names import Verdict, read_name
from tests.services.flows.labelled import Example, examples

ROUNDS = 20


def _row(name: str, known: Sequence[Example]) -> str:
    right = sum(one.is_right() for one in known)
    wrong = sum(one.is_wrong() for one in known)
    # A name that was there and was asked for once more costs a question; a wrong one costs a customer.
    asked = sum(one.verdict == Verdict.NAME and read_name(one.text).verdict is not Verdict.NAME for one in known)
    return f"| {name} | {len(known)} | {right / len(known):.1%} | {wrong} | {asked} |"


def rows() -> list[str]:
    """Markdown: by language, and all; `wrong` is a name that is not the writer's, taken without asking."""
    known = list(examples())
    begun = time.perf_counter()
    for _ in range(ROUNDS):
        for one in known:
            read_name(one.text)
    each = (time.perf_counter() - begun) / (ROUNDS * len(known))
    return [
        "| names read out of free text | examples | right | wrong name taken | asked though it was there |",
        "|---|---|---|---|---|",
        *(_row(locale, [one for one in known if one.locale == locale]) for locale in LOCALES),
        _row(f"all, {each * 1e6:.0f} µs each", known),
    ]


if __name__ == "__main__":
    print("\n".join(rows()))
