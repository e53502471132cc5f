"""Secrets at rest: MultiFernet, newest key first; and the hashes by which keys and webhook secrets are looked up."""

import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.domain.errors import NeedsHuman

NO_KEYS = "Run `ponte init`: it adds what your .env lacks. Elsewhere, put a Fernet key into the environment."
BAD_KEY = "Put back the key that it was. If nothing is stored yet, empty it in .env and run `ponte init`."


class Vault:
    """Encrypts with the first key, decrypts with any of them."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = len(keys)
        if not keys:
            raise NeedsHuman("PONTE_SECRET_KEYS is empty.", hint=NO_KEYS)
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise NeedsHuman("PONTE_SECRET_KEYS holds a key that is not a Fernet key.", hint=BAD_KEY) from error

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise NeedsHuman(
                "A stored secret cannot be opened with the keys in PONTE_SECRET_KEYS.",
                hint="Put the key that sealed it back, beside the newer ones.",
            ) from error

    def holds(self, sealed: str | None, secret: str | None) -> bool:
        """Whether this is what lies sealed there; what cannot be opened any more holds nothing."""
        try:
            return sealed is not None and secret is not None and self.open(sealed) == secret
        except NeedsHuman:
            return False


def new_secret_key() -> str:
    """A new key for PONTE_SECRET_KEYS."""
    return Fernet.generate_key().decode()


def new_token(prefix: str) -> str:
    """A random token of 256 bits with a prefix that tells people what it is."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_token(token: str) -> bytes:
    """What is stored of a random token. Looking a hash up leaks nothing about the token, so it needs no salt."""
    return hashlib.sha256(token.encode()).digest()
