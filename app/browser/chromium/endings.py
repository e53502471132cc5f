"""How a walk can end early, and what a failure of the browser means."""

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeoutError


class LoggedOutError(Exception):
    """The panel wants a login first."""


class DownError(Exception):
    """The panel does not answer as it should; the message says how."""


class ChangedError(Exception):
    """The page is another one than the recipe says; the message says in what."""


class LoginChangedError(ChangedError):
    """What came after a login is not known. It was sent, and too many of them lock an account."""


class StaleAnswerError(ChangedError):
    """The page still shows the answer to an earlier write."""


def meaning(error: Exception) -> Exception:
    """What a failure of the browser's means before anything was sent."""
    if isinstance(error, PlaywrightTimeoutError):
        return ChangedError("a part cannot be used")
    if isinstance(error, PlaywrightError):
        return DownError(f"the browser could not go on ({_code(error)})")
    return error


def _code(error: PlaywrightError) -> str:
    """Chromium's own code, without the address."""
    first = error.message.partition("net::")[2].partition(" ")[0] if "net::" in error.message else ""
    return first or type(error).__name__
