"""`erros`: the error workflow of all others. Tells Ponte which run failed where, never what was in it."""

from app.n8n.workflows.canvas import ERROR_KEY, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import call, error_trigger

PURPOSE = Words(
    "Conta ao Ponte cada execução que falhou, para que apareça na conversa certa.",
    "Cuenta a Ponte cada ejecución que falló, para que se vea en la conversación correcta.",
    "Tells Ponte of every run that failed, so that it shows where it belongs.",
)
GUIDE = Words(
    "Os outros fluxos já apontam para este em *Settings > Error workflow*. Publique-o primeiro. Só vão números, "
    "nomes de "
    "nós e a frase do erro; nunca o que o cliente escreveu.",
    "Los otros flujos ya apuntan a este en *Settings > Error workflow*. Publíquelo primero. Solo van números, "
    "nombres de "
    "nodos y la frase del error; nunca lo que el cliente escribió.",
    "The other flows point here already, in *Settings > Error workflow*. Publish it first. Only ids, names of "
    "nodes and "
    "the error's sentence leave; never what a customer wrote.",
)
# The payload also holds stack traces with the server's paths: only named fields leave.
_REPORT = (
    "={{ JSON.stringify({ execution: { id: '' + ($json.execution?.id ?? $execution.id), url: "
    "$json.execution?.url ?? '', "
    "error: { message: ('' + (($json.execution ?? $json.trigger)?.error?.message ?? '')).slice(0, 1000), "
    "name: '' + (($json.execution ?? $json.trigger)?.error?.name ?? '') }, "
    "lastNodeExecuted: $json.execution?.lastNodeExecuted ?? '' }, "
    "workflow: { id: '' + ($json.workflow?.id ?? ''), name: $json.workflow?.name ?? '' } }) }}"
)


def erros(deployment: Deployment) -> Workflow:
    """Two nodes."""
    key = "={{ 'error-' + ($json.execution?.id ?? $execution.id) }}"
    nodes = (
        error_trigger("A run failed"),
        call("Tell Ponte", deployment.url("/n8n/errors"), body=_REPORT, key=key, at=(1, 0)),
    )
    links = chain("A run failed", "Tell Ponte")
    name = "Ponte · erros"
    return Workflow(*(ERROR_KEY, name, PURPOSE, GUIDE, nodes, links), timezone=deployment.timezone, is_error_flow=True)
