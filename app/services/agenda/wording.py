"""What the agenda says to customers, in three languages: questions, offers, and times as people say them."""

from collections.abc import Sequence
from datetime import datetime, time

from app.domain.agenda import Booking
from app.domain.language import LOCALES
from app.domain.wishes import AskBack, Trouble
from app.domain.zones import local

_DAYS = {
    "pt-BR": ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_AT = {"pt-BR": "às", "es": "a las", "en": "at"}
_OR = {"pt-BR": " ou ", "es": " o ", "en": " or "}
_QUESTIONS: dict[Trouble, tuple[str, str, str]] = {
    Trouble.NOT_UNDERSTOOD: (
        "Que dia e horário ficam bons? Por exemplo: amanhã à tarde, ou 15/12 às 14h.",
        "¿Qué día y horario le vienen bien? Por ejemplo: mañana a la tarde, o 15/12 a las 14.",
        "Which day and time suit you? For example: tomorrow afternoon, or 15 December at 2 pm.",
    ),
    Trouble.WHICH_DAY: ("Para que dia?", "¿Para qué día?", "For which day?"),
    Trouble.WHICH_TIME: ("A que horas?", "¿A qué hora?", "At what time?"),
    Trouble.PAST: (
        "Esse horário já passou. Que outro dia e horário ficam bons?",
        "Ese horario ya pasó. ¿Qué otro día y horario le vienen bien?",
        "That time is over. Which other day and time suit you?",
    ),
    Trouble.NO_SUCH_DATE: (
        "Essa data não existe. Que dia fica bom?",
        "Esa fecha no existe. ¿Qué día le viene bien?",
        "There is no such date. Which day suits you?",
    ),
    Trouble.NO_SUCH_TIME: (
        "Esse horário não existe. A que horas fica bom?",
        "Esa hora no existe. ¿A qué hora le viene bien?",
        "There is no such time. At what time would it suit you?",
    ),
    Trouble.DISAGREE: (
        "Não entendi bem o dia e a hora. Pode escrever de novo, por exemplo: 15/12 às 14h?",
        "No entendí bien el día y la hora. ¿Puede escribirlos de nuevo, por ejemplo: 15/12 a las 14?",
        "I am not sure about the day and the time. Could you write them again, such as 15 December at 2 pm?",
    ),
    Trouble.TOO_FAR: (
        "Ainda não abrimos a agenda para essa data. Que dia mais próximo fica bom?",
        "Todavía no abrimos la agenda para esa fecha. ¿Qué día más cercano le viene bien?",
        "The calendar is not open for that date yet. Which earlier day suits you?",
    ),
}
_SENTENCES: dict[str, tuple[str, str, str]] = {
    "did_you_mean": ("Seria {options}?", "¿Sería {options}?", "Would that be {options}?"),
    "free": (
        "Tenho estes horários com {seller}: {slots}. Qual prefere?",
        "Tengo estos horarios con {seller}: {slots}. ¿Cuál prefiere?",
        "These times are free with {seller}: {slots}. Which do you prefer?",
    ),
    "exactly": (
        "{slots} com {seller} está livre. Posso confirmar?",
        "{slots} con {seller} está libre. ¿Lo confirmo?",
        "{slots} with {seller} is free. Shall I confirm it?",
    ),
    "nearest": (
        "Nesse horário não tenho vaga. Os mais próximos: {slots}. Qual prefere?",
        "En ese horario no tengo lugar. Los más cercanos: {slots}. ¿Cuál prefiere?",
        "Nothing is free then. The nearest: {slots}. Which do you prefer?",
    ),
    "nothing": (
        "Não tenho horários livres nesse período. Que outro dia fica bom?",
        "No tengo horarios libres en ese período. ¿Qué otro día le viene bien?",
        "Nothing is free in that time. Which other day suits you?",
    ),
    "held": (
        "{slots} com {seller}: posso confirmar? Guardo o lugar até {until}.",
        "{slots} con {seller}: ¿lo confirmo? Guardo el lugar hasta las {until}.",
        "{slots} with {seller}: shall I confirm it? The place is kept until {until}.",
    ),
    "booked": (
        "Agendado: {slots} com {seller}. Código {receipt}.",
        "Agendado: {slots} con {seller}. Código {receipt}.",
        "Booked: {slots} with {seller}. Code {receipt}.",
    ),
    "reminder": (
        "Lembrete: seu horário com {seller} é {slots}. Código {receipt}.",
        "Recordatorio: su cita con {seller} es el {slots}. Código {receipt}.",
        "A reminder: your appointment with {seller} is on {slots}. Code {receipt}.",
    ),
    "title": ("Atendimento com {seller}", "Cita con {seller}", "Appointment with {seller}"),
}


def say(sentence: str, locale: str, **values: str) -> str:
    """A sentence in that language; any other than ours is answered in the first."""
    return _SENTENCES[sentence][_place(locale)].format(**values)


def ask(asked: AskBack, locale: str) -> str:
    """The question that a wish is answered with; where few readings are possible it names them."""
    if asked.options:
        options = _OR[_known(locale)].join(_option(one, locale) for one in asked.options)
        return say("did_you_mean", locale, options=options)
    return _QUESTIONS[asked.trouble][_place(locale)]


def told(at: datetime, zone: str, locale: str) -> str:
    """A moment as people say it: "terça, 24/11 às 14:00"."""
    return _told(local(at, zone), locale)


def told_all(moments: Sequence[datetime], zone: str, locale: str) -> str:
    """Several moments, the day said once where it stays the same."""
    parts: list[str] = []
    before = None
    for at in moments:
        shown = local(at, zone)
        parts.append(f"{shown:%H:%M}" if shown.date() == before else _told(shown, locale))
        before = shown.date()
    return ", ".join(parts)


def of_booking(booking: Booking, sentence: str, locale: str) -> str:
    """A sentence about a booking."""
    return say(
        sentence,
        locale,
        slots=told(booking.start, booking.timezone, locale),
        seller=booking.seller_name,
        receipt=booking.receipt or "",
        until=f"{local(booking.hold_until, booking.timezone):%H:%M}" if booking.hold_until else "",
    )


def _told(shown: datetime, locale: str) -> str:
    return f"{_day(shown, locale)} {_AT[_known(locale)]} {shown:%H:%M}"


def _option(shown: datetime, locale: str) -> str:
    return _day(shown, locale) if shown.time() == time(0) else _told(shown, locale)


def _day(shown: datetime, locale: str) -> str:
    known = _known(locale)
    return f"{_DAYS[known][shown.weekday()]}, " + (f"{shown:%b} {shown.day}" if known == "en" else f"{shown:%d/%m}")


def _known(locale: str) -> str:
    return locale if locale in LOCALES else LOCALES[0]


def _place(locale: str) -> int:
    return LOCALES.index(_known(locale))
