"""What we publish of the reply contract."""

from functools import cache
from typing import Any

from app.n8n.schema import contract_schema


@cache
def contract() -> dict[str, Any]:
    """The contract's JSON Schema: what we ask, and what we take for an answer."""
    return contract_schema()
