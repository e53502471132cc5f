"""What was said to a customer and is no brain's business: passwords. Pure."""

import re
from typing import Final

_PASSWORD: Final = re.compile(
    r"\b(senha|contrase[ñn]a|clave|password|passcode)\b([^\S\n]*(?:é|es|is)?[^\S\n]*:\s*)(\S+)", re.IGNORECASE
)
HIDDEN: Final = "•••"


def concealed(text: str) -> str:
    """The text without the passwords that it tells, as our own sentences and people write them: a name, a colon."""
    return _PASSWORD.sub(rf"\1\2{HIDDEN}", text)
