"""A brain behind a URL: an n8n workflow, or anything that speaks the reply contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from app.domain.brain import BrainFailed, Proposal, ReplyRequest
from app.n8n.contract import body_of
from app.n8n.reading import MOST_BYTES, read_answer
from app.n8n.signatures import HEADER, sign

KEY_HEADER = "X-API-Key"  # as our own doors have it: one header credential in n8n does for both ways

_PLAIN = ("", "identity")
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, and by what the other side knows us. `secrets`: the newest first, two while one is changed."""

    url: str
    public_url: str
    key: str | None = field(default=None, repr=False)
    secrets: Sequence[str] = field(default=(), repr=False)


class HttpBrain:
    """Asks the endpoint once; whatever it answers that cannot be used is a BrainFailed with a word for its builder."""

    name = "n8n"

    def __init__(self, http: httpx.AsyncClient, endpoint: Endpoint) -> None:
        self._http = http
        self._endpoint = endpoint

    async def reply(self, request: ReplyRequest) -> Proposal:
        """Ask; the caller's patience is the deadline.

        Raises:
            AnswersLater: the answer comes by callback.
            BrainFailed: there is no usable answer.
        """
        body = body_of(request, self._endpoint.public_url).model_dump_json().encode()
        patience = (request.deadline - request.now).total_seconds()
        if not _is_callable(self._endpoint.url):
            raise BrainFailed("unreachable", "the address is none that can be called")
        try:
            status, content_type, answer = await self._post(body, patience)
        except httpx.TimeoutException:
            raise BrainFailed("too_late", f"no answer within {patience:g} seconds") from None
        except httpx.HTTPError as error:
            raise BrainFailed("unreachable", type(error).__name__) from None
        return read_answer(status, content_type, answer)

    async def _post(self, body: bytes, patience: float) -> tuple[int, str, bytes]:
        """One call, no redirects; of what is too long only the beginning is read, and what is packed not at all.

        Raises:
            BrainFailed: the answer is packed, which was not asked for: a little of it may unpack to more than fits.
        """
        call = self._http.stream(
            "POST",
            self._endpoint.url,
            content=body,
            headers=self._headers(body),
            timeout=httpx.Timeout(patience, connect=min(3.0, patience)),
            follow_redirects=False,
        )
        async with call as answer:
            if answer.headers.get("content-encoding", "identity").strip().lower() not in _PLAIN:
                raise BrainFailed("packed", "the answer is compressed, and Accept-Encoding says identity")
            read = bytearray()
            async for chunk in answer.aiter_raw():
                read += chunk
                if len(read) > MOST_BYTES:
                    break
            return answer.status_code, answer.headers.get("content-type", ""), bytes(read)

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "Ponte", "Accept-Encoding": "identity"}
        if self._endpoint.key:
            headers[KEY_HEADER] = self._endpoint.key
        if self._endpoint.secrets:
            headers[HEADER] = sign(body, self._endpoint.secrets, datetime.now(UTC))
        return headers


def _is_callable(url: str) -> bool:
    """Whether there is such an address: no client says of a port that there is not what is wrong with it."""
    try:
        return (httpx.URL(url).port or 1) <= _LAST_PORT
    except httpx.InvalidURL:
        return False
