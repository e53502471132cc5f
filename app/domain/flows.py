"""The words of a flow: a conversation with a plan, step by step, beside the free brain.

A flow is pure: it hears what the customer wrote and says what to answer and where the plan goes on. The conversation
keeps its state. What a flow wants of the outside (a user on a panel, a one-time password) is an `Errand`, whose result
comes back as another thing to hear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class FlowState:
    """Where a conversation stands in a flow. `version` is raised by every move: a move of an older one is dropped."""

    flow: str
    step: str
    started_at: datetime
    entered_at: datetime  # this step
    data: Mapping[str, str] = field(default_factory=dict[str, str])
    version: int = 1
    tries: int = 0  # answers in this step that were not understood
    reminders: int = 0  # in this step
    outcome: str = ""  # of one that is over: COMPLETED, HANDED_OVER or FAILED


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to be done outside, at least once; `key` makes it once. Its result comes back to the same flow."""

    kind: str
    key: str
    data: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ErrandDone:
    """What came of an errand. `status` is the errand's own word: `success`, `conflict`, `error` of a provisioning."""

    kind: str
    key: str
    status: str
    data: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Move:
    """What a flow makes of something it heard.

    `state` None: the flow is over. `is_mine` False: the customer spoke of something else; the brain answers, and
    `balloons` (which bring the step back to mind) follow its answer. `due` is when the flow wants to be woken.
    `hand_over` is a code: a person takes the chat, and the flow is over or waits where it stands.
    """

    state: FlowState | None
    balloons: tuple[str, ...] = ()
    is_mine: bool = True
    errands: tuple[Errand, ...] = ()
    due: datetime | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])  # of the lead in the CRM, by their names there
    note: str = ""
    hand_over: str = ""
    is_expired: bool = False  # nobody moved it for too long
    log: tuple[Mapping[str, str], ...] = ()  # rows for the event log: event_type and the columns operators know


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a flow is told along with every call: the moment, the language, the words to choose from, and chance."""

    now: datetime
    locale: str  # pt-BR, es or en
    seed: int  # chooses among templates; the same for the same turn
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])  # the account's own
    written: str = ""  # a language beyond the house's that the script of the customer's words tells: hi


# The step of a flow that has ended: kept, so that it does not begin again by itself.
OVER = "over"

# The step of a flow that nobody has moved for too long: it begins anew, if no person has taken it on meanwhile.
EXPIRED = "expired"

# How a flow has ended: by its last step, by a person who was asked for, or by one who had to be called.
COMPLETED = "completed"
HANDED_OVER = "handed_over"
FAILED = "failed"

# Why a person goes on: the customer wanted one.
ASKED = "asked"

# How long that is.
EXPIRES_AFTER = timedelta(hours=24)
