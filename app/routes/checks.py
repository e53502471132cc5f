"""Checks that people and monitors call: does the CRM answer, may we read and write there, is everything in order?"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from app.domain.ids import LeadId
from app.domain.inspection import AccountSeen, HookSeen, LeadSeen
from app.routes.bounds import BoundedRoute
from app.routes.deps import Node, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Key, Strict, Words

router = APIRouter(tags=["checks"], route_class=BoundedRoute)
LeadNumber = Annotated[int, Path(ge=1, lt=2**63, description="The lead's id, as the CRM shows it.")]
DEFAULT_NOTE = "Teste de conexão do Ponte: esta nota pode ser apagada."

CONNECTIVITY: dict[str, Any] = {
    "status": "ok",
    "latency_ms": 84.2,
    "account": {
        "external_ref": "30100200",
        "name": "loja-exemplo",
        "subdomain": "loja-exemplo",
        "country": "BR",
        "currency": "BRL",
        "timezone": "America/Sao_Paulo",
        "is_technical": False,
        "vendor_time": "2026-11-21T15:41:17Z",
        "scopes": ["crm", "send_external_messages"],
        "token_expires_at": "2027-11-21T00:00:00Z",
    },
    "ways_to_send": ["talks", "salesbot", "note"],
    "webhooks": [
        {
            "destination": "https://ponte.example.com/webhooks/kommo/...",
            "events": ["add_message", "add_outgoing_message"],
            "disabled": False,
            "is_ours": True,
            "tells_of_humans": True,
        }
    ],
}
LEAD: dict[str, Any] = {
    "status": "ok",
    "latency_ms": 61.5,
    "lead": {
        "id": "41800001",
        "name": "Limpeza",
        "is_open": True,
        "pipeline_id": "9001",
        "status_id": "9101",
        "responsible_user_id": "11087001",
        "contact_ids": ["59400001"],
        "tags": ["site"],
        "fields": [{"id": "701", "name": "Serviço", "code": "", "values": ["Limpeza"]}],
    },
}
NOTE: dict[str, Any] = {
    "status": "ok",
    "latency_ms": 97.0,
    "lead_id": "41800001",
    "note_id": "note:8800001",
    "text": DEFAULT_NOTE,
    "repeated": False,
}


class ConnectivityAnswer(BaseModel):
    """What the vendor told. `webhooks` is null where the token may not list them."""

    status: str = "ok"
    latency_ms: float
    account: AccountSeen
    ways_to_send: list[str]
    webhooks: list[HookSeen] | None


@router.get(
    "/test-kommo-connectivity", summary="Does Kommo answer us?", responses=shows(CONNECTIVITY, 401, 403, 502, 503)
)
async def test_kommo_connectivity(services: Services, who: Reader) -> ConnectivityAnswer:
    """Really calls Kommo: the account as it sees us, our token's scopes and end, its webhooks, and the time it took.

    502 says what a person must mend there (token, plan, payment); 503 that Kommo does not answer now.
    """
    found = await services.checks.connectivity(who.account_id)
    return ConnectivityAnswer(
        latency_ms=found.latency_ms, account=found.account, ways_to_send=list(found.ways), webhooks=found.hooks
    )


class LeadAnswer(BaseModel):
    """A lead as Kommo shows it to our token."""

    status: str = "ok"
    latency_ms: float
    lead: LeadSeen


@router.get(
    "/test-kommo-lead/{id}", summary="Can a lead be read?", responses=shows(LEAD, 401, 403, 404, 409, 422, 502, 503)
)
async def test_kommo_lead(services: Services, who: Reader, id: LeadNumber) -> LeadAnswer:  # noqa: A002
    """Really reads it in Kommo: name, stage, responsible user, contacts, tags and filled fields."""
    seen, latency = await services.checks.lead(who.account_id, LeadId(str(id)))
    return LeadAnswer(latency_ms=latency, lead=seen)


class TestNote(Strict):
    """What to write; without it a sentence that says it is a test."""

    __test__ = False  # the name is the field's; pytest must not take it for a class of tests
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Teste do n8n"}]})

    text: Words = Field(default=DEFAULT_NOTE, min_length=1, max_length=2000)


class NoteAnswer(BaseModel):
    """The note that was written. `repeated`: it was there before, by the same Idempotency-Key."""

    status: str = "ok"
    latency_ms: float
    lead_id: str
    note_id: str | None
    text: str
    repeated: bool


@router.post(
    "/create-test-note/{lead_id}",
    summary="Write a test note on a lead",
    responses=shows(NOTE, 401, 403, 404, 409, 413, 422, 502, 503),
)
async def create_test_note(
    services: Services, who: Node, lead_id: LeadNumber, body: TestNote | None = None, key: Key = None
) -> NoteAnswer:
    """Really writes it in Kommo, marked as ours so that its own webhook does nothing. With a key it is written once."""
    text = (body or TestNote()).text
    found = await services.checks.note(who.account_id, LeadId(str(lead_id)), text, who=who.who, key=key)
    return NoteAnswer(
        latency_ms=found.latency_ms,
        lead_id=str(lead_id),
        note_id=found.note_id,
        text=found.text,
        repeated=found.repeated,
    )


class DoctorLine(BaseModel):
    """One thing that was looked at. `status`: ok, failed or not_configured; `todo` says how to mend it."""

    name: str
    account_id: int | None
    status: str
    message: str
    todo: str


class IntegrationAnswer(BaseModel):
    """`status` is failed when any line is."""

    status: str
    checked_at: datetime
    lines: list[DoctorLine]


INTEGRATION: dict[str, Any] = {
    "status": "failed",
    "checked_at": "2026-11-21T15:41:17.906720Z",
    "lines": [
        {
            "name": "database",
            "account_id": None,
            "status": "ok",
            "message": "Postgres 18 answers in 1 ms.",
            "todo": "",
        },
        {
            "name": "webhook",
            "account_id": 1,
            "status": "failed",
            "message": "Kommo has disabled our webhook.",
            "todo": "Connect the account again: it subscribes the webhook anew.",
        },
    ],
}


@router.get(
    "/test-integration", summary="Is everything that is needed in order?", responses=shows(INTEGRATION, 401, 403, 503)
)
async def test_integration(services: Services, who: Reader) -> IntegrationAnswer:
    """What `ponte doctor` shows, of this account: each line with what to do. 200 also when lines have failed."""
    report = await services.doctor.report(who.account_id)
    lines = [
        DoctorLine(name=one.name, account_id=one.account_id, status=one.status, message=one.message, todo=one.todo)
        for one in report.lines
    ]
    return IntegrationAnswer(status=report.status, checked_at=report.checked_at, lines=lines)
