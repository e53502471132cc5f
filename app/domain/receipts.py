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
# So many characters around a claim are looked at: the few words that can undo it. A text without a full stop would else
# be read from its beginning for each of its claims.
_NEAR = 160
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
        "lugar spot",
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

# What comes about by being made: a visit or a meeting that is "done" may as well be over.
_MADE = _any(
    "agendamento marcacao reserva compromisso horario cita turno encaixe appointment booking reservation slot",
)
_MET = _any("consulta reuniao visita atendimento sessao avaliacao reunion sesion meeting visit session")
_DONE = (
    r"\b(?:(?:realizad|feit|efetuad|efetivad|concluid|criad|finalizad|completad|cread|hech|efectuad|concretad|generad"
    r"|lancad|registrad|list)[oa]|made|done|created|completed|complete|successful|ok|com sucesso|con exito)\b"
)
# Between the thing and that it is done: no denial, and nothing about how it is done in general.
_UNTIL_DONE = (
    r"(?: (?!(?:nao|no|not|nunca|never|pode|podem|puede|pueden|can|may|could|deve|debe|must|should|e|es|sera|sao|son"
    r"|are|ser|be|so|only|quando|cuando|when|se|si|if|antes|before|until|sem|sin|nem|ni)\b)\w+){0,7}? "
)
_FREE = r"(?! (?:\w+ ){0,3}?(?:livres?|libres?|disponive(?:l|is)|disponibles?|available|free|open)\b)"
_YOU_HAVE = (
    r"(?:(?:(?<=\bvoce )|(?<=\bvc )|(?<=\btu )|(?<=\busted )|(?<=\bsenhor )|(?<=\bsenhora )|(?<=\byou ))"
    r"(?:ja |ya |already |agora |now )?(?:tem|tens|tiene|tienes|have|got)|\b(?:tienes|youve got)"
    r"|^(?:\w+ )?(?:tem|tiene)(?= (?:\w+ )?(?:consulta|cita|reuniao|reunion|visita|compromisso)\b))"
)
_YOU = r"(?:voce|vc|te|o senhor|a senhora|seu nome|sua visita|seu horario|tu nombre|su nombre)"

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
    _said(_any("guardad[oa]s? blindad[oa]s?")),
    _said(r"\b(?:locked in|saved|held)\b"),
    _said(_any("reservei confirmei garanti separei reservamos confirmamos anotei anotamos guardei guardamos")),
]
# ... these where nothing else is said: "Confirmado", and a tick ...
_ALONE = re.compile(
    r"^(?:(?:pronto|prontinho|ok|perfeito|otimo|listo|perfecto|great|perfect|tudo|todo|all|ja|ya|esta|ta|its|it is) )*"
    r"(?:confirmad[oa]|reservad[oa]|guardad[oa]|confirmed|reserved)$"
)
# ... these where they follow the thing, or name it ...
_OF_THE_THING = [
    _said(rf"{_MADE}{_UNTIL_DONE}{_DONE}"),
    _said(
        r"\b(?:fiz|fizemos|criei|criamos|realizei|efetuei|efetuamos|efetivei|conclui|concluimos|finalizei|lancei|hice"
        rf"|hicimos|creamos|made|created|completed|feit[oa]|hech[oa]|cread[oa]|criad[oa])(?: \w+){{0,3}}? {_MADE}"
    ),
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
    _said(rf"{_MET}{_UNTIL_DONE}{_DONE}"),
    _said(rf"{_YOU_HAVE}(?: (?!(?:que|to|of|until|ate|hasta)\b)\w+){{0,2}}? {_THING.pattern}{_FREE}"),
    _said(_any("encaixei encaixamos")),
    _said(
        r"\b(?:e|es|is|fica|queda) (?:todo |toda |all )?(?:seu|sua|teu|tua|tuyo|tuya|suyo|suya|yours)(?= (?:agora|ja|ya"
        r"|now|entao|then)\b|$)"
    ),
    _said(
        rf"^(?:(?:ok|perfeito|otimo|entao|perfecto|great|pronto) )*(?:fechado|cerrado|trato hecho|deal)"
        rf"(?: (?:para|pra))?(?: (?:a|o|el|la|on|for))* (?:{_DAY}|dia \d|\d)"
    ),
    _said(
        rf"^(?:(?:ok|perfeito|otimo|perfecto|great|pronto|entao|entonces|so) )*{_DAY}"
        r"(?: \w+){1,4} (?:entao|entonces|then)$"
    ),
    _said(rf"\b(?:coloquei|colocamos|botei|pus|incluimos|inclui|deixei|deixamos|puse|pusimos|apuntamos) {_YOU}\b"),
    _said(r"\b(?:te|lhe|lo|la|le) (?:coloquei|botei|pus|inclui|deixei|puse|pusimos|apuntamos|encaje)\b"),
    _said(r"\b(?:got|have|put|pencill?ed|squeezed|fit|fitted|marked|signed|wrote|slotted) you (?:in|down|up|on|for)\b"),
    _said(r"^(?:ja esta |ya esta |esta |it is |its |all )?(?:feito|hecho|done)\b"),
]
_IN_SPANISH = re.compile(
    r"\b(?:agendé|reservé|programé|marqué|anoté|aparté|reagendé|reprogramé|confirmé|apunté"
    r"|(?:creé|realicé|efectué|generé|concreté)(?=(?: \w+){0,3} (?:cita|turno|reserva)\b))\b"
)

# What stands before a claim that is none: a denial, a condition, a wish, what is still to come about.
_LOOSELY = _said(
    r"\b(?:nao|no|not|never|nunca|isnt|wasnt|hasnt|havent|nem|ni|neither|quando|cuando|when|once|assim que|until|"
    r"se (?:for|fica|ficar|estiver|quiser|preferir|precisar|voce|houver|der|tiver)|"
    r"si (?:quiere|quieres|desea|prefiere|tu|su|esta|te|hay|la|el|lo|le)|if|para ser|pra ser|to be|a ser|"
    r"precisa ser|deve ser|pode ser|debe ser|puede ser)(?: \w+){0,4}$"
    # "I can confirm that it is booked" is a claim all the same.
    r"|\b(?:(?<!que )si|se|if|ao|depois de|apos|after|despues de|una vez|uma vez)(?: (?:o|a|el|la|the|un|um|uma|una))?$"
    r"|\b(?:quer|quiere|quieres|want|gostaria|would|posso|podemos|puedo|can|may|shall|deseja|desea)"
    r"(?: (?!confirm|inform|diz|dec|say|tell)\w+){0,4}$"
)
_TIGHTLY = _said(r"\b(?:com|con|sem|sin|without|by|with)(?: \w+)?$")
_SOMEBODY_ELSES = _said(r"^ (?:por outr|para outr|por otr|para otr|by (?:another|someone|somebody)|for someone)")
_OF_GOODS = _said(rf"(?:{_GOODS.pattern})(?: \w+){{0,2}}$")
# A claim with one of these behind it asks for a nod, not whether it is so.
_NOD = re.compile(
    r"[,;:\u2013\u2014-]?\s*\b(?:ok|okay|certo|t[aá]|combinado|beleza|blz|n[eé]|viu|vale|s[ií]|bueno|de acuerdo|right"
    r"|alright|deal)\s*\?[?!\s]*$",
    re.IGNORECASE,
)
# Letters of other alphabets that look like ours: who writes with them means ours.
_LOOKS_LIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
    "\u0406\u0408\u0405\u03bf\u03b1\u03b9\u03c1\u03bd\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u0261\u0251\u0131",
    "aeopcyxijsdABEKMHOPCTXIJSoaipvABEHIKMNOPTXgai",
)
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
    said = unicodedata.normalize("NFC", text).translate(_LOOKS_LIKE)
    # A line may end in the middle of a sentence, and a balloon too.
    whole = (sentence for form in (said, " ".join(said.split())) for sentence in _SENTENCE.findall(form))
    return any(map(_claims, whole))


def unproven_booking(text: str, live: Collection[str]) -> bool:
    """Does it claim a booking without a live receipt of the contact, or quote a receipt that is none of theirs?"""
    quoted = receipts_in(text)
    return not quoted <= set(live) or (not quoted and claims_booking(text))


def _claims(sentence: str) -> bool:
    sentence = _NOD.sub("", sentence)
    if sentence.rstrip().endswith("?"):
        return False
    if _IN_SPANISH.search(sentence.casefold()):
        return True
    said = re.sub(r"[^\w]+", " ", fold(_YES.sub("", sentence)).replace("'", "").replace("\u2019", "")).strip()
    if _ALONE.search(said):
        return True
    timed, thing = bool(_WHEN.search(said)), bool(_THING.search(said))
    patterns = [*_CLAIMS, *_OF_THE_THING]
    if thing or (timed and not _GOODS.search(said)):
        patterns += _ABOUT_ONE
    if timed:
        patterns += _WITH_TIME
    return any(_is_meant(said, found) for pattern in patterns for found in pattern.finditer(said))


def _is_meant(said: str, found: re.Match[str]) -> bool:
    before = said[max(0, found.start() - _NEAR) : found.start()].strip()
    after = said[found.end() : found.end() + _NEAR]
    if found.re in _OF_THE_THING and _OF_GOODS.search(before):
        return False
    return not (_LOOSELY.search(before) or _TIGHTLY.search(before) or _SOMEBODY_ELSES.search(after))
