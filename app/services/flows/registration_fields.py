"""What people write for the fields of a registration in India: a name, a sector, a pincode, a mobile. Pure.

Each reader gives the value as it is kept, and nothing (an empty text) where it is not certain. Digits may be of any
script, words English or Hindi.
"""

import re
import unicodedata
from difflib import get_close_matches
from typing import Final

from app.domain.language import fold, vocabulary

SECTORS: Final = (
    "Manufacturing",
    "Services",
    "Technology",
    "Healthcare",
    "Education",
    "Agriculture",
    "Retail",
    "Construction",
    "Food & Beverage",
    "Textile",
    "Automotive",
    "Other",
)
LONGEST_NAME: Final = 80
_ALIKE: Final = 0.8  # how much of a word must be right
_SHORTEST_GUESSED: Final = 5  # letters: shorter words are too easily another one

# How people call them besides; one line a sector.
_ALSO: Final = {
    "Manufacturing": "manufacture manufacturer factory production विनिर्माण निर्माता उत्पादन",
    "Services": "service सेवा सेवाएं सेवाएँ",
    "Technology": "tech it software technologies तकनीक प्रौद्योगिकी टेक्नोलॉजी",
    "Healthcare": "health medical hospital pharmacy स्वास्थ्य चिकित्सा",
    "Education": "school coaching training शिक्षा",
    "Agriculture": "agri farming farm farmer कृषि खेती",
    "Retail": "retailer shop kirana store दुकान खुदरा किराना",
    "Construction": "builder building contractor निर्माण",
    "Food & Beverage": "food beverage beverages restaurant catering खाद्य भोजन",
    "Textile": "textiles garment garments cloth clothing कपड़ा वस्त्र",
    "Automotive": "auto automobile automobiles vehicles वाहन ऑटोमोबाइल",
    "Other": "others none अन्य दूसरा",
}
_SECTOR_OF: Final = {
    fold(word): sector for sector in SECTORS for word in (*re.findall(r"\w+", sector), *_ALSO[sector].split())
}
_FILLERS: Final = vocabulary(fold("my our the business sector is a an in of i am we are और hai है and industry"))
_INTRODUCED: Final = re.compile(
    r"^(?:my name is|my name's|name\s*[:\-]|name is|i am|i'm|this is|mera naam|मेरा नाम|नाम\s*[:\-]?)\s+", re.IGNORECASE
)
_TRAILING: Final = re.compile(r"\s+(?:है|hai|here)\s*$", re.IGNORECASE)
_JOINERS: Final = "\u200c\u200d"  # of Indic scripts: they shape letters inside a word
_PINCODE: Final = re.compile(r"(?<!\d)([1-9]\d{2})[\s-]?(\d{3})(?!\d)")
_MOBILE: Final = re.compile(r"(?<!\d)(?:\+?91|0091|0)?([6-9]\d{9})(?!\d)")


def read_name(text: str) -> str:
    """A name of two characters or more, at least one of them a letter; what introduces it is left out."""
    lines = [line for line in (_clean(one) for one in text.splitlines()) if line]
    if not lines:
        return ""
    name = _TRAILING.sub("", _INTRODUCED.sub("", lines[-1])).strip(" .,!;:-_*\"'।")
    marks = [mark for mark in name if unicodedata.category(mark)[0] in "LMN"]
    letters = [mark for mark in marks if unicodedata.category(mark)[0] == "L"]
    is_text = not re.search(r"[@/\\<>{}?]|https?:|\d{5}", name)
    return name if len(marks) > 1 and letters and is_text and len(name) <= LONGEST_NAME else ""


def _clean(line: str) -> str:
    kept = "".join(mark for mark in line if mark in _JOINERS or unicodedata.category(mark) not in ("Cf", "Cc", "Cs"))
    return " ".join(unicodedata.normalize("NFC", kept).split())


def read_sector(text: str) -> str:
    """A sector by its number, a word of it, or nearly that; nothing where the words speak of two."""
    plain = _digits(fold(text))
    if numbers := re.findall(r"\d+", plain):
        places = {int(number) for number in numbers if len(number) < 3}  # noqa: PLR2004 - there are twelve
        place = places.pop() if len(places) == 1 and len(numbers) == 1 else 0
        return SECTORS[place - 1] if 0 < place <= len(SECTORS) else ""
    said = [word for word in re.split(r"[\s,;.&!?/।()*_\-]+", plain) if word and word not in _FILLERS]
    said = said if len(said) == 1 else [word for word in said if word != "it"]
    exact = {_SECTOR_OF[word] for word in said if word in _SECTOR_OF}
    found = exact or {sector for word in said if (sector := _nearly(word))}
    if len(found) > 1:
        found -= {"Services", "Other"}  # "textile services", "other retail": the narrower one is meant
    return found.pop() if len(found) == 1 else ""


def _nearly(word: str) -> str:
    if len(word) < _SHORTEST_GUESSED:
        return ""
    close = get_close_matches(word[:40], _SECTOR_OF, n=1, cutoff=_ALIKE)
    return _SECTOR_OF[close[0]] if close else ""


def read_pincode(text: str) -> str:
    """Six digits, the first from 1 to 9, whether or not they are written in two groups."""
    found = {f"{first}{second}" for first, second in _PINCODE.findall(_digits(text))}
    return found.pop() if len(found) == 1 else ""


def is_known_pincode(pincode: str) -> bool:
    """Whether India Post's list has it. New codes appear before the list does: a warning, not a judgement."""
    import indian_pincode  # noqa: PLC0415 - the list is read when somebody registers first

    return indian_pincode.validate(pincode)


def read_phone(text: str) -> str:
    """An Indian mobile, as +91XXXXXXXXXX; nothing where there is none, or more than one."""
    lines = ";".join(text.splitlines())
    found = set(_MOBILE.findall(re.sub(r"[\s\-.()\u00a0\u2010-\u2015]", "", _digits(lines))))
    return f"+91{found.pop()}" if len(found) == 1 else ""


def read_code(text: str) -> str:
    """A one-time password: four to eight digits, alone in the text."""
    found = re.findall(r"\d+", re.sub(r"(?<=\d)[\s-](?=\d)", "", _digits(text)))
    return found[0] if len(found) == 1 and 4 <= len(found[0]) <= 8 else ""  # noqa: PLR2004


def _digits(text: str) -> str:
    """The digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(mark)) if mark.isdecimal() else mark for mark in text)
