"""What a program says of itself: asked whether it is one, or unasked where an account wants it. Pure; pt-BR, es, en."""

from typing import Final

from app.domain.language import LOCALES

_OF: Final = (" de {business}", " de {business}", " of {business}")
_ANSWER: Final = (
    'Sou um assistente virtual{of}: um programa, não uma pessoa. Para falar com uma pessoa, escreva "atendente".',
    'Soy un asistente virtual{of}: un programa, no una persona. Para hablar con una persona, escribe "persona".',
    'I am a virtual assistant{of}: a program, not a person. To talk to a person, write "human".',
)
_DISCLOSURE: Final = (
    "Você está falando com um assistente virtual{of}: quem responde é um programa de inteligência artificial.",
    "Estás hablando con un asistente virtual{of}: quien responde es un programa de inteligencia artificial.",
    "You are talking to a virtual assistant{of}: an artificial intelligence program writes the answers.",
)
# What both say after the business's name.
_ENDS: Final = tuple(sentence.partition("{of}")[2] for sentence in (*_ANSWER, *_DISCLOSURE))


def answer(locale: str, business: str) -> str:
    """What is said to who asks."""
    return _said(_ANSWER, locale, business)


def disclosure(locale: str, business: str) -> str:
    """What stands before the first answer where an account wants it."""
    return _said(_DISCLOSURE, locale, business)


def discloses(text: str) -> bool:
    """Whether a text holds one of these sentences, in whatever name it was said."""
    return any(end in text for end in _ENDS)


def is_disclosure(text: str) -> bool:
    """Whether a text is the sentence before a first answer, and nothing else."""
    halves = (sentence.partition("{of}") for sentence in _DISCLOSURE)
    return any(text.startswith(begin) and text.endswith(end) for begin, _, end in halves)


def _said(sentences: tuple[str, str, str], locale: str, business: str) -> str:
    at = LOCALES.index(locale) if locale in LOCALES else 0
    return sentences[at].format(of=_OF[at].format(business=business) if business else "")
