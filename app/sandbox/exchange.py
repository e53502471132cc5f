"""One call and its answer, as the vendor's endpoints see them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from app.sandbox.account import Account
from app.sandbox.world import World

HAL = "application/hal+json"
PROBLEM = "application/problem+json"
HTML = "text/html; charset=UTF-8"
PLAIN = "text/plain; charset=UTF-8"


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = HAL
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Call:
    """A call whose token has named its account; `numbers` are the ids in its path."""

    account: Account
    method: str
    path: str
    query_string: str
    body: bytes
    base_url: str
    numbers: list[int] = field(default_factory=list[int])

    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query_string, keep_blank_values=True)

    def href(self, path: str) -> dict[str, dict[str, str]]:
        return {"self": {"href": f"{self.base_url}/api/v4/{path}"}}


Handler = Callable[[World, Call], Answer]
Routes = dict[tuple[str, ...], dict[str, Handler]]


def hal(value: Any, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(value))


def nothing() -> Answer:
    """What the vendor says when nothing matches: 204 and no body."""
    return Answer(204)
