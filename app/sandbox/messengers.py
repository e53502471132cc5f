"""What the simulated messengers (Twilio, WhatsApp) share: trouble with calls and webhooks, and how it is ordered."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from app.sandbox.silence import hang_up, silence
from app.sandbox.steering.orders import Order

Group = dict[str, Any]
Fault = Literal["refuse", "error_500", "error_after", "hang", "lost", "torn"]
What = Literal["send", "media", "read"]
HookFault = Literal["duplicate", "delay", "drop", "reorder"]
Work = Callable[[], Awaitable[Response]]
_BAD_GATEWAY: Final = b"<html>Bad gateway</html>"


@dataclass(slots=True)
class Trouble:
    """The next so many calls of a kind go wrong.

    `refuse` answers with a code (0: the vendor's usual one) and does nothing, `error_500` has no code; `error_after`
    does it and answers 500; `lost` does it and hangs up, `hang` is silent for `seconds` before; `torn` is half of an
    answer.
    """

    fault: Fault
    what: What = "send"
    times: int = 1
    status: int = 400
    code: int = 0
    seconds: float = 5
    retry_after: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """Those of a refusal."""
        return {} if self.retry_after is None else {"retry-after": str(self.retry_after)}


def next_trouble(ordered: list[Trouble], what: What) -> Trouble | None:
    """What befalls this call; it is counted."""
    trouble = next((one for one in ordered if one.what == what and one.times > 0), None)
    if trouble is not None:
        trouble.times -= 1
    return trouble


async def troubled(request: Request, fault: Fault, work: Work, *, stopping: asyncio.Event, seconds: float) -> Response:
    """How a call goes wrong that is not simply refused. `seconds` are real ones."""
    if fault == "torn":
        whole = await work()
        return Response(bytes(whole.body)[:-1], whole.status_code, media_type=whole.media_type)
    if fault in ("error_after", "lost"):
        await work()
    if fault == "hang":
        await silence(stopping, seconds)
    if fault in ("hang", "lost"):
        hang_up(request)
    return Response(_BAD_GATEWAY, 502, media_type="text/html")


@dataclass(slots=True)
class HookTrouble:
    """The next so many deliveries; `delay` and `reorder` hold one back for `seconds`, the others go on."""

    fault: HookFault
    times: int = 1
    seconds: float = 0.3


class Deliveries:
    """Webhooks on their way, each a task of its own, with the trouble that was ordered for them."""

    def __init__(self, answer_seconds: float) -> None:
        self._answer_seconds = answer_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self.trouble: list[HookTrouble] = []
        self.delivered: list[Group] = []

    def reset(self) -> None:
        """Drop what waits."""
        for task in self._tasks:
            task.cancel()
        self.trouble.clear()
        self.delivered.clear()

    async def stop(self) -> None:
        self.reset()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def queue(self, deliver: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Deliver once, or as the trouble wants it; returns at once."""
        trouble = next((one for one in self.trouble if one.times > 0), None)
        if trouble is None:
            self._run(deliver())
            return
        trouble.times -= 1
        wait = trouble.seconds if trouble.fault in ("delay", "reorder") else 0.0
        for _ in range({"drop": 0, "duplicate": 2}.get(trouble.fault, 1)):
            self._run(_later(wait, deliver))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> httpx.Response | None:
        """What it was answered; None where nobody was there."""
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self._answer_seconds)
        try:
            return await self._client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None


async def _later(seconds: float, deliver: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await asyncio.sleep(seconds)
    await deliver()


class TroubleOrder(Order):
    fault: Fault
    what: What = "send"
    times: int = Field(default=1, ge=1)
    status: int = 400
    code: int = Field(default=0, description="0: the vendor's usual one.")
    seconds: float = Field(default=5, ge=0)
    retry_after: int | None = Field(default=None, ge=0)


class HookOrder(Order):
    fault: HookFault
    times: int = Field(default=1, ge=1)
    seconds: float = Field(default=0.3, ge=0)


class Troubled(Protocol):
    """A simulated messenger, as far as trouble and its record go."""

    trouble: list[Trouble]
    calls: list[Group]


def add_trouble(router: APIRouter, world: Troubled, hooks: Deliveries) -> None:
    """The routes that order trouble, and those that tell what happened."""

    @router.post("/trouble", status_code=204, summary="The next calls go wrong")
    async def _trouble(order: TroubleOrder) -> None:
        world.trouble.append(Trouble(**order.model_dump()))

    @router.delete("/trouble", status_code=204, summary="Nothing goes wrong any more")
    async def _relief() -> None:
        world.trouble.clear()
        hooks.trouble.clear()

    @router.post("/hooks", status_code=204, summary="The next webhooks go wrong")
    async def _hooks(order: HookOrder) -> None:
        hooks.trouble.append(HookTrouble(**order.model_dump()))

    @router.get("/delivered", summary="Every delivery of a webhook, with what it was answered")
    async def _delivered() -> list[Group]:
        return hooks.delivered

    @router.get("/calls", summary="Every call that came")
    async def _calls() -> list[Group]:
        return world.calls
