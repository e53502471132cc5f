"""A word as it was probably meant, where one is looked for that asks for a person. Pure."""

import re
from functools import cache

from rapidfuzz.distance import OSA

from app.domain.language import vocabulary

# Words that are spelt wrongly often enough to be worth recognising, and those that look like them and are not.
_KNOWN = vocabulary(
    """atendente atendentes humano humana pessoa pessoas agente operador operadora vendedor vendedora consultor
    consultora alguem gerente recepcionista recepcao falar conversar transferir chamar persona asesor asesora
    ejecutivo representante encargado alguien hablar comunicarme transfiereme pasame human person agent
    representative operator manager someone somebody salesperson speak chat transfer connect suporte socorro
    supervisor supervisora especialista representantes"""
)
_ORDINARY = vocabulary(
    """algum alguma algun alguna agenda agendar agencia agentes atendendo atendem atender atendemos atende atendeu fala
    falam falta falha personal persons humanos humanas humor habla hablan speaker speaks chato chata chats peak
    consultora consulta consultorio vendedores gerentes agency operadores operation managed connected chamam
    chamada chamado char"""
)
_SHORT = {
    "humn": "human",
    "tlak": "talk",
    "takl": "talk",
    "spek": "speak",
    "spak": "speak",
    "ablar": "hablar",
    "kero": "quero",
    "qero": "quero",
    "cm": "com",
    "sm1": "someone",
    "sum1": "someone",
}
_SPACED_OUT = re.compile(r"\b(?:[^\W\d_] ){4,}[^\W\d_]\b")
_WITH = re.compile(r"\bw/ ?(?=\w)", re.IGNORECASE)
# Not in an address, which goes on with a full stop.
_AT_FOR_A = re.compile(r"(?<=[^\W\d_])@(?=[^\W\d_]{1,12}(?![\w.@-]))")
_ALLOWED = ((9, 2), (5, 1))  # letters -> how many of them may be wrong


def undisguised(text: str) -> str:
    """Letters written apart are a word ("h u m a n o"), "@" between letters is one, and "w/" is "with"."""
    plain = _SPACED_OUT.sub(lambda found: found[0].replace(" ", ""), text)
    return _WITH.sub("with ", _AT_FOR_A.sub("a", plain))


@cache
def _budget(letters: int) -> int:
    return next((wrong for least, wrong in _ALLOWED if letters >= least), 0)


def spelt(word: str) -> str:
    """The known word that this one was probably meant to be, or the word itself."""
    word = _SHORT.get(word, word)
    wrong = _budget(len(word))
    if not wrong or word in _KNOWN or word in _ORDINARY or len(word) > 16:  # noqa: PLR2004 - longer than any of ours
        return word
    near = min(_KNOWN, key=lambda known: (OSA.distance(word, known, score_cutoff=wrong), known))
    return near if OSA.distance(word, near) <= wrong and _budget(len(near)) else word
