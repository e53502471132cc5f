"""`lembretes-e-follow-up`: by the clock, reminds of tomorrow's bookings and writes to those who went quiet.

Both through `POST /start-proactive`, so consent, night, window and caps hold, and a repeat changes nothing.
"""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import call, schedule, split_out, stop, when

KEY = "lembretes-e-follow-up"
PURPOSE = Words(
    "Lembra dos horários de amanhã e retoma conversas paradas há um dia, com as suas palavras.",
    "Recuerda las citas de mañana y retoma conversaciones quietas desde hace un día, con sus palabras.",
    "Reminds of tomorrow's bookings and picks up chats that have been quiet for a day, in your words.",
)
GUIDE = Words(
    "Antes: `ponte proactive trigger lembrete` e `ponte proactive trigger retorno`, cada um com o seu texto (`ponte "
    "templates set`). O Ponte já lembra e retoma sozinho; use este fluxo em lugar disso, quando quiser mudar a "
    "regra, e "
    "desligue os lembretes da conta. Repetir não manda duas vezes.",
    "Antes: `ponte proactive trigger lembrete` y `ponte proactive trigger retorno`, cada uno con su texto (`ponte "
    "templates set`). Ponte ya recuerda y retoma solo; use este flujo en lugar de eso, cuando quiera cambiar la "
    "regla, y "
    "apague los recordatorios de la cuenta. Repetir no envía dos veces.",
    "Before: `ponte proactive trigger lembrete` and `ponte proactive trigger retorno`, each with its text (`ponte "
    "templates set`). Ponte reminds and follows up by itself; use this flow instead, when you want another rule, and "
    "turn the account's reminders off. A repeat sends nothing twice.",
)
_DUE = (
    "={{ $json.bot_on && !$json.opted_out && $json.unanswered === 0 && !!$json.contact_id && "
    "!!$json.last_customer_at && "
    "DateTime.fromISO($json.last_customer_at) < $now.minus({ hours: 24 }) }}"
)
_REMIND = (
    "={{ JSON.stringify({ trigger: 'lembrete', contact_id: $json.contact_id, lead_id: $json.contact_id ? undefined : "
    "$json.lead_id, data: { when: $json.label, receipt: $json.receipt, seller_name: $json.seller_name } }) }}"
)
_BACK = "={{ JSON.stringify({ trigger: 'retorno', contact_id: $json.contact_id }) }}"
_SAID = "=Not written to: {{ $json.error?.message ?? $json.error ?? 'Ponte refused' }}"


def lembretes(deployment: Deployment) -> Workflow:
    """Two lines from one clock; what is refused turns the run red after all others were served."""
    start = deployment.url("/start-proactive")
    window = {
        "from": "={{ $now.plus({ hours: 23 }).toUTC().toISO() }}",
        "until": "={{ $now.plus({ hours: 25 }).toUTC().toISO() }}",
        "state": "booked",
        "limit": "200",
    }
    chats = {"hours": "72", "limit": "200"}
    remind = call("Remind", start, body=_REMIND, key="={{ 'lembrete-' + $json.id + '-' + $json.start }}", at=(3, 0))
    back = call("Write again", start, body=_BACK, key="={{ 'retorno-' + $json.id + '-' + $json.last_customer_at }}")
    nodes = (
        schedule("Every hour", "10 * * * *"),
        call("Bookings", deployment.url("/agenda"), method="GET", query=window, at=(1, 0)),
        split_out("Each booking", "bookings", at=(2, 0)),
        replace(remind, on_error=OnError.ERROR_OUTPUT),
        call("Chats", deployment.url("/conversations/active"), method="GET", query=chats, at=(1, 1)),
        split_out("Each chat", "conversations", at=(2, 1)),
        when("Quiet for a day?", _DUE, owner=KEY, at=(3, 1)),
        replace(back, at=(4, 1), on_error=OnError.ERROR_OUTPUT),
        stop("Say what was refused", _SAID, at=(5, 0)),
    )
    links = (
        *chain("Every hour", "Bookings", "Each booking", "Remind"),
        *chain("Every hour", "Chats", "Each chat", "Quiet for a day?", "Write again"),
        *(Link(name, "Say what was refused", output=1) for name in ("Remind", "Write again")),
    )
    name = "Ponte · lembretes e follow-up"
    return Workflow(KEY, name, PURPOSE, GUIDE, nodes, links, timezone=deployment.timezone)
