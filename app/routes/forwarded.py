"""Who calls, behind a proxy: the one place where X-Forwarded-For is read. Rate limits and allow-lists both go by it."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.callers import Address, Network, address_of, caller_of, is_in


class Forwarded:
    """Puts the caller in place of the proxy that is connected, and the scheme that the caller used.

    A caller whom a trusted proxy names in a way that is no address is nobody that we know.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the headers of a request and pass it on."""
        if scope["type"] == "http":
            scope = {**scope, **self._seen(scope)}
        await self._app(scope, receive, send)

    def _seen(self, scope: Scope) -> Scope:
        host, port = scope["client"] or (None, 0) if "client" in scope else (None, 0)
        headers = Headers(scope=scope)
        forwarded = headers.getlist("x-forwarded-for")
        caller = caller_of(host, forwarded, self._trusted)
        seen: Scope = {}
        if forwarded and caller != address_of(host or ""):
            seen["client"] = (str(caller), port) if caller else None
        peer = address_of(host or "")
        scheme = headers.get("x-forwarded-proto", "").strip().lower()
        if peer is not None and is_in(peer, self._trusted) and scheme in ("http", "https"):
            seen["scheme"] = scheme
        return seen


def caller(request: HTTPConnection) -> Address | None:
    """Who calls; None: nobody can tell."""
    return address_of(request.client.host) if request.client else None
