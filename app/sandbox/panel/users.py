"""The users of the panel: names are unique whatever their case, balances are exact decimals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

NAME = re.compile(r"[A-Za-z0-9._-]{3,32}")
SHORTEST_PASSWORD = 6
LARGEST_AMOUNT = Decimal(10_000_000)


@dataclass(slots=True)
class PanelUser:
    """`before` is the balance ahead of the last change; None while there was none."""

    username: str
    password: str
    created_at: float
    balance: Decimal = Decimal("0.00")
    before: Decimal | None = None

    def add(self, amount: Decimal) -> None:
        self.before = self.balance
        self.balance += amount


class Users:
    """All users by name, in the order in which they were made."""

    def __init__(self) -> None:
        self._by_name: dict[str, PanelUser] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[PanelUser]:
        return iter(self._by_name.values())

    def find(self, username: str) -> PanelUser | None:
        return self._by_name.get(username.casefold())

    def add(self, user: PanelUser) -> None:
        self._by_name[user.username.casefold()] = user

    def search(self, text: str, *, exact: bool) -> list[PanelUser]:
        """The newest first; nothing typed finds everybody."""
        wanted = text.strip().casefold()
        if exact and wanted:
            return [user for user in [self.find(wanted)] if user is not None]
        return [user for name, user in reversed(self._by_name.items()) if wanted in name]


def amount_of(text: str) -> Decimal | None:
    """An amount as this panel takes it: `1500` or `1500.50`, above zero; else None."""
    try:
        amount = Decimal(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", text.strip()) else Decimal(0)
    except InvalidOperation:
        return None
    return amount if 0 < amount <= LARGEST_AMOUNT else None


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"
