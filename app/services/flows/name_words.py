"""The words by which a name is recognised: introductions, refusals, lists of names and of what is none. Folded."""

import re
from pathlib import Path
from typing import Final

from app.domain.language import fold, vocabulary

_FILES: Final = Path(__file__).parent / "words"


def _listed(file: str) -> frozenset[str]:
    lines = (_FILES / file).read_text(encoding="utf-8").splitlines()
    return frozenset(fold(" ".join(line for line in lines if not line.startswith("#"))).split())


def _whole(*ways: str) -> re.Pattern[str]:
    """Any of these, as whole words of a line of folded words."""
    return re.compile(rf"(?:^|(?<= ))(?:{'|'.join(ways)})(?= |$)")


GIVEN: Final = _listed("given.txt")
SURNAMES: Final = _listed("surnames.txt")
PLACES: Final = _listed("places.txt")
NOT_NAMES: Final = _listed("not_names.txt") | vocabulary(
    """raro rara largo larga corto corta comun especial confidencial complicado complicada irrelevante igual reservado
    reservada distinto distinta diferente diferentes obvio correcto incorrecto sigiloso different unimportant obvious
    hidden virgen adivina cargame cargar scam guess irish virgin certeza deus ii iii iv classified
    below above attached mud figura consta aparece curto curta
    estranho estranha comprido segredo complicated confidential irrelevant weird long short special common business
    ingles frances aleman italiano inglesa frances alemao language atencion asap fan hincha torcedor"""
)
# What is no name however it is introduced, and speaks against a name that it follows.
INSULTS: Final = _listed("insults.txt")
PLACEHOLDERS: Final = _listed("placeholders.txt")
# Names that are worn as a joke or in place of one: each word of them may be a name.
JOKES: Final = frozenset(
    {
        *(
            "john doe",
            "jane doe",
            "john smith doe",
            "dick head",
            "mike hunt",
            "ben dover",
            "hugh jass",
            "seymour butts",
        ),
        *("elver galarga", "elber galarga", "rosa melano", "elsa pito", "elba lazo", "benito camela", "aquiles bailo"),
        *("paula tejando", "tomas turbado", "alan brito", "zoila vaca", "zoyla vaca", "esteban quito", "mia khalifa"),
        *("cuca beludo", "jacinto leite", "thomas turbando", "paula dentro", "oscar alho", "tomas turbando"),
    }
)
KEYBOARD: Final = re.compile("asd|sdf|dfg|fgh|ghj|hjk|jkl|lkj|qwe|zxc|xcv|cvb")  # fingers that slid over it
# Names that are also words: without a capital they are asked about.
WORDS_TOO: Final = (GIVEN & NOT_NAMES) | vocabulary(
    """abril alba alma amparo angel angeles april aurora azucena blanca clara consuelo coral jesus dalia dolores domingo
    dulce esperanza flor franco frank grace graca guadalupe justo justino leda leia leal leo lola luna lucero luz mar
    mark maxi max maya may mayo mercedes mia mila milagros nieves noa paz perla pia pilar rob robin reina rita rocio
    rosa rosario rose ruby santos sol soledad summer tito toto vera victoria vitoria violeta violet will dan ron jordan
    memo washington wellington jackson dado celeste jazmin daisy lily rick chris beto chelo salvador concepcion asuncion
    gema genesis aparecida fatima lourdes german roman christian cristiano cristiana israel america brooke"""
)
# Of these, the ones that are rather words ("I'm German", "¡Linda!"): asked about unless introduced as names.
RATHER_WORDS: Final = vocabulary(
    """german roman christian cristiano cristiana israel america brooke april chico concha domingo dan ella linda bella
    neto vale"""
)
# Names that are cities, too: "Santiago de Chile" is nobody.
CITIES: Final = vocabulary("santiago rosario salvador asuncion concepcion victoria florencia valencia merida")
COMPANIES: Final = vocabulary(
    """srl sa sas sac sl ltda ltd llc inc gmbh corp co cia eireli mei s.a s.r.l s.l s.a.s s.a.c c.a hnos hermanos irmaos
    asociados associados associates solutions solucoes soluciones tech import imports export group holding consulting
    motors autos modas joyas seguros propiedades imoveis store shop ventas vendas services servicios servicos"""
)
NOBODY: Final = NOT_NAMES | PLACES | COMPANIES

STRONG: Final = _whole(
    r"me (?:ll?amo|yamo|iamo|llam|llammo|llmao|llano)",
    r"mi (?:nombre|nonbre|nombr|nmbre|nomre|nobre|nombe)(?: completo| real| y apellido)? (?:es|ess|s|:|=)",
    r"^nombres?(?: completo| y apellidos?)? (?::|=|es)",
    r"(?:me (?:chamo|xamo|chmo|chamu)|chamo - me|chamo-me)",
    r"(?:meu|o meu|mue) (?:nome|nom|nomi)(?: completo)? (?:e|eh|:|=)",
    r"^nome(?: completo)? (?::|=|e|eh)",
    r"my (?:full |first |real )?(?:name|nam|nmae|mnae|naem) (?:is|iz|s|:|=)",
    r"my (?:full |first )?(?:name's|names)",
    r"^(?:the )?(?:full |first )?(?:name is|name's|name (?::|=))",
)
# What the writer says of himself, and may go on with anything: "soy Juan", "soy nuevo".
WEAK: Final = _whole(
    r"so[iy] yo|sou eu|soy|sou|somos",
    r"i am called|i'm called|nos llamamos|i am|i'm|im|mi (?:nombre|nonbre)|meu nome|my name",
    r"me (?:dicen|dizem|conocen como|conhecem como)|conocid[oa] como|conhecid[oa] como|known as|goes? by|go by",
    r"(?:puedes?|podes|podria) (?:decirme|llamarme)|me (?:puedes|podes) (?:decir|llamar)|ll?amame",
    r"pode(?:m)? me chamar(?: de)?|me cham[ae] de|cham[ae] de|me chamar de|me chamam de",
    r"(?:you )?(?:can |may |could |please |people |friends |they )*call me|you're speaking (?:to|with)",
    r"atte?|firma|assinado",
)
# What may be said of anybody and anything: the name must be all that follows.
OPEN: Final = _whole(
    r"this is|it's me|(?:^|yo |hi |hey |hello |, )(?:it's|its|it is)",
    r"aqui(?: (?:es|esta|e|quem fala e|le habla|te habla))?|aca|por aqui",
    r"(?:te|le|les)? ?(?:habla|escribe|saluda(?! a ))|hablas con|estas hablando con|^con",
    r"(?:^|oi |ola |hola |, |sim |si )(?:es|e|eh)",
    r"quem (?:fala|esta falando) e|falando e|^com|fala aqui",
    r"(?:ponle|pon|ponme|anota|anotame|registrame|registra|coloca|bota|usa|use|put|put down)(?: como| a| as)?",
    r"a nombre de|em nome de|in the name of|under the name(?: of)?|(?:puede|pode) (?:ser|poner|colocar)",
)
# A sentence that introduces somebody, though not well enough, is not read as a name alone.
ANY_INTRODUCTION: Final = re.compile(rf"{STRONG.pattern}|(?:^|(?<= ))(?:soy|sou|i am|i'm|im|this is)(?= |$)")
# "Me llamo Carlos" without its accent, of him who rang up.
RANG_UP: Final = re.compile(r"(?:^|(?<= ))(?:ayer|anoche|hoy|recien|antes|ya|quien|que|cuando) $")
DENIED: Final = re.compile(r"(?:^|(?<= ))(?:no|nao|nunca|jamas|not|ya no|yo no|eu nao)(?: yo| eu)? $")
ABOUT_ANOTHER: Final = _whole(
    r"se llama|se chama|(?:his|her|their|your|whose) name|(?:su|tu|seu|teu) (?:nombre|nome)",
    r"busco a|hablar con|falar com|speak (?:to|with)|talk (?:to|with)|looking for|conversar con|conoces a",
    r"(?:mi|meu|minha|my) (?!nombre|nome|name)\w+",
)
REFUSAL: Final = re.compile(
    r"\b(?:"
    r"no (?:te |le |lo |se |les )?(?:quiero|quisiera|voy a|puedo|pienso) (?:dar|decir|compartir|poner)|"
    r"no (?:te|le|se) lo|"
    r"no (?:te|le|les) (?:importa|interesa|incumbe|digo|doy)|no doy|no digo|no hace falta|prefiero no|mejor no|"
    r"para que (?:quier|queres|necesit|lo)|por que (?:quier|queres|necesit|me pid)|que te importa|anonim[oa]|"
    r"nao (?:te |lhe |me )?(?:quero|vou|posso|gosto de) (?:dar|dizer|falar|informar|passar|me identificar)|"
    r"prefiro nao|nao (?:te|lhe) (?:interessa|importa|digo)|melhor nao|(?:pra|para) que (?:voce |vc )?(?:quer|precisa)|"
    r"por que (?:voce |vc )?(?:quer|precisa)|nao e da sua conta|nao digo|"
    r"rather not|prefer not|not (?:telling|saying|giving|going to)|(?:won.?t|will not) (?:tell|say|give)|"
    r"don.?t (?:want|like|wish) to (?:give|say|tell|share)|none of your|not your business|"
    r"why do you (?:need|want|ask)|why should i|anonymous"
    r")"
)
# Markup, code, links and orders to a machine are no names, whatever stands beside them.
STRANGE: Final = re.compile(
    r"<\s*[/!a-z]|https?:|www\.|://|\{\{|\$\{|\{%|-- |--$|'\s*or\s|drop table|select .{0,40}from|"
    r"union select|insert into|"
    r"alert\s*\(|javascript:|[=+]\s*[a-z]+\s*\(|\.\./|\$\(|"
    r"(?:previous|prior|above|system) (?:instruction|prompt|rule)|instruc\w+ (?:anterior|previa)|"
    r"ignor[ae]r? (?:all|the|las|todas|tus|as|suas|everything|todo|tudo)|prompt|you are now|ahora eres|agora voce e|"
    r"system ?:|assistant ?:|developer mode|jailbreak"
)

BEFORE_A_NAME: Final = vocabulary(
    """la el lo o a os the don dona sr sra srta dr dra mr mrs ms miss prof ing lic seu senor senora senhor senhora
    doctor doctora doutor doutora profesor profesora professor professora ingeniero ingeniera"""
)
ARTICLES: Final = vocabulary("la el lo o a os the")
JOINTS: Final = vocabulary("y e o u ou or and & / , + |")
AGAIN_INTRODUCED: Final = vocabulary("soy sou")
PARTICLES: Final = vocabulary("de del la las los da do das dos e van von der den di du le y")
SURNAME_PARTICLES: Final = vocabulary("van von der den di du dos das")
KNOWN_PARTS: Final = SURNAMES | PARTICLES
PARTICLE_WORDS: Final = frozenset(
    {("de",), ("del",), ("de", "la"), ("de", "las"), ("de", "los"), ("da",), ("do",), ("das",), ("dos",), ("la",)}
)
OF: Final = vocabulary("de del desde from da do")
FROM: Final = vocabulary("de desde from do da em en in por")
# Whoever says one of these speaks to somebody: the name beside it may be that somebody's.
ADDRESSING: Final = vocabulary(
    """hola holaa holis ola oi oii oie opa eai hi hello hey hiya buenas buenos buen bom boa good gracias obrigado
    obrigada obg valeu thanks thank morning saludos salve favor please"""
)
# Before a name, these do not make it somebody else's.
OWN: Final = vocabulary("si sii sim yes yeah yep pues bueno este e eh y ah oh mmm hm aqui aca here por aja isso eso")
COURTESY: Final = ADDRESSING | vocabulary(
    """dia dias tarde tardes noche noches noite morning afternoon evening day muy bien mucho gusto un placer prazer
    encantado encantada nice to meet you igualmente por favor porfavor please pls claro si sii sim yes yeah yep ok okay
    okey dale listo vale perfecto certo blz beleza tudo bem todo aqui aca here there speaking falando pues bueno este
    amigo amiga que tal muchas muito tudo bem y e eh ah oh mmm hm ps aja correcto exacto isso eso you sure of course"""
)

DOUBLE: Final = {
    first: frozenset(seconds.split())
    for first, seconds in {
        "maria": """jose elena fernanda luz paz eugenia laura belen victoria clara isabel teresa eduarda julia luiza
        alice cecilia angelica aparecida cristina ines sol emilia""",
        "jose": "luis maria antonio manuel carlos miguel angel ignacio pablo alberto",
        "juan": """carlos pablo jose manuel cruz ignacio martin david diego andres camilo sebastian francisco antonio
        luis miguel ramon gabriel""",
        "ana": "maria paula clara julia luiza carolina beatriz laura sofia lucia isabel belen karen cristina luisa",
        "luis": "miguel alberto fernando carlos angel enrique eduardo",
        "luiz": "felipe fernando carlos henrique",
        "joao": "pedro paulo vitor gabriel lucas miguel victor carlos",
        "pedro": "henrique lucas pablo",
        "carlos": "alberto eduardo andres",
        "miguel": "angel",
        "marco": "antonio",
        "victor": "hugo manuel",
        "vitor": "hugo",
        "mary": "ann anne jane",
        "rosa": "maria",
        "luz": "maria marina",
        "francisco": "javier jose",
    }.items()
}
