"""Runs cases against an agent, a few at a time, each on a stage of its own."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from app.agents.base import Brain, SlowToStart
from app.agents.evals.cases import Case
from app.agents.evals.scoring import Result, judged, missed
from app.agents.evals.stage import Book, Calendar, Fixed
from app.domain.brain import BrainFailed, Line, Occasion, Proposal, ReplyRequest, SellerName
from app.domain.ids import AccountId, ConversationId
from app.domain.manners import Manners
from app.domain.messages import Author
from app.domain.tools import Tool
from app.domain.topics import Topic

# A Saturday at noon in São Paulo: dates in cases are written for it.
NOW: Final = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
# Makes an agent on a stage: knowledge, tools, manners.
MakeBrain = Callable[[Book, Calendar, Fixed], Brain]


async def run_cases(
    cases: Sequence[Case],
    make: MakeBrain,
    *,
    topics: Sequence[Topic],
    tools: Sequence[Tool],
    within: timedelta,
    at_once: int = 4,
) -> list[Result]:
    """The results in the order of the cases."""
    room = asyncio.Semaphore(at_once)

    async def one(number: int, case: Case) -> Result:
        async with room:
            return await _run(number, case, make, topics=topics, tools=tools, within=within)

    return list(await asyncio.gather(*(one(number, case) for number, case in enumerate(cases, start=1))))


async def _run(
    number: int,
    case: Case,
    make: MakeBrain,
    *,
    topics: Sequence[Topic],
    tools: Sequence[Tool],
    within: timedelta,
) -> Result:
    book = Book(topics)
    calendar = Calendar(tools, book, case.language)
    brain = make(book, calendar, Fixed(Manners(never_promise=tuple(case.never_promise))))
    if isinstance(brain, SlowToStart):
        await brain.warm()  # loading a library is no part of what a model takes
    request = replace(request_of(case, number), deadline=NOW + within)
    began = asyncio.get_running_loop().time()
    came = await _asked(brain, request)
    seconds = asyncio.get_running_loop().time() - began
    said = came.code if isinstance(came, BrainFailed) else "\n".join(came.balloons) or came.action.value
    usage = came.usage if isinstance(came, Proposal) else None
    tokens = usage.input_tokens + usage.output_tokens if usage else 0
    why = missed(came)
    return Result(case, () if why else judged(case, came, calendar.called), said, seconds, tokens, why)


async def _asked(brain: Brain, request: ReplyRequest) -> Proposal | BrainFailed:
    try:
        return await brain.reply(request)
    except BrainFailed as failure:
        return failure


def request_of(case: Case, number: int) -> ReplyRequest:
    """The turn that a case describes. Pure."""
    history = tuple(
        Line(author, text, NOW - timedelta(minutes=len(case.history) - at))
        for at, line in enumerate(case.history)
        for author, text in (
            (Author.CUSTOMER, line.customer),
            (Author.BOT, line.assistant),
            (Author.HUMAN, line.salesperson),
        )
        if text
    )
    data = dict(case.occasion)
    return ReplyRequest(
        account_id=AccountId(1),
        conversation_id=ConversationId(number),
        turn=1,
        epoch=0,
        burst=tuple(Line(Author.CUSTOMER, text, NOW) for text in case.says),
        history=history,
        locale=case.language,
        timezone="America/Sao_Paulo",
        now=NOW,
        deadline=NOW,
        business="Clínica Exemplo",
        seller=SellerName("1", "Ana"),
        hours={"mon-fri": "08:00-19:00", "sat": "08:00-13:00"},
        occasion=Occasion(data.pop("trigger", "formulario"), data) if data else None,
    )
