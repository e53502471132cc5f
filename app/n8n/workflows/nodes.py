"""A builder for each kind of node that the workflows use, in the version that loads on n8n 1.123 up to 2.41.

No Redis, no Code and no Wait: what they are used for elsewhere (bursts, dedupe, pauses) Ponte does before n8n is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.n8n.workflows.canvas import Credential, Json, Node, OnError, stable_id

BASE = "n8n-nodes-base."
_CALL_MS = 20_000

WHY = "{{ $json.error?.message ?? $json.error ?? 'unknown' }}"  # what an error output says

PONTE = Credential("ponte", "httpHeaderAuth", "Ponte API key")
MODEL = Credential("model", "openAiApi", "Ponte model (OpenAI-compatible)")
SUPABASE = Credential("supabase", "supabaseApi", "Ponte Supabase")


def webhook(name: str, path: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """A POST that answers through a Respond node, for callers with Ponte's key alone."""
    parameters: Json = {
        "httpMethod": "POST",
        "path": path,
        "authentication": "headerAuth",
        "responseMode": "responseNode",
        "options": {},
    }
    return Node(name, f"{BASE}webhook", 2.1, parameters, at, PONTE, webhook=True)


def respond(name: str, body: str, *, status: int | str = 200, at: tuple[int, int] = (0, 0)) -> Node:
    """The webhook's answer, always JSON. `body` and a `status` that is text are expressions."""
    options: Json = {"responseCode": status}
    parameters: Json = {"respondWith": "json", "responseBody": body, "options": options}
    return Node(name, f"{BASE}respondToWebhook", 1.4, parameters, at)


def call(
    name: str,
    url: str,
    *,
    method: str = "POST",
    body: str = "",
    query: Mapping[str, str] | None = None,
    key: str = "",
    tolerant: bool = False,
    at: tuple[int, int] = (0, 0),
) -> Node:
    """A call of Ponte's API with its key. `tolerant`: a 4xx is an answer too, and comes with its status code.

    With `key`, an expression, a repeat changes nothing, so that n8n may try again.
    """
    parameters: Json = {
        "method": method,
        "url": url,
        "authentication": "genericCredentialType",
        "genericAuthType": "httpHeaderAuth",
        "options": {"timeout": _CALL_MS},
    }
    if query:
        listed = [{"name": name, "value": value} for name, value in query.items()]
        parameters |= {"sendQuery": True, "queryParameters": {"parameters": listed}}
    if key:
        headers = [{"name": "Idempotency-Key", "value": key}]
        parameters |= {"sendHeaders": True, "headerParameters": {"parameters": headers}}
    if body:
        parameters |= {"sendBody": True, "contentType": "json", "specifyBody": "json", "jsonBody": body}
    if tolerant:
        shown = {"fullResponse": True, "neverError": True, "responseFormat": "json"}
        parameters["options"] |= {"response": {"response": shown}}
    tries = 3 if key or method == "GET" else 1
    return Node(name, f"{BASE}httpRequest", 4.2, parameters, at, PONTE, tries=tries)


def assign(name: str, values: Mapping[str, str | int | bool], *, owner: str, at: tuple[int, int] = (0, 0)) -> Node:
    """Edit Fields: named values, by which a workflow is set up or a message is put together."""
    kinds = {str: "string", int: "number", bool: "boolean"}
    assignments = [
        {"id": stable_id(owner, name, field), "name": field, "value": value, "type": kinds[type(value)]}
        for field, value in values.items()
    ]
    parameters: Json = {
        "mode": "manual",
        "assignments": {"assignments": assignments},
        "includeOtherFields": False,
        "options": {},
    }
    return Node(name, f"{BASE}set", 3.4, parameters, at)


def listing(name: str, field: str, expression: str, *, owner: str, at: tuple[int, int] = (0, 0)) -> Node:
    """Edit Fields with one list, which an expression puts together."""
    node = assign(name, {field: expression}, owner=owner, at=at)
    node.parameters["assignments"]["assignments"][0]["type"] = "array"
    return node


def _conditions(owner: str, left: str, operator: Json, right: str | int) -> Json:
    return {
        "options": {"caseSensitive": True, "leftValue": "", "typeValidation": "loose", "version": 2},
        "conditions": [
            {"id": stable_id(owner, left, str(right)), "leftValue": left, "rightValue": right, "operator": operator}
        ],
        "combinator": "and",
    }


def when(name: str, condition: str, *, owner: str, at: tuple[int, int] = (0, 0)) -> Node:
    """If: output 0 where the expression is true, 1 where it is not."""
    operator = {"type": "boolean", "operation": "true", "singleValue": True}
    parameters: Json = {
        "conditions": _conditions(f"{owner}/{name}", condition, operator, ""),
        "looseTypeValidation": True,
        "options": {},
    }
    return Node(name, f"{BASE}if", 2.2, parameters, at)


def patient(node: Node, milliseconds: int) -> Node:
    """The same call with another patience."""
    options = {**node.parameters["options"], "timeout": milliseconds}
    return replace(node, parameters={**node.parameters, "options": options})


def switch(name: str, value: str, cases: Sequence[str], *, owner: str, at: tuple[int, int] = (0, 0)) -> Node:
    """An output for each text, and a last one for all others."""
    operator = {"type": "string", "operation": "equals"}
    rules = [
        {
            "conditions": _conditions(f"{owner}/{name}", value, operator, case),
            "renameOutput": True,
            "outputKey": case,
        }
        for case in cases
    ]
    options = {"fallbackOutput": "extra", "renameFallbackOutput": "other"}
    parameters: Json = {"mode": "rules", "rules": {"values": rules}, "looseTypeValidation": True, "options": options}
    return Node(name, f"{BASE}switch", 3.2, parameters, at)


def schedule(name: str, cron: str) -> Node:
    """A start by the clock of the workflow's time zone; five fields, as cron has them."""
    rule = {"interval": [{"field": "cronExpression", "expression": cron}]}
    return Node(name, f"{BASE}scheduleTrigger", 1.2, {"rule": rule})


def error_trigger(name: str) -> Node:
    """Starts when a run of a workflow that names this one has failed."""
    return Node(name, f"{BASE}errorTrigger", 1, {})


def split_out(name: str, list_field: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """An item for each element of a list."""
    parameters: Json = {"fieldToSplitOut": list_field, "include": "noOtherFields", "options": {}}
    return Node(name, f"{BASE}splitOut", 1, parameters, at)


def without(name: str, field: str, other: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """Merge: the items of input 0 whose `field` is no `other` of input 1; an empty item when none is left."""
    parameters: Json = {
        "mode": "combine",
        "combineBy": "combineByFields",
        "advanced": True,
        "mergeByFields": {"values": [{"field1": field, "field2": other}]},
        "joinMode": "keepNonMatches",
        "outputDataFrom": "input1",
        "options": {},
    }
    return Node(name, f"{BASE}merge", 3.2, parameters, at, always_outputs=True)


def rows(name: str, table: str, conditions: Sequence[tuple[str, str, str]], *, at: tuple[int, int] = (0, 0)) -> Node:
    """The Supabase node, asked once: rows for which all conditions hold, each (column, operator, value)."""
    filters = [{"keyName": column, "condition": operator, "keyValue": value} for column, operator, value in conditions]
    parameters: Json = {
        "resource": "row",
        "operation": "getAll",
        "tableId": table,
        "returnAll": False,
        "limit": 200,
        "filterType": "manual",
        "matchType": "allFilters",
        "filters": {"conditions": filters},
    }
    return Node(
        name,
        f"{BASE}supabase",
        1,
        parameters,
        at,
        SUPABASE,
        always_outputs=True,
        once=True,
        on_error=OnError.ERROR_OUTPUT,
    )


def stop(name: str, message: str, *, at: tuple[int, int] = (0, 0)) -> Node:
    """Ends the run as failed, with a message: it shows red in n8n, and the error workflow tells Ponte."""
    parameters: Json = {"errorType": "errorMessage", "errorMessage": message}
    return Node(name, f"{BASE}stopAndError", 1, parameters, at)
