"""The table of who answers: n8n alone, Ponte with that n8n, Ponte with its agent. Ratios are to n8n alone."""

import platform
from dataclasses import dataclass

from tests.bench.customers import Answers, together
from tests.bench.measure import Load

ALONE, BEHIND, AGENT = "n8n alone", "Ponte with n8n", "Ponte with its agent"
PART = "bench:brains"
_NONE = "not measured"


@dataclass(frozen=True)
class Measured:
    """One who answers, and n8n alone beside it. `own`: Ponte's milliseconds of a turn, without the brain's."""

    calm: Answers
    calm_beside: Answers | None
    own: list[float]
    crowd: Answers
    crowd_beside: Answers | None
    burst: Answers
    brains: dict[str, int]


@dataclass(frozen=True)
class Found:
    """All of one run; None where n8n is not installed."""

    behind: Measured | None
    agent: Measured
    alone_burst: Answers | None
    acks: dict[str, Load]


def rows(found: Found) -> list[str]:
    """Markdown. A figure in brackets is its ratio to n8n alone, measured turn about with it."""
    return [
        f"| one model, one run | goal | {ALONE} | {BEHIND} | {AGENT} |",
        "|---|---|---|---|---|",
        _calm("one message at a time, received to reply, p50, ms", 0.5, found),
        _calm("  p95, ms", 0.95, found),
        _added(found),
        _own(found),
        *_crowd(found),
        *_burst(found),
        *_acks(found.acks),
    ]


def said() -> str:
    """What stands under the table."""
    return (
        f"Two cores shared with other work, {platform.system()}, Python {platform.python_version()}: read the ratios. "
        "In brackets: to n8n alone, measured turn about with it. One n8n serves both, with the setting that "
        "docs/howto/use-n8n.md advises."
    )


def _line(name: str, goal: str, *cells: str) -> str:
    return f"| {name} | {goal} | {' | '.join(cells)} |"


def _with_ratio(value: float, base: float | None, digits: int = 0) -> str:
    ratio = "" if base is None else f" ({value / base:.2f})"
    return f"{value:,.{digits}f}{ratio}"


def _pooled(*parts: Answers | None) -> Answers | None:
    known = [one for one in parts if one is not None]
    return together(known) if known else None


def _calm(name: str, part: float, found: Found) -> str:
    behind, agent = found.behind, found.agent
    alone = _pooled(behind and behind.calm_beside, agent.calm_beside)
    return _line(
        name, "", f"{alone.share(part):,.0f}" if alone else _NONE, _calm_of(behind, part), _calm_of(agent, part)
    )


def _calm_of(one: Measured | None, part: float) -> str:
    if one is None:
        return _NONE
    return _with_ratio(one.calm.share(part), one.calm_beside.share(part) if one.calm_beside else None)


def _added(found: Found) -> str:
    def cell(one: Measured | None) -> str:
        if one is None or one.calm_beside is None:
            return _NONE
        return f"{one.calm.share(0.5) - one.calm_beside.share(0.5):+,.0f}"

    return _line("  more than n8n alone, p50, ms", "60 with n8n", "", cell(found.behind), cell(found.agent))


def _own(found: Found) -> str:
    def cell(one: Measured | None) -> str:
        return f"{sorted(one.own)[len(one.own) // 2]:,.0f}" if one and one.own else _NONE

    return _line("  of it Ponte's own, p50, ms", "", "", cell(found.behind), cell(found.agent))


def _crowd(found: Found) -> list[str]:
    behind, agent = found.behind, found.agent
    alone = _pooled(behind and behind.crowd_beside, agent.crowd_beside)

    def rate(one: Measured | None) -> str:
        if one is None:
            return _NONE
        return _with_ratio(one.crowd.per_second, one.crowd_beside.per_second if one.crowd_beside else None, 1)

    def wait(one: Measured | None) -> str:
        return _waits(one.crowd) if one else _NONE

    first = f"{alone.per_second:,.1f}" if alone else _NONE
    return [
        _line("ten customers at once, turns a second", "1.0 with the agent", first, rate(behind), rate(agent)),
        _line("  p50 / p95, ms", "", _waits(alone) if alone else _NONE, wait(behind), wait(agent)),
    ]


def _waits(one: Answers) -> str:
    return f"{one.share(0.5):,.0f} / {one.share(0.95):,.0f}"


def _burst(found: Found) -> list[str]:
    behind, agent = found.behind, found.agent
    all_of = [found.alone_burst, behind and behind.burst, agent.burst]
    many = agent.burst.asked

    def cells(show: str) -> list[str]:
        return [
            _NONE if one is None else f"{one.lost} / {one.doubled}" if show == "bad" else _waits(one) for one in all_of
        ]

    by = ["", *(_brains(one) for one in (behind, agent))]
    name = f"burst of {many} messages, one hook in ten delivered twice: lost / doubled"
    return [
        _line(name, "0 / 0", *cells("bad")),
        _line("  p50 / p95, ms", "", *cells("waits")),
        _line("  turns, by who answered", "", *by),
    ]


def _brains(one: Measured | None) -> str:
    return ", ".join(f"{many} {name}" for name, many in one.brains.items()) if one else _NONE


def _acks(acks: dict[str, Load]) -> list[str]:
    def line(name: str, goal: str, ours: str, theirs: str) -> str:
        if ours not in acks:
            return _line(name, goal, _NONE, _NONE, "")
        base = acks[theirs].per_second if theirs in acks else None
        first = f"{base:,.1f}" if base else _NONE
        return _line(name, goal, first, _with_ratio(acks[ours].per_second, base), "")

    return [
        line("hooks acknowledged a second, all at work behind them", "15 times", "at work", "n8n at work"),
        line("  with nothing behind them", "", "door", "n8n door"),
    ]
