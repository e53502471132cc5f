"""May an answer be given again to the next who asks? Pure; pt-BR, es, en.

Only plain words of a brain about the company: no note, tag or appointment with them, nobody's name, nothing that ends.
"""

import re
from dataclasses import replace
from typing import Final

from app.domain.brain import Proposal, ReplyAction
from app.domain.disclosure import discloses, is_disclosure
from app.domain.language import fold, vocabulary, words
from app.domain.receipts import claims_booking, receipts_in
from app.services.flows import name_words

# The kinds of a brain's answer that are none about the company; after a colon a kind names its sources.
_NOT_ABOUT_US: Final = frozenset(
    {"asked_if_bot", "offered", "greeting", "farewell", "noted", "partly_known", "template", "faq"}
)
KNOWN: Final = "known"
_LONGEST: Final = 1_500
_MOST: Final = 3  # balloons
# An answer with one of these holds only for a while, or for the one who got it.
_PASSES: Final = vocabulary(
    """hoje agora amanha ontem hoy ahora manana ayer today now tomorrow tonight yesterday vaga vagas turno turnos slot
    slots promocao promocoes oferta ofertas desconto descontos cupom promocion promociones descuento descuentos cupon
    promotion promotions offer offers discount discounts coupon valido valida validos validas valid ultimos ultimas
    pedido orden order rastreio tracking
    janeiro fevereiro marco abril junho julho agosto setembro outubro novembro dezembro enero febrero marzo junio julio
    septiembre octubre noviembre diciembre january february june july august september october november december"""
)
_DATE: Final = re.compile(r"\d{1,2}\s?/\s?\d{1,2}|\d{4}-\d{2}-\d{2}|\bdia \d{1,2}\b", re.IGNORECASE)
_ADDRESSED: Final = re.compile(
    r"(?:^|[.!?\n]\s*)(?i:oi|olá|ola|hola|hello|hi|hey|claro|sim|sí|si|yes|sure|bom dia|boa tarde|boa noite|buenos días"
    r"|buenas tardes|buenas noches|good morning|good afternoon|obrigad[oa]|gracias|thanks)"
    r",?\s+[A-ZÀ-Þ][^\W\d_]+\s*[,!.]"
)
_WORD: Final = re.compile(r"[^\W\d_]+")
# Behind these stands the name of a place, or of somebody of the company.
_BEFORE_A_PLACE: Final = vocabulary(
    """rua r avenida av alameda al travessa praca rodovia estrada bairro jardim vila parque edificio shopping calle
    plaza paseo barrio carrera street st avenue road square sao santo santa san dr dra doutor doutora doctor doctora
    prof professor professora equipe clinica colegio hospital de da do dos das del"""
)


def to_keep(proposal: Proposal, locale: str) -> tuple[str, ...]:
    """The balloons of an answer that may be given again in this language; none where it may not be."""
    said = proposal.balloons[1:] if proposal.balloons and is_disclosure(proposal.balloons[0]) else proposal.balloons
    text = "\n".join(said)
    is_plain = replace(proposal, balloons=(), locale="", reason="", usage=None) == Proposal(ReplyAction.REPLY)
    if not is_plain or proposal.locale not in ("", locale) or proposal.reason.partition(":")[0] in _NOT_ABOUT_US:
        return ()
    if not 0 < len(said) <= _MOST or len(text) > _LONGEST or discloses(text):
        return ()
    if claims_booking(text) or receipts_in(text) or _DATE.search(text) or not _PASSES.isdisjoint(words(text)):
        return ()
    return () if _ADDRESSED.search(text) or _names_somebody(text) else said


def is_known(proposal: Proposal) -> bool:
    """Whether the brain says that the company's own knowledge answers this."""
    return proposal.reason.partition(":")[0] == KNOWN


def _names_somebody(text: str) -> bool:
    """A given name with a capital, unless a street, a saint or a title stands before it."""
    said = _WORD.findall(text)
    for place, word in enumerate(said):
        is_name = word[0].isupper() and fold(word) in name_words.GIVEN - name_words.NOT_NAMES
        before = {fold(other) for other in said[max(0, place - 3) : place]}
        if is_name and not before & _BEFORE_A_PLACE:
            return True
    return False
