"""The tools of one turn as the agent may use them, and what they have told: the grounds that its reply stands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from app.domain.brain import ReplyRequest
from app.domain.receipts import receipts_in
from app.domain.tools import Tool, ToolAnswer, Toolbox, TurnRef

# What only looks. A customer whose words are meant for the machine gets no other.
READING = frozenset({"seller_of", "free_slots", "lookup_knowledge"})
# The agent says these with its answer: by a tool they would close the turn before it has answered.
_BY_ANSWER = frozenset({"hand_over", "pause_bot"})
NOBODY = "No tool is available now. Answer without, or hand over."


def offered(toolbox: Toolbox | None, *, reading_only: bool) -> tuple[Tool, ...]:
    """The tools that the agent is shown."""
    if toolbox is None:
        return ()
    every = (tool for tool in toolbox.tools() if tool.name not in _BY_ANSWER)
    return tuple(tool for tool in every if not reading_only or tool.name in READING)


@dataclass
class Toolkit:
    """The toolbox for one turn. It keeps what tools told, for the guardrails."""

    toolbox: Toolbox | None
    turn: TurnRef
    allowed: frozenset[str]
    heard: list[str] = field(default_factory=list[str])
    titles: list[str] = field(default_factory=list[str])
    receipts: set[str] = field(default_factory=set[str])

    async def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Call one tool; what it answers is an instruction where it could not."""
        if self.toolbox is None or name not in self.allowed:
            return NOBODY
        answer = await self.toolbox.call(self.turn, name, arguments)
        if answer.ok:
            self._remember(answer)
        return answer.text

    def _remember(self, answer: ToolAnswer) -> None:
        self.heard.append(answer.text)
        self.receipts |= receipts_in(f"{answer.text} {answer.data.get('receipt', '')}")
        passages = answer.data.get("passages", ())
        for one in cast("Sequence[object]", passages) if isinstance(passages, list | tuple) else ():
            if isinstance(one, dict):
                self.titles.append(str(cast("dict[str, object]", one).get("title", "")))


def kit_for(request: ReplyRequest, toolbox: Toolbox | None, tools: Sequence[Tool]) -> Toolkit:
    """A toolkit for the turn of a request; of a dry one the tools change nothing."""
    ids = request.account_id, request.conversation_id, request.turn
    turn = TurnRef(*ids, request.deadline, dry_run=request.dry_run)
    return Toolkit(toolbox, turn, frozenset(tool.name for tool in tools))
