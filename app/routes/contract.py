"""The reply contract as it is published, and the door for n8n's error workflow."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.routes.bounds import BoundedRoute
from app.routes.deps import Node, Services
from app.routes.examples import shows
from app.routes.fields import Ref
from app.services.conversation.published import contract

router = APIRouter(tags=["n8n"], route_class=BoundedRoute)

_SCHEMA: dict[str, Any] = {"title": "Ponte reply contract", "schema_version": "1", "request": {}, "answer": {}}


@router.get("/n8n/contract.json", summary="The reply contract as JSON Schema", responses=shows(_SCHEMA))
async def published_contract() -> dict[str, Any]:
    """`request`: what Ponte POSTs for a turn. `answer`: what it takes in the response or at `POST /send-response`."""
    return contract()


class FailedNode(BaseModel):
    """n8n's word for an error. What else it says (stack, context) is neither read nor kept."""

    model_config = ConfigDict(extra="ignore")

    message: str = ""
    name: str = ""
    node: str | dict[str, Any] | None = None


class FailedRun(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: Annotated[str, Field(min_length=1, max_length=100)]
    url: str = ""
    error: FailedNode = FailedNode()
    lastNodeExecuted: str | None = None  # noqa: N815 - n8n's own name


class FailedWorkflow(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str = ""
    name: str = ""


class ErrorReport(BaseModel):
    """What n8n's Error Trigger hands on; `turn_id` where the workflow knows it."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "execution": {
                        "id": "231",
                        "url": "https://n8n.example/execution/231",
                        "error": {"message": "The service refused the connection", "name": "NodeApiError"},
                        "lastNodeExecuted": "Model",
                    },
                    "workflow": {"id": "ponteResponder01", "name": "Ponte: responder"},
                    "turn_id": "1:1",
                }
            ]
        },
    )

    execution: FailedRun
    workflow: FailedWorkflow = FailedWorkflow()
    turn_id: Ref | None = None


class ErrorKept(BaseModel):
    """`kept`: new. `known`: this execution was reported before."""

    status: str


@router.post(
    "/n8n/errors", summary="A failed execution of n8n", responses=shows({"status": "kept"}, 401, 403, 413, 422, 503)
)
async def workflow_error(body: ErrorReport, services: Services, who: Node) -> ErrorKept:
    """Kept for 90 days, without stack traces and anybody's words; counted in `/stats`, and shown on its turn.

    The turn is the one of `turn_id`, or the one whose brain failed with this execution's number. Of a report that
    belongs to no turn the error's message is not kept.
    """
    is_new = await services.executions.report(who.account_id, body.model_dump(exclude_none=True))
    return ErrorKept(status="kept" if is_new else "known")
