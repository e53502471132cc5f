"""The words in which a booking is claimed, in three languages, and those that undo a claim. Patterns only.

They are read over folded words: lower case, no accents, one blank between words, nothing else.
"""

import re

# How a participle ends: also small ("agendadinho"), and more than sure ("confirmadíssimo").
_ENDING = "(?:[oa]s?|(?:inh|it|issim|isim)[oa]s?)"


def _any(*words: str) -> str:
    return rf"\b(?:{'|'.join(' '.join(words).split())})\b"


def _done(*stems: str) -> str:
    """Participles by their stems, however they end."""
    return rf"\b(?:{'|'.join(' '.join(stems).split())}){_ENDING}\b"


def _said(pattern: str) -> re.Pattern[str]:
    """A pattern over folded words; a plain blank in it stands for one between words."""
    return re.compile(pattern)


_DAY = _any(
    "hoje amanha segunda terca quarta quinta sexta sabado domingo hoy manana lunes martes miercoles jueves viernes",
    "today tomorrow monday tuesday wednesday thursday friday saturday sunday",
)
WHEN = _said(rf"{_DAY}|\b(?:as|at|a las|a la) \d|\b\d{{1,2}} ?(?:h|hs|horas|am|pm)\b|\b\d{{1,2}} \d{{2}}\b|\bdia \d")
THING = _said(
    _any(
        "agendamentos? horario compromisso consulta reuniao visita atendimento sessao avaliacao reserva vaga marcacao",
        "lugar spot encontro encaixe",
        "cita turno hora reunion sesion encuentro agenda appointment booking slot meeting reservation visit session",
    )
)
# What else is confirmed and reserved in a shop.
GOODS = _said(
    _any(
        "pedido pagamento entrega compra cadastro pix pago envio order payment delivery purchase shipping cadastrado",
        "produto producto product",
    )
)

_FOR_YOU = r"(?:para|pra) (?:voce|vc|ti|usted|ustedes|vos)\b"
_MEETING = r"\b(?:cita|turno|visita|reunion|consulta|reuniao|horario|encontro|sessao|sesion|vaga)"
# A time, and nothing but a time.
_TIME = (
    rf"(?: (?:{_DAY}|\d{{1,2}}(?: ?\d\d)?(?: ?(?:hs?|horas|am|pm)\b)?|feira|dia|as|a|las|la|el|o|at|on|de|da|do|the"
    r"|proxim[oa]|next|tarde|manha)(?= |$))"
)
# Who is waited for.
_U = r"(?:voce|vc|ti|usted|ustedes|vos|o senhor|a senhora)"
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
CLAIMS = [
    _said(_done("agendad marcad reagendad remarcad")),
    _said(_any("booked rebooked scheduled rescheduled")),
    _said(_any("agendei marquei remarquei reagendei agendamos marcamos reagendamos remarcamos reprogramamos")),
    _said(r"\b(?:acabei|acabamos|acabo) de (?:agendar|marcar|reservar|confirmar|programar|remarcar)\b"),
    _said(r"\bse (?:agendo|reservo|programo) (?:su|tu|la|el)\b"),
    _said(
        r"\b(?:coloquei|inclui|anotei|puse|put you|put it|added you|added it|you are|youre|esta|ficou|quedo)"
        r"(?: (?!bloquead|ocupad|livre|libre|disponi|available|free)\w+){0,3}"
        r" (?:na|no|en|in|on|to) (?:la |el |the |our |nossa |minha |nuestra |mi |my )?"
        r"(?:agenda|calendario|calendar|schedule)\b"
    ),
]
# ... these only where it is about an appointment ...
ABOUT_ONE = [
    _said(
        _done("reservad confirmad garantid programad reprogramad asegurad apartad separad registrad guardad blindad")
    ),
    _said(_done("anotad apuntad encaixad fijad pautad acertad acordad")),
    _said(r"\b(?:reserved|confirmed|secured|locked in|saved|held|pencill?ed in)\b"),
    _said(_any("reservei confirmei garanti separei reservamos confirmamos anotei anotamos guardei guardamos")),
    _said(_any("segurei seguramos bloqueei bloqueamos fixei fixamos acertei acertamos fijamos apartamos")),
    _said(rf"\bbloquead[oa]s?(?: \w+){{0,4}} {_FOR_YOU}|\bblocked(?: \w+){{0,6}} for you\b"),
    _said(r"\b(?:ive|i have|weve|we have) (?:just |already )?(?:set up|lined up|arranged|grabbed|snagged|blocked)\b"),
    _said(rf"{_MEETING} (?:\w+ ){{0,2}}(?:cerrad|fechad|combinad|amarrad)[oa] (?:para|pra|com|con)\b"),
]
# ... these where nothing else is said: "Confirmado", and a tick ...
ALONE = re.compile(
    r"^(?:(?:pronto|prontinho|ok|perfeito|otimo|listo|perfecto|great|perfect|tudo|todo|all|ja|ya|esta|ta|its|it is) )*"
    rf"(?:(?:confirmad|reservad|guardad|apuntad|encaixad){_ENDING}|confirmed|reserved)$"
)
# ... these where they follow the thing, or name it ...
OF_THE_THING = [
    _said(rf"{_MADE}{_UNTIL_DONE}{_DONE}"),
    _said(
        r"\b(?:fiz|fizemos|criei|criamos|realizei|efetuei|efetuamos|efetivei|conclui|concluimos|finalizei|lancei|hice"
        rf"|hicimos|creamos|made|created|completed|feit[oa]|hech[oa]|cread[oa]|criad[oa])(?: \w+){{0,3}}? {_MADE}"
    ),
]
# ... and these only with the time.
WITH_TIME = [
    _said(r"\b(?:te|lhe|lo|la|os|les|voce|voces|vos) esper(?:o|amos|aremos)\b"),
    _said(r"\besper(?:o|amos|aremos) (?:por )?(?:voce|voces|ti|usted|ustedes|vos|you)\b"),
    _said(r"\b(?:vejo voce|nos vemos|te vejo|te vemos|see you|looking forward to (?:seeing|meeting) you)\b"),
    _said(rf"\bate {_DAY}"),
    _said(
        r"\b(?:tudo certo|tudo pronto|tudo acertado|tudo ok|combinado|todo listo|todo confirmado|quedamos"
        r"|ficamos|all set|set for)\b"
    ),
    _said(
        rf"\b(?:seu|sua|tu|su|your) {THING.pattern}(?: \w+){{0,3}} (?:e|es|sera|ficou|fica|quedo|queda|is|will be)\b"
    ),
    _said(rf"{_MET}{_UNTIL_DONE}{_DONE}"),
    _said(rf"{_YOU_HAVE}(?: (?!(?:que|to|of|until|ate|hasta)\b)\w+){{0,2}}? {THING.pattern}{_FREE}"),
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
# ... and these only with the time, where nothing is sold: what is delivered is waited for as well.
WITH_TIME_OF_A_VISIT = [
    _said(r"\b(?:va a|van a|vamos a) (?:esperar|recibir)(?:te|lo|la|le|los|las)\b|\bestar[ae]n? esperandol[oae]\b"),
    _said(
        r"\b(?:vai|vao|ira|irao|va a|van a|vamos a|vamos|estara|estarao|estaran|estaremos|esta|estamos|estao|estan) "
        r"(?:te|lhe|lo|la|le|os|les|vos) (?:esperar|aguardar|receber|recibir|esperando|aguardando)\b"
    ),
    _said(
        r"(?<!\batendente )(?<!\bequipe )(?<!\balguem )(?<!\bpessoa )(?<!\bequipo )(?<!\basesor )(?<!\basesora )"
        r"(?<!\balguien )(?<!\bpersona )(?<!\bcolega )\b(?:vai|va a) (?:te|lhe|lo|la|le) atender\b"
    ),
    _said(
        r"\b(?:te|lhe|lo|la|le|os|les|vos) (?:espera|esperam|esperan|esperara|aguarda|aguardam|aguardan|aguardo"
        r"|aguardamos|recebe|recibe|recebera|recibira|receberemos|recibiremos)\b"
    ),
    _said(rf"\b(?:aguardo|aguardamos|aguarda|aguardando|esperando|esperar|receber|espera)(?: por| a)? {_U}\b"),
    _said(r"\b(?:waiting|expecting|expects?|awaits?|awaiting)(?: for)? you\b|\b(?:a gente|gente) se ve\b"),
    _said(r"\b(?:fechad|cerrad|acertad|amarrad)[oa] (?:com|con) (?!chave|cadeado|llave|candado)\w+"),
    _said(rf"\b(?:fechad|cerrad|acertad|amarrad)[oa] {_FOR_YOU}"),
    _said(rf"\b(?:quedas|quedaste|quedo|queda|ficas|ficou|fica|ficaste) (?:para|pra|pro)(?={_TIME})"),
    _said(r"\b(?:na|en la|on the) (?:lista|list)\b(?! (?:de )?espera)"),
    _said(
        r"\b(?:no|em|ao) (?:seu|teu) nome\b|\ba (?:tu|su) nombre\b|\b(?:in|under) your name\b|\bname is (?:down|in)\b"
    ),
    _said(r"\b(?:no papo|garantidao|dalo por hecho|de[nm]? por hecho|consider it (?:done|sorted)|considere feito)\b"),
    _said(
        r"\b(?:sabe|sabem|saben|avisei|avisamos|knows?|told)(?: (?!se\b|si\b|if\b|when\b|quando\b|cuando\b)\w+){0,3} "
        r"(?:que|that|voce|vc|you|usted)(?: (?:voce|vc|tu|usted|you|are|will))? "
        r"(?:vem|vira|vai vir|viene|vienes|vendra|vendras|coming|come|are coming)\b|\byoure coming\b"
    ),
    _said(
        rf"\b(?:consegui|conseguimos)(?:{_TIME}| um| uma| seu| sua| horario| vaga| encaixe| lugar){{1,8}} {_FOR_YOU}"
    ),
    _said(r"\b(?:youre|you are|youll be) (?:all )?(?:in|down|on|up|good|good to go|confirmed|locked) (?:for|on)\b"),
    _said(r"\bhas you (?:at|on|for|down|in)\b|\bits a date\b|\bits official\b|\bwaits? for you\b"),
    _said(rf"\bcuent[ae]s? con (?:tu|su|el|la) {THING.pattern}"),
    _said(
        r"\b(?:lancei|coloquei|inseri|cadastrei|inclui|registrei|ingrese|entered|put)(?: \w+){0,5} "
        r"(?:no|nosso|en el|in the|in our|into the|into our) (?:sistema|system)\b"
    ),
    _said(rf"(?:{_DAY}|\d (?:h|am|pm)|\d(?:h|am|pm)|\d) it is\b"),
    _said(
        rf"^(?:seu|sua|tu|su|your) {THING.pattern}(?: (?:com|con|with)(?: (?:a|o|la|el))? \w+)?"
        rf"(?: e| es| is)?{_TIME}{{1,12}}$"
    ),
    _said(
        r"^(?:(?:e isso|isso ai|isso|eso es|perfeito|perfecto|perfect|great|otimo|pronto|prontinho|listo|ok|beleza"
        rf"|fechou|entao|entonces) ?)+{_TIME}{{1,12}} (?:com|con|with)(?: \w+){{1,3}}$"
    ),
]
IN_SPANISH = re.compile(
    r"\b(?:agendé|reservé|programé|marqué|anoté|aparté|reagendé|reprogramé|confirmé|apunté|bloqueé|fijé|guardé"
    r"|(?:creé|realicé|efectué|generé|concreté)(?=(?: \w+){0,3} (?:cita|turno|reserva)\b))\b"
)

# What stands before a claim that is none: a denial, a condition, a wish, what is still to come about.
LOOSELY = _said(
    r"\b(?:nao|no|not|never|nunca|isnt|wasnt|hasnt|havent|nem|ni|neither|quando|cuando|when|once|assim que|until|"
    r"se (?:for|fica|ficar|estiver|quiser|preferir|precisar|voce|houver|der|tiver)|"
    r"si (?:quiere|quieres|desea|prefiere|tu|su|esta|te|hay|la|el|lo|le)|if|para ser|pra ser|to be|a ser|"
    r"precisa ser|deve ser|pode ser|debe ser|puede ser)(?: \w+){0,4}$"
    # "I can confirm that it is booked" is a claim all the same.
    r"|\b(?:(?<!que )si|se|if|ao|depois de|apos|after|despues de|una vez|uma vez)(?: (?:o|a|el|la|the|un|um|uma|una))?$"
    # Whether one must have a booking is another matter.
    r"|\b(?:precis|necesit|need)\w* (?:(?:ter|tener|de|to|have|uma?|una?|an?) )*"
    r"(?:hora|horario|cita|consulta|visita|turno|appointment|time)?$"
    r"|\b(?:quer|quiere|quieres|want|gostaria|would|posso|podemos|puedo|can|may|shall|deseja|desea)"
    r"(?: (?!confirm|inform|diz|dec|say|tell)\w+){0,4}$"
)
TIGHTLY = _said(r"\b(?:com|con|sem|sin|without|by|with)(?: \w+)?$")
SOMEBODY_ELSES = _said(r"^ (?:por outr|para outr|por otr|para otr|by (?:another|someone|somebody)|for someone)")
OF_GOODS = _said(rf"(?:{GOODS.pattern})(?: \w+){{0,2}}$")
# A claim with one of these behind it asks for a nod, not whether it is so.
NOD = re.compile(
    r"[,;:\u2013\u2014-]?\s*\b(?:ok|okay|certo|t[aá]|combinado|beleza|blz|n[eé]|viu|vale|s[ií]|bueno|de acuerdo|right"
    r"|alright|deal)\s*\?[?!\s]*$",
    re.IGNORECASE,
)
# Letters of other alphabets that look like ours: who writes with them means ours.
LOOKS_LIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
    "\u0406\u0408\u0405\u03bf\u03b1\u03b9\u03c1\u03bd\u0391\u0392\u0395\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a7\u0261\u0251\u0131",
    "aeopcyxijsdABEKMHOPCTXIJSoaipvABEHIKMNOPTXgai",
)
YES = re.compile(r"^\W*s[ií][,!]\s*|^\W*sí\s+", re.IGNORECASE)
