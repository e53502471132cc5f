"""Where a Chromium is on this machine, and what `ponte doctor` tells of it. Starts none, and does not load Playwright.

Looked for in this order: the path of the setting, the one that Playwright has fetched, the system's.
"""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import orjson

from app.browser.loading import Recipes
from app.domain.checkup import Line, absent, broken, fine
from app.domain.errors import Rejected

NAME: Final = "browser"
SETTING: Final = "PONTE_CHROMIUM"
_COMMANDS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CACHES: Final = {
    "linux": ("XDG_CACHE_HOME", ".cache"),
    "darwin": ("", "Library/Caches"),
    "win32": ("LOCALAPPDATA", "AppData/Local"),
}
_PROGRAMS: Final = (
    *("chrome-linux*/chrome", "chrome-win*/chrome.exe"),
    *("chrome-mac*/*.app/Contents/MacOS/Chromium", "chrome-mac*/*.app/Contents/MacOS/Google Chrome for Testing"),
)


def chromium(environment: Mapping[str, str]) -> Path | None:
    """The Chromium of the setting, else Playwright's own, else one that the system has."""
    named = environment.get(SETTING, "")
    if named and named != "none":
        return Path(named)
    return playwrights_own(environment) or of_the_system(environment)


def playwrights_own(environment: Mapping[str, str]) -> Path | None:
    """What `playwright install chromium` has put there, of the revision that this Playwright was made for."""
    revision = _revision()
    if revision is None:
        return None
    folder = _downloads(environment) / f"chromium-{revision}"
    return next((path for pattern in _PROGRAMS for path in sorted(folder.glob(pattern)) if _may_run(path)), None)


def of_the_system(environment: Mapping[str, str]) -> Path | None:
    """The first that is on the path."""
    found = next(filter(None, (shutil.which(command, path=environment.get("PATH")) for command in _COMMANDS)), None)
    return Path(found) if found else None


def _revision() -> str | None:
    package = find_spec("playwright")
    if package is None or package.origin is None:
        return None
    try:
        listed = orjson.loads((Path(package.origin).parent / "driver" / "package" / "browsers.json").read_bytes())
        return next(one["revision"] for one in listed["browsers"] if one["name"] == "chromium")
    except (OSError, ValueError, KeyError, StopIteration):
        return None


def _downloads(environment: Mapping[str, str]) -> Path:
    """Where Playwright puts its browsers: https://playwright.dev/python/docs/browsers#managing-browser-binaries."""
    if (named := environment.get("PLAYWRIGHT_BROWSERS_PATH", "")) not in ("", "0"):
        return Path(named)
    variable, otherwise = _CACHES.get(sys.platform, _CACHES["linux"])
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or ".")
    return Path(environment.get(variable) or home / otherwise) / "ms-playwright"


def _may_run(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


class BrowserLines:
    """One line for the browser: found, not found, or named and not there; one more for a recipe that is refused."""

    def __init__(self, environment: Mapping[str, str] = os.environ, recipes: Recipes | None = None) -> None:
        self._environment = environment
        self._recipes = recipes or Recipes()

    async def look(self) -> Sequence[Line]:
        return [self._browser(), *self._refused()]

    def _browser(self) -> Line:
        path = chromium(self._environment)
        if path is None:
            todo = f"Provisioning needs one: run `make browser`, install Debian's chromium, or name one in {SETTING}."
            return absent(NAME, "No Chromium is found here.", todo)
        if not _may_run(path):
            return broken(NAME, f"{SETTING} names no program.", f"Put the path of a Chromium into {SETTING}.")
        return fine(NAME, f"A Chromium is at {path}. `ponte browser` drives it.")

    def _refused(self) -> list[Line]:
        try:
            self._recipes.check()
        except Rejected as error:
            return [broken(NAME, error.message, "Mend the recipe: docs/howto/write-a-recipe.md says how.")]
        return []
