"""The simulated model's answers in the shapes of the OpenAI API: whole, in pieces, and broken on request. Pure."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from typing import cast

from app.sandbox.model_script import ANSWER_TOOL, Json, Step, objects, text_of

_WORD = re.compile(r"\w+")
DIMENSIONS = 256
_ERRORS = {
    400: ("invalid_request_error", "bad_request"),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


def error(status: int) -> Json:
    """The body of a refusal."""
    kind, code = _ERRORS.get(status, ("server_error", "server_error"))
    return {"error": {"message": f"Simulated {status}.", "type": kind, "param": None, "code": code}}


def message_of(step: Step, body: Json, number: int) -> tuple[Json, str]:
    """The assistant's message of a step, and its finish_reason."""
    calls = list(step.call)
    said = step.say
    if step.answer is not None:
        if ANSWER_TOOL in _tools(body):
            calls.append({"name": ANSWER_TOOL, "arguments": step.answer})
        else:
            said = json.dumps(step.answer, ensure_ascii=False)
    elif not (calls or step.plain) and ANSWER_TOOL in _tools(body) and body.get("tool_choice") == "required":
        calls = [{"name": ANSWER_TOOL, "arguments": {"action": "reply", "balloons": [said or ""]}}]
        said = None
    message: Json = {"role": "assistant", "content": said, "refusal": None}
    if calls:
        message["tool_calls"] = [_call(one, f"call_{number}_{index}") for index, one in enumerate(calls)]
    return message, "tool_calls" if calls else "stop"


def _tools(body: Json) -> set[str]:
    return {str(tool.get("function", {}).get("name")) for tool in objects(body.get("tools"))}


def _call(told: Json, call_id: str) -> Json:
    arguments = told.get("arguments", {})
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {"id": call_id, "type": "function", "function": {"name": told["name"], "arguments": text}}


def usage(body: Json, message: Json) -> Json:
    """Words for tokens: near enough, and the same every time."""
    read = sum(len(_WORD.findall(text_of(one.get("content")))) for one in objects(body.get("messages")))
    written = len(_WORD.findall(json.dumps(message, ensure_ascii=False)))
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def completion(step: Step, body: Json, number: int) -> Json:
    """A whole answer."""
    message, finish = message_of(step, body, number)
    if step.fault == "length":
        message, finish = _halved(message), "length"
    choice: Json = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    if step.fault == "no_finish":
        choice["finish_reason"] = None
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_790_000_000 + number,
        "model": body.get("model", ""),
        "choices": [] if step.fault == "empty" else [choice],
        "usage": usage(body, message),
    }


def _halved(message: Json) -> Json:
    """What is there of a message when its writer ran out of tokens."""
    cut: Json = {**message}
    if isinstance(cut["content"], str):
        cut["content"] = cut["content"][: len(cut["content"]) // 2]
    for call in cut.get("tool_calls", ()):
        arguments = call["function"]["arguments"]
        call["function"]["arguments"] = arguments[: len(arguments) // 2]
    return cut


def chunks(step: Step, body: Json, number: int) -> Iterator[bytes]:
    """The same answer as a stream of server-sent events; with the fault `cut` or `no_finish` its end is missing."""
    whole = completion(step, body, number)
    head = {**{key: whole[key] for key in ("id", "created", "model")}, "object": "chat.completion.chunk"}
    for choice in whole["choices"]:
        for delta in _deltas(choice["message"]):
            yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if step.fault in ("cut", "no_finish"):
            return
        yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if any(one.get("include_usage") for one in objects([body.get("stream_options")])):
        yield _event({**head, "choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def _deltas(message: Json) -> Iterator[Json]:
    yield {"role": "assistant", "content": ""}
    words = re.findall(r"\S+\s*", message["content"] or "")
    yield from ({"content": word} for word in words)
    for index, call in enumerate(message.get("tool_calls", ())):
        yield {"tool_calls": [{"index": index, **call}]}


def _event(body: Json) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def embeddings(body: Json) -> Json:
    """A vector for each text: near to each other where they share words, and the same every time."""
    given: object = body.get("input")
    texts = cast("list[object]", given) if isinstance(given, list) else [given]
    data = [{"object": "embedding", "index": n, "embedding": vector(str(text))} for n, text in enumerate(texts)]
    tokens = sum(len(_WORD.findall(str(text))) for text in texts)
    return {
        "object": "list",
        "data": data,
        "model": body.get("model", ""),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def vector(text: str) -> list[float]:
    """A text's words, counted into places by their hash; of length one."""
    places = [0.0] * DIMENSIONS
    for word in _WORD.findall(text.casefold()):
        places[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % DIMENSIONS] += 1.0
    length = math.sqrt(sum(value * value for value in places)) or 1.0
    return [value / length for value in places]
