"""What came besides words, named in the customer's language: `áudio, 23 s`, `documento: contrato.pdf`. Pure."""

from typing import Final

from app.domain.language import LOCALES
from app.domain.messages import MessageKind, normalise

_LONGEST_NAME: Final = 120
# In the order of LOCALES.
_NAMES: Final[dict[MessageKind, tuple[str, str, str]]] = {
    MessageKind.PICTURE: ("imagem", "imagen", "picture"),
    MessageKind.VOICE: ("áudio", "audio", "audio"),
    MessageKind.AUDIO: ("áudio", "audio", "audio"),
    MessageKind.VIDEO: ("vídeo", "video", "video"),
    MessageKind.FILE: ("documento", "documento", "document"),
    MessageKind.STICKER: ("figurinha", "sticker", "sticker"),
    MessageKind.LOCATION: ("localização", "ubicación", "location"),
    MessageKind.CONTACT: ("contato", "contacto", "contact"),
    MessageKind.OTHER: ("anexo", "adjunto", "attachment"),
}
_BY_NAME: Final = frozenset({MessageKind.FILE, MessageKind.OTHER})


def attached(kind: MessageKind, locale: str, *, seconds: int | None = None, file_name: str = "") -> str:
    """What it is, how long it lasts where that is known, and a document by its name; empty for words alone."""
    if kind not in _NAMES:
        return ""
    name = _NAMES[kind][LOCALES.index(locale) if locale in LOCALES else 0]
    if seconds is not None:
        return f"{name}, {seconds} s"
    called = normalise(file_name)[:_LONGEST_NAME]
    return f"{name}: {called}" if called and kind in _BY_NAME else name
