"""Who may call tools: one who brings both an API key of the account and the token of a turn of that account.

n8n has one key for all accounts: there the token says whose turn it is.
"""

from app.domain.callers import Address
from app.domain.clock import Clock
from app.domain.errors import Untrusted
from app.domain.tools import Toolbox, TurnRef
from app.domain.turn_tokens import TurnTokens
from app.services.accounts.directory import Directory, Scope, Unauthorised, require


class Admittance:
    """Looks at both, and gives the toolbox out."""

    def __init__(self, directory: Directory, tokens: TurnTokens, clock: Clock, *, toolbox: Toolbox) -> None:
        self._directory = directory
        self._tokens = tokens
        self._clock = clock
        self.toolbox = toolbox

    async def admit(self, key: str | None, token: str, address: Address | None = None) -> TurnRef:
        """The turn that the caller speaks for.

        Raises:
            Unauthorised: no key or a wrong one; no token, or one that is stale, not ours or another account's.
            Forbidden: the key lacks the scope `node`, or the account takes no calls from this address.
        """
        try:
            turn = self._tokens.read(token, self._clock.now())
            who = await self._directory.identify(key, address)
        except (Untrusted, Unauthorised):
            raise _refused() from None
        if who.account_id != turn.account_id and not who.is_of_all:
            raise _refused()
        require(who, Scope.NODE)
        return turn


def _refused() -> Unauthorised:
    return Unauthorised(
        "Tools need a valid API key and the token of a turn that is not over.",
        hint="Call the mcp_url that came with the turn, with the API key as X-API-Key or Authorization: Bearer.",
    )
