"""A webhook as it came to the door: what a signature can cover, and what a vendor wants to hear back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.callers import Address


@dataclass(frozen=True, slots=True)
class Knocked:
    """One request. Header names are in lower case; `url` is the public one, with its query, as the vendor called it."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False, hash=False)
    url: str = field(default="", repr=False)
    caller: Address | None = field(default=None, repr=False)  # None: nobody can tell
    by_path: bool = False  # the secret in the path named the account; else only the body did


@dataclass(frozen=True, slots=True)
class Greeting:
    """A vendor's check of an address: what it wants to hear, if `token` is the secret that names the account."""

    challenge: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a vendor wants to read in a 2xx."""

    media_type: str
    body: bytes
