"""The built-in agent: a model that answers from the account's knowledge with our tools, held by guardrails.

Who asks for a person, or whether this is a bot, is answered without a model. What a model writes is sent only when it
breaks no rule; else it gets one more try, and then the next brain speaks. A model's library is loaded at first use.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import structlog

from app.agents import facts, honesty, outcome
from app.agents.answer import Answer
from app.agents.guardrails import Veto, vetoes, vetoes_of_options
from app.agents.injection import looks_injected
from app.agents.models import Budget, Model
from app.agents.prompting import Prompts
from app.agents.toolkit import Toolkit, kit_for, offered
from app.agents.turn import Turn, ground_of
from app.domain.brain import BrainFailed, Passage, Proposal, ReplyAction, ReplyRequest
from app.domain.language import spoken
from app.domain.manners import MannersOf
from app.domain.messages import Author, MessageKind
from app.domain.ports import KnowledgeSearch
from app.domain.questions import clauses
from app.domain.tools import Toolbox
from app.domain.wanting_a_person import Way, way_of

if TYPE_CHECKING:
    from app.agents.loop import Loop, Said

_log = structlog.get_logger()
_PASSAGES = 6
_QUESTIONS = 4
_LEAST_TIME = 0.5  # seconds; with less a second try is no use


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """What the agent runs on. The second model is asked when the first one fails."""

    models: Sequence[Model]
    prompts: Prompts
    budget: Budget = field(default_factory=Budget)
    business: str = ""


class AgentBrain:
    """Implements `agents.base.Brain` on a language model."""

    name = "agent"

    def __init__(
        self,
        options: AgentOptions,
        http: httpx2.AsyncClient,
        *,
        knowledge: KnowledgeSearch,
        manners: MannersOf,
        toolbox: Toolbox | None = None,
    ) -> None:
        self._options = options
        self._http = http
        self._knowledge = knowledge
        self._manners = manners
        self._toolbox = toolbox
        self._loading: asyncio.Task[Loop] | None = None

    async def warm(self) -> None:
        """Load the model's library now, beside everything else, so that the first customer does not wait for it."""
        await self._loop()

    async def reply(self, request: ReplyRequest) -> Proposal:
        """Answer the burst, or write the first message for an occasion.

        Raises:
            BrainFailed: no answer that may be sent; the code says why.
        """
        texts = [line.text for line in request.burst if line.text.strip()]
        locale = spoken(texts, request.locale)
        way = way_of(texts)
        if way.way is Way.ESCALATE:
            return await self._hand_over(request, locale, rule=way.rule)
        if not texts and any(line.kind is not MessageKind.TEXT for line in request.burst):
            return Proposal(ReplyAction.HANDOFF, locale=locale, reason="media")
        if texts and all(map(honesty.asks_only_that, texts)):
            return outcome.honest(locale, business=self._business(request))
        turn = await self._turn(request, texts, locale)
        said, kit = await self._answered(turn)
        answer = _with_fit_options(said.answer, turn, kit)
        _log.info("agent.answered", conversation=request.conversation_id, turn=request.turn, way=way.rule)
        return outcome.proposal(turn, answer, kit, way=way, business=self._business(request), usage=said.usage)

    async def _turn(self, request: ReplyRequest, texts: Sequence[str], locale: str) -> Turn:
        # What was planted in an earlier message works as well when "ok, go on" follows it.
        before = (line.text for line in request.history if line.author is Author.CUSTOMER)
        names = (line.media.file_name for line in (*request.burst, *request.history) if line.media)
        injected = any(map(looks_injected, (*texts, *before, *names)))
        if injected:
            _log.warning("agent.injection_suspected", conversation=request.conversation_id, turn=request.turn)
        prompt = self._options.prompts.get("first_message" if request.occasion else "reply", locale)
        return Turn(
            replace(request, business=self._business(request)),
            locale,
            await self._manners.manners(request.account_id),
            await self._passages(request, texts, locale),
            offered(self._toolbox, reading_only=injected) if request.occasion is None else (),
            prompt.filled(self._business(request)),
            self._until(request),
        )

    async def _answered(self, turn: Turn) -> "tuple[Said, Toolkit]":
        """An answer that breaks no rule: at once, or at the second try."""
        loop = await self._loop()
        from app.agents.loop import Run, again, opening  # noqa: PLC0415 - slow to import; `_loop` has done it in a thread

        kit = kit_for(turn.request, self._toolbox, turn.tools)
        run = Run(kit, turn.until)
        told = facts.told(turn.request, turn.passages, locale=turn.locale)
        said = await loop.answer(run, turn.tools, opening(turn.instructions, told))
        broken = vetoes(said.answer.balloons, ground_of(turn, kit))
        if not broken:
            return said, kit
        _log.warning("agent.vetoed", conversation=turn.request.conversation_id, rules=_rules(broken))
        if turn.until - asyncio.get_running_loop().time() < _LEAST_TIME:
            raise BrainFailed(f"vetoed:{broken[0].rule}")
        repaired = await loop.answer(run, turn.tools, again(said, _advice(broken)))
        if still := vetoes(repaired.answer.balloons, ground_of(turn, kit)):
            _log.warning("agent.vetoed_again", conversation=turn.request.conversation_id, rules=_rules(still))
            raise BrainFailed(f"vetoed:{still[0].rule}")
        return repaired, kit

    async def _hand_over(self, request: ReplyRequest, locale: str, *, rule: str) -> Proposal:
        """A person was asked for: that stands, whether or not a model finds the words for the brief."""
        _log.info("agent.escalated", conversation=request.conversation_id, turn=request.turn, rule=rule)
        limit = asyncio.get_running_loop().time() + self._options.budget.brief.total_seconds()
        try:
            async with asyncio.timeout_at(min(limit, self._until(request))) as timeout:
                note = await self._brief(request, until=timeout.when() or limit)
        except (BrainFailed, TimeoutError):
            _log.warning("agent.no_brief", conversation=request.conversation_id, turn=request.turn)
            note = ""
        return Proposal(ReplyAction.HANDOFF, locale=locale, note=note, reason=f"asked_for_person:{rule}")

    async def _brief(self, request: ReplyRequest, *, until: float) -> str:
        loop = await self._loop()
        from app.agents.loop import opening  # noqa: PLC0415 - see above

        request = replace(request, business=self._business(request))
        prompt = self._options.prompts.get("brief", request.locale).filled(request.business)
        told = facts.told(request, (), locale=request.locale)
        return outcome.brief(await loop.write(opening(prompt, told), until))

    async def _passages(self, request: ReplyRequest, texts: Sequence[str], locale: str) -> list[Passage]:
        """What the account says about all of it and about each question, none twice."""
        whole = " ".join(texts) or " ".join(request.occasion.data.values() if request.occasion else ())
        questions = dict.fromkeys((whole, *(one for text in texts for one in clauses(text))))
        asked, tongues = list(questions)[: _QUESTIONS + 1], list(dict.fromkeys((locale, request.locale)))
        found: dict[str, Passage] = {}
        for passages in await self._knowledge.look_up(request.account_id, asked, locales=tongues):
            for passage in passages:
                found.setdefault(passage.title, passage)
        return list(found.values())[:_PASSAGES]

    async def _loop(self) -> "Loop":
        """The loop, made once; a start that failed is tried again by the next who asks."""
        if self._loading is None or (self._loading.done() and self._loading.exception() is not None):
            self._loading = asyncio.create_task(asyncio.to_thread(self._make_loop))
        return await asyncio.shield(self._loading)

    def _make_loop(self) -> "Loop":
        from app.agents.loop import Loop  # noqa: PLC0415 - the whole reason for this function

        return Loop(self._options.models, self._http, self._options.budget)

    def _business(self, request: ReplyRequest) -> str:
        return request.business or self._options.business

    def _until(self, request: ReplyRequest) -> float:
        left: timedelta = request.deadline - request.now - self._options.budget.margin
        return asyncio.get_running_loop().time() + left.total_seconds()


def _with_fit_options(answer: Answer, turn: Turn, kit: Toolkit) -> Answer:
    """The answer, without its options where one of them breaks a rule: they cost no second try and no answer."""
    titles = [one.title for one in answer.offered.choices] if answer.offered else []
    broken = vetoes_of_options(titles, ground_of(turn, kit))
    if not broken:
        return answer
    _log.warning("agent.options_vetoed", conversation=turn.request.conversation_id, rules=_rules(broken))
    return answer.model_copy(update={"options": []})


def _advice(broken: Sequence[Veto]) -> str:
    rules = [f"- {veto.advice}" for veto in broken]
    return "\n".join(("Your answer was not sent, for it breaks rules. Answer again, and keep them:", *rules))


def _rules(broken: Sequence[Veto]) -> list[str]:
    return [veto.rule for veto in broken]
