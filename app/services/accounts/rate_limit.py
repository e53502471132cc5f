"""How often strangers may knock at the public doors: a bucket for each address, shared by all processes."""

import ipaddress
from datetime import timedelta
from typing import Final

from app.domain.errors import Retryable
from app.store.grants import Buckets

BURST: Final = 30
A_SECOND: Final = 0.5


class TooMany(Retryable):
    """This address knocked too often; `after` says how long to wait."""

    code = "too_many"


class Knocking:
    """Counts who knocks."""

    def __init__(self, buckets: Buckets, *, burst: int = BURST, a_second: float = A_SECOND) -> None:
        self._buckets = buckets
        self._burst = burst
        self._a_second = a_second

    async def admit(self, door: str, address: str) -> None:
        """Count one call.

        Raises:
            TooMany: it came too soon after the others of its address.
        """
        wait = await self._buckets.knock(door, network_of(address), burst=self._burst, a_second=self._a_second)
        if wait > timedelta(0):
            raise TooMany("Too many calls from this address.", after=wait, hint="Wait as long as Retry-After says.")


def network_of(address: str) -> str:
    """Whom an address stands for: with IPv6 one subscriber has a whole network. Pure."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
