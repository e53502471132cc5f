"""A Salesbot that stops at our step: whose it is, and where it waits for what it shall say. Pure.

https://developers.kommo.com/docs/private-chatbot-integration: the call carries a token that Kommo signed with our
integration's secret, and an address. The token says which account; the address must be that account's own.
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.domain.errors import Untrusted
from app.domain.grants import BotCall

SKEW: Final = 60  # seconds that the vendor's clock may be off
LONGEST_TOKEN: Final = 4_096
_CONTINUE = re.compile(r"/api/v4/(?:salesbot|marketingbot)/[0-9]{1,19}/continue/[0-9A-Za-z-]{1,64}")


def secret_of(client_secret: str) -> str:
    """What stands in the address of our widget's step: one archive serves all accounts, told apart by tokens."""
    return "bot_" + hmac.new(client_secret.encode(), b"ponte salesbot", hashlib.sha256).hexdigest()[:40]


def read(token: str, *, secret: str, client_id: str, now: datetime) -> BotCall:
    """What the token says, if Kommo signed it for us and it is in time.

    Raises:
        Untrusted: it did not, or it is over.
    """
    claims = _claims(token, secret)
    moment = now.timestamp()
    begins, ends = _number(claims.get("nbf", claims.get("iat"))), _number(claims.get("exp"))
    if ends is None or ends < moment - SKEW or (begins is not None and begins > moment + SKEW):
        raise _untrusted("is over, or is not valid yet")
    for name in ("client_uid", "client_uuid"):
        if name in claims and str(claims[name]) != client_id:
            raise _untrusted("is for another integration")
    account = _number(claims.get("account_id"))
    if account is None:
        raise _untrusted("names no account")
    return BotCall(str(account), _lead(claims))


def return_address(home: str, url: str) -> str:
    """The address at which the bot waits: of this account, and of a bot.

    Raises:
        Untrusted: it is another one.
    """
    try:
        asked, own = urlsplit(url), urlsplit(home)
        is_own = (asked.scheme, asked.hostname, asked.port) == (own.scheme, own.hostname, own.port)
    except ValueError:
        is_own, asked = False, urlsplit("")
    extras = asked.username or asked.password or asked.query or asked.fragment
    if not is_own or extras or not _CONTINUE.fullmatch(asked.path):
        raise Untrusted("The return_url is not an address of this account's Salesbots.", code="foreign_return_url")
    return f"{asked.scheme}://{asked.netloc}{asked.path}"


def _claims(token: str, secret: str) -> dict[str, Any]:
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        raise _untrusted("is no token")
    try:
        # One algorithm: a token that names another is refused, whatever its signature.
        return dict(jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims)
    except (JoseError, ValueError, TypeError):
        raise _untrusted("is not signed by Kommo for us") from None


def _number(value: Any) -> int | None:
    is_text = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20  # noqa: PLR2004
    if isinstance(value, bool) or not (isinstance(value, int) or is_text):
        return None
    return int(value)


def _lead(claims: dict[str, Any]) -> str | None:
    number = _number(claims.get("entity_id"))
    is_lead = str(claims.get("entity_type", "")) in {"lead", "leads", "2"}
    return str(number) if is_lead and number is not None else None


def _untrusted(why: str) -> Untrusted:
    return Untrusted(f"The token of this call {why}.", code="foreign_token")
