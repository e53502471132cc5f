"""What we publish of the reply contract."""

from functools import cache
from typing import Any

from app.n8n.balloons import AttachmentItem, BalloonItem, ButtonItem, ListItem
from app.n8n.schema import contract_schema

__all__ = ["AttachmentItem", "BalloonItem", "ButtonItem", "ListItem", "contract"]


@cache
def contract() -> dict[str, Any]:
    """The contract's JSON Schema: what we ask, and what we take for an answer."""
    return contract_schema()
