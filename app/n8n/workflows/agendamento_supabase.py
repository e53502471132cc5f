"""`agendamento-supabase`: the same wish on the tables themselves, for builders who like the Supabase node.

It reads who works and who is taken; the booking itself is Ponte's, so that two can never get the same time.
"""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import call, respond, rows, stop, webhook, without
from app.n8n.workflows.responder import FAILED, RED

KEY = "agendamento-supabase"
PATH = "ponte-agendamento-supabase"
PURPOSE = Words(
    "Agendamento com o nó do Supabase: lê `vendedores` e `agenda`, escolhe quem está livre e reserva pelo Ponte.",
    "Agenda con el nodo de Supabase: lee `vendedores` y `agenda`, elige quién está libre y reserva por Ponte.",
    "Booking with the Supabase node: reads `vendedores` and `agenda`, picks who is free and books through Ponte.",
)
GUIDE = Words(
    "Credencial **Ponte Supabase**: endereço do projeto e a chave service_role. Chame o webhook com `contact_id`, "
    "`start` (como `2026-12-15T14:00:00-03:00`) e, se quiser, `minutes` (30). Os nós leem as tabelas; quem reserva é o "
    "Ponte, com recibo. O número da conta está nos filtros.",
    "Credencial **Ponte Supabase**: dirección del proyecto y la clave service_role. Llame al webhook con `contact_id`, "
    "`start` (como `2026-12-15T14:00:00-03:00`) y, si quiere, `minutes` (30). Los nodos leen las tablas; quien reserva "
    "es Ponte, con recibo. El número de la cuenta está en los filtros.",
    "Credential **Ponte Supabase**: the project's address and its service_role key. Call the webhook with "
    "`contact_id`, "
    "`start` (such as `2026-12-15T14:00:00-03:00`) and, if you like, `minutes` (30). The nodes read the tables; the "
    "booking is Ponte's, with a receipt. The account's number stands in the filters.",
)
_ASKED = "$('Wish').first().json.body"
_START = f"DateTime.fromISO({_ASKED}.start)"
_BEGINS = f"={{{{ {_START}.toUTC().toISO() }}}}"
_ENDS = f"={{{{ {_START}.plus({{ minutes: {_ASKED}.minutes ?? 30 }}).toUTC().toISO() }}}}"
_BOOK = (
    f"={{{{ JSON.stringify({{ contact_id: {_ASKED}.contact_id, lead_id: {_ASKED}.lead_id, "
    f"conversation_id: {_ASKED}.conversation_id, slot: {_ASKED}.start, minutes: {_ASKED}.minutes, "
    "seller_id: $json.external_id, confirm: true }) }}"
)


def agendamento_supabase(deployment: Deployment) -> Workflow:
    """Who works, minus who is taken then, gets the booking; with nobody left Ponte says which times are free."""
    account = str(deployment.account_id)
    working = [("account_id", "eq", account), ("is_active", "eq", "true")]
    taken = [
        ("account_id", "eq", account),
        ("starts_at", "lt", _ENDS),
        ("ends_at", "gt", _BEGINS),
        ("state", "neq", "cancelled"),
        ("state", "neq", "expired"),
    ]
    key = f"={{{{ 'book-' + ({_ASKED}.turn_id ?? $execution.id) }}}}"
    book = call("Book", deployment.url("/agendamento/request"), body=_BOOK, key=key, tolerant=True, at=(4, 0))
    nodes = (
        webhook("Wish", PATH),
        rows("Sellers", "vendedores", working, at=(1, 0)),
        rows("Taken", "agenda", taken, at=(2, 0)),
        without("Free", "external_id", "seller_id", at=(3, 0)),
        replace(book, once=True, on_error=OnError.ERROR_OUTPUT),
        respond("Answer", "={{ JSON.stringify($json.body) }}", status="={{ $json.statusCode }}", at=(5, 0)),
        respond("Answer: failed", FAILED, status=502, at=(5, 1)),
        stop("Failed", RED, at=(6, 1)),
    )
    links = (
        *chain("Wish", "Sellers", "Taken"),
        Link("Sellers", "Free"),
        Link("Taken", "Free", input=1),
        *chain("Free", "Book", "Answer"),
        *(Link(name, "Answer: failed", output=1) for name in ("Sellers", "Taken", "Book")),
        Link("Answer: failed", "Failed"),
    )
    name = "Ponte · agendamento (Supabase)"
    return Workflow(KEY, name, PURPOSE, GUIDE, nodes, links, PATH, deployment.timezone)
