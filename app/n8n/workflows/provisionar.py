"""`provisionar`: makes a user of the customer's panel, and tells apart made, there already, and a person is needed."""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import call, patient, respond, switch, webhook

KEY = "provisionar"
PATH = "ponte-provisionar"
PURPOSE = Words(
    "Cria o usuário no painel e distingue os três fins: criado, já existia, precisa de uma pessoa.",
    "Crea el usuario en el panel y distingue los tres finales: creado, ya existía, hace falta una persona.",
    "Creates the user in the panel and tells the three ends apart: created, there already, a person is needed.",
)
GUIDE = Words(
    "Chame o webhook com `conversation_id`, `captured_user_name`, `candidate_username` e `attempt_number`. "
    "200: criado. 409: já existe, tente outro nome com o número seguinte. "
    "202: uma pessoa precisa olhar; o bot se cala nessa conversa até alguém assumir. Repetir o mesmo pedido não cria "
    "dois.",
    "Llame al webhook con `conversation_id`, `captured_user_name`, `candidate_username` y `attempt_number`. "
    "200: creado. 409: ya existe, pruebe otro nombre con el número siguiente. "
    "202: una persona tiene que mirar; el bot calla en esa conversación hasta que alguien la tome. Repetir el mismo "
    "pedido no crea dos.",
    "Call the webhook with `conversation_id`, `captured_user_name`, `candidate_username` and `attempt_number`. "
    "200: created. 409: exists, try another name with the next number. "
    "202: a person must look; the bot is quiet in that chat until somebody takes it. The same request again makes no "
    "second one.",
)
EXISTS = 409
# A panel is given a minute; Ponte answers by then whatever happens.
_PANEL_MS = 65_000
CASES = ("success", "conflict")
_USER = (
    "={{ JSON.stringify({ conversation_id: '' + ($json.body.conversation_id ?? $execution.id), "
    "captured_user_name: $json.body.captured_user_name ?? '', candidate_username: $json.body.candidate_username, "
    "attempt_number: $json.body.attempt_number ?? 1 }) }}"
)
_PAUSE = (
    "={{ JSON.stringify({ action: 'pause', conversation_id: $('Request').first().json.body.conversation_id, "
    "reason: 'provisioning' }) }}"
)
_ANSWER = "={{{{ JSON.stringify({{ outcome: '{outcome}', details: $json.body }}) }}}}"
_PERSON = (
    "={{ JSON.stringify({ outcome: 'needs_person', "
    "paused: $json.statusCode === 200, hint: 'A person must look; nothing was made twice.' }) }}"
)


def provisionar(deployment: Deployment) -> Workflow:
    """Ask Ponte, branch by what came of it, and where a person is needed silence the bot in that chat first."""
    key = "={{ 'user-' + ($json.body.request_id ?? $execution.id) }}"
    create = call("Create user", deployment.url("/api/create-user"), body=_USER, key=key, tolerant=True, at=(1, 0))
    pause = call("Leave it to a person", deployment.url("/bot-control"), body=_PAUSE, tolerant=True, at=(3, 2))
    nodes = (
        webhook("Request", PATH),
        replace(patient(create, _PANEL_MS), on_error=OnError.ERROR_OUTPUT),
        switch("Outcome", "={{ $json.body.status ?? 'error' }}", CASES, owner=KEY, at=(2, 0)),
        respond("Answer: created", _ANSWER.format(outcome="created"), at=(3, 0)),
        respond("Answer: exists", _ANSWER.format(outcome="exists"), status=EXISTS, at=(3, 1)),
        replace(pause, on_error=OnError.ERROR_OUTPUT),
        respond("Answer: a person is needed", _PERSON, status=202, at=(4, 2)),
    )
    links = (
        *chain("Request", "Create user", "Outcome", "Answer: created"),
        Link("Create user", "Leave it to a person", output=1),
        Link("Outcome", "Answer: exists", output=1),
        Link("Outcome", "Leave it to a person", output=2),
        Link("Leave it to a person", "Answer: a person is needed"),
        Link("Leave it to a person", "Answer: a person is needed", output=1),
    )
    return Workflow(KEY, "Ponte · provisionar", PURPOSE, GUIDE, nodes, links, PATH, deployment.timezone)
