"""Who really asks: an HMAC over the time and the raw body, for receivers that can check one. Pure.

`X-Ponte-Signature: t=1795300000,v1=<hex>[,v1=<hex>]`: HMAC-SHA256 of "<t>.<body>". While a secret is being changed
there are two, one for the old and one for the new; a receiver accepts either, and nothing older than five minutes.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

HEADER: Final = "X-Ponte-Signature"
TOLERANCE: Final = timedelta(minutes=5)


def sign(body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """The header's value, one signature for each secret."""
    stamp = int(now.timestamp())
    return ",".join([f"t={stamp}", *(f"v1={_signature(body, secret, stamp)}" for secret in secrets)])


def verify(header: str, body: bytes, secrets: Sequence[str], *, now: datetime) -> bool:
    """What a receiver does. Constant time for each secret; anything malformed is False."""
    parts = [part.partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in parts if name.strip() == "t" and value.isascii() and value.isdecimal()]
    if len(stamps) != 1 or len(stamps[0]) > 12 or abs(now.timestamp() - int(stamps[0])) > TOLERANCE.total_seconds():  # noqa: PLR2004
        return False
    given = [value for name, _, value in parts if name.strip() == "v1"]
    ours = [_signature(body, secret, int(stamps[0])) for secret in secrets]
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in ours)


def _signature(body: bytes, secret: str, stamp: int) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
