"""Who really calls behind proxies, and whether a list of networks lets them in. Pure: values in, values out.

Each proxy writes at the end of X-Forwarded-For who called it. So the list is read from its end, past the proxies that
the operator trusts, and the first one who is none of them is the caller: everything before that is hearsay.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
# How much of an address is kept: enough to see whose network it is, too little to find a person.
_KEPT_OF_4, _KEPT_OF_6 = 24, 48
_MAPPED = 96
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[0-9.]+))(?::[0-9]{1,5})?")
# Nobody has that many proxies; what is longer is not worth reading.
_MOST_HOPS = 64


def address_of(text: str) -> Address | None:
    """One address, with a port or without; IPv4 in the clothes of IPv6 is IPv4. None: that is no address."""
    bare = text.strip().partition("%")[0]
    found = _WITH_PORT.fullmatch(bare)
    if found is not None:
        bare = found["six"] or found["four"]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def caller_of(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address | None:
    """Who calls: `peer` is who is connected, `forwarded` every X-Forwarded-For header in its order.

    None: nobody can tell, because what a trusted proxy wrote last is no address.
    """
    known = address_of(peer or "")
    if known is None or not is_in(known, trusted):
        return known
    hops = [hop for header in forwarded for hop in header.split(",") if hop.strip()]
    for hop in reversed(hops[-_MOST_HOPS:]):
        known = address_of(hop)
        if known is None or not is_in(known, trusted):
            return known
    return known


def networks_of(written: Sequence[str]) -> tuple[Network, ...]:
    """Networks and addresses as people write them.

    Raises:
        ValueError: one of them is none, or is everybody.
    """
    return tuple(_network(one) for one in written)


def _network(written: str) -> Network:
    found = ip_network(written.strip())
    if isinstance(found, IPv6Network) and found.prefixlen >= _MAPPED and found.network_address.ipv4_mapped:
        found = ip_network((found.network_address.ipv4_mapped, found.prefixlen - _MAPPED))
    if found.prefixlen == 0:
        raise ValueError("that is everybody")
    return found


@lru_cache(maxsize=512)
def listed(written: tuple[str, ...]) -> tuple[Network, ...]:
    """The same for what was looked at when it was set; whatever cannot be read any more lets nobody in."""
    try:
        return networks_of(written)
    except ValueError:
        return ()


def trusted_proxies(setting: str | None) -> tuple[Network, ...]:
    """The proxies of a setting; without one those on this machine."""
    return networks_of(setting.split(",")) if setting else LOOPBACK


def is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def may_call(caller: Address | None, written: Sequence[str]) -> bool:
    """Whether a list lets a caller in. An empty one is no list; who cannot be told is on none."""
    if not written:
        return True
    return caller is not None and is_in(caller, listed(tuple(written)))


def coarse(caller: Address | None) -> str:
    """What may be written down of a caller: the network around the address."""
    if caller is None:
        return ""
    kept = _KEPT_OF_4 if isinstance(caller, IPv4Address) else _KEPT_OF_6
    return str(ip_network((caller, kept), strict=False))


def would_refuse(network: str, written: Sequence[str]) -> bool:
    """Whether a list surely refuses whoever called from such a network; nobody can tell of a part of it."""
    if not written:
        return False
    if not network:
        return True
    known = ip_network(network)
    return not any(_overlap(known, one) for one in listed(tuple(written)))


def _overlap(one: Network, other: Network) -> bool:
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and one.overlaps(other)
    return isinstance(other, IPv6Network) and one.overlaps(other)
