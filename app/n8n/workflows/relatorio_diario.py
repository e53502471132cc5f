"""`relatorio-diario`: the day's figures from the dashboards' views, as one message to the manager."""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import WHY, assign, call, schedule, stop

KEY = "relatorio-diario"
PURPOSE = Words(
    "Manda ao gestor, no fim do dia, quantos atendimentos houve, quem assumiu e o tempo de resposta.",
    "Envía al gerente, al final del día, cuántas atenciones hubo, quién las tomó y el tiempo de respuesta.",
    "Tells the manager, at the end of the day, how many chats there were, what people took over, and how fast it was.",
)
GUIDE = Words(
    "No nó **Settings**, ponha o telefone do gestor (`+55...`). Antes, uma vez: `ponte proactive trigger "
    "relatorio` com a "
    "variável `report`, e o texto `{report}` em `ponte templates set`. Sai às 18:30 no fuso deste fluxo.",
    "En el nodo **Settings**, ponga el teléfono del gerente (`+52...`). Antes, una vez: `ponte proactive trigger "
    "relatorio` con la variable `report`, y el texto `{report}` en `ponte templates set`. Sale a las 18:30 en la "
    "zona de "
    "este flujo.",
    "In the node **Settings** put the manager's phone (`+1...`). Once before: `ponte proactive trigger relatorio` with "
    "the variable `report`, and the text `{report}` by `ponte templates set`. It leaves at 18:30 in this flow's zone.",
)
_DAY = "$('Day').first().json.rows[0]"
_TOTAL = "$('Speed').first().json.rows.find(row => row.stage === 'total')"
_REPORT = (
    f"=Hoje: {{{{ {_DAY}?.conversations ?? 0 }}}} conversas ({{{{ {_DAY}?.new_conversations ?? 0 }}}} novas), "
    f"{{{{ {_DAY}?.customer_messages ?? 0 }}}} mensagens de clientes, {{{{ {_DAY}?.bot_messages ?? 0 }}}} do bot, "
    f"{{{{ {_DAY}?.human_messages ?? 0 }}}} da equipe. Passadas a pessoas: {{{{ {_DAY}?.handed_over ?? 0 }}}}. "
    f"Pediram para sair: {{{{ {_DAY}?.opted_out ?? 0 }}}}. "
    f"Tempo de resposta: {{{{ {_TOTAL}?.p50_seconds ?? '-' }}}} s (metade), "
    f"{{{{ {_TOTAL}?.p95_seconds ?? '-' }}}} s (95 %)."
)
_SEND = (
    "={{ JSON.stringify({ trigger: 'relatorio', phone: $('Settings').first().json.manager_phone, "
    "data: { report: $json.report } }) }}"
)


def relatorio_diario(deployment: Deployment) -> Workflow:
    """Read two views, put the sentence together, write to the manager once a day; what fails turns the run red."""
    today = "={{ $now.toISODate() }}"
    days = {"from": today, "to": today}
    key = "={{ 'relatorio-' + $now.toISODate() }}"
    calls = (
        call("Day", deployment.url("/reports/vw_atendimento_diario"), method="GET", query=days, at=(2, 0)),
        call("Speed", deployment.url("/reports/vw_latencia"), method="GET", query=days, at=(3, 0)),
        call("Tell the manager", deployment.url("/start-proactive"), body=_SEND, key=key, at=(5, 0)),
    )
    nodes = (
        schedule("Every evening", "30 18 * * *"),
        assign("Settings", {"manager_phone": ""}, owner=KEY, at=(1, 0)),
        assign("Message", {"report": _REPORT}, owner=KEY, at=(4, 0)),
        *(replace(one, on_error=OnError.ERROR_OUTPUT) for one in calls),
        stop("Not told", f"=The manager was not told: {WHY}", at=(6, 1)),
    )
    links = (
        *chain("Every evening", "Settings", "Day", "Speed", "Message", "Tell the manager"),
        *(Link(one.name, "Not told", output=1) for one in calls),
    )
    return Workflow(KEY, "Ponte · relatório diário", PURPOSE, GUIDE, nodes, links, timezone=deployment.timezone)
