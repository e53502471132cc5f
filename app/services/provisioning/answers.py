"""What became of a request, as callers have always been told: the three shapes, and the one for whoever asks later."""

from typing import Any

from app.domain.errors import NeedsHuman
from app.domain.provisioning import Operation, Status
from app.services.provisioning import wording
from app.store.provisioning_requests import Provisioning


class NoPanel(NeedsHuman):
    """The account has no panel."""

    code = "no_panel"


def no_panel() -> NoPanel:
    return NoPanel("This account has no panel.", hint="Set one: `ponte panels set`, or PUT /admin/panels.")


def shape(one: Provisioning) -> dict[str, Any]:
    """Success, conflict or error, and nothing else. What is not over yet is an error that says so."""
    if one.status is not Status.SUCCESS or not one.is_over:
        status = one.status if one.status is not None and one.is_over else Status.ERROR
        return failure(one.operation, status, one.detail if one.is_over else "still_running")
    if one.operation is Operation.CREATE_USER:
        said = wording.created(one.locale, one.username, one.password)
        return {"status": "success", "generated_username": one.username, "response_message": said}
    return {
        "status": "success",
        "username": one.username,
        "amount": str(one.amount),
        "balance_before": None if one.balance_before is None else str(one.balance_before),
        "balance_after": None if one.balance_after is None else str(one.balance_after),
        "response_message": wording.given(one.locale, one.username, one.amount),
    }


def failure(operation: Operation, status: Status, code: str) -> dict[str, Any]:
    """Conflict or error, with the code and what to do."""
    said = wording.failed(operation, status)
    return {"status": status.value, "response_message": said, "error_detail": wording.detail(code)}


def told(one: Provisioning) -> dict[str, Any]:
    """The same for a callback: with what the caller knows it by."""
    known = {
        "id": one.id,
        "operation": one.operation.value,
        "conversation_id": one.conversation,
        "candidate_username": one.candidate,
        "attempt_number": one.attempt,
    }
    return known | shape(one)


def status_of(one: Provisioning, position: int | None) -> dict[str, Any]:
    """For whoever asks later: where it stands, and the shape once it is over."""
    known = {
        "id": one.id,
        "operation": one.operation.value,
        "conversation_id": one.conversation,
        "candidate_username": one.candidate,
        "attempt_number": one.attempt,
        "step": one.step.value,
        "tries": one.tries,
        "created_at": one.created_at,
        "deadline": one.deadline,
        "done_at": one.done_at,
        "status_url": f"/api/provisionings/{one.id}",
    }
    if one.is_over:
        return known | {"evidence": list(one.evidence)} | shape(one)
    return known | {"status": one.state, "position": position}
