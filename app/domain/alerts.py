"""What operators are told: that something needs a person, or that it is well again. Codes and ids, no customer text."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Alert:
    """One telling. `id` is the same when the same telling is repeated because nobody knows whether it arrived."""

    id: str
    account_id: AccountId
    account_name: str
    cause: str
    text: str
    is_well: bool
    at: datetime
    conversation_id: int | None = None
    lead_id: str | None = None
