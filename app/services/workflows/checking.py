"""Checks the live responder as Ponte would ask it: a valid reply, in time, a failure that is told, and a closed door.

Nothing of a customer is sent, and the turn's token is for a dry run: tools look but change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel, ValidationError

from app.domain.brain import AnswersLater, BrainFailed, Line, ReplyRequest
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.n8n.answers import read_answer
from app.n8n.client import REPLY_HEADER, Answered, N8n
from app.n8n.contract import TurnBody, body_of
from app.n8n.workflows.responder import PATH
from app.services.workflows.planning import Change, Plan

NO_CHAT: Final = ConversationId(0)
NOWHERE: Final = "http://127.0.0.1:9/mcp"  # tools that nobody offers: the agent must fail there


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `todo` says how to mend it."""

    name: str
    ok: bool
    said: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """By what to ask: the address under which n8n reaches us, the key, and how long Ponte would wait."""

    account_id: AccountId
    base_url: str
    key: str
    patience: timedelta
    timezone: str = "America/Sao_Paulo"


class Checking:
    """Asks the live workflow."""

    def __init__(self, n8n: N8n, tokens: TurnTokens) -> None:
        self._n8n = n8n
        self._tokens = tokens

    async def check(self, trial: Trial, now: datetime) -> Sequence[Finding]:
        """All findings, each on its own; the first says whether there is anybody to ask."""
        closed = _about_door(await self._ask(b"{}", {}))
        if not closed.ok:
            return [closed]
        body = self.example(trial, now)
        asked = body.model_dump_json().encode()
        good = await self._ask(asked, {REPLY_HEADER: trial.key})
        if good.seconds >= trial.patience.total_seconds():  # an n8n that has just started loads its nodes first
            good = await self._ask(asked, {REPLY_HEADER: trial.key})
        broken = body.model_copy(update={"mcp_url": NOWHERE})
        failed = await self._ask(broken.model_dump_json().encode(), {REPLY_HEADER: trial.key})
        return [closed, about_reply(good), about_time(good, trial.patience), about_failure(failed)]

    def example(self, trial: Trial, now: datetime) -> TurnBody:
        """A turn as the contract has it, of nobody."""
        deadline = now + trial.patience
        token = self._tokens.mint(TurnRef(trial.account_id, NO_CHAT, 0, deadline + timedelta(minutes=1), dry_run=True))
        request = ReplyRequest(
            account_id=trial.account_id,
            conversation_id=NO_CHAT,
            turn=0,
            epoch=0,
            burst=(Line(Author.CUSTOMER, "Oi, bom dia!", now),),
            history=(),
            locale="pt-BR",
            timezone=trial.timezone,
            now=now,
            deadline=deadline,
            channel="check",
            token=token,
        )
        return body_of(request, trial.base_url)

    async def _ask(self, body: bytes, headers: dict[str, str]) -> Answered:
        return await self._n8n.post_webhook(PATH, body, headers)


def _about_door(answer: Answered) -> Finding:
    """A call without the key must be refused, and by the webhook."""
    if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return Finding("webhook", ok=True, said="It is published, and closed to callers without the key.")
    if answer.status == HTTPStatus.NOT_FOUND:
        todo = "Run `ponte n8n push`, or publish the workflow in n8n."
        return Finding("webhook", ok=False, said=f"No workflow is published under /webhook/{PATH}.", todo=todo)
    todo = "Set its authentication to Header Auth with the credential `Ponte API key`."
    return Finding("webhook", ok=False, said=f"It answers callers without a key ({answer.status}).", todo=todo)


def about_reply(answer: Answered) -> Finding:
    """Whether what came back is an answer by the contract."""
    try:
        proposal = read_answer(answer.status, answer.content_type, answer.body)
    except AnswersLater:
        said = "It answers at once and not with a reply."
        todo = "Set Respond to `Using 'Respond to Webhook' Node`, or call back at /send-response."
        return Finding("reply", ok=False, said=said, todo=todo)
    except BrainFailed as error:
        return Finding("reply", ok=False, said=f"{error.code}: {error.detail}", todo=_reason(answer))
    return Finding("reply", ok=True, said=f"Valid: {proposal.action}, {len(proposal.balloons)} balloon(s).")


def about_time(answer: Answered, patience: timedelta) -> Finding:
    """Whether Ponte would have waited for it."""
    said = f"{answer.seconds:.2f} s; Ponte waits {patience.total_seconds():g} s."
    if answer.seconds < patience.total_seconds():
        return Finding("latency", ok=True, said=said)
    return Finding("latency", ok=False, said=said, todo="Use a faster model, or raise N8N_REPLY_TIMEOUT_SEC.")


def about_failure(answer: Answered) -> Finding:
    """Whether a run whose tools are out of reach ends in an error that Ponte can act on at once."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        todo = "Wire the agent's error output to a Respond node with status 502."
        return Finding("error branch", ok=False, said="A failed run is answered like a good one.", todo=todo)
    if not _told(answer):
        todo = "Wire the agent's error output to a Respond node with status 502 and the reason."
        said = f"A failed run ends with {answer.status} and no reason."
        return Finding("error branch", ok=False, said=said, todo=todo)
    return Finding("error branch", ok=True, said=f"A failed run ends with {answer.status} and its reason.")


def about_versions(found: Plan) -> list[Finding]:
    """Whether the workflows there are ours, of this release."""
    findings: list[Finding] = []
    for step in found.workflows:
        name = step.workflow.name
        if step.change is Change.CREATE:
            findings.append(Finding(name, ok=False, said="It is not in n8n.", todo="Run `ponte n8n push`."))
        elif step.change is Change.UPDATE:
            said = f"{len(step.why)} difference(s) to this release."
            findings.append(Finding(name, ok=False, said=said, todo="Run `ponte n8n push`."))
        elif step.change is Change.PUBLISH:
            findings.append(Finding(name, ok=False, said="It is not published.", todo="Run `ponte n8n push`."))
        elif step.change is Change.EDITED:
            findings.append(Finding(name, ok=True, said=f"Changed by a person in {len(step.why)} place(s)."))
        else:
            findings.append(Finding(name, ok=True, said="As in this release."))
    return findings


class _Error(BaseModel):
    message: str = ""


class _Told(BaseModel):
    error: _Error = _Error()


def _told(answer: Answered) -> str:
    """The reason in an error as our workflows give it, or nothing."""
    try:
        return _Told.model_validate_json(answer.body).error.message
    except ValidationError:
        return ""


def _reason(answer: Answered) -> str:
    said = _told(answer)
    return f"n8n says: {said}" if said else "See the run under Executions in n8n."
