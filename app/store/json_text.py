"""JSON in and out of jsonb columns, which asyncpg hands over as text."""

from typing import Any

import orjson


def to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def from_json(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
