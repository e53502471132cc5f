"""Where a conversation stands in its flow: kept beside it, and sealed where it holds what a customer said."""

from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from app.domain.flows import FlowState
from app.store.database import Row, Tx, vault_of
from app.store.json_text import from_json, to_json
from app.store.secrets import Vault

_FLOW = TypeAdapter(FlowState)


def flow_of(stored: str | None) -> FlowState | None:
    """A flow's place as it is kept; one that another release has written in its own way is none: the brain goes on."""
    try:
        return _FLOW.validate_json(stored) if stored else None
    except ValidationError:
        return None


def opened_flow(tx: Tx, head: Row) -> FlowState | None:
    """The flow with what it has learnt, which lies sealed beside its place."""
    flow, sealed = flow_of(head["flow_state"]), head["flow_sealed"]
    return flow if flow is None or sealed is None else replace(flow, data=learnt(vault_of(tx), sealed))


def learnt(vault: Vault, sealed: str) -> dict[str, str]:
    """What a flow has learnt."""
    return {str(name): str(value) for name, value in from_json(vault.open(sealed)).items()}


def sealed_flow(tx: Tx, flow: FlowState | None) -> tuple[str | None, str | None]:
    """The flow as its two columns hold it: its place for everybody, and what it has learnt for who has the keys."""
    if flow is None:
        return None, None
    sealed = vault_of(tx).seal(to_json(dict(flow.data))) if flow.data else None
    return to_json(replace(flow, data={})), sealed
