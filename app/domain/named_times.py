"""The days and hours that one sentence names, as questions to a booking's. Pure.

Only what is surely a day or a time of the day counts: honest replies name opening hours, durations, the time that was
moved, and others that are free.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias

from app.domain import wish_words as words
from app.domain.language import fold, vocabulary
from app.domain.wish_terms import Asked, by_half_day, by_part, is_time, number_of

_NOON = 12
_HOURS = 24
_AWAY = re.compile(r"https?://\S+|\bAG[-\u2010-\u2015 ]?[0-9A-HJKMNP-TV-Z]{8}\b|\b24/7\b|R\$ ?[\d.,]+", re.IGNORECASE)
_STOPS = re.compile(r"[,;!?()¿¡\"*_]+|\.(?!\d|m\b)")
_DAY = r"(?:segunda|terca|quarta|quinta|sexta|sabado|domingo|lunes|martes|miercoles|jueves|viernes|[a-z]+day)"
_FROM_TO = re.compile(rf"\b{_DAY}(?: ?-? ?feira)? (?:a|ate|hasta|to|through|thru) (?:el )?{_DAY}(?: ?-? ?feira)?\b")
# "Sua segunda sessão" is no Monday.
_ORDINAL = re.compile(
    r"^ (?:consulta|sessao|visita|reuniao|avaliacao|vez|etapa|parcela|aula|via|dose|vaga|opcao|unidade|loja|sala|parte"
    r"|turma|edicao|cita|sesion|rua|avenida|opinion|opiniao)\b"
)
_TODAY_AT = re.compile(r"\b(?:hoje|hoy|today)(?= (?:, )?(?:as |a las |a la |at )?\d)")
_BEHIND_A_TIME = vocabulary(
    """, | com con with na no em en on in para pra for da de do e y and dia el la amanha manana tomorrow hoje hoy today
    segunda terca quarta quinta sexta sabado domingo lunes martes miercoles jueves viernes"""
)
_LASTS = re.compile(
    r"\b(?:dur\w+|lasts?|takes?|leva|lleva|tempo|tiempo|cada|por|about|cerca|durante|for|de|minimo|ate|hasta|up to)"
    r"(?: (?:de|ate|hasta|about|cerca))? $"
)
_BEFORE_IT = re.compile(
    r"^ (?:antes|de antec|de antel|before|prior|in advance|ahead|de dura|long|depois|despues|after|atras|por)\b"
)
_NEARLY = re.compile(
    r"\b(?:menos|quarter|half past|past|(?:cinco|dez|quinze|vinte|diez|quince|veinte|five|ten|twenty|\d+)"
    r" (?:para|pra|to|till) (?:as? |las? )?(?:\d|[a-z]+))\b"
)
# Where a sentence is about more than one time, one of those it names must be the appointment's.
_OF_SEVERAL = re.compile(
    r"\b(?:remar[cq]|reagend|reprogram|resched|rebook|mud[aeo]|alter|troc|troqu|cambi|moved|movi|transfer|antecip|adi[ae]"
    r"|adelant|aplaz|cancel|desmarc|atende|funcion|abr[ei]|fecha|open|clos|abier|cierr|lembr|recuer|remind|avis|let us"
    r"|chegu|chega|lleg|arriv|come |early|antes|before|until|ate |hasta|prefer|prefier|quis|quier|want|temos|tenho"
    r"|tengo|tenemos|livre|libre|free|disponi|availab|outr|otr|other|instead|em vez|en lugar|no lugar)"
)
_LABEL = re.compile(
    r"^\W*(?:data|dia|quando|horario|hora|fecha|cuando|date|time|day|when)"
    r"(?: (?:e|y|and) (?:hora|horario|time))? ?[:=\u2013\u2014-]"
)
_BARE = vocabulary(", | as a las la el o at on de da do no na dia feira e y and the para pra for")
_IsDay: TypeAlias = Callable[[date, date], bool]
_IsHour: TypeAlias = Callable[[datetime], bool]


@dataclass
class Named:
    """The days and hours that one sentence names, as questions to a booking's."""

    text: str
    days: list[_IsDay] = field(default_factory=list[_IsDay])
    hours: list[_IsHour] = field(default_factory=list[_IsHour])
    of_several: bool = False
    labelled: bool = False

    @property
    def any(self) -> bool:
        return bool(self.days or self.hours)

    @property
    def is_card(self) -> bool:
        """Nothing but a time, perhaps with whom; or a line that says it is one."""
        rest = re.split(r"\b(?:com|con|with)\b", self.text)[0].split()
        said = (word for word in rest if re.search(r"[\w|]", word))
        return self.any and (self.labelled or all(word in _BARE for word in said))

    def take(self, pattern: re.Pattern[str], use: Callable[[re.Match[str]], object] | None = None) -> None:
        """Take what a pattern finds out of the text; what it is used for may leave it there by saying no."""

        def taken(found: re.Match[str]) -> str:
            return found[0] if use is not None and use(found) is False else " | "

        self.text = pattern.sub(taken, self.text)


def named_in(sentence: str) -> Named:
    folded = fold(_AWAY.sub(" ", sentence)).replace("'", "").replace("\u2019", "")
    named = Named(f" {' '.join(_STOPS.sub(' , ', folded).split())} ")
    named.of_several = bool(_OF_SEVERAL.search(named.text))
    named.labelled = bool(_LABEL.search(folded))
    if named.labelled:
        named.text = f" {_LABEL.sub('', named.text.strip())} "
    _take_days(named)
    _take_hours(named)
    return named


def _take_days(named: Named) -> None:
    def day(is_it: _IsDay) -> None:
        named.days.append(is_it)

    named.take(words.GREETING)
    named.take(_FROM_TO)
    named.take(words.ISO, lambda m: _iso(named, m))
    named.take(words.DAY_AFTER, lambda _: day(lambda one, today: one == today + timedelta(days=2)))
    named.take(words.FROM_NOW)
    named.take(words.DAY_MONTH, lambda m: day(_date(int(m[1]), words.MONTHS[m[2]])))
    named.take(words.MONTH_DAY, lambda m: day(_date(int(m[2]), words.MONTHS[m[1]])))
    named.take(words.NUMERIC, lambda m: day(_date(int(m[1]), int(m[2]), either=True)))
    named.take(words.LONG_NUMERIC, lambda m: day(_date(int(m[1]), int(m[2]), either=True)))
    named.take(words.DAY_OF_MONTH, lambda m: day(_of_month(int(m[1]))) if m[1] else False)
    named.take(_TODAY_AT, lambda _: day(lambda one, today: one == today))
    named.take(words.TODAY)
    named.take(words.MORNING)
    named.take(words.OF_MANANA)
    named.take(words.TOMORROW, lambda _: day(lambda one, today: one == today + timedelta(days=1)))
    named.take(words.WEEKDAY, lambda m: _weekday(named, m))


def _date(day: int, month: int, *, either: bool = False) -> _IsDay:
    """Also with the month first, where figures alone say it."""
    return lambda one, _: (one.day, one.month) == (day, month) or (either and (one.month, one.day) == (day, month))


def _of_month(day: int) -> _IsDay:
    return lambda one, _: one.day == day


def _iso(named: Named, found: re.Match[str]) -> None:
    named.days.append(lambda one, _: one.isoformat() == f"{found[1]}-{found[2]}-{found[3]}")
    if found[4] and not found[6]:
        named.hours.append(lambda shown: (shown.hour, shown.minute) == (int(found[4]), int(found[5])))


def _weekday(named: Named, found: re.Match[str]) -> bool:
    """Written out in full: "sex" and "mar" are other words too."""
    if re.fullmatch(_DAY, found["day"]) is None or ("feira" not in found[0] and _ORDINAL.search(_behind(found))):
        return False
    number = words.WEEKDAYS[found["day"]]
    named.days.append(lambda one, _: one.weekday() == number)
    return True


def _take_hours(named: Named) -> None:
    if _NEARLY.search(named.text):
        return
    named.take(words.NOON, lambda m: named.hours.append(_clock(_NOON, 30 if m[1] else None)))
    named.take(words.BETWEEN, lambda m: _between(named, m))
    named.take(words.AFTER, is_time)
    named.take(words.BEFORE, is_time)
    named.take(words.CLOCK, lambda m: _at(named, m))


def _between(named: Named, found: re.Match[str]) -> bool:
    """Of a stretch its beginning counts."""
    first, last = next(pair for pair in (("_a", "_b"), ("_c", "_d"), ("_e", "_f")) if found[f"hour{pair[0]}"])
    if not is_time(found, last):
        return False
    shared = next((found[f"half_day{name}"] for name in (first, last) if found[f"half_day{name}"]), "")
    return _hour(named, found, first, half_day=shared)


def _at(named: Named, found: re.Match[str]) -> bool:
    if not is_time(found) or _is_length(found):
        return False
    marks = [found[mark] for mark in ("unit", "minute", "other", "clock", "half_day", "part")]
    # "sala 12" ends like an article.
    is_told = bool(found["pre"]) and not found.string[found.start() - 1 : found.start()].isalpha()
    if not any(marks) and (not is_told or (_behind(found).split() or ["|"])[0] not in _BEHIND_A_TIME):
        return False
    return _hour(named, found, "", half_day=found["half_day"] or "")


def _is_length(found: re.Match[str]) -> bool:
    """How long it takes, or how long before it."""
    if not found["unit"] or found["pre"] or found["minute"]:
        return False
    before = found.string[: found.start()].rstrip() + " "
    return not found["hour"].isdigit() or bool(_LASTS.search(before) or _BEFORE_IT.search(_behind(found)))


def _behind(found: re.Match[str]) -> str:
    return f" {found.string[found.end() :].lstrip()}"


def _hour(named: Named, found: re.Match[str], name: str, *, half_day: str) -> bool:
    hour, part = number_of(found[f"hour{name}"]), found[f"part{name}"]
    written = found[f"minute{name}"] or found[f"other{name}"]
    half = {"meia": "30", "media": "30", "cuarto": "15"}.get(found[f"half{name}"] or "", found[f"half{name}"])
    minute = int(written or half) if written or half else None
    try:
        if half_day:
            hour = by_half_day(hour, half_day.replace(".", ""))
        elif part:
            hour = by_part(hour, part.split()[-1])
    except Asked:
        return False
    if hour >= _HOURS:
        return False
    named.hours.append(_clock(hour, minute, surely=bool(half_day or part)))
    return True


def _clock(hour: int, minute: int | None, *, surely: bool = False) -> _IsHour:
    """Three may be fifteen; minutes count where they are told."""
    hours = {hour} if surely else {hour, (hour + _NOON) % _HOURS} if hour <= _NOON else {hour}
    return lambda shown: shown.hour in hours and (minute is None or shown.minute == minute)
