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

_PERSON = (
    r"(?:atendentes?|humano|humana|pessoas?|agente|operadora?|vendedora?|consultora?|alguem|gerente|responsavel"
    r"|recepcionista|recepcao|secretaria|funcionario|suporte|persona|asesora?|ejecutivo|representante|encargado|alguien"
    r"|human|person|agent|representative|rep|operator|manager|someone|somebody|salesperson|staff|support"
    r"|supervisora?|don[oa]|proprietari[oa]|duen[oa]|encargada|owner|boss|member of (?:the |your )?(?:staff|team))\b"
    # Not theirs, not a legal one, not one who does another trade.
    r"(?! (?:juridica|fisica|de viage\w*|de viaje\w*|de turismo|de saude|de seguros|imobiliari\w*))"
)
# A desk is asked for by talking to it; a thing or a trade of that name is not.
_DESK = (
    r"(?:com|con|to|with|para|pra|pro|ao)(?: (?:o|a|os|as|el|la|los|las|the|your|um|uma|un|una|an?|seu|sua|su))*"
    r" (?:especialistas?|specialist|setor|sector|departamento|department|financeiro|comercial|vendas|ventas|sales"
    r"|atendimento|equipe|equipo|team|cobranca|gerencia|diretoria|administracao|administracion|sac"
    r"|atencion al cliente|servicio al cliente|customer (?:service|support|care))\b"
)
_WHO_WAS_THERE = r"(?:moc[ao]|menina|rapaz|chic[ao]|muchach[ao]|senorita|lady|guy|girl) (?:que|who|that)\b"
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
    r"|give me|(?:comuniquen?|transfieran?|pasen?|conecten?|conecta|deriven?|deriva|pongan?)(?:me|nos))"
)
_MAY_I = (
    r"\b(?:quero|queria|preciso|gostaria de|posso|poderia|deixa(?: eu)?|quiero|quisiera|necesito|puedo|podria"
    r"|i want to|i need to|let me|can i|could i|may i) (?:falar|hablar|speak|talk)"
)
_NOBODY_HERE = (
    r"(?:voces?|vcs?|tu|ti|usted(?:es)?|you|him|her|them|eles?|elas?|isso|ninguem|nadie|robo|robot|bot|ia|calma"
    r"|respeito|esposa|esposo|marido|mulher|mae|pai|mama|papa|familia|filh[oa]|wife|husband|mom|dad|soci[oa]|chefe"
    r"|patrao|jefe|gente|it|this|that|meu|minha|mi|my|um|uma|un|una|o|a|el|la|the|amigo|amiga)\b"
)
_PHRASES = {
    "talk_to_person": rf"\b{_TALK}(?: me)?{_GAP}{_PERSON}",
    "person_there": (
        rf"\b(?:tem|ha|existe|cade|hay|is there){_GAP}?(?:{_PERSON})(?: (?:ai|aqui|disponivel|online|agora"
        r"|ahi|there|here"
        r"|disponible|pra me atender|para me atender|que me atenda|available|de verdade|real|vivo))+"
    ),
    "talk_to_desk": rf"\b{_TALK}(?: me)?(?: through)? {_DESK}",
    "asked_by_name": rf"{_MAY_I} (?:com|con|to|with) (?:(?:a|o|el|la|the) )?(?!{_NOBODY_HERE})[a-z]+$",
    "where_is_one": rf"\b(?:cade|kd|donde esta|where is|wheres){_GAP}(?:{_PERSON}|{_WHO_WAS_THERE})",
    "may_one_serve_me": (
        rf"\b{_PERSON}(?: (?:pode|poderia|podem|puede|podria|pueden))? (?:me|nos) (?:(?:pode|puede|podria) )?"
        rf"(?:atender|atenda|atende|atienda|atiende)\b"
        rf"|\b(?:me|nos) (?:puede|podria|pueden|pode|poderia|podem) atender{_GAP}{_PERSON}"
    ),
    "can_i_get_one": (
        r"\b(?:can|could|may) (?:i|we) (?:\w+ )?(?:get|have|see|reach)(?: (?:an?|the|some|real|live|actual|your))*"
        rf" {_PERSON}(?:$| (?:help|to help|to talk|on the|please|pls|plz|now|here|instead|that|who|from)\b)"
    ),
    "one_to_talk_to": (
        rf"\b{_PERSON} (?:(?:that |who )?(?:i|we) (?:can|could|may) (?:talk|speak|chat)|to (?:talk|speak|chat) (?:to"
        r"|with)|(?:com|con) (?:quem|quien)(?: \w+){0,2} (?:falar|conversar|hablar))\b"
    ),
    "one_to_answer": (
        r"\b(?:tem|ha|existe|hay|tienen|teria|there)(?: (?:um|uma|algum|alguma|un|una|algun|alguna|an?|any|real|ser))*"
        rf" {_PERSON}(?: de verdade| de verdad| real)? (?:pra|para|que|to) (?:(?:me|nos) )?(?:atender\w*|responder\w*"
        r"|falar|conversar|hablar|answer|talk|speak|reply)\b"
    ),
    "call_me": (
        r"\bme (?:(?:podem|pode|poderiam?|pueden?|podrian?) )?"
        r"(?:liga|ligue|ligar|ligam|liguem|llame|llamen|llamas|llamar)\b"
        r"|\b(?:ligue|liga|ligar) (?:pra|para) mim\b"
        r"|\bllam[ae]n?me\b|\bcall me(?: (?:back|please|pls|now|asap|later|today|tomorrow|when|at|on)\b|$)"
    ),
    "service_desk": (
        r"^(?:(?:oi|ola|hola|hi|hello) )?(?:customer (?:service|support|care)|(?:servicio|atencion) al cliente|sac)"
        r"(?: (?:please|pls|plz|por|favor|pfv|now|ahora))*$"
    ),
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
    rf"\b{_PERSON} (?:nao|no)(?: (?:precisa|hace falta|necesito))?(?: pode| puede)? ser\b"
    r"|\b(?:pode|puede) ser (?:(?:com|con) )?(?:voce|vc|contigo|tu|usted|o robo|o bot|el bot)(?: mesmo| mismo)?$"
    rf"|\b(?:nao|no|dont|do not)(?: (?:quero|preciso|precisa|precisam|quiero|necesito|hace falta|want|need|to|de|mais"
    rf"|necesitas))+(?: {_TALK})?{_GAP}{_PERSON}"
)

# Who wants to be one of them asks for work.
_JOB = re.compile(
    r"\b(?:ser|be|become|como)(?: (?:um|uma|un|una|an?|the|seu|sua|su|your))* (?!(?:humano|humana|human|pessoa|persona"
    rf"|person)\b){_PERSON}"
)
# A message that is little else than the person asked for.
_ALONE = vocabulary(
    """atendente humano operador operadora vendedor vendedora recepcionista gerente suporte supervisor supervisora
    dono persona asesor asesora ejecutivo representante encargado human agent representative operator manager
    owner socorro sos"""
)
# These may as well answer a question of ours ("how many?", "who?"), or ask for what a bot can give.
_MAYBE = vocabulary("pessoa humana agente persona person gente")
_HELP = vocabulary("help ajuda ayuda ajudem ayudenme helpme")
_WISHES = vocabulary(
    """quero preciso quiero necesito want need favor pf pfv please pls plz porfa urgente agora ja ahora now real
    verdade verdad ser live com con"""
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
    said = [_spelt(word) for word in words(_undisguised(text))]
    sentence = " ".join(said)
    if _DECLINES.search(sentence) and not re.search(r"\b(?:robo|bot|robot|maquina|machine)\b", sentence):
        return Found(Way.ANSWER, "declined")
    if _JOB.search(sentence):
        return Found(Way.ANSWER, "wants_the_job")
    if (rule := _alone(said)) is not None:
        return rule
    if (rule := _first(_ESCALATES, sentence)) is not None:
        return Found(Way.ESCALATE, rule)
    # What was typed counts here: no word of these is worth a guess.
    rule = _first(_OFFERS, " ".join(words(text)))
    return Found(Way.OFFER, rule) if rule is not None else Found(Way.ANSWER, "ordinary")


def _alone(said: Sequence[str]) -> Found | None:
    """What a message comes to that is little else than who is asked for."""
    alone = {word for word in said if word not in _AROUND}
    if not alone or not alone <= _ALONE | _MAYBE | _HELP:
        return None
    # "persona" and nothing else is what our own offer asks for.
    meant = alone & (_ALONE - _MAYBE) or _WISHES & set(said) or list(said) == ["persona"]
    if alone <= _HELP or not meant:
        return Found(Way.OFFER, "help_alone" if alone <= _HELP else "perhaps_a_person")
    return Found(Way.ESCALATE, "person_alone")


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


def _undisguised(text: str) -> str:
    """Letters written apart are a word ("h u m a n o"), "@" between letters is one, and "w/" is "with"."""
    plain = _SPACED_OUT.sub(lambda found: found[0].replace(" ", ""), text)
    return _WITH.sub("with ", _AT_FOR_A.sub("a", plain))


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
