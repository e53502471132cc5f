"""What a customer's message is about: its words without the ones that every message has. Pure; pt-BR, es and en."""

import re

from app.domain.language import vocabulary, words

_MOST = 24  # words; a question that needs more is a story

# Politeness and grammar, accents gone. Words that point at a topic ("quanto", "onde", "cuando", "how much") stay.
_NOISE = vocabulary(
    """a ao aos as o os um uma uns umas de do da dos das em no na nos nas num numa por pra pro para pelo pela com sem e
    ou mas que se me te lhe eu tu ele ela nos voce voces vc vcs meu minha meus minhas seu sua seus suas isso
    isto esse essa este esta esses essas ai aqui la ja so tambem muito mais bem ser sou e sao era foi estou esta
    estao estar ta to tem tenho temos ter ha vou vai vamos quero queria querem gostaria preciso posso pode podem
    poderia poderiam fazer saber sabe dizer diz informar passa passar conta faco faz manda mandar me qual quais
    favor gentileza oi ola bom boa dia tarde noite tudo obrigado obrigada valeu ok entao nao sim alguem algum
    alguma como quem pq porque ainda agora hoje amanha el los las un una unos unas del al en con sin y u pero mi
    mis tu tus su sus yo usted ustedes le les lo se es son estoy estan hay tengo tiene tienen quiero quisiera
    necesito puedo puede pueden podria podrian hacer hago decir pasa pasame dime cual cuales que si muy hola
    buenos buenas dias tardes noches gracias porfavor ahora hoy manana algun alguno tambien the an of to for in
    on at with without and or but if i im id you your yours my we our they it its is are am was be been do does
    did have has had can could would will want need like know tell whats hows show please thanks thank hi hello
    hey good morning afternoon evening there this that what which who any some get me us today tomorrow so just"""
)
_ASKING = vocabulary(
    """qual quais quanto quanta quantos quantas quando onde como quem cual cuales cuanto cuanta cuantos cuantas cuando
    donde quien what how when where which who aceita aceitam aceptan tem tienen voces ustedes can do does"""
)
_SENTENCE = re.compile(r"[^?.!;\n\u00bf\u00a1]+\??")
_AND = re.compile(r",?\s+(?:e|y|and)\s+", re.IGNORECASE)


def content(text: str) -> list[str]:
    """The folded words that say what the text is about, each once, in their order."""
    return [word for word in dict.fromkeys(words(text)) if word not in _NOISE][:_MOST]


def asks(text: str) -> bool:
    """Whether the text wants an answer, a question mark or not."""
    return "?" in text or not _ASKING.isdisjoint(words(text))


def clauses(text: str) -> list[str]:
    """The sentences, and the halves of those with an "and", that are about something; each keeps its question mark."""
    halves = (half for sentence in _SENTENCE.findall(text) for half in _AND.split(sentence))
    return [half.strip() for half in halves if content(half)]
