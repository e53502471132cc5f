"""n8n's public API (https://docs.n8n.io/api/), as far as pushing workflows needs it.

Bodies are strict there: unknown and read-only keys are refused. Publishing is asynchronous: a webhook that was just
published may still be unknown for a second.
"""

import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

import httpx

from app.domain.errors import AppError, NeedsHuman, NotFound, Rejected, Retryable

Json = dict[str, Any]
TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
PAGE: Final = 100
REPLY_HEADER: Final = "X-API-Key"  # by what a webhook knows Ponte; the brain sends the same
_MOST_PAGES: Final = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """What a webhook answered, and how long it took."""

    status: int
    content_type: str
    body: bytes
    seconds: float


class N8n:
    """One n8n by its address and an API key of it. Every error of ours says what to do."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self.url = url.rstrip("/")
        self._headers = {"X-N8N-API-KEY": key, "Accept": "application/json"}

    async def scopes(self) -> frozenset[str]:
        """What the key may do.

        Raises:
            NeedsHuman: this n8n is too old to say so, or the key is not one of its keys.
        """
        try:
            found = await self._call("GET", "/discover")
        except NotFound as error:
            hint = "Update n8n (tested on 2.41.1) or import the files of `ponte n8n export` with n8n's own CLI."
            raise NeedsHuman("This n8n's API is off or too old for pushing.", hint=hint, code="n8n_old") from error
        return frozenset(found.get("data", {}).get("scopes", ()))

    async def workflows(self) -> list[Json]:
        """All workflows that are not archived, with their nodes."""
        found = [one async for one in self._pages("/workflows")]
        return [one for one in found if not one.get("isArchived")]

    async def workflow(self, number: str) -> Json:
        return await self._call("GET", f"/workflows/{number}")

    async def create_workflow(self, body: Json) -> str:
        """Returns the id that n8n gave it."""
        return _id_in(await self._call("POST", "/workflows", body))

    async def update_workflow(self, number: str, body: Json) -> None:
        """A published one is published anew with it."""
        await self._call("PUT", f"/workflows/{number}", body)

    async def publish(self, number: str) -> None:
        """Under the name that older n8n know, too."""
        await self._call("POST", f"/workflows/{number}/activate", {})

    async def credentials(self) -> list[Json]:
        """Id, name and type of each; what they hold n8n never shows."""
        return [one async for one in self._pages("/credentials")]

    async def create_credential(self, name: str, kind: str, data: Mapping[str, str]) -> str:
        body = {"name": name, "type": kind, "data": dict(data)}
        return _id_in(await self._call("POST", "/credentials", body))

    async def update_credential(self, number: str, kind: str, data: Mapping[str, str]) -> None:
        await self._call("PATCH", f"/credentials/{number}", {"type": kind, "data": dict(data)})

    async def tag(self, name: str) -> str:
        """The id of a tag, which is made where it is missing."""
        async for one in self._pages("/tags"):
            if one["name"] == name:
                return str(one["id"])
        return _id_in(await self._call("POST", "/tags", {"name": name}))

    async def set_tags(self, number: str, tags: list[str]) -> None:
        await self._call("PUT", f"/workflows/{number}/tags", [{"id": one} for one in tags])

    async def is_listening(self, path: str) -> bool:
        """Whether the production webhook is there. Without the key it answers 403 and runs nothing."""
        answer = await self.post_webhook(path, b"{}", {})
        return answer.status != HTTPStatus.NOT_FOUND

    async def post_webhook(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """One call of a production webhook, as Ponte calls it."""
        sent = {"Content-Type": "application/json", **headers}
        begun = time.monotonic()
        try:
            answer = await self._http.post(f"{self.url}/webhook/{path}", content=body, headers=sent, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            raise Retryable(f"n8n at {self.url} does not answer ({type(error).__name__}).") from error
        seconds = time.monotonic() - begun
        return Answered(answer.status_code, answer.headers.get("content-type", ""), answer.content, seconds)

    async def _pages(self, path: str) -> AsyncIterator[Json]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            following = f"&cursor={cursor}" if cursor else ""
            page = await self._call("GET", f"{path}?limit={PAGE}{following}")
            for one in cast("list[Json]", page.get("data") or []):
                yield one
            cursor = str(page.get("nextCursor") or "")
            if not cursor:
                return

    async def _call(self, method: str, path: str, body: Any = None) -> Json:
        """One call of the API; whatever goes wrong comes out as one of our errors."""
        url = f"{self.url}/api/v1{path}"
        try:
            answer = await self._http.request(method, url, json=body, headers=self._headers, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            said = f"n8n at {self.url} does not answer ({type(error).__name__})."
            raise Retryable(said, hint="Check N8N_URL, and that n8n is up.") from error
        if not answer.is_success:
            raise _refusal(answer, method, path)
        try:
            found: Any = answer.json() if answer.content else {}
        except ValueError:
            found = None
        if not isinstance(found, dict):
            return {"data": found} if isinstance(found, list) else _no_api(self.url)
        return cast("Json", found)


def _id_in(made: Json) -> str:
    """What n8n calls a thing that it has just made; an answer without it is no answer."""
    if not made.get("id"):
        raise Retryable("n8n did not say under which id it made it.", hint="Push again: it goes on from there.")
    return str(made["id"])


def _no_api(url: str) -> Json:
    raise NeedsHuman(
        f"{url} is no n8n: it answers, but not as n8n's API.", hint="N8N_URL is n8n's address, such as http://n8n:5678."
    )


def _refusal(answer: httpx.Response, method: str, path: str) -> AppError:
    """n8n's refusal as the error for whoever must act. Its message names fields, never values of ours."""
    where = f"{method} {path.partition('?')[0]}"
    said = _message(answer)
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        hint = "Make a key in n8n under Settings > n8n API, and put it into N8N_API_KEY."
        return NeedsHuman("n8n does not know this API key.", hint=hint, code="n8n_key")
    if answer.status_code == HTTPStatus.FORBIDDEN:
        hint = "Give the key the scopes that docs/howto/use-n8n.md lists."
        return NeedsHuman(f"This n8n API key may not do {where}: {said}", hint=hint, code="n8n_scope")
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return NotFound(f"n8n knows no {where}.", code="n8n_missing")
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        hint = "Look into n8n's log, and at what stands before it."
        return Retryable(f"n8n answered {where} with {answer.status_code}.", hint=hint)
    return Rejected(f"n8n refuses {where} ({answer.status_code}): {said}", code="n8n_refused")


def _message(answer: httpx.Response) -> str:
    try:
        found: Any = answer.json()
    except ValueError:
        return "no reason given"
    said = cast("Json", found).get("message") if isinstance(found, dict) else None
    return str(said or "no reason given")[:300]
