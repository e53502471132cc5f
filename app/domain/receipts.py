"""Is a booking real? What a text claims, and the receipts that it quotes. Pure; promises never to raise.

A receipt looks like AG-7KM2Q9XD: no letter or digit in it can be taken for another. It exists only when the database
holds the booking. So a reply that claims a booking without a live receipt of that contact is not sent.
"""

import re
import unicodedata
from collections.abc import Collection
from secrets import choice

from app.domain.language import fold

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_RECEIPT = re.compile(rf"\bAG[-\u2010-\u2015 ]?([0-9A-HJKMNP-TV-Z]{{{_LENGTH}}})(?![0-9A-Za-z])", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")


def _any(*words: str) -> str:
    return rf"\b(?:{'|'.join(' '.join(words).split())})\b"


def _said(pattern: str) -> re.Pattern[str]:
    """A pattern over folded words; a plain blank in it stands for one between words."""
    return re.compile(pattern)


_DAY = _any(
    "hoje amanha segunda terca quarta quinta sexta sabado domingo hoy manana lunes martes miercoles jueves viernes",
    "today tomorrow monday tuesday wednesday thursday friday saturday sunday",
)
_WHEN = _said(rf"{_DAY}|\b(?:as|at|a las|a la) \d|\b\d{{1,2}} ?(?:h|hs|horas|am|pm)\b|\b\d{{1,2}} \d{{2}}\b|\bdia \d")
_THING = _said(
    _any(
        "agendamentos? horario compromisso consulta reuniao visita atendimento sessao avaliacao reserva vaga marcacao",
        "cita turno hora reunion sesion encuentro agenda appointment booking slot meeting reservation visit session",
    )
)
# What else is confirmed and reserved in a shop.
_GOODS = _said(
    _any(
        "pedido pagamento entrega compra cadastro pix pago envio order payment delivery purchase shipping cadastrado",
        "produto producto product",
    )
)

# These words claim by themselves ...
_CLAIMS = [
    _said(_any("agendad[oa]s? marcad[oa]s? reagendad[oa]s? remarcad[oa]s? booked rebooked scheduled rescheduled")),
    _said(_any("agendei marquei remarquei reagendei agendamos marcamos reagendamos remarcamos reprogramamos")),
    _said(r"\b(?:acabei|acabamos|acabo) de (?:agendar|marcar|reservar|confirmar|programar|remarcar)\b"),
    _said(r"\bse (?:agendo|reservo|programo) (?:su|tu|la|el)\b"),
    _said(
        r"\b(?:coloquei|inclui|anotei|puse|put you|put it|added you|added it|you are|youre|esta|ficou|quedo)"
        r"(?: \w+){0,3} (?:na|no|en|in|on|to) (?:la |el |the |our |nossa |minha |nuestra |mi |my )?"
        r"(?:agenda|calendario|calendar|schedule)\b"
    ),
]
# ... these only where it is about an appointment ...
_ABOUT_ONE = [
    _said(_any("reservad[oa]s? confirmad[oa]s? garantid[oa]s? programad[oa]s? reprogramad[oa]s? asegurad[oa]s?")),
    _said(_any("apartad[oa]s? separad[oa]s? registrad[oa]s? reserved confirmed secured")),
    _said(_any("reservei confirmei garanti separei reservamos confirmamos anotei anotamos")),
]
# ... and these only with the time.
_WITH_TIME = [
    _said(r"\b(?:te|lhe|lo|la|os|les|voce|voces|vos) esper(?:o|amos|aremos)\b"),
    _said(r"\besper(?:o|amos|aremos) (?:por )?(?:voce|voces|ti|usted|ustedes|vos|you)\b"),
    _said(r"\b(?:vejo voce|nos vemos|te vejo|te vemos|see you|looking forward to (?:seeing|meeting) you)\b"),
    _said(rf"\bate {_DAY}"),
    _said(r"\b(?:tudo certo|tudo pronto|combinado|todo listo|todo confirmado|quedamos|ficamos|all set|set for)\b"),
    _said(
        rf"\b(?:seu|sua|tu|su|your) {_THING.pattern}(?: \w+){{0,3}} (?:e|es|sera|ficou|fica|quedo|queda|is|will be)\b"
    ),
]
_IN_SPANISH = re.compile(r"\b(?:agendé|reservé|programé|marqué|anoté|aparté|reagendé|reprogramé|confirmé)\b")

# What stands before a claim that is none: a denial, a condition, a wish, what is still to come about.
_LOOSELY = _said(
    r"\b(?:nao|no|not|never|nunca|isnt|wasnt|hasnt|havent|nem|ni|neither|quando|cuando|when|once|assim que|until|"
    r"se (?:for|fica|ficar|estiver|quiser|preferir|precisar|voce|houver|der|tiver)|"
    r"si (?:quiere|quieres|desea|prefiere|tu|su|esta|te|hay|la|el|lo|le)|if|para ser|pra ser|to be|a ser|"
    r"precisa ser|deve ser|pode ser|debe ser|puede ser)(?: \w+){0,4}$"
    # "I can confirm that it is booked" is a claim all the same.
    r"|\b(?:quer|quiere|quieres|want|gostaria|would|posso|podemos|puedo|can|may|shall|deseja|desea)"
    r"(?: (?!confirm|inform|diz|dec|say|tell)\w+){0,4}$"
)
_TIGHTLY = _said(r"\b(?:com|con|sem|sin|without|by|with)(?: \w+)?$")
_SOMEBODY_ELSES = _said(r"^ (?:por outr|para outr|por otr|para otr|by (?:another|someone|somebody)|for someone)")
_YES = re.compile(r"^\W*s[ií][,!]\s*|^\W*sí\s+", re.IGNORECASE)


def new_receipt() -> str:
    """A receipt that nobody can guess."""
    return "AG-" + "".join(choice(_ALPHABET) for _ in range(_LENGTH))


def receipts_in(text: str) -> frozenset[str]:
    """All receipts that a text quotes, as they are written in the database."""
    return frozenset(f"AG-{code.upper()}" for code in _RECEIPT.findall(text))


def receipt_in(text: str) -> str | None:
    """The first receipt that a text quotes."""
    found = _RECEIPT.search(text)
    return f"AG-{found[1].upper()}" if found else None


def claims_booking(text: str) -> bool:
    """Does the text say that an appointment is made? A question, an offer or a condition says no such thing.

    In doubt it does: a claim that is refused costs another sentence, one that is let through costs a customer.
    """
    return any(_claims(sentence) for sentence in _SENTENCE.findall(unicodedata.normalize("NFC", text)))


def unproven_booking(text: str, live: Collection[str]) -> bool:
    """Does it claim a booking without a live receipt of the contact, or quote a receipt that is none of theirs?"""
    quoted = receipts_in(text)
    return not quoted <= set(live) or (not quoted and claims_booking(text))


def _claims(sentence: str) -> bool:
    if sentence.rstrip().endswith("?"):
        return False
    if _IN_SPANISH.search(sentence.casefold()):
        return True
    said = re.sub(r"[^\w]+", " ", fold(_YES.sub("", sentence)).replace("'", "").replace("\u2019", "")).strip()
    timed, thing = bool(_WHEN.search(said)), bool(_THING.search(said))
    patterns = list(_CLAIMS)
    if thing or (timed and not _GOODS.search(said)):
        patterns += _ABOUT_ONE
    if timed:
        patterns += _WITH_TIME
    return any(_is_meant(said, found) for pattern in patterns for found in pattern.finditer(said))


def _is_meant(said: str, found: re.Match[str]) -> bool:
    before = said[: found.start()].strip()
    return not (_LOOSELY.search(before) or _TIGHTLY.search(before) or _SOMEBODY_ELSES.search(said[found.end() :]))
