"""The one guard for addresses that come from outside: media links, callbacks, Salesbot's return_url, knowledge pages.

Promises: https only, no user or password in the address, a name whose every address is public, no redirects, a cap on
size and time. The connection goes to the very address that was looked at, so a name that changes its mind in between
(DNS rebinding) gains nothing; the certificate is still checked against the name. Loopback is let through only where
the caller says that the other side is the sandbox. No error names more than scheme, host and path.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import httpx

from app.channels.http import CALL_BUDGET, broken, masked
from app.domain.errors import NotStarted, Rejected, Retryable

REFUSED: Final = "address_refused"
LONGEST_URL: Final = 2_048
LARGEST: Final = 1 << 20

Resolver = Callable[[str, int], Awaitable[list[str]]]
_HTTPS: Final = 443
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # an IPv4 address in IPv6 clothes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the other side said."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was looked at: where to connect, and under which name."""

    url: str
    host: str
    sni: str
    is_tls: bool


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as this machine would reach it."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Guard:
    """Fetches from addresses that we did not choose."""

    def __init__(self, http: httpx.AsyncClient, *, resolver: Resolver = resolve) -> None:
        self._http = http
        self._resolver = resolver

    async def look(self, url: str, *, loopback: bool = False) -> Target:
        """Where this address leads.

        Raises:
            Rejected: it is not one that we call (code `address_refused`).
            Retryable: its name could not be looked up now.
        """
        parts = _parts(url)
        is_here = loopback and _is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not (is_here and parts.scheme == "http"):
            raise _refused(url, "only https addresses are called")
        port = parts.port or (_HTTPS if parts.scheme == "https" else 80)
        if not is_here and port != _HTTPS:
            raise _refused(url, "only the usual port of https is called")
        address = await self._public_address(parts.hostname or "", port, url=url, loopback=loopback)
        return _target(parts, address, port)

    async def _public_address(self, host: str, port: int, *, url: str, loopback: bool) -> str:
        try:
            async with asyncio.timeout(CALL_BUDGET.total_seconds()):
                found = await self._resolver(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise Retryable(f"The name in {masked(url)} could not be looked up.") from None
        # All of them: a name with one public and one private address is not to be trusted with either.
        if not found or not all(is_public(one) or (loopback and _is_loopback(one)) for one in found):
            raise _refused(url, "it does not lead to a public address")
        return found[0]

    async def fetch(
        self,
        url: str,
        *,
        largest: int = LARGEST,
        within: timedelta = CALL_BUDGET,
        loopback: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Fetched:
        """Read what is there. A status that is no success is the caller's to judge.

        Raises:
            Rejected: the address is not one that we call, or what is there is larger than `largest`.
            Retryable: it did not answer in time.
        """
        target = await self.look(url, loopback=loopback)
        return await self._call(self._request("GET", target, headers=headers), largest, within)

    async def post(
        self,
        url: str,
        body: Any,
        *,
        largest: int = LARGEST,
        within: timedelta = CALL_BUDGET,
        loopback: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Fetched:
        """Send JSON there.

        Raises:
            Rejected, NotStarted: certainly nothing was done there.
            OutcomeUnknown: it may have been.
        """
        try:
            target = await self.look(url, loopback=loopback)
        except Retryable as error:
            raise NotStarted(error.message) from None
        return await self._call(self._request("POST", target, headers=headers, json=body), largest, within)

    def _request(
        self, method: str, target: Target, *, headers: dict[str, str] | None, json: Any = None
    ) -> httpx.Request:
        known = {"Accept": "*/*", **(headers or {}), "Host": target.host}
        extensions = {"sni_hostname": target.sni} if target.is_tls else {}
        return self._http.build_request(method, target.url, json=json, headers=known, extensions=extensions)

    async def _call(self, request: httpx.Request, largest: int, within: timedelta) -> Fetched:
        acts = request.method != "GET"
        said = f"{request.method} {request.headers['host']}{request.url.path}"
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._bounded(request, largest)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotStarted(f"No connection for {said} ({type(error).__name__}).") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise broken(f"No answer to {said} ({type(error).__name__}).", acts=acts) from None

    async def _bounded(self, request: httpx.Request, largest: int) -> Fetched:
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            pieces: list[bytes] = []
            size = 0
            async for piece in response.aiter_bytes():
                size += len(piece)
                if size > largest:
                    raise Rejected(f"What is at {request.headers['host']} is too large.", code="too_large")
                pieces.append(piece)
        finally:
            await response.aclose()
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Fetched(response.status_code, kind, b"".join(pieces))


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet. Pure."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _refused(url, "it cannot be read") from None
    host = parts.hostname or ""
    is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if len(url) > LONGEST_URL or not is_plain or not host or parts.username or parts.password:
        raise _refused(url, "it is not a plain address")
    return parts


def _target(parts: SplitResult, address: str, port: int) -> Target:
    shown = f"[{address}]" if ":" in address else address
    host = parts.hostname or ""
    is_tls = parts.scheme == "https"
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    named = f"[{host}]" if ":" in host else host
    usual = _HTTPS if is_tls else 80
    return Target(
        url=f"{parts.scheme}://{shown}:{port}{path}",
        host=named if port == usual else f"{named}:{port}",
        sni=host,
        is_tls=is_tls,
    )


def _refused(url: str, why: str) -> Rejected:
    return Rejected(f"{masked(url)} is not called: {why}.", code=REFUSED)
