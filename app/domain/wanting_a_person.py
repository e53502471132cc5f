"""Does the customer ask for a person, or should one be offered? Pure; pt-BR, es and en, typos included.

Asking for a person is a whole message that is little else ("atendente, por favor"), or a wish and a person side by
side ("quero falar com um atendente"). Merely mentioning one ("vocês têm agente de viagem?") is not. Who complains, or
says that the answers miss the question, is answered and offered a person. Each verdict names its rule.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.courtesy import is_farewell
from app.domain.language import LOCALES, words
from app.domain.person_spelling import spelt, undisguised
from app.domain.person_words import ALONE, AROUND, DECLINES, ESCALATES, HELP, JOB, MAYBE, OFFERS, WISHES


class Way(StrEnum):
    """What a message comes to: a person, an answer with a person offered, or an answer."""

    ESCALATE = "escalate"
    OFFER = "offer"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict and the rule that it comes from."""

    way: Way
    rule: str


_OFFER = (
    'Se preferir falar com uma pessoa, escreva "atendente".',
    'Si prefieres hablar con una persona, escribe "persona".',
    'If you would rather talk to a person, write "human".',
)


def outcome(text: str) -> Found:
    """What a text, one message or a burst's joined words, comes to, and by which rule."""
    if is_farewell(text):
        return Found(Way.ANSWER, "farewell")
    said = [spelt(word) for word in words(undisguised(text))]
    sentence = " ".join(said)
    if DECLINES.search(sentence) and not re.search(r"\b(?:robo|bot|robot|maquina|machine)\b", sentence):
        return Found(Way.ANSWER, "declined")
    if JOB.search(sentence):
        return Found(Way.ANSWER, "wants_the_job")
    if (rule := _alone(said)) is not None:
        return rule
    if (rule := _first(ESCALATES, sentence)) is not None:
        return Found(Way.ESCALATE, rule)
    # What was typed counts here: no word of these is worth a guess.
    rule = _first(OFFERS, " ".join(words(text)))
    return Found(Way.OFFER, rule) if rule is not None else Found(Way.ANSWER, "ordinary")


def _alone(said: Sequence[str]) -> Found | None:
    """What a message comes to that is little else than who is asked for."""
    alone = {word for word in said if word not in AROUND}
    if not alone or not alone <= ALONE | MAYBE | HELP:
        return None
    # "persona" and nothing else is what our own offer asks for.
    meant = alone & (ALONE - MAYBE) or WISHES & set(said) or list(said) == ["persona"]
    if alone <= HELP or not meant:
        return Found(Way.OFFER, "help_alone" if alone <= HELP else "perhaps_a_person")
    return Found(Way.ESCALATE, "person_alone")


def way_of(texts: Sequence[str]) -> Found:
    """The same of a burst: each message, and all together; who asks for a person anywhere asks for one."""
    found = [outcome(text) for text in (*texts, " ".join(texts))]
    ways = [Way.ESCALATE, Way.OFFER, Way.ANSWER]
    return min(found, key=lambda one: ways.index(one.way))


def asks_for_person(text: str) -> bool:
    """Whether the text asks for a human being."""
    return outcome(text).way is Way.ESCALATE


def offer(locale: str) -> str:
    """The sentence that offers a person."""
    return _OFFER[LOCALES.index(locale) if locale in LOCALES else 0]


def _first(rules: dict[str, re.Pattern[str]], sentence: str) -> str | None:
    return next((rule for rule, pattern in rules.items() if pattern.search(sentence)), None)
