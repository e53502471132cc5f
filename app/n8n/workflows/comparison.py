"""Whether a workflow in an n8n is still what Ponte made. Pure.

Every workflow carries its own fingerprint in its guide. So three things can be told apart: the same, ours but older,
and changed by a person. Where nodes stand on the canvas, and the ids that an n8n gave, make no difference.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

Json = dict[str, Any]
GUIDE = "Ponte: guia"
_SETTINGS = (
    "executionOrder",
    "timezone",
    "executionTimeout",
    "saveDataSuccessExecution",
    "saveDataErrorExecution",
    "saveManualExecutions",
)
_NODE = ("type", "typeVersion", "parameters", "onError", "retryOnFail", "maxTries", "waitBetweenTries")
_NODE_FLAGS = ("alwaysOutputData", "executeOnce", "disabled")
_STAMP = re.compile(r"`Ponte ([0-9a-f]{12})(?: ([a-z:0-9 ]+))?`\s*$")
_SHOWN = 60


def essence(body: Mapping[str, Any]) -> Json:
    """What a workflow does, wherever it lives."""
    nodes: list[Json] = body.get("nodes") or []
    settings: Json = body.get("settings") or {}
    return {
        "name": body.get("name"),
        "nodes": {str(node["name"]): _essential(node) for node in nodes if node["name"] != GUIDE},
        "wires": sorted(_wires(body.get("connections") or {})),
        "settings": {key: settings.get(key) for key in _SETTINGS},
    }


def _essential(node: Mapping[str, Any]) -> Json:
    known: Json = {key: node[key] for key in _NODE if node.get(key) is not None}
    known |= {flag: True for flag in _NODE_FLAGS if node.get(flag)}
    credentials: dict[str, Json] = node.get("credentials") or {}
    return known | {"credentials": {kind: ref.get("name") for kind, ref in credentials.items()}}


def _wires(connections: Mapping[str, Any]) -> Iterator[tuple[str, str, int, str, int]]:
    wired = cast("Mapping[str, dict[str, list[list[Json] | None]]]", connections)
    for source, kinds in wired.items():
        for kind, outputs in kinds.items():
            for number, targets in enumerate(outputs):
                for one in targets or []:
                    yield source, kind, number, one["node"], one.get("index", 0)


def fingerprint(body: Mapping[str, Any]) -> str:
    """Twelve characters that change with what the workflow does."""
    text = json.dumps(essence(body), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def seal(kind: str, secret: str) -> str:
    """Tells whether a credential still holds the same secret, without telling the secret."""
    return hashlib.sha256(f"ponte-n8n:{kind}:{secret}".encode()).hexdigest()[:12]


def stamped(body: Json, seals: Mapping[str, str] | None = None) -> Json:
    """The workflow with its fingerprint at the end of its guide, and with the seals of the credentials it came with."""
    said = "".join(f" {key}:{value}" for key, value in sorted((seals or {}).items()))
    stamp = f"\n\n`Ponte {fingerprint(body)}{said}`"
    return {**body, "nodes": [_with_stamp(node, stamp) for node in body["nodes"]]}


def _with_stamp(node: Json, stamp: str) -> Json:
    if node["name"] != GUIDE:
        return node
    return {**node, "parameters": {**node["parameters"], "content": node["parameters"]["content"] + stamp}}


def resealed(body: Json, seals: Mapping[str, str]) -> Json:
    """The workflow with other seals beside the fingerprint that it was made with; without a stamp as it is."""
    made, _ = stamp_of(body)
    said = "".join(f" {key}:{value}" for key, value in sorted(seals.items()))
    return {**body, "nodes": [_restamped(node, f"`Ponte {made}{said}`") if made else node for node in body["nodes"]]}


def _restamped(node: Json, stamp: str) -> Json:
    if node["name"] != GUIDE:
        return node
    content = _STAMP.sub(stamp, str(node["parameters"]["content"]))
    return {**node, "parameters": {**node["parameters"], "content": content}}


def stamp_of(body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The fingerprint that a workflow says it was made with, and its seals; empty where there is none."""
    nodes: list[Json] = body.get("nodes") or []
    for node in nodes:
        content = str(node.get("parameters", {}).get("content", ""))
        if node.get("name") == GUIDE and (found := _STAMP.search(content)):
            seals = dict(pair.split(":", 1) for pair in (found[2] or "").split() if ":" in pair)
            return found[1], seals
    return "", {}


def is_touched(live: Mapping[str, Any]) -> bool:
    """Whether a person has changed it since Ponte made it."""
    return stamp_of(live)[0] != fingerprint(live)


def differences(live: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """What is different in n8n, a sentence each; nothing where both do the same."""
    there, here = essence(live), essence(ours)
    found: list[str] = []
    if there["name"] != here["name"]:
        found.append(f"name: {there['name']!r} instead of {here['name']!r}")
    found += [f"node {name!r} is missing" for name in here["nodes"] if name not in there["nodes"]]
    found += [f"node {name!r} was added" for name in there["nodes"] if name not in here["nodes"]]
    for name, node in here["nodes"].items():
        if name in there["nodes"]:
            found += [f"node {name!r}: {said}" for said in _unlike(there["nodes"][name], node)]
    found += [f"wire {_drawn(one)} is missing" for one in here["wires"] if one not in there["wires"]]
    found += [f"wire {_drawn(one)} was added" for one in there["wires"] if one not in here["wires"]]
    return found + [f"setting {said}" for said in _unlike(there["settings"], here["settings"])]


def _unlike(there: Any, here: Any, path: str = "") -> Iterator[str]:
    """Where two JSON values differ, by path."""
    parts = _parts(there, here)
    if parts is None:
        if there != here:
            yield f"{path}: {_brief(there)} instead of {_brief(here)}"
        return
    for key, one, other in parts:
        yield from _unlike(one, other, f"{path}{key}".lstrip("."))


def _parts(there: Any, here: Any) -> list[tuple[str, Any, Any]] | None:
    """Both values side by side, part by part; None where they have no parts that could be compared."""
    if isinstance(there, dict) and isinstance(here, dict):
        one, other = cast("Json", there), cast("Json", here)
        return [(f".{key}", one.get(key), other.get(key)) for key in sorted({*one, *other})]
    if isinstance(there, list) and isinstance(here, list):
        first, second = cast("list[Any]", there), cast("list[Any]", here)
        if len(first) == len(second):
            return [(f"[{number}]", *pair) for number, pair in enumerate(zip(first, second, strict=True))]
    return None


def _brief(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _drawn(wire: Sequence[Any]) -> str:
    source, kind, output, target, _ = wire
    return f"{source!r} -> {target!r} ({kind}, output {output})"
