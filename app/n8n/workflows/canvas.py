"""A workflow as nodes and wires, and its canonical JSON: stable ids, stable order, nothing that n8n fills in itself.

Only keys that n8n's own import and its public API accept are ever written.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from app.n8n.workflows.comparison import GUIDE, fingerprint, stamped

Json = dict[str, Any]
_OURS = uuid5(NAMESPACE_URL, "https://ponte.example/n8n")
_STEP = 240
_ROW = 200
_STICKY_TOP = -560


def stable_id(*names: str) -> str:
    """The id of a thing that has none: the same in every export, so a second import changes nothing."""
    return str(uuid5(_OURS, "/".join(names)))


def short_id(*names: str) -> str:
    """Sixteen characters, as n8n itself makes them for workflows."""
    return uuid5(_OURS, "/".join(names)).hex[:16]


class Target(StrEnum):
    """Who reads the JSON. `cli` also means pasting and the editor's import; `api` refuses ids and tags."""

    CLI = "cli"
    API = "api"


class Wire(StrEnum):
    """What flows between two nodes. A sub-node of an agent points at the agent."""

    MAIN = "main"
    MODEL = "ai_languageModel"
    TOOL = "ai_tool"
    PARSER = "ai_outputParser"


class OnError(StrEnum):
    """What n8n does when a node fails."""

    STOP = "stopWorkflow"
    ERROR_OUTPUT = "continueErrorOutput"


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential that a workflow refers to. `kind` is n8n's type; what it holds is never here."""

    key: str
    kind: str
    name: str

    @property
    def id(self) -> str:
        """The id that an import by file gives it; through the API n8n gives its own."""
        return f"ponte{self.key.capitalize()}00000000000"[:16]


@dataclass(frozen=True, slots=True)
class Node:
    """One node. `kind` and `version` are n8n's type and typeVersion."""

    name: str
    kind: str
    version: float
    parameters: Json
    at: tuple[int, int] = (0, 0)  # in steps: column, row
    credential: Credential | None = None
    webhook: bool = False
    tries: int = 1
    on_error: OnError = OnError.STOP
    always_outputs: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A wire from an output of one node to an input of another."""

    source: str
    target: str
    wire: Wire = Wire.MAIN
    output: int = 0
    input: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """The same in the three languages."""

    pt: str
    es: str
    en: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """A whole workflow, not yet for any n8n."""

    key: str
    name: str
    purpose: Words
    guide: Words
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    webhook_path: str = ""  # of its first webhook, where it has one
    timezone: str = "America/Sao_Paulo"
    is_error_flow: bool = False
    seconds: int = 120  # n8n ends a run that takes longer

    @property
    def id(self) -> str:
        """The id of an import by file."""
        return short_id(self.key)

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Those that it refers to, each once."""
        return tuple(dict.fromkeys(node.credential for node in self.nodes if node.credential is not None))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a workflow will live: the ids that this n8n gave. Empty: those of an import by file."""

    error_flow: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict[str, str])  # by Credential.key
    seals: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # of the credentials' secrets; kept by the error flow


def in_row(*nodes: Node) -> tuple[Node, ...]:
    """The nodes one after the other, from left to right."""
    return tuple(replace(node, at=(column, 0)) for column, node in enumerate(nodes))


def chain(*names: str) -> tuple[Link, ...]:
    """Each node's first output to the next one."""
    return tuple(Link(one, other) for one, other in pairwise(names))


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


TAG = "Ponte"


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


ERROR_KEY = "erros"


def _connections(links: Sequence[Link]) -> Json:
    found: Json = {}
    for link in sorted(links, key=lambda one: (one.source, one.wire, one.output)):
        outputs: list[list[Json]] = found.setdefault(link.source, {}).setdefault(link.wire.value, [])
        while len(outputs) <= link.output:
            outputs.append([])
        outputs[link.output].append({"node": link.target, "type": link.wire.value, "index": link.input})
    return found
