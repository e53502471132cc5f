"""Where a Chromium is on this machine, and what `ponte doctor` tells of it. Starts none."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.domain.checkup import Line, absent, broken, fine

NAME = "browser"
SETTING = "PONTE_CHROMIUM"
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NOBODY_NEEDS_IT = "No part of this release needs one; `make test` uses it for the tests of the pages."


def chromium(environment: Mapping[str, str]) -> Path | None:
    """The Chromium of the setting, else one that the system has."""
    named = environment.get(SETTING, "")
    if named and named != "none":
        return Path(named)
    found = next(filter(None, (shutil.which(command, path=environment.get("PATH")) for command in _COMMANDS)), None)
    return Path(found) if found else None


class BrowserLines:
    """One line: found, not found, or named and not there."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    async def look(self) -> Sequence[Line]:
        path = chromium(self._environment)
        if path is None:
            return [absent(NAME, "No Chromium is found here.", f"{_NOBODY_NEEDS_IT} {SETTING} names another place.")]
        if not (path.is_file() and os.access(path, os.X_OK)):
            return [broken(NAME, f"{SETTING} names no program.", f"Put the path of a Chromium into {SETTING}.")]
        return [fine(NAME, f"A Chromium is at {path}. {_NOBODY_NEEDS_IT}")]
