"""A workflow as n8n takes it: canonical JSON in a stable order, nothing that n8n fills in itself. Pure.

Only keys that n8n's own import and its public API accept are ever written.
"""

import json
from collections.abc import Sequence
from typing import Any

from app.n8n.workflows.canvas import (
    ERROR_KEY,
    TAG,
    Json,
    Link,
    Node,
    OnError,
    Place,
    Target,
    Workflow,
    short_id,
    stable_id,
)
from app.n8n.workflows.comparison import GUIDE, fingerprint, stamped

_STEP = 240
_ROW = 200
_STICKY_TOP = -560


def render(workflow: Workflow, target: Target = Target.CLI, place: Place | None = None) -> Json:
    """The JSON for one target."""
    where = place or Place()
    body: Json = {
        "name": workflow.name,
        "nodes": [*(_node(workflow, node, where) for node in workflow.nodes), _sticky(workflow)],
        "connections": _connections(workflow.links),
        "settings": _settings(workflow, where),
    }
    if target is Target.CLI:
        body |= {"id": workflow.id, "tags": [{"name": TAG}]}
    return stamped(body, where.seals if workflow.is_error_flow else None)


def version_hash(workflow: Workflow) -> str:
    """Changes with what the workflow does, and is the same wherever it lives."""
    return fingerprint(render(workflow))


def canonical(body: Any) -> str:
    """The one text of a JSON: keys in order, two blanks, a line's end at the end."""
    return json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _node(workflow: Workflow, node: Node, place: Place) -> Json:
    column, row = node.at
    shown: Json = {
        "id": stable_id(workflow.key, node.name),
        "name": node.name,
        "type": node.kind,
        "typeVersion": node.version,
        "position": [column * _STEP, row * _ROW],
        "parameters": node.parameters,
    }
    if node.credential is not None:
        given = place.credentials.get(node.credential.key) or node.credential.id
        shown["credentials"] = {node.credential.kind: {"id": given, "name": node.credential.name}}
    return shown | _behaviour(workflow, node)


def _behaviour(workflow: Workflow, node: Node) -> Json:
    """Only what differs from n8n's own defaults."""
    shown: Json = {}
    if node.webhook:
        shown["webhookId"] = stable_id(workflow.key, node.name, "webhook")
    if node.tries > 1:
        shown |= {"retryOnFail": True, "maxTries": node.tries, "waitBetweenTries": 1000}
    if node.on_error is not OnError.STOP:
        shown["onError"] = node.on_error.value
    if node.always_outputs:
        shown["alwaysOutputData"] = True
    if node.once:
        shown["executeOnce"] = True
    return shown


def _sticky(workflow: Workflow) -> Json:
    """The guide beside the nodes, in three languages."""
    words = workflow.guide
    content = f"## {workflow.name}\n### Português\n{words.pt}\n### Español\n{words.es}\n### English\n{words.en}"
    return {
        "id": stable_id(workflow.key, "guide"),
        "name": GUIDE,
        "type": "n8n-nodes-base.stickyNote",
        "typeVersion": 1,
        "position": [-40, _STICKY_TOP],
        "parameters": {"content": content, "height": 500, "width": 900, "color": 4},
    }


def _settings(workflow: Workflow, place: Place) -> Json:
    settings: Json = {
        "executionOrder": "v1",
        "timezone": workflow.timezone,
        "executionTimeout": workflow.seconds,
        "saveDataSuccessExecution": "none",
        "saveDataErrorExecution": "all",
        "saveManualExecutions": False,
    }
    if not workflow.is_error_flow:
        settings["errorWorkflow"] = place.error_flow or short_id(ERROR_KEY)
    return settings


def _connections(links: Sequence[Link]) -> Json:
    found: Json = {}
    for link in sorted(links, key=lambda one: (one.source, one.wire, one.output)):
        outputs: list[list[Json]] = found.setdefault(link.source, {}).setdefault(link.wire.value, [])
        while len(outputs) <= link.output:
            outputs.append([])
        outputs[link.output].append({"node": link.target, "type": link.wire.value, "index": link.input})
    return found
