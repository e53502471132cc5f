"""Twilio's signature: HMAC-SHA1 by the auth token over the public address and the sorted fields of the form. Pure.

https://www.twilio.com/docs/usage/security#validating-requests; the tests hold the vectors that Twilio publishes.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from app.domain.knocking import Knocked

HEADER: Final = "x-twilio-signature"
MOST_FIELDS: Final = 2_000
_BODY_HASH: Final = "bodySHA256"
_PORTS: Final = {"https": 443, "http": 80}
Fields = Sequence[tuple[str, str]]


def verify(knocked: Knocked, secrets: Sequence[str]) -> bool:
    """Whether one of the account's auth tokens made the signature."""
    claim = knocked.headers.get(HEADER, "").strip().encode("utf-8", "replace")
    try:
        covered, urls = _covered(knocked), list(_addresses(knocked.url))
    except ValueError:  # an address that is none
        return False
    if not claim or covered is None:
        return False
    valid = False
    for secret in filter(None, secrets):
        for url in urls:  # all of them, whichever is right
            valid |= hmac.compare_digest(signature(secret, url, covered).encode(), claim)
    return valid


def signature(token: str, url: str, fields: Fields) -> str:
    """What stands in the header. A name that comes twice counts with each of its values once, sorted."""
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    signed = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    digest = hmac.new(token.encode(), signed.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def fields_of(body: bytes) -> Fields:
    """The form as it is signed: empty values stay."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _covered(knocked: Knocked) -> Fields | None:
    """The fields that the signature covers; none where the address holds the body's hash. None: it cannot be right."""
    told = parse_qs(urlsplit(knocked.url).query).get(_BODY_HASH, [""])[0]
    if told:
        right = hashlib.sha256(knocked.body).hexdigest()
        return () if hmac.compare_digest(right.encode(), told.lower().encode("utf-8", "replace")) else None
    return fields_of(knocked.body) if knocked.body.count(b"&") < MOST_FIELDS else None


def _addresses(url: str) -> Iterator[str]:
    """As it is, and with or without the scheme's own port: Twilio has signed either."""
    yield url
    parts = urlsplit(url)
    port, usual = parts.port, _PORTS.get(parts.scheme)
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    if port is not None:
        yield parts._replace(netloc=host).geturl()
    elif usual is not None:
        yield parts._replace(netloc=f"{host}:{usual}").geturl()
