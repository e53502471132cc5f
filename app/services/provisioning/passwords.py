"""The password of a new user: the fixed one that callers expect, or one of its own. Pure; chance is an argument."""

from random import Random
from typing import Final

# Without what is read for something else: no 0 and o, no 1, l and i.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ"
_DIGITS: Final = "23456789"
LENGTH: Final = 12


def password_for(fixed: str | None, chance: Random) -> str:
    """What a new user gets."""
    return fixed if fixed is not None else generated(chance)


def generated(chance: Random) -> str:
    """One that a person can type, of twelve marks: letters of both sizes and digits, at least one of each."""
    marks = [chance.choice(_LETTERS), chance.choice(_CAPITALS), chance.choice(_DIGITS)]
    marks += [chance.choice(_LETTERS + _CAPITALS + _DIGITS) for _ in range(LENGTH - len(marks))]
    chance.shuffle(marks)
    return "".join(marks)


def four_digits(chance: Random) -> str:
    """What makes one user name out of many that are called the same."""
    return f"{chance.randrange(10_000):04}"
