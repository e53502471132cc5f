"""When is a message a question that many ask, and when do two ask the same? Pure; pt-BR, es, en.

Two are near-exact when nothing but greetings, politeness, articles and the company's "you" tells them apart. Everything
else counts, in its order: each number, name, day, "not". What cannot be compared that safely is no such question.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.domain.brain import Line
from app.domain.courtesy import is_greeting
from app.domain.language import fold, spoken, vocabulary, words
from app.domain.messages import Author, MessageKind
from app.domain.questions import asks, content
from app.domain.wanting_a_person import Way, way_of
from app.services.conversation.optout import intent
from app.services.flows import name_words

# So long nothing else may have been said: what was may be what the question is about.
FRESH: Final = timedelta(hours=24)
_LONGEST: Final = 200
_FEWEST_WORDS: Final = 2
_MOST_WORDS: Final = 20
_PLAIN: Final = frozenset(" .,!?¿¡;:'\u2019\u2018\"\u201c\u201d()\u2026-")
_SMILES: Final = re.compile("[\U0001f600-\U0001f60a\U0001f642\U0001f60d\U0001f64f\U0001f44b\ufe0f]")
# Whole small numbers only, each by itself: the others lose what tells them apart when the marks are gone.
_UNSAFE_NUMBER: Final = re.compile(r"\d{4}|(\d)\1\1|\d[^\w]+\d|[-.,]\d|\d[^\W\d_]+\d")
_QUESTION: Final = re.compile(r"[^?]*[^?\s][^?]*\?")
_CAPITAL: Final = re.compile(r"(?<=[^\W_] )[^\W\d_a-z][^\W_]*|(?<=[,;:] )[^\W\d_a-z][^\W_]*")

_HELLO: Final = tuple(
    tuple(said.split())
    for said in (
        *("bom dia", "boa tarde", "boa noite", "buenos dias", "buen dia", "buenas tardes", "buenas noches"),
        *("good morning", "good afternoon", "good evening", "oi", "ola", "opa", "hola", "hello", "hi", "hey"),
    )
)
_AFTER_HELLO: Final = (("tudo", "bem"), ("tudo", "bom"), ("que", "tal"), ("como", "estas"), ("how", "are", "you"))
_BEFORE: Final = (("por", "favor"), ("please",))
_BEHIND: Final = (
    *(("por", "favor"), ("please",), ("obrigado",), ("obrigada",), ("gracias",), ("thanks",), ("thank", "you")),
    *(("muito", "obrigado"), ("muito", "obrigada"), ("muchas", "gracias")),
)
_SPELT: Final = {"q": "que", "qto": "quanto", "qnto": "quanto", "qdo": "quando", "pq": "porque", "tbm": "tambem"}
_DROPPED: Final = vocabulary("a o as os el la los las the voce voces vc vcs ustedes usted")

# A question with one of these is about the one who asks, about now, or about what was said before.
_OWN: Final = vocabulary(
    """meu minha meus minhas nosso nossa nossos nossas mi mis mio mia mios mias nuestro nuestra my mine our sou soy im
    chamo llamo nome nombre name comigo conmigo"""
)
_NOW: Final = vocabulary(
    """hoje agora amanha ontem hj amn ainda semana hoy ahora manana ayer today now tomorrow tonight yesterday week
    proximo proxima proximos proximas next
    janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro enero febrero marzo mayo
    junio julio septiembre octubre noviembre diciembre january february march april may june july august september
    october november december"""
)
_BEFORE_IT: Final = vocabulary(
    """isso isto esse essa esses essas aquele aquela aquilo este estes estas eso esto ese esos esas aquel aquella this
    that these those it ele ela eles elas ello ellos ellas outro outra otro otra same mesmo mesma mismo misma"""
)
_BOOKING: Final = vocabulary(
    """agendar agenda agendamento agendado marcar marcado marca remarcar desmarcar cancelar cancela reservar reserva
    vaga vagas cita citas turno turnos appointment appointments book booking schedule reschedule cancel disponivel
    disponiveis disponibilidade disponible disponibles disponibilidad available availability pedido pedidos order orders
    rastrear rastreio tracking"""
)
_GOES_ON: Final = vocabulary("e y and mas pero but entao entonces so ou o or")
_PERSONAL: Final = _OWN | _NOW | _BEFORE_IT | _BOOKING
_NAMES: Final = name_words.GIVEN - name_words.WORDS_TOO - name_words.NOT_NAMES


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is looked up. `names` are words in it that may be somebody's, as far as capitals tell."""

    locale: str
    gist: str
    question: str
    names: tuple[str, ...] = ()


def asked_in(burst: Sequence[Line], history: Sequence[Line], known: str, at: datetime) -> Asked | None:
    """The question of a turn, if it is one that many ask: one message, with nothing before it that matters."""
    if len(burst) != 1 or not _is_plain(burst[0]) or not is_first(history, at):
        return None
    text = " ".join(unicodedata.normalize("NFKC", _SMILES.sub(" ", burst[0].text)).split())
    if not _is_comparable(text) or not asks(text) or intent(text) is not None or way_of([text]).way is not Way.ANSWER:
        return None
    said = _bare([_SPELT.get(word, word) for word in words(text)])
    names = tuple(dict.fromkeys(fold(name) for name in _CAPITAL.findall(text) if not text.isupper()))
    gist = [word for word in said if word not in _DROPPED]
    if (
        not _is_about_the_company(said, names)
        or not _FEWEST_WORDS <= len(gist) <= _MOST_WORDS
        or not content(" ".join(gist))
    ):
        return None
    return Asked(spoken([text], known), " ".join(gist), " ".join(said), tuple(n for n in names if n in said))


def is_first(history: Sequence[Line], at: datetime) -> bool:
    """Whether nobody has said anything lately but hello, and what the bot answers to that."""
    lately = [line for line in history if at - line.at < FRESH]
    if lately and lately[0].author is not Author.CUSTOMER:
        return False
    greetings = (line.author is Author.CUSTOMER and _is_plain(line) and is_greeting(line.text) for line in lately)
    return all(is_hello or line.author is Author.BOT for line, is_hello in zip(lately, greetings, strict=True))


def _is_plain(line: Line) -> bool:
    return line.author is Author.CUSTOMER and line.kind is MessageKind.TEXT and line.media is None


def _is_comparable(text: str) -> bool:
    """Short, in Latin letters, and with no mark or number that is lost when words are compared."""
    if not text or len(text) > _LONGEST or _UNSAFE_NUMBER.search(text):
        return False
    questions = [one for one in _QUESTION.findall(text) if not is_greeting(one)]
    return len(questions) <= 1 and all(_is_known(mark) for mark in text)


def _is_known(mark: str) -> bool:
    if mark.isascii():
        return mark.isalnum() or mark in _PLAIN
    return mark in _PLAIN or (mark.isalpha() and unicodedata.name(mark, "").startswith("LATIN"))


def _is_about_the_company(said: Sequence[str], names: Sequence[str]) -> bool:
    """Nothing in it is about the one who asks, the moment, what was said before, or somebody by name."""
    if not said or said[0] in _GOES_ON or not _PERSONAL.isdisjoint(said) or not _NAMES.isdisjoint(said):
        return False
    return (name_words.GIVEN | name_words.SURNAMES).isdisjoint(names)


def _bare(said: list[str]) -> list[str]:
    """The words without the hello before them and the thanks behind."""
    said, greeted = _without_first(said, _HELLO)
    if greeted:
        said = _without_first(_without_first(said, _AFTER_HELLO)[0], _HELLO)[0]
    said = _without_first(said, _BEFORE)[0]
    for end in _BEHIND:
        if len(said) > len(end) and tuple(said[-len(end) :]) == end:
            return said[: -len(end)]
    return said


def _without_first(said: list[str], ways: Sequence[tuple[str, ...]]) -> tuple[list[str], bool]:
    for way in ways:
        if len(said) > len(way) and tuple(said[: len(way)]) == way:
            return said[len(way) :], True
    return said, False
