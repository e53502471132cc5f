"""People, phones and links in a reply that are nobody's here: another customer's name, a number, an address. Pure.

A name counts as another customer's where the reply says that it is one: "a cliente Maria Souza", "o telefone da Maria",
"Maria's appointment", "Maria também comprou". Staff and the customer stand in the grounds.
"""

import re
from collections.abc import Iterator

from app.domain.language import fold, words
from app.domain.questions import content

_LEAST_DIGITS = 8  # of a phone, a document, a card
_TAIL = 8  # digits by which two writings of one phone are known as one
_LONG_NUMBER = re.compile(r"(?<![\w$])\+?\(?\d(?:[ ()./\u2010-\u2014-]{0,2}\d){7,}(?!\d)")
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|(?:R\$|US\$|\$|€)\s?[\d.,]+"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# With a scheme, or with the look of one: a known ending, or a path behind any.
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+"
_ENDINGS = (
    r"(?:com|net|org|app|shop|store|site|online|link|info|xyz|dev|club|example|biz|edu|gov|page|website|top|live|br|io"
    r"|ly|gl|gg|tk|ru|cc)"
)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+"
    rf"|(?<![\w@./-]){_HOST}(?:{_ENDINGS}(?:\.[a-z]{{2}})?\b(?:[/?#][^\s<>\"]*)?|[a-z]{{2,24}}/[^\s<>\"]+)"
    r"|(?<![\w@./-])\d{1,3}(?:\.\d{1,3}){3}/[^\s<>\"]+",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_CAPITAL = r"(?<!\w)[A-ZÀ-ÖØ-Þ][\w'\u2019-]{0,30}[a-zß-öø-ÿ](?!\w)"
_NAME = rf"({_CAPITAL}(?: (?:(?:d[aeo]s?|del|la) )?{_CAPITAL}){{0,4}})"
_THINGS = (
    r"(?:telefone|celular|whatsapp|n[úu]mero|endere[çc]o|e-?mail|cpf|rg|dni|consulta|agendamento|hor[áa]rio marcado"
    r"|cita|turno|pedido|compra|d[íi]vida|cadastro|tel[ée]fono|direcci[óo]n|reserva|deuda)"
)
_CUSTOMER = (
    r"(?:cliente|clienta|paciente|alun[oa]|alumn[oa]|compradora?|h[óo]spede|hu[ée]sped|customer|client|patient|student"
    r"|guest|buyer)"
)
_NAMED = r"(?:,? (?:se )?(?:chamad[oa]|llamad[oa]|called|named|chama|llama|é|es|is|a|o|la|el))?[,:]?"
_BOUGHT = (
    r"(?:comprou|marcou|agendou|reservou|pagou|pediu|compr[óo]|agend[óo]|reserv[óo]|pag[óo]|booked|bought|ordered|paid)"
)
_OF_SOMEBODY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\b{_CUSTOMER}{_NAMED}) {_NAME}",
        rf"(?i:\b{_THINGS} (?:da|do|de|d[aeo] cliente|de la|del)) {_NAME}",
        rf"{_NAME}['\u2019]s (?:phone|number|address|e-?mail|appointment|order|booking|purchase|debt|visit)\b",
        rf"{_NAME},? (?:(?:também|tamb[ée]m|tambi[ée]n|já|ya|also|just|has|acabou de) )?{_BOUGHT}\b",
    )
)
_TITLES = frozenset({"dr", "dra", "sr", "sra", "srta", "mr", "mrs", "ms", "nao", "quem", "quando", "she", "he", "who"})


def strange_numbers(text: str, grounds: str) -> bool:
    """Whether a phone, a document or an e-mail address is neither the customer's nor the business's."""
    known = [re.sub(r"\D", "", one) for one in _LONG_NUMBER.findall(grounds)]
    for one in _LONG_NUMBER.findall(_DATE.sub(" ", text)):
        digits = re.sub(r"\D", "", one)
        if len(digits) >= _LEAST_DIGITS and not any(digits[-_TAIL:] in whole for whole in known):
            return True
    return any(address.casefold() not in grounds.casefold() for address in _EMAIL.findall(text))


def strange_names(text: str, grounds: str) -> Iterator[str]:
    """Names that are told as another customer's, and that no ground holds."""
    known = set(words(grounds))
    for pattern in _OF_SOMEBODY:
        for one in pattern.finditer(text):
            told = [word for word in content(one[1]) if word not in _TITLES]
            if told and not known.issuperset(told):
                yield one[1]


def strange_links(text: str, known: str) -> Iterator[str]:
    """Links, with or without a scheme, that the knowledge does not hold."""
    ours = fold(known)
    for one in _LINK.findall(text):
        bare = fold(_SCHEME.sub("", one.rstrip(".,;:!?)]'")))
        if bare and not re.search(rf"(?<![\w.-]){re.escape(bare)}(?![\w-]|\.\w)", ours.replace("www.", "")):
            yield one
