"""The token of a turn: who brings it speaks for this one turn, until it expires. Pure; the clock is an argument.

It stands in the address of the tools (`/mcp/{token}`) and in the callback, so it is short, safe in a URL, and never
logged. Signed with HMAC-SHA256 under a key derived from the installation's newest secret key, good under any of them.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from app.domain.errors import Untrusted
from app.domain.ids import AccountId, ConversationId
from app.domain.tools import TurnRef

_PREFIX = "pt1"
_REFUSED = "This turn token is not good."
_HINT = "Use the token that came with the turn, before its deadline has passed."


class TurnTokens:
    """Makes and reads tokens. `keys` are the installation's secret keys, the newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [hmac.new(key.encode(), b"ponte:turns", hashlib.sha256).digest() for key in keys]

    def mint(self, turn: TurnRef) -> str:
        """`pt1.<account>.<conversation>.<turn>.<expiry>.<d or l>.<signature>`."""
        said = _said(turn)
        return f"{said}.{_signature(self._keys[0], said)}"

    def read(self, token: str, now: datetime) -> TurnRef:
        """The turn of a token.

        Raises:
            Untrusted: it was not made here, was changed, or has expired; the answer does not say which.
        """
        said, _, signature = token.rpartition(".")
        if not said.startswith(f"{_PREFIX}.") or not self._is_ours(said, signature):
            raise Untrusted(_REFUSED, hint=_HINT, code="turn_token")
        _, account, conversation, number, expiry, kind = said.split(".")
        expires_at = datetime.fromtimestamp(int(expiry), UTC)
        if now >= expires_at:
            raise Untrusted(_REFUSED, hint=_HINT, code="turn_token")
        ids = AccountId(int(account)), ConversationId(int(conversation)), int(number)
        return TurnRef(*ids, expires_at, dry_run=kind == "d")

    def _is_ours(self, said: str, signature: str) -> bool:
        given = signature.encode()
        return any(hmac.compare_digest(_signature(key, said).encode(), given) for key in self._keys)


def _said(turn: TurnRef) -> str:
    kind = "d" if turn.dry_run else "l"
    ids = f"{turn.account_id}.{turn.conversation_id}.{turn.turn}"
    return f"{_PREFIX}.{ids}.{int(turn.expires_at.timestamp())}.{kind}"


def _signature(key: bytes, said: str) -> str:
    digest = hmac.new(key, said.encode(), hashlib.sha256).digest()[:18]
    return base64.urlsafe_b64encode(digest).decode()
