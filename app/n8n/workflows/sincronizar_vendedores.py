"""`sincronizar-vendedores`: reads the CRM's users anew, and turns red when somebody left who still has open leads."""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import WHY, call, schedule, stop, when

KEY = "sincronizar-vendedores"
PURPOSE = Words(
    "Lê os usuários do CRM de hora em hora e avisa quando quem saiu ainda tem leads abertos.",
    "Lee los usuarios del CRM cada hora y avisa cuando quien se fue aún tiene leads abiertos.",
    "Reads the CRM's users every hour and says when somebody who left still has open leads.",
)
GUIDE = Words(
    "Só precisa da chave do Ponte. O Ponte também lê sozinho a cada quinze minutos; este fluxo serve para quem "
    "quer ver "
    "e avisar daqui. Quando sobra lead de quem saiu, a execução fica vermelha e diz de quem.",
    "Solo necesita la clave de Ponte. Ponte también lee solo cada quince minutos; este flujo es para quien "
    "quiere ver y "
    "avisar desde aquí. Cuando quedan leads de quien se fue, la ejecución queda en rojo y dice de quién.",
    "It needs Ponte's key alone. Ponte reads by itself every quarter of an hour too; this flow is for those who "
    "want to "
    "see it and tell others from here. When leads of somebody who left remain, the run turns red and says whose.",
)
_LEFT = "={{ $json.drift.left_with_leads.length > 0 }}"
_SAID = (
    "=Who left still has open leads: {{ $json.drift.left_with_leads.map(one => one.id + ': ' + "
    "one.open_leads.join(', ')).join('; ') }}"
)


def sincronizar_vendedores(deployment: Deployment) -> Workflow:
    """Every hour: read, look, and stop as failed where a person must tidy up."""
    nodes = (
        schedule("Every hour", "5 * * * *"),
        replace(
            call("Read users", deployment.url("/vendedores/sincronizar"), at=(1, 0)), on_error=OnError.ERROR_OUTPUT
        ),
        when("Leads left behind?", _LEFT, owner=KEY, at=(2, 0)),
        stop("Say whose", _SAID, at=(3, 0)),
        stop("Not read", f"=The users were not read: {WHY}", at=(2, 1)),
    )
    links = (
        *chain("Every hour", "Read users", "Leads left behind?", "Say whose"),
        Link("Read users", "Not read", output=1),
    )
    name = "Ponte · sincronizar vendedores"
    return Workflow(KEY, name, PURPOSE, GUIDE, nodes, links, timezone=deployment.timezone)
