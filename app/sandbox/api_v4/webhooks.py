"""Subscriptions: which events go to which address."""

from typing import Any
from urllib.parse import urlsplit

from pydantic import Field

from app.sandbox.account import Account
from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Webhook
from app.sandbox.errors import invalid, not_a_choice, refuse
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.validation import Strict, read, texts
from app.sandbox.world import World

MOST_WEBHOOKS = 100
CARD_ACTIONS = ("add", "update", "delete", "restore", "responsible", "note")
CODES = frozenset(
    {f"{action}_{card}" for action in CARD_ACTIONS for card in ("lead", "contact", "company")}
    | {"status_lead", "add_task", "update_task", "delete_task", "responsible_task", "add_talk", "update_talk"}
    | {"add_message", "add_outgoing_message", "add_chat_template_review", "add_unsorted"}
)


class Subscription(Strict):
    destination: str = Field(min_length=1, max_length=2000)
    settings: list[str] = Field(min_length=1)
    sort: int = 0


class Unsubscription(Strict):
    destination: str = Field(min_length=1)


def list_webhooks(world: World, call: Call) -> Answer:
    del world
    wanted = texts(call, "filter[destination]")
    found = [hook for hook in call.account.webhooks.values() if not wanted or hook.destination in wanted]
    return page_of(call, found, name="webhooks", show=lambda hook: webhook_view(call.account, hook))


def subscribe(world: World, call: Call) -> Answer:
    """A new address is added; a known one gets the new settings and is enabled again."""
    asked = read(Subscription, call)
    check_destination(asked.destination)
    check_codes(call.account, asked.settings)
    hooks = call.account.webhooks
    if asked.destination not in hooks and len(hooks) >= MOST_WEBHOOKS:
        raise refuse(422, "The account has too many webhooks.")
    hook = subscribed(world, call.account, asked.destination, settings=asked.settings)
    hook.sort = asked.sort
    return hal(webhook_view(call.account, hook) | {"_links": call.href("webhooks")}, 201)


def subscribed(world: World, account: Account, destination: str, *, settings: list[str]) -> Webhook:
    now = world.clock.stamp()
    hook = account.webhooks.get(destination)
    if hook is None:
        hook = Webhook(
            id=next(world.next.webhook),
            destination=destination,
            settings=[],
            sort=0,
            created_at=now,
            updated_at=now,
            created_by=account.current_user_id,
        )
        account.webhooks[destination] = hook
    hook.settings, hook.updated_at, hook.disabled = list(dict.fromkeys(settings)), now, False
    hook.bad_answers.clear()
    return hook


def unsubscribe(world: World, call: Call) -> Answer:
    del world
    asked = read(Unsubscription, call)
    if call.account.webhooks.pop(asked.destination, None) is None:
        raise refuse(404, "Webhook not found.")
    return Answer(204)


def check_destination(destination: str) -> None:
    try:
        parts = urlsplit(destination)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    del port
    if parts.scheme not in ("http", "https") or not host or not host.isascii():
        raise invalid("InvalidUrl", "destination.destination", "Invalid URL")


def check_codes(account: Account, settings: list[str]) -> None:
    for n, code in enumerate(settings):
        if code not in CODES or (code == "add_outgoing_message" and not account.capabilities.outgoing_hook):
            raise not_a_choice(f"settings.{n}")


def webhook_view(account: Account, hook: Webhook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "destination": hook.destination,
        "created_at": hook.created_at,
        "updated_at": hook.updated_at,
        "account_id": account.id,
        "created_by": hook.created_by,
        "sort": hook.sort,
        "disabled": hook.disabled,
        "settings": hook.settings,
    }
