"""The only module that knows LangChain. Slow to import, so it is imported when first used, in a thread.

Promises: no streaming, so nothing is ever half an answer; an answer without a good `finish_reason` is a failure; what a
provider refuses is told by a code of ours, never with its words, which may hold the customer's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import httpx2
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelFallbackMiddleware,
    ModelRequest,
    ModelResponse,
    ToolCallLimitMiddleware,
)
from langchain.agents.structured_output import ToolStrategy
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from app.agents.answer import Answer, from_text
from app.agents.models import Budget, Model
from app.agents.toolkit import NOBODY, Toolkit
from app.domain.brain import BrainFailed, Usage
from app.domain.tools import Tool

_FINISHED = frozenset({"stop", "tool_calls", "function_call"})
_UNAUTHORIZED, _FORBIDDEN, _BUSY, _BROKEN = 401, 403, 429, 500
_STEPS = 40  # of the graph; the limits of calls end it long before
# Its declared type is only partly known, which strict checking refuses.
_create_agent: Callable[..., Any] = vars(import_module("langchain.agents"))["create_agent"]


@dataclass
class Run:
    """What belongs to one turn, its second try included: its tools, until when, and what was spent."""

    kit: Toolkit
    until: float  # seconds of the running loop's clock
    calls: int = 0  # of models
    tools: int = 0  # calls of them
    tokens: int = 0
    output: int = 0
    model: str = ""
    first_failed: bool = False

    def usage(self) -> Usage:
        return Usage(self.model, self.tokens - self.output, self.output)


_run: ContextVar[Run] = ContextVar("run")


class answer_customer(Answer):  # noqa: N801 - the class's name is the tool's, which a model reads
    __doc__ = Answer.__doc__


class Watch(AgentMiddleware[Any, Any, Any]):
    """Around every call of a model: its time, its finish_reason, what it cost.

    While another model waits behind it, the first one gets a share of the time that is left; once it has failed in a
    turn it is not asked again in that turn.
    """

    def __init__(self, budget: Budget, *, first: ChatOpenAI | None) -> None:
        super().__init__()
        self._budget = budget
        self._first = first

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        run = _run.get()
        is_first = request.model is self._first
        if run.tokens > self._budget.tokens:
            raise BrainFailed("too_many_tokens")
        if run.calls >= self._budget.model_calls:
            raise BrainFailed("too_many_calls", "The model went on calling and did not answer.")
        if is_first and run.first_failed:
            raise BrainFailed("failed_before")
        left = run.until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(left * self._budget.first_share if is_first else left):
                return _checked(run, await handler(request))
        except Exception:
            run.first_failed = run.first_failed or is_first
            raise


def _checked(run: Run, response: ModelResponse[Any]) -> ModelResponse[Any]:
    """The response, counted."""
    run.calls += 1
    for message in response.result:
        if isinstance(message, AIMessage):
            _count(run, message)
            _check(message)
    return response


def _count(run: Run, message: AIMessage) -> None:
    used = message.usage_metadata
    if used is not None:
        run.tokens += used["total_tokens"]
        run.output += used["output_tokens"]
    run.model = str(message.response_metadata.get("model_name", ""))


def _check(message: AIMessage) -> None:
    """An answer that was cut off is none, however good its beginning sounds."""
    reason = message.response_metadata.get("finish_reason")
    if reason not in _FINISHED:
        raise BrainFailed("model_truncated" if reason in (None, "length") else "model_refused")


class Loop:
    """The agent's loop for one process and event loop, over one connection pool."""

    def __init__(self, models: Sequence[Model], http: httpx2.AsyncClient, budget: Budget) -> None:
        self._budget = budget
        self._models = [_chat(model, http, budget) for model in models]
        self._graphs: dict[frozenset[str], Any] = {}

    async def answer(self, run: Run, tools: Sequence[Tool], messages: Sequence[BaseMessage]) -> "Said":
        """Ask for an answer to the customer; a second try of the same run goes on with what the first has left.

        Raises:
            BrainFailed: no usable answer; the code says why.
        """
        graph = self._graph(tools)
        token = _run.set(run)
        try:
            async with asyncio.timeout_at(run.until):
                state = await graph.ainvoke({"messages": list(messages)}, {"recursion_limit": _STEPS})
        except Exception as error:  # noqa: BLE001 - a provider's error must not travel with its words
            raise failure(error) from None
        finally:
            _run.reset(token)
        return _said(state, run)

    async def write(self, messages: Sequence[BaseMessage], until: float) -> str:
        """Plain words, without tools, of the first model that gives any.

        Raises:
            BrainFailed: none did.
        """
        trouble = BrainFailed("unanswered")
        for model in self._models:
            try:
                async with asyncio.timeout_at(until):
                    message = await model.ainvoke(list(messages))
                _check(message)
                return str(message.text).strip()
            except Exception as error:  # noqa: BLE001 - the next model, or the code of ours
                trouble = failure(error)
        raise trouble

    def _graph(self, tools: Sequence[Tool]) -> Any:
        """Compiled once for each set of tools."""
        names = frozenset(tool.name for tool in tools)
        if names not in self._graphs:
            self._graphs[names] = _create_agent(
                self._models[0],
                [_tool(tool, most=self._budget.tool_calls) for tool in tools],
                response_format=ToolStrategy(answer_customer, tool_message_content="Noted."),
                middleware=self._middleware(),
            )
        return self._graphs[names]

    def _middleware(self) -> list[AgentMiddleware[Any, Any, Any]]:
        """The outermost first."""
        limits: list[AgentMiddleware[Any, Any, Any]] = [
            ModelCallLimitMiddleware(run_limit=self._budget.model_calls, exit_behavior="error"),
            ToolCallLimitMiddleware(run_limit=self._budget.tool_calls, exit_behavior="continue"),
        ]
        if len(self._models) > 1:
            limits.append(ModelFallbackMiddleware(*self._models[1:]))
        return [*limits, Watch(self._budget, first=self._models[0] if len(self._models) > 1 else None)]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, what it cost, and the whole exchange, so that a second try can go on from it."""

    answer: Answer
    usage: Usage
    messages: tuple[BaseMessage, ...]


def opening(instructions: str, facts: str) -> list[BaseMessage]:
    """The two messages that a turn begins with."""
    return [SystemMessage(instructions), HumanMessage(facts)]


def again(said: Said, advice: str) -> list[BaseMessage]:
    """The exchange so far, and what was wrong with its answer."""
    return [*said.messages, HumanMessage(advice)]


def failure(error: BaseException) -> BrainFailed:
    """Whatever went wrong, as a code of ours. Pure."""
    if isinstance(error, BrainFailed):
        return error
    if isinstance(error, TimeoutError):
        return BrainFailed("too_late")
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return BrainFailed(_code_of(status), f"The model's server answered {status}.")
    name = type(error).__name__
    if "Connection" in name or "Timeout" in name:
        return BrainFailed("model_unreachable", "The model's server did not answer.")
    if "LimitExceeded" in name:
        return BrainFailed("too_many_calls", "The model went on calling and did not answer.")
    return BrainFailed("model_error", name)


def _code_of(status: int) -> str:
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        return "model_unauthorized"
    if status == _BUSY:
        return "model_busy"
    return "model_down" if status >= _BROKEN else "model_rejected"


def _said(state: dict[str, Any], run: Run) -> Said:
    messages = cast("list[BaseMessage]", state["messages"])
    answer = state.get("structured_response")
    if not isinstance(answer, Answer):
        last = messages[-1]
        answer = from_text(str(last.text)) if isinstance(last, AIMessage) else None
    if answer is None:
        raise BrainFailed("unreadable", "The model's answer has not the form that was asked for.")
    return Said(answer, run.usage(), tuple(messages))


def _tool(tool: Tool, *, most: int) -> StructuredTool:
    """A tool as LangChain wants it; which turn it is called for stands in the context, not in its arguments."""

    async def call(**arguments: Any) -> str:
        run = _run.get()
        run.tools += 1
        if run.tools > most:
            return NOBODY
        return await run.kit.call(tool.name, arguments)

    return StructuredTool(
        name=tool.name, description=tool.description, args_schema=dict(tool.parameters), coroutine=call, func=None
    )


def _chat(model: Model, http: httpx2.AsyncClient, budget: Budget) -> ChatOpenAI:
    return ChatOpenAI(
        model=model.name,
        base_url=model.base_url or "https://api.openai.com/v1",
        api_key=SecretStr(model.key or "none"),
        http_async_client=http,
        max_retries=0,
        max_completion_tokens=budget.output_tokens,
        disable_streaming=True,
        use_responses_api=False,
    )
