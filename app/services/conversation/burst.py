"""How long to wait for the rest of a burst (promise 6): short when the text looks complete, longer when it does not.

Pure: the fragments, the time and the account's policy go in, a time comes out. pt-BR, es and en, in any Unicode form.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.account import Policy
from app.domain.courtesy import is_acknowledgement, is_farewell, is_greeting
from app.domain.language import fold, vocabulary, words
from app.domain.messages import MessageKind


@dataclass(frozen=True, slots=True)
class Fragment:
    """One unanswered message of the customer, as far as waiting is concerned."""

    text: str
    kind: MessageKind
    received_at: datetime


@dataclass(frozen=True, slots=True)
class _Band:
    """A wait and the most it may grow to."""

    base: float
    most: float


_ENDED = _Band(1.5, 2.5)  # final punctuation
_SENTENCE = _Band(2.0, 2.5)  # reads as a whole, without punctuation
_GREETING = _Band(4.0, 6.0)
_SCRAP = _Band(4.5, 6.0)  # a word or three without a verb
_TRAILING = _Band(5.0, 6.0)
_MEDIA = _Band(5.0, 6.0)  # pictures come in rows, and a voice message is followed by another
_PER_EARLIER = 0.25  # who writes in pieces will write one more
_SHORT = 3  # words

_OPEN_END = re.compile(r"(\.\.+|[,:;(\[/+&=\-\u2010-\u2015])$")
_FINAL = re.compile(r"[?!.\u3002]$")
_NUMBER = re.compile(r"\d")

# Compared with accents on: "quanto é" is a whole question, "quanto e" is not.
_CONNECTIVES = vocabulary(
    """e ou mas que porque pq pois com de do da dos das para pra pro por em na nos nas se a o os as um uma meu minha
    seu sua então entao também tambem tipo sobre sem até ate ao aos pelo pela cujo nem aí mais quando enquanto eu
    y u pero con del en el la las los un una unos mi tu su al entonces pues sin hasta cuando mientras yo también
    and or but because cause cuz so with of to for in on at if when while the an my your his her our their about then
    also from is are by as i than into like"""
)
_VERBS = vocabulary(
    """e sou esta estao estou ta to sao era foi quero queria quer querem preciso precisa posso pode podem podia tem
    tenho temos tinha ha vou vai vao vamos sei sabe gostaria gosto acho penso fica ficam custa custam faz fazem faco
    abre abrem fecha aceita aceitam vende vendem manda mande envia envie liga marca marque qual quais quanto quanta
    quantos quantas quando onde como quem
    es soy estoy son creo quiero quisiera quiere necesito necesita puedo puede pueden tiene tienen tengo hay voy va van
    se gustaria queda quedan cuesta cuestan hace hacen abren cierran aceptan venden manden cual cuales cuanto cuanta
    cuantos cuantas cuando donde quien
    is are am was were be think do does did can could would will want need have has had know like cost costs open close
    accept sell send call book what whats how when where which who im id ill lets"""
)
_VERB_ENDING = re.compile(r"^[a-z]{2,}(ar|er|ir|ando|endo|indo|iendo|ing|amos|emos|aria|eria|iria)$")


def wait_after(fragments: Sequence[Fragment], *, scale: float = 1.0) -> timedelta:
    """How long to wait after the last of these fragments, oldest first; nothing to answer, nothing to wait for."""
    if not fragments:
        return timedelta(0)
    band = _band(fragments[-1])
    seconds = min(band.most, band.base + _PER_EARLIER * (len(fragments) - 1))
    return timedelta(seconds=seconds) * max(0.0, scale)


def due_at(fragments: Sequence[Fragment], *, now: datetime, policy: Policy) -> datetime:
    """When the burst is answered: after the wait, at most `burst_limit` after its first fragment, not before now."""
    if not fragments:
        return now
    scale = max(0.0, policy.burst_scale)
    first = min(fragment.received_at for fragment in fragments)
    return max(now, min(now + wait_after(fragments, scale=scale), first + policy.burst_limit * scale))


def _band(last: Fragment) -> _Band:
    if last.kind is not MessageKind.TEXT:
        return _MEDIA
    said = _without_ornament(fold(last.text))
    if is_greeting(last.text):
        return _GREETING
    if _OPEN_END.search(said) or (not _FINAL.search(said) and _last_word(last.text) in _CONNECTIVES):
        return _TRAILING
    if _FINAL.search(said):
        return _ENDED
    return _SENTENCE if _reads_whole(last.text) else _SCRAP


def _reads_whole(text: str) -> bool:
    said = words(text)
    if is_farewell(text) or is_acknowledgement(text) or _NUMBER.search(text):
        return True
    has_verb = any(word in _VERBS or _VERB_ENDING.match(word) for word in said)
    return len(said) > _SHORT or (len(said) > 1 and has_verb)


def _last_word(text: str) -> str:
    """The last word with its accents, for those of one letter carry the meaning."""
    found = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())
    return found[-1] if found else ""


def _without_ornament(said: str) -> str:
    """The text up to its last letter, digit or punctuation mark: emoji and closing quotes say nothing of its end."""
    end = len(said)
    while end and (unicodedata.category(said[end - 1]) in {"So", "Sk", "Zs", "Pe", "Pf"} or said[end - 1] in "\"'*~_"):
        end -= 1
    return said[:end]
