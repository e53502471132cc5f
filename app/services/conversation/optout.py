"""Does the customer ask for no more messages, or for messages again? (promise 12). Pure; precise rather than eager.

A single keyword counts only as the whole message, a phrase only when it is about receiving messages: who wants to
cancel an appointment or stop by the store has not opted out.
"""

import re
from enum import StrEnum

from rapidfuzz.distance import OSA

from app.domain.language import vocabulary, words


class Consent(StrEnum):
    """What the customer said about being written to."""

    OUT = "out"
    IN = "in"


_LONGEST = 400  # characters; whoever writes more is telling a story

_POLITE = vocabulary("por favor pf pfv pfvr please pls plz porfa porfavor obrigado obrigada gracias thanks ok")
_GREETINGS = vocabulary("oi ola hola hi hello bom boa dia tarde noite buenos buenas dias tardes")

_OUT_WORDS = vocabulary(
    """parar pare sair stop stopall stopp unsubscribe optout descadastrar descadrastar descadastre descadastro
    desinscrever baja salir desuscribir desuscribirme"""
)
_LONG_OUT_WORDS = ("unsubscribe", "descadastrar", "desinscrever", "desuscribirme")  # long enough to allow a typo
_IN_WORDS = vocabulary("voltar start unstop subscribe optin alta recadastrar suscribir suscribirme")

_THINGS = (
    r"(mensagens?|msgs?|mensagem|sms|promocoes|promocao|propagandas?|ofertas?|notificacoes|avisos|novidades|campanhas?"
    r"|spam|mensajes?|publicidad|promociones|notificaciones|anuncios|messages?|texts?|notifications|promotions|ads"
    r"|marketing|newsletters?)"
)
# The few words that may stand between a verb and what it is about: "receber mais as suas mensagens".
_SOME = (
    r"(?: (?:mais|mas|more|any|these|those|your|the|as|os|essas?|esses?|suas?|de|dessas?|estas?|nenhuma?|ningun"
    r"|esos?|estos?|sus?|tus?|los|las|me|marketing|nada|automaticas?|automaticos?|automatic)){0,4} "
)
# The list one is written to from; a waiting list is another matter.
_LIST = (
    r"(?:listas?|cadastro|list)\b"
    r"(?: (?:de|of) (?:transmissao|contatos|mensagens|envios?|mensajes|contactos|difusion)\b)?(?! (?:de|of)\b)"
)

_OUT_PHRASES = (
    # pt-BR
    rf"\bnao (?:quero|desejo|queria|gostaria de)(?: mais)?(?: voltar a)? (?:receber|ter){_SOME}{_THINGS}",
    rf"\bnao (?:quero|desejo)(?: mais)?{_SOME}{_THINGS}",
    r"\bnao (?:quero|desejo)(?: mais)? receber(?: mais)?(?: (?:nada|isso))?(?: (?:de|da|do) voces)?$",
    rf"\bnao (?:me )?(?:mande|mandem|envie|enviem|manda){_SOME}{_THINGS}",
    r"\bnao me (?:mande|mandem|envie|enviem|manda) mais(?: (?:nada|isso))?$",
    rf"\b(?:pare|parem|para|parar) de (?:me )?(?:mandar|enviar|encaminhar)(?: me)?{_SOME}{_THINGS}",
    r"\b(?:pare|parem|para) de me (?:mandar|enviar|encaminhar)(?: isso)?$",
    rf"^(?:(?:eu )?(?:quero|gostaria de|queria|desejo) )?(?:parar|deixar) de receber{_SOME}{_THINGS}",
    (
        rf"\b(?:me )?(?:tira|tire|tirem|remove|remova|removam|remover|retira|retire|retirem|exclua|excluam)(?: me)?"
        rf"(?: (?:o )?(?:meu )?(?:numero|contato|telefone))? (?:da|dessa|desta|do|desse)(?: sua)? {_LIST}"
    ),
    rf"^(?:(?:eu )?(?:quero|gostaria de|queria|desejo) )?sair (?:da|dessa|desta)(?: sua)? {_LIST}",
    rf"^(?:(?:eu )?quero )?(?:cancelar|cancele|cancelem)(?: o recebimento)?{_SOME}{_THINGS}",
    r"\b(?:me descadastr(?:a|e|em|ar)|quero (?:me )?descadastrar)\b",
    # es
    rf"\bno (?:quiero|deseo|quisiera)(?: mas)? (?:recibir|que me (?:envien|manden|escriban)){_SOME}{_THINGS}",
    rf"\bno (?:quiero|deseo){_SOME}{_THINGS}",
    rf"\bno me (?:envien|manden|envies|mandes|escriban){_SOME}{_THINGS}",
    r"\bno me (?:envien|manden|envies|mandes|escriban|escribas) mas(?: nada)?$",
    rf"\b(?:deja|dejen|deje|dejar) de (?:enviarme|mandarme|enviar|mandar){_SOME}{_THINGS}",
    rf"^(?:quiero )?dejar de recibir{_SOME}{_THINGS}",
    (
        r"\b(?:darme|denme|dame|deme|darse|me dan|me das) de baja"
        rf"(?:$| (?:de|en) (?:(?:la|su|tu|esta|los|sus|estos) )?(?:{_LIST}|{_THINGS}))"
    ),
    (
        rf"\b(?:saca|saque|saquen|quita|quite|quiten|elimina|elimine|eliminen|borra|borre|borren)me"
        rf" de (?:la|su|tu|esta|sus) {_LIST}"
    ),
    rf"^(?:quiero )?(?:cancelar|cancela|cancelen){_SOME}{_THINGS}",
    # en
    rf"(?<!you )(?<!dont )(?<!not )(?<!never )\bstop (?:sending|texting|messaging)(?: me)?(?:{_SOME}{_THINGS}|$)",
    r"\bunsubscribe me\b|\bwant to unsubscribe\b|\bopt me out\b",
    rf"\b(?:want to|wish to|would like to)? ?opt out(?:$| (?:of|from){_SOME}{_THINGS})",
    rf"\b(?:take|remove|delete) (?:me|my number) (?:from|off|off of|out of) (?:your|the|this)(?: mailing)? {_LIST}",
    rf"\b(?:dont|do not) (?:want|wish)(?: to (?:receive|get))?{_SOME}{_THINGS}",
    rf"\b(?:dont|do not) (?:send|text|message) me(?:{_SOME}{_THINGS}| again| anymore| any more)",
    rf"^no more {_THINGS}$",
)
_IN_PHRASES = (
    rf"\b(?:quero|gostaria de|queria|posso|desejo) voltar a receber(?:$|{_SOME}{_THINGS}| agora$)",
    rf"\bquero receber{_SOME}{_THINGS} (?:de novo|novamente|outra vez)",
    rf"\b(?:pode|podem) voltar a (?:me )?(?:mandar|enviar)(?:$|{_SOME}{_THINGS})",
    rf"\b(?:quiero|quisiera|deseo) (?:volver a )recibir(?:$|{_SOME}{_THINGS})",
    rf"\bquiero recibir{_SOME}{_THINGS} (?:de nuevo|otra vez|nuevamente)",
    r"\b(?:darme|denme|dame|deme) de alta$",
    rf"\bwant to (?:receive|get){_SOME}{_THINGS} again",
    rf"\b(?:start|resume) sending me{_SOME}{_THINGS}",
    r"\b(?:subscribe me again|opt me (?:back )?in|opt back in)\b",
)
_NEGATED = (
    r"\b(?:nao|no|dont|do not) (?:quero|quiero|queria|want to) (?:parar|sair|cancelar|deixar|dejar|stop|opt out)\b"
)

_OUT = re.compile("|".join(_OUT_PHRASES))
_IN = re.compile("|".join(_IN_PHRASES))
_NOT_OUT = re.compile(_NEGATED)


def intent(text: str) -> Consent | None:
    """OUT or IN where the message says so beyond doubt, else None."""
    if len(text) > _LONGEST:
        return None
    said = [word for word in words(text) if word not in _POLITE]
    return _keyword([word for word in said if word not in _GREETINGS]) or _phrase(" ".join(said))


def _keyword(said: list[str]) -> Consent | None:
    """A keyword that is the whole message, said once or repeated."""
    if len(set(said)) != 1:
        return None
    word = said[0]
    if word in _OUT_WORDS or any(OSA.distance(word, known) <= 1 for known in _LONG_OUT_WORDS):
        return Consent.OUT
    return Consent.IN if word in _IN_WORDS else None


def _phrase(said: str) -> Consent | None:
    if _NOT_OUT.search(said):
        return None
    if _OUT.search(said):
        return Consent.OUT
    return Consent.IN if _IN.search(said) else None
