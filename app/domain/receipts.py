"""Is a booking real? What a text claims, and the receipts that it quotes. Pure; promises never to raise.

A receipt looks like AG-7KM2Q9XD: no letter or digit in it can be taken for another. It exists only when the database
holds the booking. So a reply that claims a booking without a live receipt of that contact is not sent.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from secrets import choice

from app.domain.booking_times import LiveReceipt, told_otherwise
from app.domain.booking_words import (
    ABOUT_ONE,
    ALONE,
    CLAIMS,
    GOODS,
    IN_SPANISH,
    LOOKS_LIKE,
    LOOSELY,
    NOD,
    OF_GOODS,
    OF_THE_THING,
    SOMEBODY_ELSES,
    THING,
    TIGHTLY,
    WHEN,
    WITH_TIME,
    WITH_TIME_OF_A_VISIT,
    YES,
)
from app.domain.language import fold

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_RECEIPT = re.compile(rf"\bAG[-\u2010-\u2015 ]?([0-9A-HJKMNP-TV-Z]{{{_LENGTH}}})(?![0-9A-Za-z])", re.IGNORECASE)
# So many characters around a claim are looked at: the few words that can undo it. A text without a full stop would else
# be read from its beginning for each of its claims.
_NEAR = 160
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;\n]*")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_SPACED_OUT = re.compile(r"\b(?:[^\W\d_] ){3,}[^\W\d_]\b")
# A sign between two letters of a word, and a figure in the place of one.
_WEDGED = re.compile(r"(?<=[^\W\d_])[-_*~.\u00b7|/'+\u2010-\u2015](?=[^\W\d_])")
_SPELT_IN_FIGURES = re.compile(r"(?<=[^\W\d_])[01345@$]+(?=[^\W\d_]|\W|$)")
_FIGURES = str.maketrans("01345@$", "oieasas")
_SAYS_YES = re.compile(
    r"\W*(?:sim|sí|si|yes|claro|isso|exato|com certeza|of course|yep|sure)\b(?! (?:ou|o|or)\b)", re.IGNORECASE
)


def new_receipt() -> str:
    """A receipt that nobody can guess."""
    return "AG-" + "".join(choice(_ALPHABET) for _ in range(_LENGTH))


def receipts_in(text: str) -> frozenset[str]:
    """All receipts that a text quotes, as they are written in the database."""
    return frozenset(f"AG-{code.upper()}" for code in _RECEIPT.findall(text))


def receipt_in(text: str) -> str | None:
    """The first receipt that a text quotes."""
    found = _RECEIPT.search(text)
    return f"AG-{found[1].upper()}" if found else None


def claims_booking(text: str) -> bool:
    """Does the text say that an appointment is made? A question, an offer or a condition says no such thing.

    In doubt it does: a claim that is refused costs another sentence, one that is let through costs a customer.
    """
    said = _DRAWN_OUT.sub(r"\1", unicodedata.normalize("NFC", text).translate(LOOKS_LIKE))
    # A line may end in the middle of a sentence, and a balloon too.
    forms = dict.fromkeys((said, " ".join(said.split()), _undisguised(said)))
    return any(_claimed_in(_SENTENCE.findall(form)) for form in forms)


def _undisguised(said: str) -> str:
    """Without what stands inside words to keep them from being read: "A-gendado", "A g e n d a d o", "Agend4do"."""
    plain = _SPACED_OUT.sub(
        lambda found: found[0].replace(" ", ""), " ".join(unicodedata.normalize("NFKC", said).split())
    )
    return _WEDGED.sub("", _SPELT_IN_FIGURES.sub(lambda found: found[0].translate(_FIGURES), plain))


def _claimed_in(sentences: Sequence[str]) -> bool:
    """A question claims nothing, unless the one who asks it answers it with a yes, as in "Agendado? Sim!"."""
    for place, sentence in enumerate(sentences):
        if _claims(sentence):
            return True
        answer = "".join(sentences[place + 1 : place + 3])
        asked = sentence.rstrip()
        if asked.endswith("?") and _SAYS_YES.match(answer) and _claims(f"{asked.rstrip('?! ')} {answer.rstrip('?')}"):
            return True
    return False


def unproven_booking(text: str, live: Collection[LiveReceipt], now: datetime) -> bool:
    """Does it claim a booking that no live receipt of the contact stands for?

    It does without a receipt, with one that is none of theirs, and where it tells a day or an hour that none has.
    """
    quoted = receipts_in(text)
    if not quoted <= {one.code for one in live}:
        return True
    if not claims_booking(text):
        return False
    said = ((sentence, _claims(sentence) or _claims(_undisguised(sentence))) for sentence in _SENTENCE.findall(text))
    return not quoted or told_otherwise(said, live, now)


def _claims(sentence: str) -> bool:
    sentence = NOD.sub("", sentence)
    if sentence.rstrip().endswith("?"):
        return False
    if IN_SPANISH.search(sentence.casefold()):
        return True
    said = re.sub(r"[^\w]+", " ", fold(YES.sub("", sentence)).replace("'", "").replace("\u2019", "")).strip()
    if ALONE.search(said):
        return True
    timed, thing = bool(WHEN.search(said)), bool(THING.search(said))
    patterns = [*CLAIMS, *OF_THE_THING]
    if thing or (timed and not GOODS.search(said)):
        patterns += ABOUT_ONE
    if timed:
        patterns += WITH_TIME if GOODS.search(said) else [*WITH_TIME, *WITH_TIME_OF_A_VISIT]
    return any(_is_meant(said, found) for pattern in patterns for found in pattern.finditer(said))


def _is_meant(said: str, found: re.Match[str]) -> bool:
    before = said[max(0, found.start() - _NEAR) : found.start()].strip()
    after = said[found.end() : found.end() + _NEAR]
    if found.re in OF_THE_THING and OF_GOODS.search(before):
        return False
    return not (LOOSELY.search(before) or TIGHTLY.search(before) or SOMEBODY_ELSES.search(after))
