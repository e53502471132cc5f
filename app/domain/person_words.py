"""The words in which a person is asked for, declined or called for by a complaint: pt-BR, es and en; all folded."""

import re

from app.domain.language import vocabulary

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
ESCALATES = {rule: re.compile(pattern) for rule, pattern in _PHRASES.items()}
DECLINES = re.compile(
    rf"\b{_PERSON} (?:nao|no)(?: (?:precisa|hace falta|necesito))?(?: pode| puede)? ser\b"
    r"|\b(?:pode|puede) ser (?:(?:com|con) )?(?:voce|vc|contigo|tu|usted|o robo|o bot|el bot)(?: mesmo| mismo)?$"
    rf"|\b(?:nao|no|dont|do not)(?: (?:quero|preciso|precisa|precisam|quiero|necesito|hace falta|want|need|to|de|mais"
    rf"|necesitas))+(?: {_TALK})?{_GAP}{_PERSON}"
)
# Who wants to be one of them asks for work.
JOB = re.compile(
    r"\b(?:ser|be|become|como)(?: (?:um|uma|un|una|an?|the|seu|sua|su|your))* (?!(?:humano|humana|human|pessoa|persona"
    rf"|person)\b){_PERSON}"
)
# A message that is little else than the person asked for.
ALONE = vocabulary(
    """atendente humano operador operadora vendedor vendedora recepcionista gerente suporte supervisor supervisora
    dono persona asesor asesora ejecutivo representante encargado human agent representative operator manager
    owner socorro sos"""
)
# These may as well answer a question of ours ("how many?", "who?"), or ask for what a bot can give.
MAYBE = vocabulary("pessoa humana agente persona person gente")
HELP = vocabulary("help ajuda ayuda ajudem ayudenme helpme")
WISHES = vocabulary(
    """quero preciso quiero necesito want need favor pf pfv please pls plz porfa urgente agora ja ahora now real
    verdade verdad ser live com con"""
)
AROUND = vocabulary(
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
OFFERS = {
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
