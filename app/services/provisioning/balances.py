"""What sum may be given. Pure: exact decimals, two places, a cap for the day, and a second word for large ones."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domain.errors import Rejected
from app.domain.provisioning import left_of

_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)
AMOUNT_PATTERN: Final = rf"^{_AMOUNT.pattern}$"


class NotGiven(Rejected):
    """This sum is not given; nothing was written."""

    code = "not_given"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The second word: the sum once more, and who stands for it."""

    amount: Decimal
    by: str


def amount_of(text: str) -> Decimal:
    """The sum that a caller wrote.

    Raises:
        NotGiven: it is no sum, has more than two places, or is nothing.
    """
    if not _AMOUNT.fullmatch(text):
        hint = 'Such as "25.00": a text of digits with at most two places, no sign and no thousands\' mark.'
        raise NotGiven("`amount` is no sum with at most two decimal places.", hint=hint, code="bad_amount")
    amount = Decimal(text)
    if amount == 0:
        raise NotGiven("`amount` is nothing.", hint="Give more than 0.", code="bad_amount")
    return amount.quantize(Decimal("0.01"))


def check(amount: Decimal, *, given_today: Decimal, daily_cap: Decimal) -> None:
    """Whether the cap of the day leaves room.

    Raises:
        NotGiven: it does not.
    """
    left = left_of(daily_cap, given_today)
    if amount > left:
        raise NotGiven(
            f"`amount` passes the cap of the day: {left} of {daily_cap} are left.",
            hint="Wait until tomorrow, or have an administrator raise daily_cap (PUT /admin/panels).",
            code="over_daily_cap",
        )


def check_confirmed(amount: Decimal, confirmation: Confirmation | None, *, above: Decimal) -> None:
    """Whether a large sum was said twice.

    Raises:
        NotGiven: it was not, or not the same.
    """
    if amount <= above:
        return
    if confirmation is None or not confirmation.by.strip():
        raise NotGiven(
            f"`confirm_amount` and `confirmed_by` are missing: {amount} is above {above}.",
            hint="Send the sum once more as confirm_amount, and as confirmed_by who stands for it.",
            code="not_confirmed",
        )
    if confirmation.amount != amount:
        raise NotGiven(
            "`confirm_amount` is not the sum of `amount`.", hint="Look which of the two is meant.", code="not_confirmed"
        )
