"""The one gate for URLs that come from outside: media links, callbacks, `return_url`.

Promises: only https, to an address that is public after the name was resolved; the call goes to that very address, so
that a name cannot mean something else a moment later; no redirect is followed; size and time are capped. Loopback only
for the simulated worlds: when the account itself lives at a loopback address, URLs of that same origin pass.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from app.channels.http import broken, error_of, masked
from app.domain.errors import NotStarted, Rejected, Retryable

Resolver = Callable[[str, int], Awaitable[list[str]]]

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # the last four bytes are an IPv4 address
_PLAIN: Final = ("", "identity")


class Refused(Rejected):
    """A URL that we do not call, or an answer that we do not take. It will stay so."""

    code = "url_refused"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much and how long an answer may be. `types` are prefixes of content types; none means any."""

    largest: int = 64 * 2**10
    within: timedelta = timedelta(seconds=10)
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the content type in small letters, the encoding that stood beside it, and the body."""

    status: int
    content_type: str
    body: bytes
    charset: str = ""


async def by_dns(host: str, port: int) -> list[str]:
    """All addresses that the system finds for a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet, and hides no other one inside. Pure."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.sixtofour is not None or ip.teredo is not None:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port. Pure."""
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def is_loopback(host: str) -> bool:
    """Whether a host of the operator's own choosing is this machine. Pure."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Calls URLs of strangers for one process. `home` is the account's own address, of a sandbox or of the vendor."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        resolve: Resolver = by_dns,
        may_call: Callable[[str], bool] = is_public,
    ) -> None:
        self._http = http
        self._resolve = resolve
        self._may_call = may_call

    async def get(
        self, url: str, *, bounds: Bounds, home: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Fetch what is behind a URL. With `headers` that hold a key, whoever asks has looked whose URL it is.

        Raises:
            Refused: the URL or its answer is not acceptable, now or later.
            Rejected, NeedsHuman: the other side said no (404, 403 and the like).
            Retryable: no answer came, or one that may be another the next time.
        """
        return await self._call("GET", url, bounds=bounds, home=home, headers=headers)

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], bounds: Bounds, home: str = ""
    ) -> Answer:
        """Send something to a URL.

        Raises:
            Refused, Rejected, NeedsHuman: as for `get`.
            NotStarted: certainly nothing reached the other side.
            OutcomeUnknown: it may have.
        """
        return await self._call("POST", url, bounds=bounds, home=home, content=content, headers=headers)

    async def check(self, url: str, *, home: str = "") -> None:
        """Whether this is an address that may be called.

        Raises:
            Refused: it is not.
            Retryable: its name is not known now.
        """
        target = _read(url)
        if not self._is_home(target, home):
            await self._checked(target)

    async def vouch_for(self, url: str, *, home: str = "") -> None:
        """Whether a vendor may be told to fetch this: what we would not call ourselves, nobody calls for us.

        Raises:
            Refused: it is no public address.
            NotStarted: its name is not known now.
        """
        try:
            await self.check(url, home=home)
        except Retryable as error:
            raise NotStarted(error.message, after=error.after, hint=error.hint) from None

    async def addresses(self, url: str) -> list[str]:
        """Where to call it, for whoever does so by a client of its own. Raises what `check` raises.

        Whoever looked the name up once more might be told of another address.
        """
        return await self._checked(_read(url))

    async def _call(
        self,
        method: str,
        url: str,
        *,
        bounds: Bounds,
        home: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        acts = method != "GET"
        try:
            async with asyncio.timeout(bounds.within.total_seconds()):
                request = await self._request(method, url, home=home, content=content, headers=headers or {})
                return await self._answer(request, bounds, acts=acts)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotStarted(f"No connection to {masked(url)} ({type(error).__name__}).") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise broken(f"No whole answer from {masked(url)} ({type(error).__name__}).", acts=acts) from None

    async def _request(
        self, method: str, url: str, *, home: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Request:
        """The call with its host replaced by the address that was checked; certificate and Host stay the name's."""
        target = _read(url)
        address = target.host if self._is_home(target, home) else (await self._checked(target))[0]
        said = {**headers, "Host": target.netloc.decode("ascii"), "Accept-Encoding": "identity"}
        extensions = {"sni_hostname": target.host}
        return self._http.build_request(
            method, target.copy_with(host=address), content=content, headers=said, extensions=extensions
        )

    @staticmethod
    def _is_home(target: httpx.URL, home: str) -> bool:
        own = _read(home) if home else None
        return own is not None and is_loopback(own.host) and origin(own) == origin(target)

    async def _checked(self, target: httpx.URL) -> list[str]:
        if target.scheme != "https":
            raise Refused("Only https is called.", hint="The address must begin with https://.")
        try:
            found = await self._resolve(target.host, origin(target)[2])
        except (OSError, UnicodeError):
            raise Retryable(f"The name of {masked(str(target))} is not known.", code="no_such_name") from None
        if not found or not all(map(self._may_call, found)):
            raise Refused("The address is not a public one.", hint="Hosts of an own network are never called.")
        return found

    async def _answer(self, request: httpx.Request, bounds: Bounds, *, acts: bool) -> Answer:
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            _check_head(response, bounds, acts=acts)
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > bounds.largest:
                    raise Refused(f"The answer is larger than {bounds.largest} bytes.", code="too_large")
        finally:
            await response.aclose()
        return Answer(response.status_code, _type_of(response), bytes(body), response.charset_encoding or "")


def _read(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
        target.netloc.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise Refused("The address cannot be read.") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise Refused("The address is no web address.")
    if target.userinfo:
        raise Refused("The address holds a name or a password.")
    return target


def _type_of(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _check_head(response: httpx.Response, bounds: Bounds, *, acts: bool) -> None:
    """Refuse by what the head says, before a byte of the body is read."""
    if response.is_redirect:
        raise Refused("The address leads somewhere else; redirects are not followed.", code="redirected")
    failure = error_of(response, acts=acts)
    if failure is not None:
        raise failure
    if response.headers.get("content-encoding", "").strip().lower() not in _PLAIN:
        raise Refused("The answer is packed.", code="packed")
    if bounds.types and not _type_of(response).startswith(bounds.types):
        raise Refused("The answer is of a type that is not taken.", code="wrong_type")
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > bounds.largest:
        raise Refused(f"The answer is larger than {bounds.largest} bytes.", code="too_large")
