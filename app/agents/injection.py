"""Whether a customer's words are meant for the machine: instructions to it, questions about its insides. Pure.

It decides nothing but which tools there are, so in doubt it says yes. pt-BR, es and en, accents, digits written for
letters and spaces between them aside. Each pattern below has its own examples in tests/agents/injection_phrases.tsv.
"""

import re

from app.domain.language import fold

_INJECTION = re.compile(
    r"\b(?:ignor[ea]\w*|desconsider[ea]\w*|esque[cç]a|substitua|replace|reemplaza|salta\w*|haz caso omiso"
    r"|stop following|do not follow|don'?t follow|olvid[ae]\w*|disregard|forget|overrid[ea]\w*"
    r"|bypass)(?: \S+){0,5} "
    r"(?:instruc\w+|instruct\w+|regras?|reglas?|rules?|prompts?|orders?|ordens|ordenes|guidelines|diretrizes"
    r"|directrices"
    r"|limitacoes|limitaciones|limitations|safety|restric\w+|restrictions)"
    r"|\b(?:system|developer) (?:prompt|mode|message)|\bprompt (?:do|del) sistema|\bmodo (?:desenvolvedor"
    r"|desarrollador|dan"
    r"|deus|dios|admin\w*|root)|\b(?:repita|repite|repeat|mostre|muestra\w*|show|reveal|revele|revela|print"
    r"|imprima|imprime"
    r"|diga|dime|tell me|copie|copy|output)(?: \S+){0,5} (?:instruc\w+|instruct\w+|prompts?|system message"
    r"|configuracoes"
    r"|configuracion|regras internas|reglas internas)|\b(?:you are now|voce agora e|agora voce e|ahora eres"
    r"|act as|aja como"
    r"|actua como|finja|finge que (?:e|es|eres|sos|tu|voce|vc)|pretend (?:to be|you))\b"
    r"|<\|?/?(?:im_start|im_end|system|assistant|tool)\|?>"
    r"|\[/?inst\]"
    r"|^#+ ?(?:system|instruction)|(?:^|[#>] ?)(?:system|assistant|sistema) ?: (?!windows|android|ios|linux|mac"
    r"|operacional)|\bjailbreak|\bdan mode"
)


_MORE = re.compile(
    r"\b(?:new|novas?|nuevas?|updated?) (?:instruc\w+|instruct\w+|rules?|regras?|reglas?|orders?|ordens|ordenes) ?:"
    r"|\b(?:esquec[ae]|esquece|olvida|olvide|forget|ignor[ae]|ignore|desconsidere|disregard) (?:de )?"
    r"(?:tudo|todo|everything|all)(?: (?:isso|que|lo que|that|you|o que|above))*"
    r"(?: \S+){0,5} (?:e|y|and) (?:fale|fala|responda|responde|aja|age|habla|actua|speak|talk|act|answer|reply"
    r"|say|diga|me|give|dame)\b"
    r"|\b(?:desconsidere|ignore|ignora|desconsidera) (?:tudo )?(?:o|lo) que (?:veio|foi dito|disseram"
    r"|te falaram|vino|dijeron)"
    r"|\b(?:ignora|ignore) (?:tudo|todo) (?:o )?que\b"
    r"|\b(?:repita|repete|repite|repeat|copie|print|traduza|traduz|traduce|translate) (?:\S+ ){0,2}"
    r"(?:(?:texto|text|mensagem|mensaje|words?) (?:acima|anterior|de arriba|above)|(?:everything|tudo"
    r"|todo) (?:acima|above|arriba)"
    r"|(?:seu|teu|tu|su|your) (?:prompt|system)|prompt)\b"
    r"|\bwhat (?:is|was) written above\b|\ba partir de agora (?:voce|vc) (?:vai|so|deve|responde)"
    r"|\bfrom now on you (?:will|must|only|are)\b"
    r"|\ba partir de ahora (?:vas a|debes|solo|eres)\b|\btell me what your instructions\b"
)
# The instructions of a thing that is sold are no instructions of ours.
_OF_A_THING = re.compile(
    r"\b(?:instruc\w+|instruct\w+)(?: (?:de|do|da|para|of|for|to|del))+ (?:(?:o|a|el|la|the|como) )?(?:uso|usar"
    r"|use|cuidado|cuidados|produto|producto"
    r"|product|machine|maquina|montagem|instalacao|instalacion|lavagem|lavado|preparo|pagamento|pago|care"
    r"|limpeza|aparelho)\b"
)

_INSTRUCTIONS = r"(?:instruc\w+|instruct\w+|prompts?)"
_RULES = r"(?:regras|reglas|rules|instruc\w+|instruct\w+|prompts?|guidelines|diretrizes|directrices)"
_LIMITS = r"(?:restric\w+|restrictions?|filtros?|filters?|limites|limits|limitac\w+|limitations|censura|censorship)"
_YOURS = r"(?:seus?|suas?|teus?|tuas?|tus?|sus?|your)"
_THE = r"(?:o |a |os |as |el |la |los |las |the )?"
_PROGRAM = r"(?:bots?|chatbot|robo|robot|sistema|system|assistente|asistente|assistant|ia|ai)"
_PEOPLE = (
    r"(?:desenvolvedor\w*|desarrollador\w*|developer|criador\w*|creador\w*|creator|programador\w*|programmer"
    r"|admin\w*)"
)
_TOOL = r"(?:ferramentas?|herramientas?|tools?|funcao|funcoes|funcion|funciones|functions?)"
# Each is a way of talking to the machine, on folded words.
_WAYS = {
    "asks for its instructions": (
        rf"\b(?:qual|quais|cual|cuales|what|whats) (?:e|sao|es|son|is|are|was|were) {_THE}{_YOURS} (?:\w+ )?"
        rf"{_INSTRUCTIONS}(?= ?(?:[?.!,;]|$))|\b{_YOURS} (?:system |initial |internal )?prompt\b"
    ),
    "asks what it was told": (
        r"\b(?:te deram|te disseram|voce recebeu|te dieron|te dijeron|recibiste|were you told|you were told"
        r"|you were given|were you given)\b.{0,20}\b(?:antes|before|previo)\b.{0,12}\b(?:conversa|conversacion"
        r"|conversation|chat)\b"
    ),
    "has its rules copied": rf"\b(?:copie|copia|copy) (?:e|y|and) (?:cole|cola|pega|pegue|paste)(?: \S+){{0,4}}"
    rf" {_RULES}\b",
    "asks for its settings": (
        r"\b(?:mostr\w+|muestr\w+|show|print|imprim\w+|reveal|revel\w+|dump|output|exib\w+)"
        rf" {_YOURS} (?:\w+ )?(?:config\w+|settings)\b"
    ),
    "asks for its tools": (
        rf"\b{_TOOL} (?:que )?(?:voce |vc |tu |do you |can you |you )?(?:pode|podes|puedes|can|sabe|sabes)? ?"
        r"(?:chamar|usar|executar|llamar|ejecutar|call|use|run|invoke)\b"
        rf"|\b{_TOOL} (?:que )?(?:voce tem|vc tem|tienes|you have|do you have)(?= ?(?:[?.!,;]|$))"
    ),
    "calls its tools": (
        rf"\b(?:cham[ea]|execut[ea]|rod[ea]|ejecut[ea]|llam[ea]|call|run|invoke|us[ea]|aciona|acione) {_THE}{_TOOL}\b"
        r"|\b[a-z]+_(?:slots?|booking|bot|over|note|tags|knowledge|user|of)\b"
    ),
    "plays a part of the exchange": (
        r"\[/?(?:system|sistema|assistant|admin)\]|\"?role\"? ?: ?\"?(?:system|assistant|developer|tool)\b"
        r"|\b(?:mensagem|mensaje|message) (?:do|del|de|from) (?:the |el |o )?(?:admin\w*|sistema|system|desenvolvedor"
        r"|desarrollador|developer) ?:"
        r"|\b(?:end of|fim d[aeo]s?|fin de las?) (?:the )?(?:instruc\w+|instruct\w+|prompt|system)\b"
    ),
    "claims to be its maker": (
        rf"\b(?:sou|soy|i am|i'm|im) {_THE}{_PEOPLE} (?:do|da|deste|desse|desta|del?|of)"
        rf" (?:o |a |el |la |este |esta |the |this )?{_PROGRAM}\b"
    ),
    "switches its mode": (
        r"\bmodo (?:de )?(?:debug|depuracao|depuracion|sem censura|sin censura|sem filtros?|sin filtros?|irrestrito)\b"
        r"|\b(?:entr[ea]|ativ[ea]|activ[ea]) (?:n?o |en |em |el )*modo (?:de )?(?:teste|prueba)\b"
        r"|\b(?:enter|enable|activate|switch to) (?:\w+ )?(?:debug|test|admin|god|developer|unrestricted) mode\b"
        r"|\b(?:teste|prueba) autorizad[oa]\b|\bauthorized test\b"
    ),
    "wants it without limits": (
        rf"\b(?:como se|como si|as if)(?: \S+){{0,5}} {_LIMITS}\b|\b{_LIMITS} (?:nem|ni|or|and|e|y|o|ou)"
        rf" {_LIMITS}\b"
        rf"|\b(?:ia|ai|amigo|friend|bot|robo|assistente|asistente|assistant) (?:sem|sin|without)"
        rf" (?:\w+ )?(?:{_RULES}|{_LIMITS})\b"
        rf"|\b(?:sem questionar|sin cuestionar|without question\w*)\b.{{0,12}}{_RULES}"
    ),
    "makes it somebody else": (
        rf"\b(?:(?:voce|vc) nao e mais|ya no eres|you are no longer|you're no longer) (?:\S+ ){{0,3}}?{_PROGRAM}\b"
        r"|\b(?:vamos brincar|vamos jogar|juguemos|let'?s play) ?:? (?:que )?(?:voce|vc|eres|tu eres|you)\b"
    ),
    "hides the order": (
        r"\b(?:decodifi\w+|decode)\b(?: \S+){0,6} (?:siga|segue|sigue|faca|haz|do what|follow|execut\w+|obe\w+)\b"
    ),
    "makes a rule": r"\b(?:nova regra|nueva regla|new rule) ?:"
    r" (?:tod|tud|every|al+\b|diga|di\b|say|you|voce|desconto|dar?\b|give)",
}
_SAID_TO_IT = tuple(map(re.compile, _WAYS.values()))
_LETTERS = str.maketrans("013457@$", "oieastas")
_DISGUISED = re.compile(r"(?<=[a-z])[013457@$](?=[a-z])")
_SPACED = re.compile(r"\b(?:[a-z] ){3,}[a-z]\b")


def looks_injected(text: str) -> bool:
    """Whether a customer's words are meant for the machine. It changes which tools there are, not who answers."""
    said = _OF_A_THING.sub(" ", _undisguised(fold(text)))
    if _INJECTION.search(said) or _MORE.search(said):
        return True
    return any(way.search(said) for way in _SAID_TO_IT)


def _undisguised(said: str) -> str:
    """Digits in words as the letters that they stand for, and "i g n o r e" as a word."""
    plain = _DISGUISED.sub(lambda one: one[0].translate(_LETTERS), said)
    return _SPACED.sub(lambda one: one[0].replace(" ", ""), plain)
