"""Signatures under the installation's secret keys: made with the newest, good under any that is still there."""

import hashlib
import hmac
from collections.abc import Sequence

from app.domain.errors import NeedsHuman
from app.store.secrets import NO_KEYS


class Signer:
    """HMAC-SHA256 over a text. The key is derived, so that a signature tells nothing about what seals the tokens."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise NeedsHuman("PONTE_SECRET_KEYS is empty.", hint=NO_KEYS)
        self._keys = [hmac.new(key.encode(), b"ponte:receipts", hashlib.sha256).digest() for key in keys]

    def sign(self, text: str) -> str:
        return _under(self._keys[0], text)

    def is_good(self, text: str, signature: str) -> bool:
        """Whether one of our keys made this signature of this text."""
        return any(hmac.compare_digest(_under(key, text), signature) for key in self._keys)


def _under(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
