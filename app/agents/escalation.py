"""Does the customer ask for a person, or should one be offered? Pure; pt-BR, es and en, typos included.

Asking for a person is a whole message that is little else ("atendente, por favor"), or a wish and a person side by
side ("quero falar com um atendente"). Merely mentioning one ("vocês têm agente de viagem?") is not. Who complains, or
says that the answers miss the question, is answered and offered a person. Each verdict names its rule.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rapidfuzz.distance import OSA

from app.domain.courtesy import is_farewell
from app.domain.language import LOCALES, vocabulary, words


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


# Words that are spelt wrongly often enough to be worth recognising, and those that look like them and are not.
_KNOWN = vocabulary(
    """atendente atendentes humano humana pessoa pessoas agente operador operadora vendedor vendedora consultor
    consultora alguem gerente recepcionista recepcao falar conversar transferir chamar persona asesor asesora
    ejecutivo representante encargado alguien hablar comunicarme transfiereme pasame human person agent
    representative operator manager someone somebody salesperson speak chat transfer connect suporte socorro"""
)
_ORDINARY = vocabulary(
    """algum alguma algun alguna agenda agendar agencia agentes atendendo atendem atender atendemos atende atendeu fala
    falam falta falha personal persons humanos humanas humor habla hablan speaker speaks chato chata chats peak
    consultora consulta consultorio vendedores gerentes agency operadores operation managed connected chamam
    chamada chamado char"""
)
_SHORT = {"humn": "human", "tlak": "talk", "takl": "talk", "spek": "speak", "spak": "speak", "ablar": "hablar"}
_ALLOWED = ((9, 2), (5, 1))  # letters -> how many of them may be wrong

_PERSON = (
    r"(?:atendentes?|humano|humana|pessoas?|agente|operadora?|vendedora?|consultora?|alguem|gerente|responsavel"
    r"|recepcionista|recepcao|secretaria|funcionario|suporte|persona|asesora?|ejecutivo|representante|encargado|alguien"
    r"|human|person|agent|representative|rep|operator|manager|someone|somebody|salesperson|staff|support)\b"
    # Not theirs, not a legal one, not one who does another trade.
    r"(?! (?:juridica|fisica|de viage\w*|de viaje\w*|de turismo|de saude|de seguros|imobiliari\w*))"
)
_GAP = (
    r"(?: (?:com|c|por|pra|pro|para|urgente|urgentemente|a|ao|o|um|uma|uns|umas|algum|alguma|outro|outra"
    r"|qualquer|de|da|do|dos|das|la|el|los|las"
    r"|un|una|con|algun|alguna|otro|otra|to|with|an|the|some|any|real|actual|live|me|us|your|seu|sua|su|sus|ser|logo"
    r"|agora|direto"
    r"|diretamente|aqui|ja|ahora|mesmo|in|through|being))*? "
)
_TALK = (
    r"(?:falar|fala|flar|falr|conversar|atendid[oa]|atendimento com|transferir|transfere|transfira|passar"
    r"|passa|passe|chamar"
    r"|chama|chame|encaminha|encaminhe|encaminhar|entrar em contato|hablar|comunicarme|comunicame|contactar|contactarme"
    r"|transfiereme|transfieran|transfieres|pasas|comunicas|comunica|pasame|pasarme|pasenme|atienda|atendido"
    r"|speak|speaking|talk|talking|chat"
    r"|connect|transfer|put me|get me"
    r"|give me)"
)
_PHRASES = {
    "talk_to_person": rf"\b{_TALK}(?: me)?{_GAP}{_PERSON}",
    "person_there": (
        rf"\b(?:tem|ha|existe|cade|hay|is there){_GAP}?(?:{_PERSON})(?: (?:ai|aqui|disponivel|online|agora"
        r"|ahi|there|here"
        r"|disponible|pra me atender|para me atender|que me atenda|available|de verdade|real|vivo))+"
    ),
    "where_is_one": rf"\b(?:cade|kd){_GAP}{_PERSON}",
    "anyone_there": r"\b(?:is|are) (?:anyone|anybody|someone|somebody|a human|a person) there\b",
    "human_service": r"\batendimento (?:humano|pessoal|humanizado)\b|\batencion (?:humana|personal)\b"
    r"|\bhuman (?:support|help|being)\b",
    "no_robot_pt": (
        r"\b(?:nao|chega de|cansei de|odeio)(?: (?:quero|de|mais|falar|conversar|com|um|o|esse|este))*"
        r" (?:robo|bot|maquina)s?\b"
    ),
    "no_robot_es": r"\bno quiero (?:hablar con |mas )?(?:(?:un|una|el|este|esta) )?(?:robot|bot|maquina)\b",
    "no_robot_en": r"\b(?:dont|do not) want (?:to (?:talk|speak|chat) (?:to|with) )?(?:a |this )?(?:robot|bot"
    r"|machine)\b",
    "wants_person": (
        rf"\b(?:quero|preciso(?: de)?|queria|prefiro|quiero|necesito|prefiero|want|need|prefer)(?: (?:um|uma"
        r"|un|una|an?|o|a"
        rf"|el|la|the|real|ser|live|any|some|algum|alguma|algun))* {_PERSON}(?: (?:de verdade|real|de verdad|now|agora"
        r"|ahora|ja|urgente|aqui|here|por favor|please|humana|humano))*$"
    ),
}
_ESCALATES = {rule: re.compile(pattern) for rule, pattern in _PHRASES.items()}
_DECLINES = re.compile(
    rf"\b(?:nao|no|dont|do not)(?: (?:quero|preciso|precisa|precisam|quiero|necesito|hace falta|want|need|to|de|mais"
    rf"|necesitas))+(?: {_TALK})?{_GAP}{_PERSON}"
)

# A message that is little else than the person asked for.
_ALONE = vocabulary(
    """atendente humano humana agente pessoa operador operadora vendedor vendedora recepcionista gerente suporte
    persona asesor asesora ejecutivo representante human person agent representative operator manager help ajuda
    ayuda socorro sos ajudem ayudenme helpme"""
)
_AROUND = vocabulary(
    """um uma o a un una el la an the por favor pf pfv please pls plz porfa oi ola hola hi hello hey bom boa dia tarde
    noite buenos buenas dias tardes noches quero preciso de quiero necesito want need i me agora ja ahora now
    urgente real verdade verdad ser live com con to eu yo my alo obrigado obrigada gracias thanks aqui here
    someone gente"""
)


# Who is not well served so far. A pain may be horrible without anybody being to blame for it.
_BAD = r"(?:pessim[oa]|horrivel|terrivel|pesim[oa]|horrible|terrible|awful|worst|bad|ruim|mal[oa]?)"
_SERVICE = r"(?:atendimento|servico|atencion|servicio|service|experience|experiencia|suporte|support)"
_BOT = r"(?:robo|robot|bot|chatbot|maquina|machine|assistente|asistente|assistant)"
_TIMES = (
    r"(?:\d+|duas|dois|tres|quatro|varias|mil|muitas|dos|cuatro|muchas|three|four|several|many) (?:vezes|veces|times)"
)
_OFFERS = {
    rule: re.compile(pattern)
    for rule, pattern in {
        "complaint": (
            r"\b(?:absurdo|palhacada|vergonha|descaso|ridicul[oa]|inaceitavel|verguenza|inaceptable|indignante"
            r"|ridiculous"
            r"|unacceptable|disgraceful|reclamacao|queja|complaint|complain|reclamar)\b"
            rf"|\b{_BAD} (?:o |el |la |de )?{_SERVICE}\b|\b{_SERVICE}(?: \w+){{0,3}} (?:e|es|is|foi|fue|was) (?:muito "
            rf"|muy |so |very |um |una? )?{_BAD}\b"
        ),
        "legal": (
            r"\b(?:procon|reclame ?aqui|profeco|processar (?:voces|vcs)|(?:meu|minha) advogad[oa]|mi abogad[oa]"
            r"|my lawyer"
            r"|(?:los|te|les) voy a (?:demandar|denunciar)|voy a denunciar\w*|vou denunciar|sue you|legal action)\b"
        ),
        "misunderstood": (
            r"\b(?:voce|vc|voces|tu|esse robo|isso|ele) nao (?:me )?(?:entendeu|entende|respondeu|responde"
            r"|ajudou|ajuda)\b"
            r"|\bnao (?:foi|e|era) isso que\b|\bnao (?:me )?(?:ajudou|resolveu|resolve)\b|\bno me (?:entiendes"
            r"|entendiste"
            r"|entiende|ayudas|ayudaste|ayuda)\b|\bno (?:entendiste|respondiste|contestaste|respondes?|contestas?)\b"
            r"|\beso no es lo que\b|\b(?:you|u) (?:dont|do not|didnt|did not) (?:understand|answer|get it|help)\b"
            r"|\b(?:thats|that is|this is|its) not what i\b|\bnot help(?:ing|ful)\b"
        ),
        "repeated": (
            rf"\bja(?: \w+){{0,4}} {_TIMES}\b|\bya(?: \w+){{0,4}} {_TIMES}\b"
            rf"|\b(?:i|ive|already)(?: \w+){{0,5}} (?:{_TIMES}|twice)\b"
        ),
        "angry_at_bot": (
            rf"\b{_BOT}s? (?:e |es |eh |is |muito |muy |so |mais )*(?:burr[oa]|inutil|tont[oa]|idiota"
            rf"|estupid[oa]|stupid"
            rf"|useless|dumb|lixo|basura|trash)\b|\b(?:stupid|useless|dumb) {_BOT}\b"
        ),
    }.items()
}
_OFFER = (
    'Se preferir falar com uma pessoa, escreva "atendente".',
    'Si prefieres hablar con una persona, escribe "persona".',
    'If you would rather talk to a person, write "human".',
)


def outcome(text: str) -> Found:
    """What a text, one message or a burst's joined words, comes to, and by which rule."""
    if is_farewell(text):
        return Found(Way.ANSWER, "farewell")
    said = [_spelt(word) for word in words(text)]
    sentence = " ".join(said)
    if _DECLINES.search(sentence) and not re.search(r"\b(?:robo|bot|robot|maquina|machine)\b", sentence):
        return Found(Way.ANSWER, "declined")
    alone = {word for word in said if word not in _AROUND}
    if alone and alone <= _ALONE:
        return Found(Way.ESCALATE, "person_alone")
    if (rule := _first(_ESCALATES, sentence)) is not None:
        return Found(Way.ESCALATE, rule)
    # What was typed counts here: no word of these is worth a guess.
    rule = _first(_OFFERS, " ".join(words(text)))
    return Found(Way.OFFER, rule) if rule is not None else Found(Way.ANSWER, "ordinary")


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


@cache
def _budget(letters: int) -> int:
    return next((wrong for least, wrong in _ALLOWED if letters >= least), 0)


def _spelt(word: str) -> str:
    """The known word that this one was probably meant to be, or the word itself."""
    word = _SHORT.get(word, word)
    wrong = _budget(len(word))
    if not wrong or word in _KNOWN or word in _ORDINARY or len(word) > 16:  # noqa: PLR2004 - longer than any of ours
        return word
    near = min(_KNOWN, key=lambda known: (OSA.distance(word, known, score_cutoff=wrong), known))
    return near if OSA.distance(word, near) <= wrong and _budget(len(near)) else word
