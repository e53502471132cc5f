"""Says a phrase in the language of whoever reads it."""

from app.domain.conversation import PauseReason
from app.domain.language import LOCALES
from app.services.conversation.phrases import Phrase
from app.services.conversation.sentences import SENTENCES

__all__ = ["Phrase", "say", "why"]


def say(key: Phrase, locale: str, **values: str) -> str:
    """The sentence in that language, its placeholders filled; any other locale than ours is answered in pt-BR."""
    spoken = locale if locale in LOCALES else LOCALES[0]
    return SENTENCES[key][LOCALES.index(spoken)].format(**values)


def why(reason: str, locale: str) -> str:
    """The reason of a pause in a salesperson's words, without a capital or a full stop; a code of others as it is."""
    return say(Phrase(f"reason_{reason}"), locale) if reason in set(PauseReason) else reason
