"""Finds the proposal in what a workflow answered, however its nodes wrap it. Pure; never quotes the answer's text."""

from collections.abc import Mapping
from typing import Any, Final, cast

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain.brain import AnswersLater, BrainFailed, Proposal, ReplyAction, Usage, failed_execution
from app.n8n.answers import LATER, AnswerBody, said_of
from app.n8n.spoiled import json_in

# More than this is not read: the longest answer that can be sent is a quarter of it.
MOST_BYTES: Final = 64 * 1024
# What n8n's Webhook node says when it is set to respond immediately: the workflow has only begun.
_STARTED: Final = "Workflow was started"
# The names under which agents and chains of n8n hand on what they made.
_WRAPPERS: Final = ("output", "answer", "result")


class _FailedRun(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    execution: str = Field(pattern="^[0-9]{1,18}$")


class _Failure(BaseModel):
    """A failure that names its run: `{"error": {"execution": "231"}}`."""

    error: _FailedRun


_KNOWN: Final = frozenset({*AnswerBody.model_fields, *_WRAPPERS})


def proposal_of(given: object) -> Proposal:
    """The proposal in an answer's JSON, or in what an n8n node wraps around it.

    Raises:
        AnswersLater: it says that the answer comes by callback.
        BrainFailed: with a message for the builder.
    """
    body = _unwrapped(given)
    if body.get("message") == _STARTED and "reply" not in body and "action" not in body:
        raise AnswersLater
    try:
        answer = AnswerBody.model_validate(body)
    except ValidationError as error:
        raise BrainFailed("bad_answer", said_of(error)) from None
    if answer.action == LATER:
        raise AnswersLater
    action = ReplyAction(answer.action)
    if not answer.balloons and action in (ReplyAction.REPLY, ReplyAction.BOOK):
        raise BrainFailed("no_text", f"action {action} needs reply; the answer has {_keys(body)}")
    contents = [content for _, content in answer.said]
    return Proposal(
        action,
        answer.balloons,
        note=answer.note,
        tags=tuple(answer.tags),
        reason=answer.reason,
        receipt=answer.receipt,
        usage=Usage(**answer.usage.model_dump()) if answer.usage else None,
        contents=tuple(contents) if any(contents) else (),
    )


def read_answer(status: int, content_type: str, body: bytes) -> Proposal:
    """The proposal in an HTTP answer.

    Raises:
        AnswersLater: 202, or it says so.
        BrainFailed: with a code for the counters and a message for the builder.
    """
    if status == 202:  # noqa: PLR2004 - accepted: the answer comes by callback
        raise AnswersLater
    if status != 200:  # noqa: PLR2004 - the one code of an answer
        raise BrainFailed(f"http_{status}", _hint_for(status) + _execution_in(body))
    if not body.strip():
        raise BrainFailed("empty", "200 without a body; does the workflow end in a Respond to Webhook node?")
    if len(body) > MOST_BYTES:
        raise BrainFailed("too_long", f"more than {MOST_BYTES} bytes")
    if "html" in content_type or body.lstrip()[:1] == b"<":
        raise BrainFailed("html", "a web page instead of JSON; is the URL the production URL of the webhook?")
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BrainFailed("not_json", f"no JSON at line {error.lineno}, column {error.colno}") from None
    return proposal_of(given)


def _hint_for(status: int) -> str:
    hints = {
        401: "the webhook refuses us; compare N8N_REPLY_KEY with its credential",
        403: "the webhook refuses us; compare N8N_REPLY_KEY with its header credential",
        404: "no workflow is published under this URL",
        500: "the workflow ended in an error; see its execution in n8n",
    }
    return hints.get(status, f"the webhook answered {status}")


def _execution_in(body: bytes) -> str:
    """Which run failed, if the answer says so as the responder's does. Nothing else of such an answer is kept."""
    if len(body) > MOST_BYTES:
        return ""
    try:
        given = _Failure.model_validate_json(body)
    except ValidationError:
        return ""
    return failed_execution(given.error.execution)


def _unwrapped(given: object, depth: int = 3) -> Mapping[str, Any]:
    """n8n hands on lists of one item, an agent's words under `output`, and a model's JSON as the text that it wrote."""
    if isinstance(given, str):
        given = json_in(given)
    if isinstance(given, list) and len(items := cast("list[object]", given)) == 1:
        given = items[0]
    if not isinstance(given, Mapping):
        raise BrainFailed("bad_answer", "the answer is a JSON object with reply, or with action")
    body = cast("Mapping[str, Any]", given)
    inner = _inner(body)
    if inner is None or not depth:
        return body
    return _unwrapped(inner, depth - 1) if _is_an_answer(inner) else {"reply": inner}


def _inner(body: Mapping[str, Any]) -> object:
    """What a node's field holds that stands for the answer, or the reply that is a whole answer in one text."""
    if "action" not in body and isinstance(reply := body.get("reply"), str) and _is_an_answer(reply):
        return reply
    named = "reply" in body or "action" in body
    return None if named else next((body[name] for name in _WRAPPERS if name in body), None)


def _is_an_answer(inner: object) -> bool:
    """Whether there is an object in it: words that begin like JSON and are none are words."""
    found = json_in(inner) if isinstance(inner, str) else inner
    if isinstance(found, list) and len(items := cast("list[object]", found)) == 1:
        found = items[0]
    if not isinstance(found, Mapping):
        return False
    return not isinstance(inner, str) or not _KNOWN.isdisjoint(cast("Mapping[str, Any]", found))


def _keys(body: Mapping[str, Any]) -> str:
    """The contract's own names, and how many others: a workflow may put the customer's words into a name."""
    known = sorted(_KNOWN.intersection(body))
    others = len(body) - len(known)
    return ", ".join([*known, *([f"{others} unknown"] if others else [])]) or "no fields"
