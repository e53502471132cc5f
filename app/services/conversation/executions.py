"""Failed executions of n8n, as its error workflow reports them: filtered, kept, and shown on the turn they failed.

n8n's own report holds stack traces with the server's paths, and often the customer's words. None of that is kept: the
error's message only where the turn is known, so that it can be compared with what was said and goes with an erasure.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

from app.domain.brain import failed_execution
from app.domain.clock import Clock
from app.domain.ids import AccountId
from app.domain.language import fold
from app.domain.storable import storable
from app.store.database import Database
from app.store.n8n_errors import FailedExecution, FailedExecutions, TurnRef

_LONGEST: Final = 200
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`|\u201c[^\u201d]*\u201d|\{[^{}]*\}|\[[^\[\]]*\]")
_MAIL = re.compile(r"\S+@\S+")
_LINK = re.compile(r"https?://\S+")
_PATH = re.compile(r"(?:/[\w.@-]+){2,}")
_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")
_WORD = re.compile(r"[^\W\d_]{4,}")
_GONE: Final = "\u2026"
# n8n reports within seconds; its numbers begin anew with a new installation.
_LATELY: Final = timedelta(hours=1)


def filtered(message: str, said: str = "") -> str:
    """What may be kept of an error's message: its first line, without anything quoted, and without what was said. Pure.

    Numbers that could be phones, addresses, paths, and every longer word that the conversation has, are taken out.
    """
    line = next((line.strip() for line in message.splitlines() if line.strip()), "")[: _LONGEST * 5]
    for pattern in (_QUOTED, _MAIL, _LINK, _PATH, _NUMBER):
        line = pattern.sub(_GONE, line)
    known = {fold(word) for word in _WORD.findall(said)}
    line = _WORD.sub(lambda found: _GONE if fold(found[0]) in known else found[0], line)
    return line[:_LONGEST]


def address_of(url: str) -> str:
    """The address of an execution in n8n's editor, without what may hang on it; nothing for what is none. Pure."""
    try:
        parts = urlsplit(url.strip()[:500])
    except ValueError:  # a torn IPv6 address, or a letter that would turn into a slash
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.scheme in ("http", "https") else ""


class Executions:
    """Keeps what failed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._rows = FailedExecutions(database)

    async def report(self, account_id: AccountId, given: Mapping[str, Any]) -> bool:
        """Keep a report; False: this execution was reported before."""
        execution, workflow = _part(given, "execution"), _part(given, "workflow")
        error = _part(execution, "error")
        turn = await self._turn(account_id, _text(given, "turn_id"), _text(execution, "id"))
        failed = FailedExecution(
            execution_id=_text(execution, "id")[:100],
            execution_url=address_of(_text(execution, "url")),
            workflow_id=_text(workflow, "id")[:100],
            workflow_name=_text(workflow, "name")[:200],
            node=_node(error) or _text(execution, "lastNodeExecuted")[:200],
            name=_text(error, "name")[:100],
            message=await self._message(account_id, turn, _text(error, "message")),
            turn=turn,
        )
        return await self._rows.add(account_id, failed, self._clock.now())

    async def _turn(self, account_id: AccountId, turn_id: str, execution_id: str) -> TurnRef | None:
        """The turn that the report names, or else the one that was told of this execution's failure."""
        if named := await self._rows.named_turn(account_id, turn_id):
            return named
        since = self._clock.now() - _LATELY
        return await self._rows.failed_turn(account_id, failed_execution(execution_id), since)

    async def _message(self, account_id: AccountId, turn: TurnRef | None, message: str) -> str:
        """What may be kept of it: nothing, unless it can be compared with what was said in its conversation."""
        said = await self._rows.words(account_id, turn) if turn else ""
        return filtered(message, said) if said.strip() else ""


def _node(error: Mapping[str, Any]) -> str:
    """n8n gives the node's whole definition, or its name."""
    node = error.get("node")
    within = cast("Mapping[str, Any]", node) if isinstance(node, Mapping) else {"name": node}
    return _text(within, "name")[:200]


def _part(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = given.get(name)
    return cast("Mapping[str, Any]", part) if isinstance(part, Mapping) else {}


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return storable(str(value)) if isinstance(value, str | int) else ""
