"""`lembretes-e-follow-up`: by the clock, reminds of tomorrow's bookings and writes to those who went quiet.

Both through `POST /start-proactive`, so consent, night, window and caps hold, and a repeat changes nothing.
"""

from dataclasses import replace

from app.n8n.workflows.canvas import Link, OnError, Words, Workflow, chain
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import WHY, call, listing, schedule, split_out, stop

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
# Each with the key by which a repeat is known. Blanks between braces: two in a row would end the expression.
_REMINDERS = (
    "...($('Bookings').first().json.bookings ?? []).map(one => ({ key: 'lembrete-' + one.id + '-' + one.start, "
    "body: { trigger: 'lembrete', contact_id: one.contact_id, lead_id: one.contact_id ? undefined : one.lead_id, "
    "data: { when: one.label, receipt: one.receipt, seller_name: one.seller_name } } }))"
)
_QUIET = "one.bot_on && !one.opted_out && one.unanswered === 0 && !!one.contact_id"
_RETURNS = (
    f"...($('Chats').first().json.conversations ?? []).filter(one => {_QUIET}).map(one => ({{ "
    "key: 'retorno-' + one.id + '-' + one.last_customer_at, "
    "body: { trigger: 'retorno', contact_id: one.contact_id } }))"
)


def lembretes(deployment: Deployment) -> Workflow:
    """One line: who is due, then a call for each; what is refused turns the run red after all others were served."""
    window = {
        "from": "={{ $now.plus({ hours: 23 }).toUTC().toISO() }}",
        "until": "={{ $now.plus({ hours: 25 }).toUTC().toISO() }}",
        "state": "booked",
        "limit": "200",
    }
    # Newest first, and every hour: whoever has been quiet for a day stands at the top once, however many others have.
    chats = {"hours": "72", "quiet_hours": "24", "limit": "200"}
    calls = (
        call("Bookings", deployment.url("/agenda"), method="GET", query=window, at=(1, 0)),
        call("Chats", deployment.url("/conversations/active"), method="GET", query=chats, at=(2, 0)),
        call(
            "Write",
            deployment.url("/start-proactive"),
            body="={{ JSON.stringify($json.body) }}",
            key="={{ $json.key }}",
            at=(5, 0),
        ),
    )
    nodes = (
        schedule("Every hour", "10 * * * *"),
        listing("Who is due", "due", f"={{{{ [ {_REMINDERS}, {_RETURNS} ] }}}}", owner=KEY, at=(3, 0)),
        split_out("Each", "due", at=(4, 0)),
        *(replace(one, on_error=OnError.ERROR_OUTPUT) for one in calls),
        stop("Say what was refused", f"=Not written to: {WHY}", at=(6, 1)),
    )
    links = (
        *chain("Every hour", "Bookings", "Chats", "Who is due", "Each", "Write"),
        *(Link(one.name, "Say what was refused", output=1) for one in calls),
    )
    name = "Ponte · lembretes e follow-up"
    return Workflow(KEY, name, PURPOSE, GUIDE, nodes, links, timezone=deployment.timezone)
