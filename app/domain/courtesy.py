"""The words of politeness in three languages: is a message only a greeting, only thanks or a goodbye? Pure."""

import re

from app.domain.language import vocabulary, words

_RUN = re.compile(r"(.)\1+")


def _said_once(text: str) -> str:
    """Doubled letters said once, so that "oii" and "hellooo" are the words they mean."""
    return _RUN.sub(r"\1", text)


def _vocabulary(text: str) -> frozenset[str]:
    return frozenset(_said_once(word) for word in vocabulary(text))


# A greeting is made of these alone and holds at least one of the openers.
_OPENERS = _vocabulary(
    """oi oie oiee ola opa alo eai bom boa bomdia boatarde boanoite hola ola buen buenos buenas saludos hello helo hi
    hey hiya good greetings morning howdy"""
)
_GREETING = _OPENERS | _vocabulary(
    """dia dias tarde tardes noite noites noches tudo td bem bm blz beleza certo com voce vc voces vcs ai e como vai
    esta estas estao tal que todo bien muy y usted ustedes there afternoon evening day how are you doing pessoal gente
    all everyone team dr dra doutor doutora moco moca senhor senhora amigo amiga por aqui"""
)
_CLOSERS = _vocabulary(
    """obrigado obrigada obg brigado brigada brigadao valeu vlw agradeco agradecido agradecida grato grata tchau gracias
    grasias graciass adios chao chau thanks thank thx ty tks bye goodbye cheers"""
)
_COURTESY = _CLOSERS | _vocabulary(
    """muito muita mesmo demais ok okay ta bom boa certo perfeito otimo show beleza blz entendi pela pelo por a o tudo
    ajuda atencao informacao e de nada dia tarde noite ate logo mais amanha entao voce vc voces vcs deus abraco abracos
    bom fim semana muchas mucha muchisimas perfecto vale listo genial la el su tu ayuda informacion y hasta luego
    manana pronto buen buena buenas que tenga tengas you so very much a lot great perfect good day night for your the
    help see later have nice all that is"""
)
_ACKNOWLEDGEMENTS = _vocabulary(
    """ok okay certo entendi perfeito otimo combinado beleza blz show joia sim si yes nao no claro isso exato perfecto
    vale listo dale great perfect sure fine understood yep nope talvez"""
)


def _only(text: str, vocabulary: frozenset[str], *, needs: frozenset[str]) -> bool:
    said = {_said_once(word) for word in words(text)}
    return bool(said & needs) and said <= vocabulary


def is_greeting(text: str) -> bool:
    """Says hello and nothing else: "Oi", "Bom dia, tudo bem?", "holaaa", "Good morning!"."""
    return _only(text, _GREETING, needs=_OPENERS)


def is_farewell(text: str) -> bool:
    """Says thanks or goodbye and nothing else: "Muito obrigada!", "gracias, hasta luego", "ok thanks"."""
    return _only(text, _COURTESY, needs=_CLOSERS)


def is_acknowledgement(text: str) -> bool:
    """A whole answer in a word or two: "ok", "sim", "perfecto"."""
    return _only(text, _ACKNOWLEDGEMENTS, needs=_ACKNOWLEDGEMENTS)
