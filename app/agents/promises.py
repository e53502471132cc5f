"""What a reply promises in the business's name: discounts, guarantees, refunds, delivery times, gifts, prices. Pure.

A promise is fine where the account's own words hold it: the same kind of promise, with the same figures. A denial, or
that somebody will be asked, promises nothing.
"""

import re
from collections.abc import Iterator

from app.agents.numerals import in_digits
from app.domain.language import fold, words
from app.domain.questions import content

_TIME = (
    r"(?:hoje|amanha|depois de amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|hoy|manana|lunes|martes"
    r"|miercoles"
    r"|jueves|viernes|today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d+ (?:dias?"
    r"|horas?|semanas?"
    r"|days?|hours?|weeks?|minutos?|minutes?)|ate o dia|dia \d+|uma semana|una semana|a week|24h|48h)"
)
_KINDS = {
    "discount": re.compile(
        r"\b(?:descontos?|descuentos?|discounts?|discounted|rebajas?|cupom|cupons|cupon(?:es)?|coupons?|vouchers?"
        r"|cashback|promoca?o(?:es)?|promocion(?:es)?|\d+ ?% (?:off|de desconto|menos|less|a menos|mais barat[oa]s?"
        r"|mas barat[oa]s?|cheaper)"
        r"|(?:metade|mitad) d(?:o|e|el) (?:preco|valor|precio)|half(?: the)?[ -]price|half off"
        r"|meio preco|medio precio|2 ?x ?1|2 (?:por|for) (?:1|um|one)|dos por uno|buy one,? get one"
        r"|(?:leve|lleva|llevas|lleve) \w+,? (?:e )?(?:pague|paga|pagas)|pague \w+,? (?:e )?leve"
        r"|pagas? \w+ y llev\w+)\b"
    ),
    "guarantee": re.compile(
        r"\b(?:garant(?:o|imos|ido|ida|idos|idas|ia|ias|izo|izamos|izado|izada|iza)|guarantee[sd]?|warranty|prometo"
        r"|prometemos|promise|asseguro|asseguramos|aseguro|aseguramos|sem risco|sin riesgo|risk ?free)\b"
        r"|\b100 ?% segur[oa]"
    ),
    "refund": re.compile(
        r"\b(?:reembols\w+|estorn\w+|refund\w*|money back|(?:devolv\w+|devolucao|devolucion)(?: \w+){0,3} (?:dinheiro"
        r"|dinero|valor|pagamento|pago|importe))\b"
    ),
    "delivery": re.compile(
        r"\b(?:entreg\w+|chega\w*|cheg(?:ou|ue)|lleg\w+|recebe\w*|recibe\w*|recibir\w*|enviam\w+|enviar\w+|despach\w+"
        rf"|deliver\w*|arriv\w+|ship\w*|sera enviad[oa])\b(?: \S+){{0,6}}? {_TIME}\b"
    ),
    "gift": re.compile(
        r"\b(?:gratis|gratuit[oa]s?|de graca|de regalo|por nossa conta|por nuestra cuenta|cortesia|sin costo"
        r"|sem custo"
        r"|sin cargo|free of charge|for free|at no cost|no charge|on the house|complimentary)\b"
    ),
}
# Within so few words before it, and with no comma or "but" in between, these take a promise back.
_UNDONE = re.compile(
    r"\b(?:nao|no|not|nem|ni|nunca|never|cannot|cant|dont|doesnt|wont|isnt|arent|unable|sem|without|verific\w+"
    r"|confirm\w+"
    r"|consult(?:ar|o|amos|arei)|pergunt(?:ar|o|arei)|pregunt(?:ar|o|are)|checar|revis(?:ar|o|amos)|check|ask"
    r"|whether|se ha|se tem|si hay|if there|infelizmente"
    r"|lamentablemente|unfortunately)(?: (?!mas\b|pero\b|but\b|porem\b|so\b|entonces\b|entao\b)[^\s,:]+){0,6} ?$"
)
# "no discount, coupon or refund": the comma of a list parts nothing.
_LIST = re.compile(
    r",(?= (?:nem |ni |ou |or |e |y )?(?:um |una? |a |any )?(?:descont|descuent|discount|cupo|coupon|promoc"
    r"|garanti|guarant"
    r"|reembols|refund|estorn|brinde|regalo|gift))"
)
_ECHO = re.compile(
    r"\b(?:voce|vc|o senhor|a senhora|usted|tu|you) (?:me |nos |had |have |has |ha )?(?:disse|falou|mencionou"
    r"|perguntou"
    r"|escreveu|citou|pediu|dijo|dijiste|menciono|mencionaste|pregunto|preguntaste|escribio|escribiste|said"
    r"|asked|mentioned"
    r"|wrote)\b|\b(?:dijiste|mencionaste|preguntaste|escribiste)\b"
)
_OFFERED = re.compile(
    r"\b(?:claro|pode ser|fechado|combinado|combinamos|aceito|aceitamos|faco|fazemos|fica|sai|custa|confirmo"
    r"|certo|sim|esta bem"
    r"|puede ser|acepto|aceptamos|hago|hacemos|queda|cuesta|si|de acuerdo|sure|yes|ok|okay|deal|agreed|accept"
    r"|costs|correct)\b"
)
_STEM = 5  # letters by which two forms of a word are known as one
_MOST = 0.5
_SENTENCE = re.compile(r"(?:[^.!?\n;]|[.](?=\d))+[.!?;]*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CURRENCY = r"(?:r\$|us\$|u\$s|\$|€|£|\busd|\bbrl|\beur)"
_MONEY = r"(?:reais|real|dolares|dolar|pesos?|euros?|dollars?|usd|brl|eur|bucks|conto|contos|pila|pilas|mangos|pounds)"
# After words that name a price a bare number is one, unless it counts or times something. After words that may as well
# tell what is made or sold ("vendemos 2 tipos") it is one only where nothing that could be counted follows.
_FILLERS = (
    r"(?: (?:por|a|em|en|for|at|de|so|apenas|solo|only|just|isso|ele|ela|esto|it|you|tudo|todo|apenas|um total de))*"
)
_PRICES = (
    r"\b(?:sairia|ficaria|custa|custam|custaria|custo|valor(?: e)?|preco(?: e)?|cobro|cobramos|cobra|por apenas|por so"
    r"|cuesta|cuestan|precio(?: es)?|te lo dejo|costs?|charge|priced|price(?: is)?|yours|let you have it)"
)
_SALES = (
    r"\b(?:faco|fazemos|faz|fazer|sai|sair|saem|fica|ficam|vale|vendo|vendemos|hago|hacemos|sale|salen|queda(?: en)?"
    r"|dejo|do it|sell it|make it|give it)"
)
_ALONE = (
    r"(?= ?(?:$|[.,;:!?)]|(?:pra|pro|para|no|na|nesse|nisso|em|a|e|y|and|for|each|cada|com|con|with|ja|ya|so|apenas"
    r"|tudo|todo|all|if|se|si|hoje|hoy|agora|ahora|now|right|today|(?:por|per|al?) (?:sess\w+|sesion|visita|pessoa"
    r"|persona|person|unidade|unidad|hora|hour)|por tudo|por todo|por el[ea]|por isso|no pix|a vista)\b))"
)
_COUNTED = (
    r"(?![\d.,]*\d)(?! ?(?:%|h\b|hs\b|:|/|-)| ?(?:x\b|vezes|veces|times|dias?|days?|horas?|hours?|min\w*|meses"
    r"|mes|month\w*|anos?|years?"
    r"|semanas?|weeks?|metros?|m\b|km|meters?|quadras?|cuadras?|blocks?|pessoas?|personas?|people|sess\w+"
    r"|sesion\w*|unid\w*|am\b|pm\b"
    r"|pontos|passos|quilometros|andar|parcelas|cuotas|pecas|itens|visitas|aulas|clases))"
)
_BARE = re.compile(
    rf"(?:{_PRICES}{_FILLERS} (\d+(?:[.,]\d+)*)|{_SALES}{_FILLERS} (\d+(?:[.,]\d+)*)(?![\d]){_ALONE}){_COUNTED}"
)
_AMOUNT = re.compile(rf"{_CURRENCY}\s?(\d+(?:[.,]\d+)*)|(?<!\d)(?<!\d[.,])(\d+(?:[.,]\d+)*)\s?{_MONEY}\b")


def promised(text: str, known: str) -> Iterator[str]:
    """The kinds of promises in a text that what is `known` does not hold, each time one is made."""
    ours = [_read(line) for line in known.splitlines()]
    for sentence in _SENTENCE.findall(text):
        said = _LIST.sub("", _read(sentence).replace("'", "").replace("\u2019", ""))
        for kind, pattern in _KINDS.items():
            found = next((one for one in pattern.finditer(said) if not _UNDONE.search(said[: one.start()])), None)
            if found is not None and not any(pattern.search(line) and _says(line, said, but=found[0]) for line in ours):
                yield kind


def _says(line: str, said: str, *, but: str) -> bool:
    """Whether a line that makes such a promise makes this one: most of its other words, and every figure."""
    asked = {word[:_STEM] for word in content(said.replace(but, " ")) or content(but)}
    held = {word[:_STEM] for word in words(line)}
    return len(asked & held) > _MOST * len(asked) and _figures(said) <= _figures(line)


def _read(text: str) -> str:
    return in_digits(fold(text))


def priced(text: str, known: str) -> Iterator[str]:
    """The amounts of money in a text that nobody has named."""
    named = {amount for amount, _ in _amounts(_read(known))}
    for amount, written in _amounts(_read(text)):
        if amount not in named:
            yield written


def _amounts(text: str) -> Iterator[tuple[str, str]]:
    """The sums of money in a folded text, and how each is written."""
    for one in _AMOUNT.finditer(text):
        yield _plain(one[1] or one[2]), one[0].strip()
    for one in _BARE.finditer(text):
        yield _plain(one[1] or one[2]), one[1] or one[2]


def echoed(text: str, said: str) -> str:
    """The text without its sentences that only give the customer's own words back: "you said R$ 300"."""
    theirs = {amount for amount, _ in _amounts(_read(said))}
    kept = (one for one in _SENTENCE.findall(text) if not _is_echo(_read(one), theirs))
    return "\n".join(kept)


def _is_echo(sentence: str, theirs: set[str]) -> bool:
    mine = {amount for amount, _ in _amounts(sentence)}
    return bool(mine) and mine <= theirs and _ECHO.search(sentence) is not None and not _OFFERED.search(sentence)


def _figures(text: str) -> set[str]:
    return {_plain(one) for one in _NUMBER.findall(text)}


def _plain(number: str) -> str:
    """1.200,00 and 1,200 and 1200 are one amount."""
    whole = re.sub(r"[.,]00?$", "", number)
    return re.sub(r"[.,](?=\d{3}(?:\D|$))", "", whole).replace(",", ".")
