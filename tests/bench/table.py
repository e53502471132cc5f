"""The table that the README shows."""

import platform
from pathlib import Path

import psutil

from tests.bench.measure import Round


def rows(small: Round, large: Round) -> list[str]:
    """Markdown: what, the goal, with few conversations, with many, and how the two compare."""
    head = f"| | goal | {small.stored:,} conversations | {large.stored:,} conversations | ratio |"
    return [
        head,
        "|---|---|---|---|---|",
        _row(
            "bare endpoint, same parser, nothing stored, per second", "", small.bare.per_second, large.bare.per_second
        ),
        _row("durable acknowledgements per second", "500", small.acks.per_second, large.acks.per_second),
        _share("  as a share of the bare endpoint", "0.5", small, large),
        _row("  p50, 32 connections, ms", "", small.acks.p50 * 1000, large.acks.p50 * 1000),
        _row("  p99, 32 connections, ms", "", small.acks.p99 * 1000, large.acks.p99 * 1000),
        _row("  p99 at 200 a second, ms", "250", small.paced.p99 * 1000, large.paced.p99 * 1000),
        _row("received to sent, instant brain, no burst wait, p50, ms", "60", small.overhead_p50, large.overhead_p50),
        _row("  p95, ms", "", small.overhead_p95, large.overhead_p95),
        _row("resident memory of the API, MB", "150", small.api_mb, large.api_mb),
        _row("resident memory of a worker, MB", "150", small.worker_mb, large.worker_mb),
    ]


def _row(name: str, goal: str, small: float, large: float) -> str:
    return f"| {name} | {goal} | {_figure(small)} | {_figure(large)} | {large / small:.2f} |"


def _share(name: str, goal: str, small: Round, large: Round) -> str:
    one, other = (each.acks.per_second / each.bare.per_second for each in (small, large))
    return f"| {name} | {goal} | {one:.2f} | {other:.2f} | {other / one:.2f} |"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def machine() -> str:
    cores = len(psutil.Process().cpu_affinity() or ()) or psutil.cpu_count() or 1
    return f"{cores} cores, {platform.system()}, Python {platform.python_version()}; goal of the last column: 1.3."


def write(readme: Path, lines: list[str], *, part: str = "bench", said: str = "") -> None:
    """Put a table where the README has its place for it."""
    start, end = f"<!-- {part}:start -->", f"<!-- {part}:end -->"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    readme.write_text("\n".join([before + start, *lines, "", said or machine(), end + after]), encoding="utf-8")
