"""The n8n workflows of this installation: what there is, and each as a file to import."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from app.routes.deps import Node, Reader, Services
from app.routes.errors import errors
from app.routes.examples import shows
from app.services.workflows.library import Shelved, Target, written

router = APIRouter(tags=["n8n"])
Key = Annotated[str, Path(pattern="^[a-z][a-z-]{1,39}$", description="From GET /n8n/workflows.")]

_LISTED: dict[str, Any] = {
    "workflows": [
        {
            "key": "responder",
            "name": "Ponte · responder",
            "purpose": {
                "pt-BR": "Responde a cada mensagem do cliente com um agente de IA.",
                "es": "Responde a cada mensaje del cliente con un agente de IA.",
                "en": "Answers each customer message with an AI agent.",
            },
            "credentials": [{"type": "httpHeaderAuth", "name": "Ponte API key"}],
            "webhook_path": "ponte-responder",
            "version": "0e1b5c9f4a72",
            "file": "/n8n/workflows/responder.json",
        }
    ]
}
_FILE: dict[str, Any] = {
    "id": "69b77a64d74f586e",
    "name": "Ponte · responder",
    "nodes": [],
    "connections": {},
    "settings": {},
}


class CredentialNeeded(BaseModel):
    """A credential that must be in n8n under exactly this name. What it holds is never in a workflow."""

    type: str
    name: str


class WorkflowView(BaseModel):
    """A workflow, and what it is for in three languages. `version` changes with what it does."""

    key: str
    name: str
    purpose: dict[str, str]
    credentials: list[CredentialNeeded]
    webhook_path: str
    version: str
    file: str


class WorkflowsAnswer(BaseModel):
    workflows: list[WorkflowView]


def _view(one: Shelved) -> WorkflowView:
    return WorkflowView(
        key=one.key,
        name=one.name,
        purpose=one.purpose,
        credentials=[CredentialNeeded(type=kind, name=name) for kind, name in one.credentials],
        webhook_path=one.webhook_path,
        version=one.version,
        file=f"/n8n/workflows/{one.key}.json",
    )


@router.get("/n8n/workflows", summary="The workflows for n8n", responses=shows(_LISTED, 401, 403, 503))
async def list_workflows(services: Services, who: Reader) -> WorkflowsAnswer:
    """In the order in which n8n must get them: the error workflow first."""
    return WorkflowsAnswer(workflows=[_view(one) for one in await services.workflows.listing(who.account_id)])


@router.get(
    "/n8n/workflows/{key}.json",
    summary="A workflow to import",
    response_class=Response,
    responses={200: {"content": {"application/json": {"example": _FILE}}}, **errors(401, 403, 404, 422, 503)},
)
async def workflow_file(
    key: Key,
    services: Services,
    who: Node,
    target: Annotated[
        Target, Query(description="cli: for `n8n import:workflow` and for pasting; api: the body of n8n's public API.")
    ] = Target.CLI,
) -> Response:
    """For this installation's PUBLIC_URL and the account's time zone. Holds no secret: set the credentials in n8n."""
    body = written(await services.workflows.rendered(who.account_id, key, target))
    name = {"Content-Disposition": f'attachment; filename="{key}.json"'}
    return Response(body, media_type="application/json", headers=name)
