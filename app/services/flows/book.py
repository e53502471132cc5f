"""What the settings of an account may say about flows: which there are, and which words they can say. Pure."""

from collections.abc import Mapping, Sequence

from app.domain.language import LOCALES
from app.services.flows.engine import ENGINE
from app.services.flows.sentences import Sentences, trouble_in

_HOW = "flow.sentence or flow.sentence.language"


class Book:
    """The flows of this release, as settings see them."""

    def flows(self) -> Sequence[str]:
        return ENGINE.keys()

    def trouble_in(self, words: Mapping[str, Sequence[str]]) -> str:
        """Why these words cannot be said, naming the key; empty when they can."""
        return next(filter(None, (_trouble(key, ways) for key, ways in words.items())), "")


def _trouble(key: str, ways: Sequence[str]) -> str:
    named, name, locale = (*key.split("."), "", "")[:3]
    flow = ENGINE.flow(named)
    if flow is None:
        return f"{key}: there is no flow {named}; a key is {_HOW}"
    sentences: Sentences = flow.sentences
    if name not in sentences.names:
        return f"{key}: {named} has no sentence {name or '(none)'}; it has {', '.join(sorted(sentences.names))}"
    languages = dict.fromkeys((*LOCALES, *sentences.texts))
    if key.count(".") > 2 or locale not in ("", *languages):  # noqa: PLR2004 - flow, sentence, language
        return f"{key}: a key is {_HOW}; languages are {', '.join(languages)}"
    return next((f"{key}: {why}" for text in ways if (why := trouble_in(text, sentences.known))), "")
