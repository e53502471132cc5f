"""Customers' words without the accidents of typing, and the language they are in. Pure; promises never to raise.

Text arrives in any Unicode form, in capitals, with accents missing, letters drawn out and emoji in between.
"""

import re
import unicodedata
from collections.abc import Sequence

LOCALES = ("pt-BR", "es", "en")

# Marks, format characters (zero-width, direction) and controls carry no word of their own.
_DROPPED = frozenset({"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"})
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_WORD = re.compile(r"[^\W_]+")
_DEVANAGARI = re.compile("[\u0904-\u0939\u0958-\u0961]")  # its letters: digits tell no language

_LETTERS = {"pt-BR": "ãõçêôâà", "es": "ñ¿¡", "en": ""}


def vocabulary(text: str) -> frozenset[str]:
    """A set of words, written as words."""
    return frozenset(text.split())


# Only words that tell the three languages apart once the accents are gone: "para", "no" or "mas" would not.
_MARKERS = {
    "pt-BR": vocabulary(
        """oi oii ola opa obrigado obrigada obg brigado brigada valeu vlw voce voces vc vcs nao sim tudo bom boa
        qual quais quanto quanta quantos quantas quando onde hoje amanha agora preco precos tem tenho temos falar
        fazer com um uma meu minha seu sua isso esse essa ate muito muita posso pode podem gostaria queria quero
        preciso estou sao cartao endereco terca quarta quinta sexta em ao pra pro pelo pela tambem entao blz beleza
        tchau voltar receber mensagem mensagens atendente alguem pessoa custa custam fica aceita aceitam marcar
        agendar desculpa desculpe porque qdo qto vou voltei sei ainda depois mais ninguem"""
    ),
    "es": vocabulary(
        """hola gracias grasias usted ustedes si quiero quisiera necesito puedo puede pueden tiene tienen tengo cuanto
        cuanta cuantos cuantas cuando donde hoy manana ahora precio precios hablar hacer con un una el los las y pero
        muy mucho buenos buenas buen tardes noches adios cual cuales del al en cuesta cuestan abren cierran direccion
        tarjeta cita lunes martes miercoles jueves viernes alguien persona quien hay estoy recibir mensaje mensajes
        volver tambien despues todavia ayuda ayudame quedan ubicados aceptan"""
    ),
    "en": vocabulary(
        """hello hi hey thanks thank you your please the is are was what how much when where which who does did can
        could would want need my yes good morning afternoon evening price prices address open opening speak talk with
        and have has this that bye tomorrow today appointment someone anybody anyone to of i im id it we they human
        there cost late from sorry messages receive"""
    ),
}


def fold(text: str) -> str:
    """Lower case, no accents, compatibility forms resolved, no doubled white space; '…' becomes '...'."""
    kept = "".join(
        " " if mark.isspace() else mark
        for mark in unicodedata.normalize("NFKD", text)
        if mark.isspace() or unicodedata.category(mark) not in _DROPPED
    )
    return " ".join(kept.casefold().split())


def words(text: str) -> list[str]:
    """The folded words of a text, letters that were drawn out ("oiiii") said once."""
    return _WORD.findall(_DRAWN_OUT.sub(r"\1", fold(text).replace("'", "").replace("\u2019", "")))


def guess(text: str) -> str | None:
    """The language that more of the words and letters speak for than any other; None when none or two do."""
    said = words(text)
    letters = unicodedata.normalize("NFC", text).casefold()
    scores = {
        locale: sum(word in _MARKERS[locale] for word in said) + 2 * any(mark in letters for mark in _LETTERS[locale])
        for locale in LOCALES
    }
    best = max(scores.values())
    winners = [locale for locale, score in scores.items() if score == best]
    return winners[0] if best and len(winners) == 1 else None


def spoken(texts: Sequence[str], known: str) -> str:
    """The language of the newest words that show one, else what the conversation is known to be in."""
    guesses = (guess(text) for text in (*reversed(texts), " ".join(texts)))
    return next((found for found in guesses if found), known if known in LOCALES else LOCALES[0])


def by_script(text: str) -> str:
    """A language beyond ours that is told by its script alone: Hindi, of which most who write Devanagari are."""
    return "hi" if _DEVANAGARI.search(text) else ""
