"""`erros`: the error workflow of all others. Tells Ponte which run failed where, and in which words n8n says so.

n8n does not tell an error workflow what the run was about, so no turn is named; and an error's sentence may quote the
customer. Ponte keeps the sentence, filtered, only of a run whose number it has been told on a turn (as the responder's
failing answer does); of any other it keeps names and numbers.
"""

from app.n8n.workflows.canvas import ERROR_KEY, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import call, error_trigger

PURPOSE = Words(
    "Conta ao Ponte cada execução que falhou; a que o Ponte conhece aparece na conversa, as outras nos números.",
    "Cuenta a Ponte cada ejecución que falló; la que Ponte conoce se ve en la conversación, las demás en las cifras.",
    "Tells Ponte of every run that failed; one that Ponte knows shows on its turn, the others in the figures.",
)
GUIDE = Words(
    "Os outros fluxos já apontam para este em *Settings > Error workflow*. Publique-o primeiro. Vão o número e o "
    "endereço da execução, nomes de fluxo e de nó, e a frase do erro, que pode citar o cliente. O Ponte só guarda a "
    "frase, filtrada, se sabe de que conversa ela é; senão a descarta. Tudo se apaga em 90 dias.",
    "Los otros flujos ya apuntan a este en *Settings > Error workflow*. Publíquelo primero. Van el número y la "
    "dirección de la ejecución, nombres de flujo y de nodo, y la frase del error, que puede citar al cliente. Ponte "
    "solo guarda la frase, filtrada, si sabe de qué conversación es; si no, la descarta. Todo se borra a los 90 días.",
    "The other flows point here already, in *Settings > Error workflow*. Publish it first. The run's number and "
    "address, the names of flow and node, and the error's sentence leave, which may quote the customer. Ponte keeps "
    "the sentence, filtered, only if it knows whose chat it belongs to, or else drops it. All goes after 90 days.",
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
