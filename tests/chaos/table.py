"""A report as people read it: a column for each channel."""

from collections import Counter
from collections.abc import Callable

from tests.chaos.run import Part, Report

# A vendor's deadline passes as much faster as its other waits: what comes after it was heard all the same.
_NOT_HEARD = {0: "nobody there", 499: "answer after the scaled deadline"}
WIDE = 40


def lines(report: Report) -> list[str]:
    """The table, and what was found wrong."""
    parts = list(report.parts.values())
    killed = ", ".join(f"{name} {count}" for name, count in report.deaths.items() if count)
    whys = sum((part.verdict.with_person for part in parts), Counter[str]())
    statuses = sum((part.story.refused for part in parts), Counter[int]())
    shown: list[tuple[str, Callable[[Part], object]]] = [
        ("customer messages", lambda part: len(part.ledger.wrote)),
        ("answered by the bot", lambda part: part.verdict.answered),
        *((f"  {why}", _with_person(why)) for why, _ in whys.most_common()),
        ("  told to nobody by the vendor", lambda part: part.verdict.untold),
        ("messages that reached customers", lambda part: len(part.story.reached)),
        ("  of which our process never heard", lambda part: sum(not one.heard for one in part.story.reached)),
        ("take-overs", lambda part: len(part.ledger.took)),
        *((f"  {how}", _took(how)) for how in sorted({one.how for part in parts for one in part.ledger.took})),
        ("  slowest to be noticed by a look, s", lambda part: f"{max(part.story.noticed, default=0):.1f}"),
        ("releases", lambda part: len(part.ledger.released)),
        ("hooks sent", lambda part: part.story.attempts),
        *((f"  {_NOT_HEARD.get(status, status)}", _refused(status)) for status in statuses),
        ("calls", lambda part: part.story.calls),
        ("LOST", lambda part: len(part.verdict.lost)),
        ("DOUBLED", lambda part: len(part.verdict.doubled)),
        ("OUT OF ORDER", lambda part: len(part.verdict.misplaced)),
        ("SENT AFTER A TAKE-OVER", lambda part: len(part.verdict.over_a_person)),
        ("  within the second it may take", lambda part: part.verdict.within_tolerance),
    ]
    rest = [
        *((f"trouble: {what}", count) for what, count in sorted(report.struck.items())),
        ("hooks given up by Kommo, switched on again", report.mended),
        ("killed", killed or "nobody"),
        ("seconds", f"{report.took:.0f}"),
        ("WENT QUIET", "yes" if report.went_quiet else "NO"),
    ]
    head = f"  {'':<{WIDE}}" + "".join(f"{name:>10}" for name in report.parts)
    table = [f"  {name:<{WIDE}}" + "".join(f"{value(part)!s:>10}" for part in parts) for name, value in shown]
    return [head, *table, *(f"  {name:<{WIDE}} {value}" for name, value in rest), *_wrong(report)]


def _wrong(report: Report) -> list[str]:
    found: list[str] = []
    for name, part in report.parts.items():
        verdict = part.verdict
        wrong = [*verdict.lost, *verdict.doubled, *verdict.misplaced, *verdict.over_a_person]
        found += [f"  ! {name}: {what}" for what in wrong]
    return found[:40]


def _with_person(why: str) -> Callable[[Part], object]:
    return lambda part: part.verdict.with_person[why]


def _took(how: str) -> Callable[[Part], object]:
    return lambda part: sum(one.how == how for one in part.ledger.took)


def _refused(status: int) -> Callable[[Part], object]:
    return lambda part: part.story.refused[status]
