"""Sums as a panel writes them, and as it wants them typed. Pure, exact: no float is ever made."""

import re
from decimal import Decimal
from typing import Final

from app.browser.recipe import Amounts

_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007"), " ")
_LONGEST: Final = 40


def read_amount(shown: str, how: Amounts) -> Decimal:
    """The sum that stands there.

    Raises:
        ValueError: it is none, or it is grouped in another way than the recipe says.
    """
    text = shown.translate(_SPACES).replace("\u2212", "-").strip()
    for symbol in how.symbols:
        text = text.replace(symbol, "")
    text = text.strip().replace("- ", "-")
    whole = r"[0-9]+" if not how.thousands else rf"(?:[0-9]{{1,3}}(?:{re.escape(how.thousands)}[0-9]{{3}})+|[0-9]+)"
    if len(text) > _LONGEST or not re.fullmatch(rf"-?{whole}(?:{re.escape(how.decimal)}[0-9]{{1,8}})?", text):
        raise ValueError("not a sum as the recipe describes one")
    plain = text.replace(how.thousands, "") if how.thousands else text
    return Decimal(plain.replace(how.decimal, "."))


def typed_amount(amount: Decimal, how: Amounts) -> str:
    """The sum as it is put into a form: no sign for thousands, no exponent."""
    return f"{amount:f}".replace(".", how.typed_decimal)
