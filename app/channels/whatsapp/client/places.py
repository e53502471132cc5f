"""Where an account's calls go, and under which key. The token travels to the vendor's own hosts and nowhere else. Pure.

Meta's Cloud API wants the number in the path and a bearer; 360dialog has one key for each number, in a header of its
own. Which of the two it is, the host says; in the sandbox, whether the path ends in a version.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.channels.guard import Refused, origin
from app.channels.http import masked
from app.channels.whatsapp.payloads import keys_of
from app.domain.account import Connection
from app.domain.errors import NeedsHuman

META: Final = "graph.facebook.com"
DIALOG: Final = ".360dialog.io"
# Where Meta keeps what customers send.
_MEDIA_HOSTS: Final = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_VERSION: Final = re.compile(r"/v\d{1,3}\.\d")
_SANDBOX: Final = re.compile(r"(?:/[a-z0-9_.-]{1,40}){0,4}")
_STEP: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class Home:
    """The address of one account's API."""

    base: str
    is_dialog: bool

    def of_number(self, number_id: str, tail: str = "") -> str:
        """A path below the number: 360dialog's key says already whose it is."""
        if self.is_dialog:
            return tail
        return f"{step(number_id)}/{tail}" if tail else step(number_id)

    def headers(self, token: str) -> dict[str, str]:
        """The key as this vendor wants it."""
        key = keys_of(token).token
        return {"D360-API-KEY": key} if self.is_dialog else {"Authorization": f"Bearer {key}"}

    def media(self, url: str) -> str:
        """Where the bytes of a customer's attachment are fetched with our key.

        Raises:
            Refused: it is not a place to which the key may travel.
        """
        try:
            target = httpx.URL(url)
        except httpx.InvalidURL:
            raise Refused("The attachment's address cannot be read.") from None
        if self.is_dialog:  # it serves Meta's attachments under its own name
            return f"{self.base}{_from_the_root(target)}"
        own = httpx.URL(self.base)
        is_sandbox = own.host in _LOOPBACK and origin(own) == origin(target)
        if not is_sandbox and not (target.scheme == "https" and f".{target.host}".endswith(_MEDIA_HOSTS)):
            raise Refused(f"{masked(url)} is not one of WhatsApp's addresses.")
        return str(target)


def _from_the_root(target: httpx.URL) -> str:
    """The path as it may stand behind a host: what does not begin with a slash would become a part of the name."""
    path = target.raw_path.decode("ascii")
    if not path.startswith("/"):
        raise Refused("The attachment's address has no path from the root.")
    return path


def home_of(connection: Connection) -> Home:
    """The account's API.

    Raises:
        NeedsHuman: its address is neither Meta's nor 360dialog's.
    """
    try:
        parts = urlsplit(connection.base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    path, is_https = parts.path.rstrip("/"), parts.scheme == "https" and port in {None, 443}
    has_more = parts.username or parts.password or parts.query or parts.fragment
    is_meta = is_https and host == META and _VERSION.fullmatch(path)
    is_dialog = is_https and host.endswith(DIALOG) and not path
    is_sandbox = parts.scheme in {"http", "https"} and host in _LOOPBACK and _SANDBOX.fullmatch(path)
    if has_more or not (is_meta or is_dialog or is_sandbox):
        hint = f"It is https://{META}/vNN.0, or https://waba-v2{DIALOG}."
        raise NeedsHuman(f"{masked(connection.base_url)} is not an address of WhatsApp's API.", hint=hint)
    has_version = _VERSION.search(path[path.rfind("/") :]) is not None if path else False
    return Home(f"{parts.scheme}://{parts.netloc}{path}", is_dialog=bool(is_dialog or (is_sandbox and not has_version)))


def step(value: str) -> str:
    """An id as one step of a path."""
    if not _STEP.fullmatch(value):
        raise NeedsHuman("The account's phone number id is not one.", hint="Take it from the number's page at Meta.")
    return value
