"""Does the customer ask for a person? Pure; pt-BR, es and en, accents missing and typos included.

Asking for a person is a whole message that is little else ("atendente, por favor"), or a wish and a person side by
side ("quero falar com um atendente"). Merely mentioning one ("vocês têm agente de viagem?") is not.
"""

import re
from functools import cache

from rapidfuzz.distance import OSA

from app.domain.courtesy import is_farewell
from app.domain.language import vocabulary, words

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
_ALLOWED = ((9, 2), (5, 1))  # letters -> how many of them may be wrong

_PERSON = (
    r"(?:atendentes?|humano|humana|pessoas?|agente|operadora?|vendedora?|consultora?|alguem|gerente|responsavel"
    r"|recepcionista|recepcao|secretaria|funcionario|suporte|persona|asesora?|ejecutivo|representante|encargado|alguien"
    r"|human|person|agent|representative|rep|operator|manager|someone|somebody|salesperson|staff|support)\b"
    # Not theirs, not a legal one, not one who does another trade.
    r"(?! (?:juridica|fisica|de viage\w*|de viaje\w*|de turismo|de saude|de seguros|imobiliari\w*))"
)
_GAP = (
    r"(?: (?:com|por|pra|para|a|ao|o|um|uma|uns|umas|algum|alguma|outro|outra|qualquer|de|da|do|dos|das|la|el|los|las"
    r"|un|una|con|algun|otro|otra|to|with|an|the|some|any|real|actual|live|me|us|your|seu|sua|su|sus|ser|logo"
    r"|agora|direto"
    r"|diretamente|aqui|ja|ahora|mesmo|in|through|being))*? "
)
_TALK = (
    r"(?:falar|fala|flar|falr|conversar|atendid[oa]|atendimento com|transferir|transfere|transfira|passar"
    r"|passa|passe|chamar"
    r"|chama|chame|encaminha|encaminhe|encaminhar|entrar em contato|hablar|comunicarme|comunicame|contactar|contactarme"
    r"|transfiereme|transfieran|pasame|pasarme|pasenme|atienda|atendido|speak|speaking|talk|talking|chat"
    r"|connect|transfer|put me|get me"
    r"|give me)"
)
_PHRASES = (
    rf"\b{_TALK}(?: me)?{_GAP}{_PERSON}",
    (
        rf"\b(?:tem|ha|existe|cade|hay|is there){_GAP}?(?:{_PERSON})(?: (?:ai|aqui|disponivel|online|agora"
        r"|ahi|there|here"
        r"|disponible|pra me atender|para me atender|que me atenda|available|de verdade|real|vivo))+"
    ),
    r"\b(?:is|are) (?:anyone|anybody|someone|somebody|a human|a person) there\b",
    r"\batendimento (?:humano|pessoal|humanizado)\b|\batencion (?:humana|personal)\b|\bhuman (?:support|help|being)\b",
    (
        r"\b(?:nao|chega de|cansei de|odeio)(?: (?:quero|de|mais|falar|conversar|com|um|o|esse|este))*"
        r" (?:robo|bot|maquina)s?\b"
    ),
    r"\bno quiero (?:hablar con |mas )?(?:(?:un|una|el|este|esta) )?(?:robot|bot|maquina)\b",
    r"\b(?:dont|do not) want (?:to (?:talk|speak|chat) (?:to|with) )?(?:a |this )?(?:robot|bot|machine)\b",
    (
        rf"\b(?:quero|preciso(?: de)?|queria|prefiro|quiero|necesito|prefiero|want|need|prefer)(?: (?:um|uma"
        r"|un|una|an?|o|a"
        rf"|el|la|the|real|ser|live|any|some|algum|alguma|algun))* {_PERSON}(?: (?:de verdade|real|de verdad|now|agora"
        r"|ahora|ja|urgente|aqui|here|por favor|please|humana|humano))*$"
    ),
)
_ESCALATES = re.compile("|".join(_PHRASES))
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


def asks_for_person(text: str) -> bool:
    """Whether the text, one message or a burst's joined words, asks for a human being."""
    if is_farewell(text):
        return False
    said = [_spelt(word) for word in words(text)]
    sentence = " ".join(said)
    if _DECLINES.search(sentence) and not re.search(r"\b(?:robo|bot|robot|maquina|machine)\b", sentence):
        return False
    alone = {word for word in said if word not in _AROUND}
    return (bool(alone) and alone <= _ALONE) or _ESCALATES.search(sentence) is not None


@cache
def _budget(letters: int) -> int:
    return next((wrong for least, wrong in _ALLOWED if letters >= least), 0)


def _spelt(word: str) -> str:
    """The known word that this one was probably meant to be, or the word itself."""
    wrong = _budget(len(word))
    if not wrong or word in _KNOWN or word in _ORDINARY or len(word) > 16:  # noqa: PLR2004 - longer than any of ours
        return word
    near = min(_KNOWN, key=lambda known: (OSA.distance(word, known, score_cutoff=wrong), known))
    return near if OSA.distance(word, near) <= wrong and _budget(len(near)) else word
