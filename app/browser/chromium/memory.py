"""How much memory a browser holds: it, its children, and Playwright's driver, which is its parent. Linux only."""

from collections.abc import Iterable
from pathlib import Path


def resident_mib(browser: int, *, ours: int) -> int | None:
    """Shared pages are counted once (Pss). None where the system does not tell, or the browser is gone. Blocking."""
    parent = _parent(browser)
    if parent is None:
        return None
    family = [browser, *_descendants(browser), *([parent] if parent not in (ours, 1) else [])]
    found = [kib for pid in dict.fromkeys(family) if (kib := _kib(pid)) is not None]
    return sum(found) // 1024 if found else None


def _descendants(root: int) -> Iterable[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (parent := _parent(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    waiting = [root]
    while waiting:
        found = children.get(waiting.pop(), [])
        waiting += found
        yield from found


def _parent(pid: int) -> int | None:
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
        )
    except (OSError, ValueError, IndexError):
        return None


def _kib(pid: int) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, ValueError, StopIteration):
        return None
