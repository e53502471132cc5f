"""Writes docs/api.md: every operation of the HTTP API out of its own OpenAPI document, so that it is never stale.

    .venv/bin/python scripts/write_api_docs.py

A test compares the file with what this would write.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings

Json = dict[str, Any]
TARGET = Path(__file__).parents[1] / "docs" / "api.md"
HEAD = """# The HTTP API

Made from the OpenAPI document by `make docs`; `/docs` shows the same to try out. Do not edit by hand.

{description}
"""


def page(document: Json) -> str:
    """The whole page. Pure."""
    groups: dict[str, list[tuple[str, str, Json]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    parts = [HEAD.format(description=document["info"]["description"]), _overview(groups)]
    for tag, operations in groups.items():
        parts.append(f"## {tag}\n")
        parts += [_operation(document, *one) for one in operations]
    return "\n".join(parts).rstrip() + "\n"


def _overview(groups: dict[str, list[tuple[str, str, Json]]]) -> str:
    rows = ["| call | what it does | key |", "|---|---|---|"]
    for operations in groups.values():
        for method, path, operation in operations:
            key = "needed" if operation.get("security") else "none"
            anchor = operation["operationId"].replace("_", "-")
            rows.append(f"| [`{method} {path}`](#{anchor}) | {operation['summary']} | {key} |")
    return "\n".join(rows) + "\n"


def _operation(document: Json, method: str, path: str, operation: Json) -> str:
    anchor = operation["operationId"].replace("_", "-")
    parts = [f'<a id="{anchor}"></a>\n', f"### {method} {path}\n", f"{operation['summary']}.".replace("?.", "?"), ""]
    parts += [operation["description"].strip(), ""]
    parts += _parameters(operation)
    parts += _request(document, operation)
    parts += [text for status, answer in operation["responses"].items() for text in _answer(document, status, answer)]
    parts.append("")
    return "\n".join(parts)


def _parameters(operation: Json) -> list[str]:
    found = operation.get("parameters", [])
    rows = [f"| `{one['name']}` | {one['in']} | {_need(one)} | {_about(one)} |" for one in found]
    return ["| parameter | in | | |", "|---|---|---|---|", *rows, ""] if rows else []


def _need(parameter: Json) -> str:
    default = parameter["schema"].get("default")
    return "required" if parameter.get("required") else "" if default in (None, "") else f"default {default}"


def _about(parameter: Json) -> str:
    text = parameter.get("description") or parameter["schema"].get("description", "")
    return text.replace("|", "\\|").replace("\n", " ")


def _request(document: Json, operation: Json) -> list[str]:
    if "requestBody" not in operation:
        return []
    return [
        text for kind, content in operation["requestBody"]["content"].items() for text in _body(document, kind, content)
    ]


def _body(document: Json, kind: str, content: Json) -> Iterator[str]:
    for example in examples(document, content):
        yield f"Send `{kind}`:\n"
        yield _block(example)


def examples(document: Json, content: Json) -> list[Any]:
    """The examples of a body: its own, or those of its schema."""
    schema = content.get("schema", {})
    named = next((one["$ref"] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one), None)
    found = document["components"]["schemas"][named.rpartition("/")[2]] if named else {}
    own = [content["example"]] if "example" in content else []
    return own or schema.get("examples") or found.get("examples", [])


def _answer(document: Json, status: str, answer: Json) -> Iterator[str]:
    if not status.startswith("2"):
        yield f"- **{status}** {answer['description']}"
        return
    for kind, content in answer.get("content", {}).items():
        for example in examples(document, content):
            yield f"Answers **{status}**, `{kind}`:\n"
            yield _block(example)
    if not answer.get("content"):
        yield f"Answers **{status}** without a body.\n"


def _block(example: Any) -> str:
    text = example.strip() if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
    return f"```{'' if isinstance(example, str) else 'json'}\n{text}\n```\n"


def current() -> str:
    """What the page should be now."""
    # Calendars and tables end their lines in two characters; a page ends them in one.
    return page(create_app(Settings()).openapi()).replace("\r\n", "\n")


if __name__ == "__main__":
    TARGET.write_text(current(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(TARGET.parents[1])} is written.\n")
