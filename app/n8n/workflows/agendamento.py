"""`agendamento`: times for a wish, and with `book` the first that fits it held and booked. Ponte says what is free."""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import call, respond, webhook, when

KEY = "agendamento"
PATH = "ponte-agendamento"
PURPOSE = Words(
    "Horários: entende o pedido do cliente, segura o horário e confirma com recibo, sem marcar dois no mesmo lugar.",
    "Horarios: entiende el pedido del cliente, reserva el horario y confirma con recibo, sin duplicar citas.",
    "Appointments: understands the wish, holds the time and confirms it with a receipt, never two in one place.",
)
GUIDE = Words(
    'Chame o webhook com `contact_id` (ou `lead_id`, `conversation_id`) e `wish`, como `"amanhã à tarde"`. Sem `book` '
    "vêm os horários e a frase pronta (`message`); com `book: true` o primeiro é segurado e confirmado. Só o recibo "
    "(`booking_receipt`) torna o horário real. 409: não deu, com os horários mais próximos.",
    'Llame al webhook con `contact_id` (o `lead_id`, `conversation_id`) y `wish`, como `"mañana por la tarde"`. Sin '
    "`book` vienen los horarios y la frase lista (`message`); con `book: true` el primero se reserva y confirma. "
    "Solo el "
    "recibo (`booking_receipt`) hace real la cita. 409: no se pudo, con los horarios más cercanos.",
    'Call the webhook with `contact_id` (or `lead_id`, `conversation_id`) and `wish`, such as `"tomorrow afternoon"`. '
    "Without `book` you get times and a ready sentence (`message`); with `book: true` the first one is held and "
    "confirmed. Only the receipt (`booking_receipt`) makes it real. 409: not booked, with the nearest times.",
)
_WHO = "conversation_id: {b}.conversation_id, contact_id: {b}.contact_id, lead_id: {b}.lead_id"
_ASKED = "$('Wish').first().json.body"
# The nearest times are nobody's wish: they are offered, and never booked for whoever asked for another.
_BOOKABLE = (
    "={{ $json.statusCode === 200 && $json.body.status === 'slots' && !!$json.body.payload.slot_1 "
    f"&& {_ASKED}.book === true }}}}"
)
_IN_VAIN = f"$json.statusCode === 200 && {_ASKED}.book === true"


def _body(fields: str) -> str:
    return f"={{{{ JSON.stringify({{ {_WHO.format(b=_ASKED)}, {fields} }}) }}}}"


_OPTIONAL = f"seller_id: {_ASKED}.seller_id, minutes: {_ASKED}.minutes, locale: {_ASKED}.locale"
_HINT = "'Offer one of these times, or ask for another.'"
_TIMES = (
    f"={{{{ JSON.stringify({_IN_VAIN} ? {{ "
    f"error: {{ code: 'not_booked', message: $json.body.message, hint: {_HINT} }}, "
    "status: $json.body.status, message: $json.body.message, slots: $json.body.slots } : $json.body) }}"
)
NOT_BOOKED = (
    "={{ JSON.stringify({ error: { code: 'not_booked', message: ('' + ($json.error?.message ?? $json.error ?? "
    "'')).slice("
    f"0, 300), hint: {_HINT} }}, "
    "slots: $('Times').first().json?.body?.slots ?? [] }) }}"
)


def agendamento(deployment: Deployment) -> Workflow:
    """Wish, times, hold, confirm; three answers."""
    request = deployment.url("/agendamento/request")
    key = f"={{{{ 'hold-' + ({_ASKED}.turn_id ?? $execution.id) }}}}"
    times = call("Times", request, body=_body(f"wish: {_ASKED}.wish, {_OPTIONAL}"), tolerant=True, at=(1, 0))
    hold = call("Hold", request, body=_body("slot: $json.body.payload.slot_1"), key=key, at=(3, 0))
    confirm = call("Confirm", request, body="={{ JSON.stringify({ confirm: $json.booking.id }) }}", at=(4, 0))
    nodes = (
        webhook("Wish", PATH),
        replace(times, on_error=OnError.ERROR_OUTPUT),
        when("Book it?", _BOOKABLE, owner=KEY, at=(2, 0)),
        replace(hold, on_error=OnError.ERROR_OUTPUT),
        replace(confirm, on_error=OnError.ERROR_OUTPUT),
        respond("Answer: booked", "={{ JSON.stringify($json.payload) }}", at=(5, 0)),
        respond("Answer: times", _TIMES, status=f"={{{{ {_IN_VAIN} ? 409 : $json.statusCode }}}}", at=(3, 1)),
        respond("Answer: not booked", NOT_BOOKED, status=409, at=(5, 1)),
    )
    links = (
        *chain("Wish", "Times", "Book it?", "Hold", "Confirm", "Answer: booked"),
        Link("Book it?", "Answer: times", output=1),
        *(Link(name, "Answer: not booked", output=1) for name in ("Times", "Hold", "Confirm")),
    )
    return Workflow(KEY, "Ponte · agendamento", PURPOSE, GUIDE, nodes, links, PATH, deployment.timezone)
