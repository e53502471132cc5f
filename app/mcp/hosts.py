"""Which names this server may be called by: a page in somebody's browser must not reach it under a name of its own."""

from collections.abc import Sequence
from urllib.parse import urlsplit

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Hosts:
    """The hosts of our own addresses, and loopback on any port."""

    def __init__(self, addresses: Sequence[str]) -> None:
        known = (urlsplit(address) for address in addresses)
        self._known = frozenset(one.hostname.lower() for one in known if one.hostname)

    def has(self, host: str) -> bool:
        """Whether a Host header names us. The port is what a proxy makes of it, so it says nothing."""
        return self._is_ours(f"//{host}")

    def is_at(self, address: str) -> bool:
        """Whether who calls this address calls us by a name of ours."""
        return self._is_ours(address)

    def is_origin(self, origin: str) -> bool:
        """Whether an Origin header is ours; programs send none."""
        return not origin or self._is_ours(origin)

    def _is_ours(self, address: str) -> bool:
        try:
            name = (urlsplit(address).hostname or "").lower()
        except ValueError:
            return False
        return name in _LOOPBACK or name in self._known
