"""A workflow as nodes and wires, with ids that stay the same; `rendering` makes JSON of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Json = dict[str, Any]
_OURS = uuid5(NAMESPACE_URL, "https://ponte.example/n8n")


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


TAG = "Ponte"


ERROR_KEY = "erros"
