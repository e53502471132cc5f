"""What came besides words has a name in the customer's language."""

import pytest

from app.domain.attached import attached
from app.domain.messages import MessageKind


@pytest.mark.parametrize(
    ("kind", "locale", "known", "said"),
    [
        (MessageKind.VOICE, "pt-BR", {"seconds": 23}, "áudio, 23 s"),
        (MessageKind.VOICE, "es", {"seconds": 23}, "audio, 23 s"),
        (MessageKind.AUDIO, "en", {}, "audio"),
        (MessageKind.FILE, "pt-BR", {"file_name": " contrato\n2026.pdf"}, "documento: contrato 2026.pdf"),
        (MessageKind.PICTURE, "en", {"file_name": "IMG_1.jpeg"}, "picture"),
        (MessageKind.STICKER, "fr", {}, "figurinha"),
        (MessageKind.TEXT, "en", {}, ""),
    ],
)
def test_it_is_named(kind: MessageKind, locale: str, known: dict[str, object], said: str):
    assert attached(kind, locale, **known) == said


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.TEXT])
def test_every_kind_has_a_name_in_every_language(kind: MessageKind):
    assert all(attached(kind, locale) for locale in ("pt-BR", "es", "en"))
