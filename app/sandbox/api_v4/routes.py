"""Which path is answered by what; a number in a path is written `#`."""

from app.sandbox import widget
from app.sandbox.api_v4 import (
    account,
    bots,
    contacts,
    events,
    leads,
    new_contacts,
    new_leads,
    notes,
    talks,
    tasks,
    templates,
    webhooks,
)
from app.sandbox.errors import refuse
from app.sandbox.exchange import Answer, Call, Routes
from app.sandbox.world import World

ROUTES: Routes = {
    ("account",): {"GET": account.get_account},
    ("users",): {"GET": account.list_users},
    ("users", "#"): {"GET": account.get_user},
    ("leads",): {"GET": leads.list_leads, "POST": new_leads.add_leads, "PATCH": leads.patch_many},
    ("leads", "#"): {"GET": leads.get_lead, "PATCH": leads.patch_one},
    ("leads", "complex"): {"POST": new_leads.add_complex},
    ("leads", "custom_fields"): {"GET": account.list_lead_fields},
    ("leads", "pipelines"): {"GET": account.list_pipelines},
    ("contacts",): {"GET": contacts.list_contacts, "POST": new_contacts.add_contacts},
    ("contacts", "#"): {"GET": contacts.get_contact},
    ("talks",): {"GET": talks.list_talks},
    ("talks", "#"): {"GET": talks.get_talk},
    ("talks", "#", "messages"): {"GET": talks.get_messages},
    ("talks", "#", "send_message"): {"POST": talks.send_message},
    ("talks", "#", "close"): {"POST": talks.close},
    ("chats", "templates"): {"GET": templates.list_templates, "POST": templates.add_templates},
    ("events",): {"GET": events.list_events},
    ("bots",): {"GET": bots.list_bots},
    ("bots", "run"): {"POST": bots.run_many},
    ("bots", "#", "run"): {"POST": bots.run_one},
    ("bots", "#", "stop"): {"POST": bots.stop},
    ("salesbot", "#", "continue", "#"): {"POST": widget.go_on},
    ("webhooks",): {"GET": webhooks.list_webhooks, "POST": webhooks.subscribe, "DELETE": webhooks.unsubscribe},
    ("tasks",): {"GET": tasks.list_tasks, "POST": tasks.add_tasks},
}
for card in ("leads", "contacts"):
    ROUTES[(card, "notes")] = {"GET": notes.list_of_all(card), "POST": notes.add_to_many(card)}
    ROUTES[(card, "notes", "#")] = {"GET": notes.get_one(card)}
    ROUTES[(card, "#", "notes")] = {"GET": notes.list_of_one(card), "POST": notes.add_to_one(card)}
    ROUTES[(card, "#", "notes", "#")] = {"GET": notes.get_one(card)}

LARGEST_ID = 19


def answer(world: World, call: Call, parts: list[str]) -> Answer:
    """Find the endpoint and ask it."""
    pattern = tuple("#" if is_number(part) else part for part in parts)
    verbs = ROUTES.get(pattern)
    if verbs is None:
        raise refuse(404, "The requested resource was not found.")
    handler = verbs.get(call.method)
    if handler is None:
        raise refuse(405, f"Allowed methods: {', '.join(sorted(verbs))}.")
    call.numbers = [int(part) for part in parts if is_number(part)]
    return handler(world, call)


def is_number(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) <= LARGEST_ID
