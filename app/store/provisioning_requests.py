"""A request to a panel: what somebody asks for, and how far it is."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from app.domain.ids import AccountId
from app.domain.provisioning import Operation, Status, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. `conversation` is the caller's own word; `conversation_id` ours, where there is one."""

    account_id: AccountId
    operation: Operation
    request_key: str
    candidate: str
    deadline: datetime
    requested_by: str
    digest: bytes | None = None
    conversation: str = ""
    conversation_id: int | None = None
    captured_name: str = ""
    attempt: int = 1
    most_names: int = 1
    amount: Decimal | None = None
    locale: str = "es"
    password: str | None = field(default=None, repr=False)
    callback_url: str | None = None


@dataclass(frozen=True, slots=True)
class Provisioning:
    """One request, as far as it is."""

    id: int
    account_id: AccountId
    operation: Operation
    conversation: str
    conversation_id: int | None
    captured_name: str
    candidate: str
    attempt: int
    most_names: int
    names_tried: int
    amount: Decimal | None
    balance_before: Decimal | None
    balance_after: Decimal | None
    locale: str
    state: str
    step: Step
    site: str
    status: Status | None
    detail: str
    username: str
    run: int
    tries: int
    may_repeat: bool
    not_before: datetime
    deadline: datetime
    callback_url: str | None
    called_back_at: datetime | None
    requested_by: str
    created_at: datetime
    done_at: datetime | None
    request_digest: bytes | None
    password: str | None = field(repr=False)
    evidence: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "dead", "dropped")


PLAIN = tuple(
    name
    for name in Provisioning.__dataclass_fields__
    if name not in ("account_id", "operation", "step", "status", "password", "evidence")
)
