"""How the browser of a process is run."""

import os
from dataclasses import dataclass, field
from pathlib import Path


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def is_sandboxed(choice: str, *, root: bool) -> bool:
    """Whether Chromium fences itself in: `auto` is on wherever Chromium can, which root cannot. Pure."""
    return choice == "on" or (choice == "auto" and not root)


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """`path` None: it is looked for. The browser is started anew after so many runs, or so much memory."""

    path: Path | None = None
    max_runs: int = 200
    max_mib: int = 1_500
    max_sessions: int = 8  # contexts that stay open; those beyond are opened anew from what is stored
    sandboxed: bool = field(default_factory=lambda: is_sandboxed("auto", root=is_root()))
