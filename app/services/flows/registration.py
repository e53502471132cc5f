"""How a small business in India registers: name, sector, pincode, phone, confirmation, one-time password.

Two errands: `otp_send` (once for its key) and `otp_verify`. The password that the customer types is kept only while it
is checked, and is in no row of the log.
"""

from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Final

from app.domain.registration import SEND, VERIFY
from app.services.flows.model import Accept, Flow, Next, Person, Step, Task
from app.services.flows.registration_answers import (
    FIELDS,
    LOST,
    MOST_WRONG,
    accept_code,
    accept_confirmation,
    accept_field,
    after,
    code_checked,
    code_sent,
    count_sends,
)
from app.services.flows.sentences import load_file

KEY: Final = "registration"

_WORDS: Final = Path(__file__).parent / "words" / "registration.yaml"
_LATE: Final = Person("registration_late", "person")
_PATIENCE: Final = timedelta(minutes=2)  # for the outside
_REMINDERS: Final = (timedelta(minutes=15), timedelta(hours=3))
_TWICE: Final = ("code_refused", "code_expired", "too_soon", "held_back")


@cache
def registration() -> Flow:
    """The flow, its words loaded from the file beside it."""
    asked = (*FIELDS, "confirmation", "otp")
    return Flow(
        KEY,
        "welcome",
        {
            "welcome": Step(says=("welcome",), next="name", log="registration_begun"),
            **{
                field: _asks(field, partial(accept_field, field), partial(after, field), FIELDS[:place])
                for place, field in enumerate(FIELDS)
            },
            "confirmation": _asks("confirmation", accept_confirmation, "sending", FIELDS),
            "sending": _does("sending", Task(SEND, FIELDS, code_sent, count_sends, "otp_request", "otp_response")),
            "otp": _asks("otp", accept_code, "checking", FIELDS),
            "checking": _does("checking", Task(VERIFY, ("phone", "code"), code_checked, answered="otp_checked")),
            "completed": Step(says=("registered", "link"), needs=FIELDS, tags=("REGISTERED",), log="registration_done"),
        },
        load_file(KEY, _WORDS, known=frozenset({*FIELDS, "link"})),
        columns={"status": "status", "error_detail": "error_detail"},
        came_late="came_late",
        learns=FIELDS,
        more=(
            *(f"{what}_{each}" for what in (*(f"{step}_wrong" for step in asked), *_TWICE) for each in (1, 2)),
            *(f"help_{step}" for step in asked),
            *("hello_again", "support", "what_to_change", "pincode_unknown", "phone_refused", "resending"),
            *("sent_perhaps", "sent_enough", "limited", "already"),
        ),
    )


def _asks(key: str, accept: Accept, following: Next, needs: tuple[str, ...]) -> Step:
    """A step that waits for the customer."""
    return Step(
        says=(f"ask_{key}",),
        accept=accept,
        next=following,
        again=f"{key}_wrong_1",
        remind=f"ask_{key}" if key == "confirmation" else f"remind_{key}",
        reminders=_REMINDERS,
        tries=MOST_WRONG,
        lost=LOST,
        needs=needs,
    )


def _does(key: str, task: Task) -> Step:
    """A step that waits for the Auth API."""
    following = {"sending": "otp", "checking": "completed"}[key]
    needs = (*FIELDS, *(("code",) if key == "checking" else ()))
    return Step(says=(key,), task=task, next=following, busy="busy", patience=_PATIENCE, late=_LATE, needs=needs)
