"""How the browser of a process is run."""

import os
from dataclasses import dataclass, field
from pathlib import Path


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """`path` None: it is looked for. The browser is started anew after so many runs, or so much memory.

    Chromium's own sandbox needs a user that is not root, so root alone goes without.
    """

    path: Path | None = None
    max_runs: int = 200
    max_mib: int = 1_500
    max_sessions: int = 8  # contexts that stay open; those beyond are opened anew from what is stored
    sandboxed: bool = field(default_factory=lambda: not _is_root())
