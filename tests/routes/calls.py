"""How the tests of the routes call, and what they look for in an answer."""

import re
from typing import Any

import httpx

from app.domain.ids import ConversationId
from app.wiring import House
from tests.house import conversation_of, work_off

FORM = {"content-type": "application/x-www-form-urlencoded"}
Json = dict[str, Any]
# Only the clock may tell two refusals apart.
TOLD = ("date",)
# What follows would call a Kommo; a conversation's own course ends before.
OUTSIDE = ("send", "crm")


def error_of(answer: httpx.Response, status: int) -> Json:
    """The error of an answer, which has the one shape and this status."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "hint"}
    assert all(isinstance(value, str) for value in body["error"].values())
    assert body["error"]["code"]
    assert body["error"]["message"]
    return body["error"]


async def knock(web: httpx.AsyncClient, address: str, body: bytes, **headers: str) -> httpx.Response:
    """A webhook as Kommo sends it."""
    return await web.post(f"/webhooks/{address}", content=body, headers={**FORM, **headers})


async def talk(
    web: httpx.AsyncClient, house: House, secret: str, body: bytes, *, chat: str | None = None
) -> ConversationId:
    """A webhook came and the worker did what it does with it; returns the chat's conversation, or the only one."""
    answer = await knock(web, f"kommo/{secret}", body)
    assert answer.status_code == httpx.codes.OK, answer.text
    await work_off(house, but=OUTSIDE)
    return await conversation_of(house.database, chat)


async def counted(web: httpx.AsyncClient, key: dict[str, str], name: str, **labels: str) -> float:
    """A number out of /metrics; 0 where it is not there yet."""
    text = (await web.get("/metrics", headers=key)).text
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    lines = re.findall(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE)
    return sum(float(value) for found, value in lines if all(one in found for one in wanted))


def bytes_of(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that a caller can see of an answer."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in TOLD)
    return answer.status_code, answer.content, headers
