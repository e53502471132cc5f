"""What a workflow may answer, and how every bad answer is told to its builder. Pure; never quotes the answer's text."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

import orjson
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from app.domain.brain import AnswersLater, BrainFailed, Proposal, ReplyAction, Usage, failed_execution
from app.domain.content import Content
from app.n8n.balloons import FORMS, MOST_BALLOONS, Reply, said_in
from app.n8n.spoiled import fault_of, json_in

# More than this is not read: the longest answer that can be sent is a quarter of it.
MOST_BYTES: Final = 64 * 1024
LATER: Final = "later"
# What n8n's Webhook node says when it is set to respond immediately: the workflow has only begun.
_STARTED: Final = "Workflow was started"
# The names under which agents and chains of n8n hand on what they made.
_WRAPPERS: Final = ("output", "answer", "result")
# What a CRM shows of a tag.
_LONGEST_TAG: Final = 100
# Nobody means an answer that is nested deeper; reading it would need as many calls as it has levels.
_DEEPEST: Final = 64
_LONGEST_REASON: Final = 40
_REASON: Final = frozenset("abcdefghijklmnopqrstuvwxyz_:")


class UsageItem(BaseModel):
    """What the answer cost; kept on the turn."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(default="", max_length=200)
    input_tokens: int = Field(default=0, ge=0, le=2**31 - 1)
    output_tokens: int = Field(default=0, ge=0, le=2**31 - 1)


class AnswerBody(BaseModel):
    """An answer to a turn. Anything else in it is ignored."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {"reply": "Custa 200 reais."},
                {"reply": ["Temos vaga amanh\u00e3.", "10h ou 15h?"], "tags": ["agendamento"]},
                {"reply": {"text": "Qual hor\u00e1rio?", "buttons": ["10h", {"title": "15h", "id": "slot-15"}]}},
                {
                    "reply": [
                        {"media": {"kind": "document", "link": "https://example.com/menu.pdf"}},
                        "Nosso card\u00e1pio.",
                    ]
                },
                {"action": "handoff", "note": "Quer negociar o pre\u00e7o."},
                {"action": "book", "reply": "Agendado! Comprovante AG-7KM2Q9XD", "receipt": "AG-7KM2Q9XD"},
                {"action": "later"},
            ]
        },
    )

    action: str = Field(
        default="reply",
        description="reply, handoff, none, book, note; or later: the answer comes by callback.",
        json_schema_extra={"enum": [*(one.value for one in ReplyAction), LATER]},
    )
    reply: Reply | None = Field(
        default=None, description="A text, an object with buttons, a list or media, or a list of such balloons."
    )
    tags: list[Annotated[str, Field(json_schema_extra={"maxLength": _LONGEST_TAG})]] = Field(
        default_factory=list[str], max_length=20, description="Set on the lead."
    )
    note: str = Field(default="", max_length=4000, description="An internal note on the lead.")
    receipt: str = Field(default="", max_length=40, description="Of the booking that `book` speaks of.")
    reason: str = Field(default="", max_length=40, pattern="^[a-z_:]*$", description="A code, for the counters.")
    usage: UsageItem | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """What a node found nothing for is left out, as if it had not been named."""
        return without_nulls(given)

    @field_validator("reason", mode="before")
    @classmethod
    def _code(cls, value: object) -> str:
        """It is counted and kept: what could be a number or a name in it must not be, and costs nobody the answer."""
        return "".join(mark for mark in str(value).lower() if mark in _REASON)[:_LONGEST_REASON]

    @field_validator("usage", mode="wrap")
    @classmethod
    def _if_it_is_one(cls, value: object, handler: ValidatorFunctionWrapHandler) -> UsageItem | None:
        """Nobody stays without an answer because its cost is told in another form."""
        try:
            return handler(value)
        except ValidationError:
            return None

    @field_validator("action")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in {*ReplyAction, LATER}:
            raise ValueError(f"one of {', '.join([*(one.value for one in ReplyAction), LATER])}")
        return value

    @field_validator("tags")
    @classmethod
    def _short(cls, value: list[str]) -> list[str]:
        if any(len(tag) > _LONGEST_TAG for tag in value):
            raise ValueError(f"a tag has {_LONGEST_TAG} characters at most")
        return [tag.strip() for tag in value if tag.strip()]

    @model_validator(mode="after")
    def _speaks(self) -> "AnswerBody":
        if len(self.said) > MOST_BALLOONS:
            raise ValueError(f"reply: {MOST_BALLOONS} balloons at the most")
        for text in self.balloons:
            if fault := fault_of(text):
                raise ValueError(f"reply: {fault}")
        return self

    @property
    def said(self) -> tuple[tuple[str, Content | None], ...]:
        """The balloons in words, each with what it carries beside them."""
        return said_in(self.reply)

    @property
    def balloons(self) -> tuple[str, ...]:
        return tuple(text for text, _ in self.said)


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


def without_nulls(given: Any, depth: int = _DEEPEST) -> Any:
    """JSON without its nulls, at any depth that is meant.

    Raises:
        BrainFailed: it is nested deeper.
    """
    if not depth:
        raise BrainFailed("bad_answer", "nested too deeply")
    if isinstance(given, Mapping):
        fields = cast("Mapping[str, Any]", given)
        return {name: without_nulls(value, depth - 1) for name, value in fields.items() if value is not None}
    if isinstance(given, list):
        return [without_nulls(one, depth - 1) for one in cast("list[Any]", given) if one is not None]
    return given


def said_of(error: ValidationError) -> str:
    """What is wrong, by field, without the value that was given."""
    lines = [f"{_place(one['loc'], one['type'])}: {one['msg']}".lstrip(": ") for one in error.errors()]
    return "; ".join(lines)[:500]


def _place(loc: tuple[int | str, ...], kind: str) -> str:
    """The field. One that nobody knows has a name of its sender's own, which may hold anything."""
    known = loc[:-1] if kind == "extra_forbidden" else loc
    return ".".join(str(part) for part in known if part not in FORMS)


def _keys(body: Mapping[str, Any]) -> str:
    """The contract's own names, and how many others: a workflow may put the customer's words into a name."""
    known = sorted(_KNOWN.intersection(body))
    others = len(body) - len(known)
    return ", ".join([*known, *([f"{others} unknown"] if others else [])]) or "no fields"
