"""Where an account's calls go, and under which key. The token travels to Twilio's own hosts and nowhere else. Pure."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.channels.guard import Refused, origin
from app.channels.http import masked
from app.channels.twilio.payloads import ACCOUNT_SID, MEDIA_SID, MESSAGE_SID, keys_of
from app.domain.account import Connection
from app.domain.errors import NeedsHuman

API: Final = "api.twilio.com"
MESSAGING: Final = "messaging.twilio.com"  # senders live there
CONTENT: Final = "content.twilio.com"  # templates live there
VERSION: Final = "2010-04-01"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_SANDBOX: Final = re.compile(r"(?:/[a-z0-9_.-]{1,40}){0,4}")
# Twilio has addresses in several regions: api.dublin.ie1.twilio.com.
_HOST: Final = re.compile(r"api(\.[a-z0-9-]{1,30}){0,2}\.twilio\.com")
_MEDIA_PATH: Final = re.compile(
    rf"/{VERSION}/Accounts/{ACCOUNT_SID.pattern}/Messages/{MESSAGE_SID.pattern}/Media/{MEDIA_SID.pattern}"
)


@dataclass(frozen=True, slots=True)
class Home:
    """The addresses of one account."""

    base: str
    messaging: str
    account_sid: str
    number: str  # its digits
    templates: str = ""  # the address of its Content API

    def of_account(self, tail: str) -> str:
        """A resource of the REST of 2010."""
        return f"{self.base}/{VERSION}/Accounts/{self.account_sid}/{tail}"

    def senders(self, sid: str = "") -> str:
        return f"{self.messaging}/v2/Channels/Senders" + (f"/{sid}" if sid else "")

    def typing(self) -> str:
        return f"{self.messaging}/v2/Indicators/Typing.json"

    def content(self) -> str:
        """The list of templates, each with its approvals."""
        return f"{self.templates}/v1/ContentAndApprovals"

    def auth(self, token: str) -> httpx.BasicAuth:
        """The account's auth token, or an API key of its."""
        keys = keys_of(token)
        return httpx.BasicAuth(keys.user or self.account_sid, keys.password)

    def is_media(self, link: str) -> bool:
        """Whether it is an attachment that only our key opens; anybody's link gets no key.

        Raises:
            Refused: it cannot be read.
        """
        try:
            target, own = httpx.URL(link), httpx.URL(self.base)
        except httpx.InvalidURL:
            raise Refused("The attachment's address cannot be read.") from None
        path = target.raw_path.decode("ascii").removeprefix(own.path.rstrip("/"))
        is_plain = not target.userinfo and not target.query and not target.fragment
        return origin(own) == origin(target) and is_plain and _MEDIA_PATH.fullmatch(path) is not None


def home_of(connection: Connection) -> Home:
    """The account's API.

    Raises:
        NeedsHuman: its address is not Twilio's, or its name is not an account's and a number's.
    """
    base, is_sandbox = _base(connection.base_url)
    account_sid, _, number = connection.external_ref.partition(":")
    if not ACCOUNT_SID.fullmatch(account_sid) or not (number.isascii() and number.isdecimal()):
        hint = "It is AC..., a colon and the digits of the WhatsApp number: both stand in Twilio's console."
        raise NeedsHuman("The account is not named by its SID and its number.", hint=hint)
    messaging, content = (
        base if is_sandbox else base.replace("//api.", f"//{name}.", 1) for name in ("messaging", "content")
    )
    return Home(base, messaging, account_sid, number, content)


def _base(url: str) -> tuple[str, bool]:
    """The address without its last slash, and whether it is a simulated one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    path = parts.path.rstrip("/")
    has_more = parts.username or parts.password or parts.query or parts.fragment
    is_twilio = parts.scheme == "https" and port in {None, 443} and _HOST.fullmatch(host) and not path
    is_sandbox = parts.scheme in {"http", "https"} and host in _LOOPBACK and _SANDBOX.fullmatch(path)
    if has_more or not (is_twilio or is_sandbox):
        raise NeedsHuman(f"{masked(url)} is not an address of Twilio's API.", hint=f"It is https://{API}.")
    return f"{parts.scheme}://{parts.netloc}{path}", bool(is_sandbox)


def status_callback(public_url: str | None) -> str | None:
    """Where Twilio tells what became of each message, whatever is set at the sender; the shared number has no sender.

    Without a secret in its path: of those only hashes are kept. The form names account and number, and its signature
    shows that it is Twilio's. Twilio refuses an address that it cannot reach, and the message with it.
    """
    try:
        parts = urlsplit(public_url or "")
        host = parts.hostname or ""
    except ValueError:
        return None
    is_public = parts.scheme == "https" and "." in host and host not in _LOOPBACK
    return f"{(public_url or '').rstrip('/')}/webhook" if is_public else None


def message_step(sid: str) -> str:
    """A message's id as one step of a path."""
    if not MESSAGE_SID.fullmatch(sid):
        raise NeedsHuman("The message's id is not one of Twilio's.")
    return sid
