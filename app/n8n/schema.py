"""The contract as JSON Schema, as it is published: `python -m app.n8n.schema` writes `contract.json` beside it."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from app.n8n.answers import AnswerBody
from app.n8n.contract import SCHEMA_VERSION, TurnBody

FILE = "contract.json"


def contract_schema() -> dict[str, Any]:
    """What Ponte asks and what it takes for an answer."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Ponte reply contract",
        "schema_version": SCHEMA_VERSION,
        "request": TurnBody.model_json_schema(mode="serialization"),
        "answer": AnswerBody.model_json_schema(),
    }


def rendered() -> bytes:
    """The file's bytes."""
    return orjson.dumps(contract_schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def write() -> None:
    Path(str(files("app.n8n").joinpath(FILE))).write_bytes(rendered())


if __name__ == "__main__":
    write()
