"""What is written into a workflow that a person changed: the ids of our credentials, and nothing of theirs. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from app.domain.language import vocabulary
from app.n8n.workflows.canvas import Json
from app.n8n.workflows.comparison import resealed, stamp_of

# What n8n's public API takes; what else it shows of a workflow it keeps.
_NODE: Final = vocabulary(
    """id name type typeVersion position parameters credentials webhookId disabled notes notesInFlow executeOnce
    alwaysOutputData retryOnFail maxTries waitBetweenTries onError"""
)
_SETTINGS: Final = vocabulary(
    """executionOrder timezone errorWorkflow executionTimeout saveDataErrorExecution saveDataSuccessExecution
    saveManualExecutions saveExecutionProgress callerPolicy availableInMCP"""
)


def bound(live: Mapping[str, Any], ours: Mapping[str, Any]) -> Json:
    """The live workflow, as it may be written back, with credentials under our names pointing where ours point.

    The error workflow keeps the seals of what credentials hold: they are ours, too.
    """
    numbers = {(kind, ref["name"]): ref["id"] for node in ours["nodes"] for kind, ref in _references(node).items()}
    settings: Json = live.get("settings") or {}
    body: Json = {
        "name": live["name"],
        "nodes": [_node(node, numbers) for node in live["nodes"]],
        "connections": live["connections"],
        "settings": {key: value for key, value in settings.items() if key in _SETTINGS},
    }
    _, seals = stamp_of(ours)
    return resealed(body, seals) if seals else body


def is_bound(live: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether nothing is left to write."""
    there = bound(live, {"nodes": []})
    return bound(live, ours) == there


def _references(node: Mapping[str, Any]) -> dict[str, Json]:
    return node.get("credentials") or {}


def _node(node: Json, numbers: Mapping[tuple[str, str], str]) -> Json:
    kept = {key: value for key, value in node.items() if key in _NODE}
    if refs := _references(node):
        kept["credentials"] = {
            kind: {**ref, "id": numbers.get((kind, str(ref.get("name"))), ref.get("id"))} for kind, ref in refs.items()
        }
    return kept
