"""The lines of the record about a provisioning, in the columns that operators know."""

from typing import Any

from app.domain.provisioning import Status
from app.store.database import Tx
from app.store.json_text import to_json
from app.store.provisioning_requests import Provisioning
from app.store.queries import statements

SQL = statements("provisioning")


async def log(tx: Tx, one: Provisioning, what: str, told: dict[str, Any]) -> None:
    """Write one."""
    who = one.requested_by or "ponte"
    await tx.execute(SQL["log_row"], one.account_id, one.conversation_id, who, what, to_json(told))


def request_row(one: Provisioning) -> dict[str, Any]:
    """The columns of `rpa_request` as operators know them; the time is the line's own. Pure."""
    return {
        "conversation": one.conversation,
        "extracted_name": one.captured_name,
        "candidate_username": one.candidate,
        "attempt": one.attempt,
    }


def response_row(one: Provisioning) -> dict[str, Any]:
    return request_row(one) | {
        "generated_username": one.username if one.status is Status.SUCCESS else "",
        "status": one.status.value if one.status else "",
        "error_detail": "" if one.status is Status.SUCCESS else one.detail,
    }


def browser_row(one: Provisioning, operator: str) -> dict[str, Any]:
    return {
        "conversation": one.conversation,
        "username": one.candidate,
        "operation": one.operation.value,
        "status": one.status.value if one.status else "",
        "details": one.detail,
        "operator": operator,
    }
