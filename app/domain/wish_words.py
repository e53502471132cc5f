"""The words of the narrow grammar for wished times, in Portuguese, Spanish and English; all folded, as `fold` does."""

import re
from typing import Final

from app.domain.language import vocabulary

MONTHS: Final = {
    name: number
    for names in (
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "january february march april may june july august september october november december",
        "jan fev mar abr mai jun jul ago set out nov dez",
        "ene feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
WEEKDAYS: Final = {
    name: number
    for names in (
        "segunda terca quarta quinta sexta sabado domingo",
        "lunes martes miercoles jueves viernes sabado domingo",
        "monday tuesday wednesday thursday friday saturday sunday",
        "seg - qua qui sex sab dom",  # "ter" is also the verb
        "lun - mie jue vie sab dom",  # "mar" is also the sea
        "mon tue wed thu fri sat sun",
        "mons tues weds thurs fris sats suns",
    )
    for number, name in enumerate(names.split())
    if name != "-"
}
NUMBERS: Final = {
    name: number
    for names in (
        "um dois tres quatro cinco seis sete oito nove dez onze doze",
        "uma duas tres quatro cinco seis sete oito nove dez onze doze",
        "un dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "una dos tres cuatro cinco seis siete ocho nueve diez once doce",
        "one two three four five six seven eight nine ten eleven twelve",
    )
    for number, name in enumerate(names.split(), start=1)
}
# A part of the day in hours: from, until.
PARTS: Final = {
    **dict.fromkeys(("manha", "manana", "morning"), (6, 12)),
    **dict.fromkeys(("tarde", "afternoon"), (12, 18)),
    **dict.fromkeys(("noite", "noche", "evening", "night"), (18, 23)),
    "madrugada": (0, 6),
}
# These say that English is spoken, and those that it is not.
ENGLISH: Final = vocabulary(
    """at tomorrow today tonight on next this monday tuesday wednesday thursday friday saturday sunday morning afternoon
    evening night the of noon january february march april june july august september october november december
    between and after before please"""
)
ROMANCE: Final = vocabulary(
    """as das amanha hoje manana hoy segunda terca quarta quinta sexta sabado domingo lunes martes miercoles jueves
    viernes dia tarde noite noche manha el la las los de para pra proxima proximo depois despues entre"""
)
# What may stand around a wish without changing it. No word that denies, excludes, compares or limits is here.
FILLER: Final = vocabulary(
    """eu quero queria gostaria preciso posso pode podem poderia podemos seria ser serve de da do das dos para pra pro
    por a o as os e ou ao aos um uma meu minha me com na nas em marcar agendar reservar remarcar reagendar mudar
    agendamento consulta horario hora visita reuniao atendimento vaga encaixe avaliacao tem teria tens ha disponivel
    disponibilidade livre favor gentileza obrigado obrigada oi ola opa tudo bem entao ok sim isso melhor prefiro
    preferia fica ficaria bom boa otimo voce voces que vc vcs pf pfv ai la
    yo quiero quisiera necesito puedo puede pueden podria podriamos podemos del el los las al y un una mi con en sacar
    pedir turno cita reunion hay tiene tienen disponible gracias hola si bien mejor vale perfecto cambiar reprogramar
    usted ustedes te les dale
    i id would like want need can could we you please an the to for of at on book schedule make reserve appointment
    meeting visit slot time is there any available availability hi hello hey thanks thank okay yes sure prefer works
    work or my lets let us do it how about what reschedule move be would"""
)

_month = "|".join(sorted(MONTHS, key=len, reverse=True))
_number = "|".join(sorted(NUMBERS, key=len, reverse=True))
_weekday = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_NTH = r"(?:o|st|nd|rd|th)?"
_TO_DAY = r"(?:\b(?:no dia|el dia|dia|el|on the|on)\s+)?"


def _clock(name: str) -> str:
    """A time of the day; its groups end in this name."""
    part = (
        r"(?:da|de|pela|a|na)\s+(?:manha|tarde|noite|madrugada)|(?:de la|por la|en la|a la)\s+"
        r"(?:manana|tarde|noche|madrugada)|(?:in the|at)\s+(?:morning|afternoon|evening|night)"
    )
    return (
        rf"(?P<pre{name}>(?:as|a las|a la|las|la|at|@)\s*)?\b(?P<hour{name}>\d{{1,2}}|{_number})"
        rf"(?P<unit{name}>\s*(?:horas|hora|hours|hrs|hs|hr|h)\b)?"
        rf"(?:(?:(?<=h)|(?<=hs)|:)\s*(?P<minute{name}>\d{{2}})\b(?:\s*(?:hs|hrs|h)\b)?)?"
        rf"(?:\s*h(?P<other{name}>\d{{2}})\b)?"
        rf"(?:\s+(?:e|y)\s+(?P<half{name}>meia|media|cuarto|\d{{2}})\b)?"
        rf"(?P<clock{name}>\s*o'?clock\b)?"
        rf"(?:\s*(?P<half_day{name}>am|pm|a\.m|p\.m)\b\.?)?"
        rf"(?:\s+(?:em ponto|en punto|sharp)\b)?"
        rf"(?:\s+(?P<part{name}>{part})\b)?(?![\d:/])"
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


GREETING: Final = _compiled(
    r"\b(?:bom dia(?! \d)|boa tarde|boa noite|buen dia(?! \d)|buenos dias|buenas tardes|buenas noches|"
    r"good (?:morning|afternoon|evening))\b"
)
AN_HOUR: Final = _compiled(r"\b(?:marcar|agendar|reservar|quero|quiero|pedir|sacar) (?:uma|una) (?:hora|consulta)\b")
ISO: Final = _compiled(
    r"\b(\d{4})-(\d{2})-(\d{2})(?:[t ]\s*(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(z|[+-]\d{2}:?\d{2})?)?(?![\d:+-])"
)
DAY_AFTER: Final = _compiled(r"\b(?:depois de amanha|pasado manana|(?:the )?day after tomorrow)\b")
FROM_NOW: Final = _compiled(
    rf"\b(?:em|daqui a|dentro de|en|in)\s+(\d{{1,3}}|{_number})\s*"
    r"(minutos?|minutes?|min|horas?|hours?|hs|h|dias?|days?)\b"
)
DAY_MONTH: Final = _compiled(
    rf"{_TO_DAY}(?<![/:\d])\b(\d{{1,2}}){_NTH}\s*(?:de\s+|of\s+)?({_month})\b(?:\s+(?:de\s+|del\s+)?(\d{{4}})\b)?"
)
MONTH_DAY: Final = _compiled(
    rf"\b(?:on )?({_month})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:[h:]|am|pm))(?:\s+(\d{{4}})\b)?"
)
NUMERIC: Final = _compiled(rf"{_TO_DAY}(?<![/\d])(\d{{1,2}})/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))?(?![\d/])")
LONG_NUMERIC: Final = _compiled(rf"{_TO_DAY}(?<![-.\d])(\d{{1,2}})[-.](\d{{1,2}})[-.](\d{{4}})(?![\d-])")
DAY_OF_MONTH: Final = _compiled(
    rf"\b(?:no dia|el dia|dia|el)\s+(\d{{1,2}}){_NTH}\b(?!\s*(?:h\b|hs|hora|[:/]|am|pm|de la|da))"
    r"|\b(?:on )?(?:the )?(\d{1,2})(?:st|nd|rd|th)\b"
)
THIS_PART: Final = _compiled(
    r"\b(?:esta|nesta|this|essa)\s+(manha|manana|tarde|noite|noche|morning|afternoon|evening)\b|\b(tonight)\b"
)
MORNING: Final = _compiled(r"\b(?:(?:por|de|en|a)\s+)?la\s+(manana)\b")
OF_MANANA: Final = _compiled(r"\bde\s+manana\b")  # in the morning, or of tomorrow
TODAY: Final = _compiled(r"\b(?:hoje|hoy|today)\b")
TOMORROW: Final = _compiled(r"\b(?:amanha|manana|tomorrow)\b")
WEEKDAY: Final = _compiled(
    r"\b(?:(?P<pre>proxima|proximo|prox|next|esta|este|nesta|neste|essa|this)\s+)?"
    r"(?:(?:na|em|el|on|no(?= (?:sab|dom)))\s+)?"
    rf"(?P<day>{_weekday})(?:\s*-?\s*feira)?\b"
    r"(?:\s+(?P<week>da semana que vem|da proxima semana|de la proxima semana|de la semana que viene|next week)"
    r"|\s+(?P<post>que vem|que viene|proxima|proximo))?\b"
)
NEXT_WEEK: Final = _compiled(
    r"\b(?:(?:na|la|a)\s+)?(?:semana que vem|proxima semana|semana que viene|semana proxima|next week)\b"
)
THIS_WEEK: Final = _compiled(r"\b(?:esta semana|nesta semana|essa semana|this week)\b")
NOON: Final = _compiled(r"\b(?:(?:ao|no|al|at)\s+)?(?:meio[- ]dia|mediodia|noon|midday)\b(\s+e meia\b)?")
BETWEEN: Final = _compiled(
    rf"\b(?:entre|between)\s+{_clock('_a')}\s+(?:e|y|and)\s+{_clock('_b')}"
    rf"|\b(?:das|de las|de|from)\s+{_clock('_c')}"
    rf"\s+(?:ate as|ate|hasta las|hasta|to|until|till|as|a las|a)\s+{_clock('_d')}"
    rf"|{_clock('_e')}\s*-\s*{_clock('_f')}"
)
AFTER: Final = _compiled(
    r"\b(?:depois d[ae]s?|apos as?|a partir d[ae]s?(?: las?)?|despues de las?|desde las?|after|from)\s+"
    rf"{_clock('')}(?:\s+(?:on|onwards|em diante|en adelante)\b)?"
)
BEFORE: Final = _compiled(rf"\b(?:antes d[ae]s?(?: las?)?|ate as?|hasta las?|before|until|till)\s+{_clock('')}")
CLOCK: Final = _compiled(_clock(""))
PART: Final = _compiled(
    r"\b(?:(?:de|da|pela|na|a|por la|de la|en la|a la|in the|in|at)\s+)?"
    r"(?:(?:no\s+)?(?:periodo|parte)\s+(?:da|de|de la)\s+)?"
    r"(manha|tarde|noite|noche|morning|afternoon|evening|night)\b"
)
