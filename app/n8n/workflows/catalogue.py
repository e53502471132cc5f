"""All workflows, in the order in which an n8n must get them: what others point at comes first."""

from collections.abc import Callable
from typing import Final

from app.n8n.workflows import (
    agendamento,
    agendamento_supabase,
    erros,
    lembretes,
    proativo,
    provisionar,
    relatorio_diario,
    responder,
    sincronizar_vendedores,
)
from app.n8n.workflows.canvas import ERROR_KEY, Workflow
from app.n8n.workflows.deployment import Deployment

Builder = Callable[[Deployment], Workflow]

BUILDERS: Final[dict[str, Builder]] = {
    ERROR_KEY: erros.erros,
    responder.KEY: responder.responder,
    proativo.KEY: proativo.proativo,
    agendamento.KEY: agendamento.agendamento,
    agendamento_supabase.KEY: agendamento_supabase.agendamento_supabase,
    sincronizar_vendedores.KEY: sincronizar_vendedores.sincronizar_vendedores,
    lembretes.KEY: lembretes.lembretes,
    provisionar.KEY: provisionar.provisionar,
    relatorio_diario.KEY: relatorio_diario.relatorio_diario,
}


def catalogue(deployment: Deployment) -> list[Workflow]:
    """Every workflow for a deployment, the error workflow first."""
    return [build(deployment) for build in BUILDERS.values()]
