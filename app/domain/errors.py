"""What can go wrong, by who must act next.

    AppError
      Retryable      nobody: the same thing may be tried again after a while
        NotStarted     ... and certainly nothing reached the other side
          NotShown       ... and will not, but for the same in words
          NotTaken       ... for no cause that anybody tells: a few times, then a person
      OutcomeUnknown nobody yet: it may or may not have happened; read back before trying again
      NeedsHuman     the operator or salesperson named in the message
        GrantLost      ... the account's administrator, by granting access again
      Rejected       the caller: the input or the request itself must change

The message is written to the one who must act. It never carries a customer's words, phone or a token.
"""

from datetime import timedelta


class AppError(Exception):
    """Every error of ours. `code` is stable and may be matched by programs; `hint` says what to do."""

    code = "error"

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or type(self).code


class Retryable(AppError):
    """May be tried again; `after` is the least wait that the other side asked for."""

    code = "try_again"

    def __init__(self, message: str, *, after: timedelta = timedelta(0), hint: str = "", code: str = "") -> None:
        super().__init__(message, hint=hint, code=code)
        self.after = after


class NotStarted(Retryable):
    """The other side refused before doing anything (no slot, no connection, 429): safe to repeat."""

    code = "not_started"


class NotShown(NotStarted):
    """What a message carries beside its words cannot be shown: nothing was said, and the same in words may be."""

    code = "not_shown"


class NotTaken(NotStarted):
    """Nothing was done, and the other side does not say why: after a few tries it is as good as a refusal."""

    code = "not_taken"


class OutcomeUnknown(AppError):
    """A call that may have had its effect: a time-out, a 5xx, a torn connection."""

    code = "outcome_unknown"


class NeedsHuman(AppError):
    """A person must change something (a token, a plan, a permission) before this can work."""

    code = "needs_human"


class Rejected(AppError):
    """The request is wrong and will stay wrong."""

    code = "rejected"


class Untrusted(Rejected):
    """What the caller brings is not what we gave out, or does not come from whom it says: 400, and nothing is done."""

    code = "untrusted"


class NotFound(Rejected):
    """What the request names does not exist in this account."""

    code = "not_found"


class Conflict(Rejected):
    """The request is well formed but the state of things forbids it."""

    code = "conflict"


class GrantLost(NeedsHuman):
    """The vendor takes neither the access token nor the refresh token any more: an administrator must grant anew."""

    code = "reconnect"


class WayLost(NeedsHuman):
    """A way of sending that the account does not (or no longer) have; another may be tried at once."""

    code = "way_lost"

    def __init__(self, way: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.way = way
