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
from app.domain.errors import Retryable
from app.domain.ids import AccountId, ConversationId
from app.domain.messages import Author
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.n8n.client import REPLY_HEADER, Answered, N8n
from app.n8n.contract import TurnBody, body_of
from app.n8n.reading import read_answer
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
        try:
            closed = _about_door(await self._ask(b"{}", {}))
        except Retryable as error:
            return [Finding("webhook", ok=False, said=error.message, todo=CURES["unreachable"])]
        if not closed.ok:
            return [closed]
        try:
            return [closed, *await self._asked(trial, now)]
        except Retryable as error:
            return [closed, Finding("reply", ok=False, said=error.message, todo=CURES["too_late"])]

    async def _asked(self, trial: Trial, now: datetime) -> list[Finding]:
        """What comes back to a question, and to one whose tools are out of reach."""
        body = self.example(trial, now)
        asked = body.model_dump_json().encode()
        good = await self._ask(asked, {REPLY_HEADER: trial.key})
        if good.seconds >= trial.patience.total_seconds():  # an n8n that has just started loads its nodes first
            good = await self._ask(asked, {REPLY_HEADER: trial.key})
        broken = body.model_copy(update={"mcp_url": NOWHERE})
        failed = await self._ask(broken.model_dump_json().encode(), {REPLY_HEADER: trial.key})
        return [about_reply(good), about_time(good, trial.patience), about_failure(failed)]

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
        return Finding("reply", ok=False, said=f"{error.code}: {error.detail}", todo=_cure(error.code, answer))
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
        elif step.change in (Change.EDITED, Change.BIND):
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


def _cure(code: str, answer: Answered) -> str:
    """What n8n itself says, where it says something, and what to do about a failure of this kind."""
    cure = CURES.get(code) or CURES["http_5xx" if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "http_other"]
    said = _told(answer)
    return f"n8n says: {said} {cure}" if said else cure


# By the code of a failure, as turns and counters have it, what to do.
CURES: Final = {
    "http_401": "Put the value of n8n's credential `Ponte API key` into N8N_REPLY_KEY, then restart Ponte.",
    "http_403": "Put the value of n8n's credential `Ponte API key` into N8N_REPLY_KEY, then restart Ponte.",
    "http_404": "Publish the workflow in n8n, or run `ponte n8n push`; N8N_REPLY_URL is its production URL.",
    "http_413": "n8n takes no body of this size: raise N8N_PAYLOAD_SIZE_MAX there.",
    "http_429": "n8n is asked too much: give it more workers, or raise its N8N_CONCURRENCY_PRODUCTION_LIMIT.",
    "http_500": "The run ended in an error before it answered: open it under Executions in n8n and mend that node.",
    "http_502": "The workflow answered that it failed: open the run under Executions in n8n; mostly it is the model's "
    "credential (its key, its address ending in /v1) or its name.",
    "http_503": "n8n is starting or overloaded: wait for it to be ready, and look into its log.",
    "http_504": "What stands before n8n gave up waiting: raise its limit above Ponte's, or use a faster model.",
    "http_5xx": "n8n, or what stands before it, failed: look into its log and under Executions.",
    "http_other": "A reply comes with 200: set that in the Respond node, and the production URL as N8N_REPLY_URL.",
    "unreachable": "Check N8N_URL, that n8n is up, and that it is reached from here.",
    "too_late": "Use a faster model, raise N8N_REPLY_TIMEOUT_SEC, or answer 202 and call back.",
    "empty": "End the workflow in a Respond to Webhook node whose body is the answer.",
    "html": "Use the webhook's production URL, not the editor's; what stands before n8n must not ask for a login.",
    "packed": "Let what stands before n8n send answers as they are, when Accept-Encoding says identity.",
    "not_json": "Let the Respond node answer JSON, its body made by JSON.stringify.",
    "too_long": "Let the model answer in a few sentences, and the Respond node send the answer alone.",
    "no_text": "Give `reply` a text, or choose the action handoff, note or none.",
    "no_receipt": "Answer with action book only with the receipt that confirm_slot gave, in `receipt`.",
    "bad_answer": "Answer by the contract (GET /n8n/contract.json); the field that is wrong is named.",
}
