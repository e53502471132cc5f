"""What Twilio does with a message that is given to it: what it refuses at once, and what it tells afterwards."""

import json
import re
from typing import Final, cast

from app.sandbox.twilio import bodies
from app.sandbox.twilio.hooks import Hooks
from app.sandbox.twilio.world import Account, Message, RefusedError, Twilio

LONGEST: Final = 1600
KNOWN: Final = frozenset({"To", "From", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback"})
CALLBACK: Final = re.compile(r"https?://[^\s/]+\S*")
PERSON: Final = re.compile(r"whatsapp:(?:\+[1-9]\d{6,14}|[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128})")


def send(world: Twilio, hooks: Hooks, account: Account, form: dict[str, str]) -> Message:
    """Take a message, or refuse it; whether it arrives is told by statuses."""
    _check(account, form)
    made = Message(
        world.new_sid("SM"),
        form["From"],
        form["To"],
        form.get("Body", ""),
        inbound=False,
        created=world.clock.now(),
        content_sid=form.get("ContentSid", ""),
        media_url=form.get("MediaUrl", ""),
        status_callback=form.get("StatusCallback", ""),
    )
    account.messages.append(made)
    if not account.stays_queued:
        _carry(world, hooks, account, made)
    return made


def _carry(world: Twilio, hooks: Hooks, account: Account, made: Message) -> None:
    """Statuses come in no promised order, and only where an address is."""
    person = account.person(made.to)
    made.error = person.trouble or (None if made.content_sid or world.is_open(person) else 63016) or None
    made.sent = world.clock.now()
    for status in ("failed",) if made.error else ("sent", "delivered"):
        made.status = status
        if account.tells_statuses:
            hooks.fire(account, made.status_callback or account.status_webhook, bodies.status(account, made))


def _check(account: Account, form: dict[str, str]) -> None:
    if strange := sorted(form.keys() - KNOWN):
        raise RefusedError(400, 20001, f"Unknown parameter {strange[0]}")
    for name, code in (("To", 21604), ("From", 21603)):
        if not form.get(name):
            raise RefusedError(400, code, f"A '{name}' is required")
    if not PERSON.fullmatch(form["To"]):
        raise RefusedError(400, 21211, "The 'To' number is not a valid phone number")
    if form["From"] != account.address:
        raise RefusedError(400, 63007, "Twilio could not find a Channel with the specified From address")
    if form["To"] == form["From"]:
        raise RefusedError(400, 63031, "'To' and 'From' are the same")
    if not CALLBACK.fullmatch(form.get("StatusCallback", "https://example.com")):
        raise RefusedError(400, 21609, "The 'StatusCallback' URL is not a valid URL")
    if len(form.get("Body", "")) > LONGEST:
        raise RefusedError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    _check_content(account, form)


def _check_content(account: Account, form: dict[str, str]) -> None:
    """Words, an attachment or a template; a template's variables are a JSON object of texts, all of them."""
    wanted = form.get("ContentSid")
    if wanted is None:
        if not form.get("Body") and not form.get("MediaUrl"):
            raise RefusedError(400, 21619, "A text message body or media urls must be specified")
        if not form.get("MediaUrl", "https://").startswith(("https://", "http://")):
            raise RefusedError(400, 21620, "Invalid media URL(s)")
        return
    if wanted not in account.templates:
        raise RefusedError(400, 21655, "The ContentSid is invalid")
    filled = _variables(form.get("ContentVariables", "{}"))
    if filled.keys() != {str(number) for number in range(1, account.templates[wanted] + 1)}:
        raise RefusedError(400, 21656, "The ContentVariables are invalid")


def _variables(text: str) -> dict[str, str]:
    try:
        found: object = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise RefusedError(400, 21656, "The ContentVariables are invalid")
    named = cast("dict[str, object]", found)
    if not all(isinstance(value, str) for value in named.values()):
        raise RefusedError(400, 21656, "The ContentVariables are invalid")
    return {name: str(value) for name, value in named.items()}
