"""Numbers in words as digits: "cento e cinquenta reais", "cincuenta por ciento", "two hundred dollars". Pure.

Only numbers that nobody says by the way: "um", "una" and "one" stay words, alone. A word counts with the one before it
only where it is of a lower order, so "duas e três" are two numbers.
"""

import re

_VALUES = {
    word: value
    for value, said in (
        (1, "um uma un uno una one"),
        (2, "dois duas two"),
        (3, "tres three"),
        (4, "quatro cuatro four"),
        (5, "cinco five"),
        (6, "seis six"),
        (7, "sete siete seven"),
        (8, "oito ocho eight"),
        (9, "nove nueve nine"),
        (10, "dez diez ten"),
        (11, "onze eleven"),
        (12, "doze doce twelve"),
        (13, "treze trece thirteen"),
        (14, "quatorze catorze catorce fourteen"),
        (15, "quinze quince fifteen"),
        (16, "dezesseis dieciseis sixteen"),
        (17, "dezessete diecisiete seventeen"),
        (18, "dezoito dieciocho eighteen"),
        (19, "dezenove diecinueve nineteen"),
        (20, "vinte veinte twenty"),
        (25, "veinticinco"),
        (30, "trinta treinta thirty"),
        (40, "quarenta cuarenta forty"),
        (50, "cinquenta cincuenta fifty"),
        (60, "sessenta sesenta sixty"),
        (70, "setenta seventy"),
        (80, "oitenta ochenta eighty"),
        (90, "noventa ninety"),
        (100, "cem cento cien ciento"),
        (200, "duzentos duzentas doscientos doscientas"),
        (300, "trezentos trezentas trescientos trescientas"),
        (400, "quatrocentos quatrocentas cuatrocientos cuatrocientas"),
        (500, "quinhentos quinhentas quinientos quinientas"),
        (600, "seiscentos seiscentas seiscientos seiscientas"),
        (700, "setecentos setecentas setecientos setecientas"),
        (800, "oitocentos oitocentas ochocientos ochocientas"),
        (900, "novecentos novecentas novecientos novecientas"),
    )
    for word in said.split()
}
_HUNDRED = "hundred"
_THOUSAND = ("mil", "thousand")
_WORD = "|".join(sorted((*_VALUES, _HUNDRED, *_THOUSAND), key=len, reverse=True))
_NUMBER = re.compile(rf"\b(?:{_WORD})\b(?:(?: e | y | and |-| )(?:{_WORD})\b)*")
_JOINT = re.compile(r" (?:e|y|and) |-| ")
_PERCENT = re.compile(r"[ -]?\b(?:por cento|por ciento|percent|per cent)\b")


def in_digits(folded: str) -> str:
    """A folded text with its numbers in digits, and percentages with their sign."""
    return _NUMBER.sub(lambda one: _digits(one[0]), _PERCENT.sub("%", folded))


def _digits(said: str) -> str:
    """One or several numbers that stand beside each other."""
    parts = _JOINT.split(said)
    if len(parts) == 1 and _VALUES.get(said) == 1:
        return said
    numbers: list[int] = []
    total = below = 0
    least = 0  # the lowest order so far: what comes next must be below it
    for word in parts:
        value = _VALUES.get(word, 0)
        if word in _THOUSAND and not total:
            total, below, least = max(1, below) * 1_000, 0, 1_000
        elif word == _HUNDRED and below < 10:  # noqa: PLR2004 - a digit
            below, least = max(1, below) * 100, 100
        elif value and (not least or value < least):
            below, least = below + value, _order(value)
        else:
            numbers.append(total + below)
            total, below, least = 0, value, _order(value)
    return " ".join(map(str, (*numbers, total + below)))


def _order(value: int) -> int:
    """What a word that goes with this one must be below: after "cento" anything below 100, after "dez" nothing."""
    if value >= 100:  # noqa: PLR2004
        return 100
    return 10 if value >= 20 and value % 10 == 0 else 1  # noqa: PLR2004
