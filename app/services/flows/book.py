"""What the settings of an account may say about flows: which there are, and which words they can say. Pure."""

from collections.abc import Mapping, Sequence

from app.domain.checkup import Line
from app.domain.language import LOCALES
from app.services.flows.engine import ENGINE
from app.services.flows.sentences import Sentences, trouble_in

_HOW = "flow.sentence or flow.sentence.language"


class Book:
    """The flows of this release, as settings see them. `lacking`: the doctor's lines on those that cannot run here."""

    def __init__(self, lacking: Mapping[str, Line] | None = None) -> None:
        self._lacking = lacking or {}

    def flows(self) -> Sequence[str]:
        return ENGINE.keys()

    def trouble_in(self, words: Mapping[str, Sequence[str]]) -> str:
        """Why these words cannot be said, naming the key; empty when they can."""
        return next(filter(None, (_trouble(key, ways) for key, ways in words.items())), "")

    def lacks(self, flow: str) -> str | None:
        line = self._lacking.get(flow)
        return f"{line.message.removesuffix('.')}: {line.todo[:1].lower()}{line.todo[1:]}" if line else None


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
