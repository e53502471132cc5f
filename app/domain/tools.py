"""The tools that a brain may use while it writes: their names and schemas, and the one way to call them.

The account and the conversation come from the turn, never from a model's arguments. The same tools stand behind the
MCP door and behind the built-in agent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.domain.ids import AccountId, ConversationId

FIRST_MESSAGE = 0  # the turn of whoever writes first: turns that answer a customer are counted from one


@dataclass(frozen=True, slots=True)
class TurnRef:
    """The turn on whose behalf a tool is called. With `dry_run` nothing is changed: a replay of an old turn."""

    account_id: AccountId
    conversation_id: ConversationId
    turn: int
    expires_at: datetime
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool as a model sees it. `parameters` is a flat JSON Schema object: what n8n turns into its own schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool came to. `text` is what the model reads; when not `ok` it says what to do instead."""

    ok: bool
    text: str
    data: Mapping[str, Any]


class Toolbox(Protocol):
    """All tools. Each is idempotent for its turn: a brain may be asked twice."""

    def tools(self) -> Sequence[Tool]: ...

    async def call(self, turn: TurnRef, name: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Call one; an unknown name and arguments of the wrong type are answers that are not `ok`, never errors."""
        ...
