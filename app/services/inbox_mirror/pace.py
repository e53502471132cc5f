"""How long an inbox that fails is left alone, and when operators hear of it. Pure."""

from datetime import timedelta
from typing import Final

from app.domain.errors import AppError, NeedsHuman, NotFound, OutcomeUnknown, Rejected, Retryable
from app.store.inboxes import DOWN, REFUSED, Trouble

FIRST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(minutes=5)
DOUBT: Final = timedelta(seconds=5)  # what may have been made is looked up no sooner: a late write has arrived by then
PATIENCE: Final = 5  # failures in a row


def trouble_of(error: AppError, tries: int, chance: float) -> Trouble:
    """What to make of a failure after `tries` others; `chance`, 0 to 1, keeps a crowd from coming back as one."""
    if isinstance(error, NeedsHuman | Rejected):
        return Trouble(error.code, LONGEST, cause=REFUSED)
    own = min(FIRST * 2 ** min(tries, 16), LONGEST) * (0.5 + chance / 2)
    least = DOUBT if isinstance(error, OutcomeUnknown) else timedelta(0)
    wished = error.after if isinstance(error, Retryable) else timedelta(0)
    return Trouble(error.code, max(own, least, min(wished, LONGEST)), cause=DOWN if tries + 1 >= PATIENCE else "")


def rests_of(error: AppError) -> tuple[timedelta, timedelta]:
    """How long a conversation that failed alone is left alone: at first, and when it failed again."""
    if isinstance(error, NotFound):
        return timedelta(0), LONGEST  # what was deleted there is made again at once
    return (DOUBT if isinstance(error, OutcomeUnknown) else LONGEST), LONGEST


def trouble_of_all(error: AppError) -> Trouble:
    """Nothing was taken, though the inbox is well: each conversation rests by itself, and new ones are tried."""
    return Trouble(error.code, timedelta(0), cause=DOWN if isinstance(error, OutcomeUnknown) else REFUSED)
