"""The one way in which channels speak HTTP: a tuned client, named budgets, and one seam where errors become ours.

Promises: no call outlives its budget; redirects are never followed, for a token must not travel to another host; what
happened on the wire is told in the words of `domain.errors`, by one question: may the other side have acted? No
message carries a query string, a body or a token: ids in a path are all that is ever shown.
"""

import asyncio
import re
import ssl
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx

from app.domain.errors import AppError, Conflict, NeedsHuman, NotFound, NotStarted, OutcomeUnknown, Rejected, Retryable

CONNECT_BUDGET: Final = timedelta(seconds=3)  # a vendor that does not shake hands by then is down
READ_BUDGET: Final = timedelta(seconds=8)  # silence between two bytes of an answer
CALL_BUDGET: Final = timedelta(seconds=10)  # one call from first byte to last; the send lease is built on it
POOL_BUDGET: Final = timedelta(seconds=3)  # waiting for a free connection of our own
LONGEST_WAIT: Final = timedelta(hours=1)  # what a vendor asks beyond this is asked again then

SHOWN: Final = "shown"  # the extension of a request whose path holds a secret: the path that may be shown

_LARGEST_ANSWER: Final = 8 * 2**20
_KEPT_HEADERS: Final = ("content-type", "retry-after", "date", "location")
_SECRET_STEP: Final = re.compile(r"(/rest/[0-9]+/)[^/]+")  # a webhook whose secret is a step of its path


def new_client() -> httpx.AsyncClient:
    """A client for one process, to be closed by whoever opened it. The environment's proxies are not used."""
    timeout = httpx.Timeout(
        connect=CONNECT_BUDGET.total_seconds(),
        read=READ_BUDGET.total_seconds(),
        write=READ_BUDGET.total_seconds(),
        pool=POOL_BUDGET.total_seconds(),
    )
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=20)
    return httpx.AsyncClient(verify=_trust(), timeout=timeout, limits=limits, follow_redirects=False, trust_env=False)


@cache
def _trust() -> ssl.SSLContext:
    """The authorities that vouch for vendors, read once: to read them takes longer than to open all else."""
    return httpx.create_ssl_context(trust_env=False)


async def exchange(
    client: httpx.AsyncClient, request: httpx.Request, *, acts: bool, within: timedelta = CALL_BUDGET
) -> httpx.Response:
    """One call. `acts` says that the other side does something lasting when it hears it.

    Raises:
        NotStarted: certainly nothing reached the other side.
        OutcomeUnknown: it `acts`, and may have.
        Retryable: it only reads, and no answer came.
    """
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await _whole_answer(client, request)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise NotStarted(f"No connection for {place(request)} ({type(error).__name__}).") from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise broken(f"No answer to {place(request)} ({type(error).__name__}).", acts=acts) from None


async def _whole_answer(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    response = await client.send(request, stream=True)
    try:
        pieces: list[bytes] = []
        size = 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > _LARGEST_ANSWER:
                raise httpx.DecodingError("the answer is too large", request=request)
            pieces.append(piece)
    finally:
        await response.aclose()
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return httpx.Response(response.status_code, headers=kept, content=b"".join(pieces), request=request)


def error_of(response: httpx.Response, *, acts: bool) -> AppError | None:
    """What a status means where the vendor says nothing of its own about it; None for success."""
    status, call = response.status_code, place(response.request)
    if status < 300:  # noqa: PLR2004
        return None
    if status >= 500:  # noqa: PLR2004
        return broken(f"{call} was answered with {status}.", acts=acts)
    if status == 429:  # noqa: PLR2004
        return NotStarted(f"{call} came too soon.", after=retry_after(response))
    known: dict[int, AppError] = {
        401: NeedsHuman(f"{call} was refused: the access token is not valid (401).", hint="Connect the account again."),
        402: NeedsHuman(f"{call} was refused: payment is required (402).", hint="Check the vendor's plan."),
        403: NeedsHuman(f"{call} was refused: a right is missing (403).", hint="Check the token's rights."),
        404: NotFound(f"{call}: not found (404).", hint="Look it up there: the id is wrong, or it was deleted."),
        409: Conflict(f"{call} does not fit the present state (409).", hint="Look it up there, and try again."),
        422: Conflict(f"{call} does not fit the present state (422).", hint="Look it up there, and try again."),
    }
    if status < 400:  # noqa: PLR2004
        return NeedsHuman(f"{call} was redirected ({status}).", hint="Check the account's address.")
    return known.get(status) or Rejected(f"{call} was refused ({status}).")


def broken(message: str, *, acts: bool) -> AppError:
    """An exchange that ended without a clear answer."""
    return OutcomeUnknown(message) if acts else Retryable(message)


def retry_after(response: httpx.Response, *, default: timedelta = timedelta(seconds=5)) -> timedelta:
    """The wait that a response asks for, in seconds or as a date by the vendor's own clock; never above an hour."""
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return min(timedelta(seconds=int(asked[:6])), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(response.headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return default
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def is_json(response: httpx.Response) -> bool:
    """Also `application/hal+json` and `application/problem+json`."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower().endswith("json")


def place(request: httpx.Request) -> str:
    """A request as it may be shown: method and path, nothing else, and no step of it that is a secret."""
    shown = _SECRET_STEP.sub(r"\1...", str(request.extensions.get(SHOWN, request.url.path)))
    return f"{request.method} {shown}"


def masked(url: str) -> str:
    """A URL as it may be shown: without user, query and fragment, which may hold secrets or phones."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "(unreadable address)"
    path = _SECRET_STEP.sub(r"\1...", parts.path)
    shown = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    return f"{parts.scheme}://{shown}{path}" if host else "(unreadable address)"
