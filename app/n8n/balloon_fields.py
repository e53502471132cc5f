"""The texts and links of a balloon, as long as the narrowest phone shows; what is too long is told, never quoted."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from app.domain.choosing import bounded
from app.domain.content import (
    LONGEST_BUTTON,
    LONGEST_DESCRIPTION,
    LONGEST_FILE_NAME,
    LONGEST_ID,
    LONGEST_LINK,
    LONGEST_OPENER,
    LONGEST_ROW,
    LONGEST_SECTION,
)

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class _UpTo:
    """A text of at most so many characters on a phone, on one line, without white space around it."""

    most: int
    may_be_empty: bool = False

    def __call__(self, text: str) -> str:
        return bounded(text, self.most, may_be_empty=self.may_be_empty)


ButtonTitle = Annotated[
    str, AfterValidator(_UpTo(LONGEST_BUTTON)), Field(json_schema_extra={"maxLength": LONGEST_BUTTON})
]
RowTitle = Annotated[str, AfterValidator(_UpTo(LONGEST_ROW)), Field(json_schema_extra={"maxLength": LONGEST_ROW})]
Opener = Annotated[str, AfterValidator(_UpTo(LONGEST_OPENER)), Field(json_schema_extra={"maxLength": LONGEST_OPENER})]
SectionTitle = Annotated[
    str,
    AfterValidator(_UpTo(LONGEST_SECTION, may_be_empty=True)),
    Field(json_schema_extra={"maxLength": LONGEST_SECTION}),
]
Description = Annotated[
    str,
    AfterValidator(_UpTo(LONGEST_DESCRIPTION, may_be_empty=True)),
    Field(json_schema_extra={"maxLength": LONGEST_DESCRIPTION}),
]
OwnId = Annotated[
    str, AfterValidator(_UpTo(LONGEST_ID, may_be_empty=True)), Field(json_schema_extra={"maxLength": LONGEST_ID})
]
FileName = Annotated[
    str,
    AfterValidator(_UpTo(LONGEST_FILE_NAME, may_be_empty=True)),
    Field(json_schema_extra={"maxLength": LONGEST_FILE_NAME}),
]


def _is_public(url: str) -> bool:
    """Whether anybody may be given the link: https, a name or a public address, nothing secret in it.

    Loopback passes: whether the account lives there too, in a simulated world, only its channel knows.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username or parts.password or not host or any(mark.isspace() for mark in url):
        return False
    if host in _LOOPBACK:
        return parts.scheme in ("http", "https")
    try:
        return parts.scheme == "https" and ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host.strip(".") and not host.endswith((".local", ".internal"))


def public_link(url: str) -> str:
    if len(url) > LONGEST_LINK or not url.isascii() or not _is_public(url):
        raise ValueError(f"a public https address of at most {LONGEST_LINK} characters, without a password in it")
    return url
