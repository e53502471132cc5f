"""What a customer makes of a conversation, out of an answer of a word or two: a thumb, a score, or none. Pure.

A whole message must be the answer; whatever else is in it makes it ordinary talk. pt-BR, es, en.
"""

import re
import unicodedata
from typing import Final

from app.domain.feedback import BEST, COLOURS, WORST, Rating, Scale, Thumb, rating_of
from app.domain.language import fold, vocabulary, words

_UP, _DOWN, _STAR = "\U0001f44d", "\U0001f44e", "\u2b50"
_MOST_WORDS: Final = 5
_NUMBERS: Final = {
    word: number
    for number, said in enumerate(("um uma un una uno one", "dois two dos", "tres three", "quatro cuatro four",
                                   "cinco five"), start=1)
    for word in said.split()
}  # fmt: skip
# What may stand around the number: "nota 5", "dou 4 estrelas", "5 de 5", "a 3".
_AROUND_NUMBER: Final = vocabulary(
    """nota dou doy eu yo le lhe te give i a an o um uma un una estrela estrelas estrella estrellas star stars ponto
    pontos puntos points de out of sobre e y foi fue was nivel com con sim si yes obrigado obrigada gracias thanks"""
)
_OUT_OF: Final = re.compile(r"(?<=\d)\s*(?:de|of|sobre|/)\s*5\W*$")
_SEVERAL: Final = re.compile(r"[-+]\s*\d|\d\s*[^\w\s]+\s*\d|\d\d")  # "4,5", "3-4", "-1", "10"
_GOOD: Final = vocabulary(
    """otimo otima excelente perfeito perfeita perfecto perfecta maravilhoso maravilhosa genial great excellent perfect
    awesome amazing bom boa bueno buena bien bem good gostei adorei amei encanto loved liked show top legal joia"""
)
_BAD: Final = vocabulary(
    """ruim pessimo pessima pesimo pesima horrivel horrible terrivel terrible mal malo mala mau bad awful poor worst
    odiei hated lixo"""
)
_YES: Final = vocabulary("sim si yes yep yeah ajudou ayudo helped resolveu resolvido resuelto solved")
_NO: Final = vocabulary("nao no nope not")
_FILLING: Final = vocabulary(
    """foi fue was it muito muita muy very o a el la the atendimento atencion atencao servico servicio service tudo todo
    all e es is super demais mesmo bastante um uma un una me mucho obrigado obrigada gracias thanks"""
)


def read_rating(text: str, scale: Scale) -> Rating | None:
    """What the answer says, or None where it is no answer to the question that was asked on this scale."""
    shown = COLOURS.sub("", text).strip()
    return _by_sign(shown) or _by_number(shown) or _by_word(shown, scale)


def _by_sign(shown: str) -> Rating | None:
    """Thumbs and stars, as many as one likes, and nothing else but punctuation."""
    signs = {mark for mark in shown if not mark.isspace() and unicodedata.category(mark) not in ("Po", "Mn")}
    if signs == {_UP}:
        return Rating(thumb=Thumb.UP)
    if signs == {_DOWN}:
        return Rating(thumb=Thumb.DOWN)
    stars = shown.count(_STAR)
    return rating_of(stars) if signs == {_STAR} and stars <= BEST else None


def _by_number(shown: str) -> Rating | None:
    """One number from 1 to 5, in digits or as a word, with what people put around it."""
    if any(unicodedata.category(mark) == "So" for mark in shown.replace(_STAR, "")):
        return None
    bare = _OUT_OF.sub("", fold(shown))
    said = words(bare)
    numbers = [one for one in said if one.isdecimal()] or _numerals(said)
    if len(numbers) != 1 or len(said) > _MOST_WORDS or _SEVERAL.search(bare):
        return None
    rest = list(said)
    rest.remove(numbers[0])
    number = _NUMBERS.get(numbers[0]) or int(numbers[0])
    return rating_of(number) if WORST <= number <= BEST and set(rest) <= _AROUND_NUMBER else None


def _numerals(said: list[str]) -> list[str]:
    """The numbers in words; "um" and "una" count where there is no other."""
    found = [one for one in said if one in _NUMBERS]
    return [one for one in found if one not in _AROUND_NUMBER] or found


def _by_word(shown: str, scale: Scale) -> Rating | None:
    """Praise or blame of a word or two; yes and no where that was the question."""
    said = words(shown)
    if not said or len(said) > _MOST_WORDS or "?" in shown:
        return None
    if scale is Scale.THUMBS and set(said) <= _YES | _FILLING and _YES & set(said):
        return Rating(thumb=Thumb.UP)
    if scale is Scale.THUMBS and set(said) <= _NO | _YES | _FILLING and said[0] in _NO:
        return Rating(thumb=Thumb.DOWN)
    good, bad = _GOOD & set(said), _BAD & set(said)
    if bool(good) is bool(bad) or not set(said) <= _GOOD | _BAD | _FILLING:
        return None
    return Rating(thumb=Thumb.UP if good else Thumb.DOWN)
