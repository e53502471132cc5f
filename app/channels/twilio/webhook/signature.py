"""Twilio's signature, checked by Twilio's own validator: HMAC-SHA1 by the auth token over address and form. Pure.

https://www.twilio.com/docs/usage/security#validating-requests; the tests hold the vectors that Twilio publishes.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from app.domain.knocking import Knocked

HEADER: Final = "x-twilio-signature"
MOST_FIELDS: Final = 2_000
_BODY_HASH: Final = "bodySHA256"


class Fields(dict[str, list[str]]):
    """The form as the validator reads one: a name that comes twice has all of its values."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def verify(knocked: Knocked, secrets: Sequence[str]) -> bool:
    """Whether one of the account's auth tokens made the signature, with or without the scheme's port in the address."""
    claim = knocked.headers.get(HEADER, "").strip()
    try:
        covered = _covered(knocked)
        if not claim or covered is None:
            return False
        valid = False
        for secret in filter(None, secrets):  # all of them, whichever is right
            valid |= bool(RequestValidator(secret).validate(knocked.url, covered, claim))
    except ValueError:  # an address that is none, or halves of characters
        return False
    return valid


def signature(token: str, url: str, fields: Fields) -> str:
    """What stands in the header."""
    return RequestValidator(token).compute_signature(url, fields)


def fields_of(body: bytes) -> Fields:
    """The form as it is signed: empty values stay."""
    fields = Fields()
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    return fields


def _covered(knocked: Knocked) -> Fields | None:
    """The fields that the signature covers; none where the address holds the body's hash. None: it cannot be right."""
    told = parse_qs(urlsplit(knocked.url).query).get(_BODY_HASH, [""])[0]
    if told:
        right = hashlib.sha256(knocked.body).hexdigest()
        return Fields() if hmac.compare_digest(right.encode(), told.lower().encode("utf-8", "replace")) else None
    return fields_of(knocked.body) if knocked.body.count(b"&") < MOST_FIELDS else None
