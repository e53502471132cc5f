"""What an account can do, found out without sending anything, and the webhook that tells us what happens in it."""

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from app.channels.kommo.client import NOT_ALLOWED, FieldsRefused, KommoClient
from app.channels.kommo.payloads import WrongField
from app.domain.account import Capabilities, Connection, Lane
from app.domain.errors import NeedsHuman, NotFound, Rejected
from app.domain.grants import Subscription

HUMAN_CODE: Final = "add_outgoing_message"  # since 2026-07; not every account accepts it
CODES: Final[tuple[str, ...]] = (
    "add_message",
    HUMAN_CODE,
    "add_talk",
    "update_talk",
    "note_lead",
    "note_contact",
    "responsible_lead",
)
LEAST_CODES: Final[tuple[str, ...]] = ("add_message",)  # what there is no bot without
OUR_PATH: Final = "/webhooks/kommo"

_PLACE_OF_CODE = re.compile(r"settings\D{0,3}(\d{1,3})")


async def detect(client: KommoClient, connection: Connection) -> Capabilities:
    """Ask account, talks, bots and webhooks, in this order. A bad token is told at the first."""
    await client.account(connection)
    ways = ["talks"] if _may_try_talks(connection) else []
    ways += ["salesbot"] if await _has_bot(client, connection) else []
    return Capabilities(
        ways=(*ways, "note"),
        sees_humans=await _sees_humans(client, connection),
        reads_back=await _reads_back(client, connection),
    )


def _may_try_talks(connection: Connection) -> bool:
    known = connection.capabilities.ways
    return not known or "talks" in known


async def _has_bot(client: KommoClient, connection: Connection) -> bool:
    if connection.salesbot_id is None or connection.salesbot_field_id is None:
        return connection.has_widget
    wanted = str(connection.salesbot_id)
    try:
        return any([bot.id == wanted and bot.is_active async for bot in client.bots(connection)])
    except (NeedsHuman, NotFound) as error:
        return _no_if_not_allowed(error)


async def _sees_humans(client: KommoClient, connection: Connection) -> bool:
    try:
        hooks = [hook async for hook in client.webhooks(connection) if not hook.disabled]
    except (NeedsHuman, NotFound) as error:
        return _no_if_not_allowed(error)
    return any(HUMAN_CODE in hook.settings and OUR_PATH in urlsplit(hook.destination).path for hook in hooks)


async def _reads_back(client: KommoClient, connection: Connection) -> bool:
    """Lists a talk and reads its end. An account without talks is taken at its word until there is one."""
    try:
        talk = await client.first_talk(connection)
        if talk is None:
            return True
        since = datetime.fromtimestamp(talk.updated_at, UTC)
        async for _ in client.messages(connection, talk_id=talk.talk_id, since=since, lane=Lane.SYNC):
            pass
    except (NeedsHuman, NotFound) as error:
        return _no_if_not_allowed(error)
    return True


def _no_if_not_allowed(error: NeedsHuman | NotFound) -> bool:
    """An endpoint that the plan or the scopes do not open; anything else is the operator's to hear."""
    if isinstance(error, NeedsHuman) and error.code != NOT_ALLOWED:
        raise error
    return False


async def subscribe(client: KommoClient, connection: Connection, destination: str) -> list[str]:
    """Subscribe what the account accepts of our codes; those that it refuses are left out and tried no more."""
    codes: list[str] = [*CODES]
    while True:
        try:
            hook = await client.subscribe(connection, destination=destination, codes=codes)
        except FieldsRefused as refused:
            codes = _without_refused(codes, refused)
        except Rejected:
            if codes == list(LEAST_CODES):
                raise
            codes = [*LEAST_CODES]
        else:
            return hook.settings or codes


def _without_refused(codes: list[str], refused: FieldsRefused) -> list[str]:
    bad = {code for wrong in refused.wrong for code in _codes_named(codes, wrong)}
    kept = [code for code in codes if code not in bad]
    if not bad or not kept:
        raise refused
    return kept


def _codes_named(codes: list[str], wrong: WrongField) -> list[str]:
    """By their place in our list, or by name."""
    place = _PLACE_OF_CODE.search(wrong.path)
    if place and int(place[1]) < len(codes):
        return [codes[int(place[1])]]
    words = re.split(r"\W+", f"{wrong.path} {wrong.detail}")
    return [code for code in codes if code in words]


async def subscriptions(client: KommoClient, connection: Connection, prefix: str) -> list[Subscription]:
    """The webhooks that lead below an address of ours."""
    return [
        Subscription(hook.destination, tuple(hook.settings), hook.disabled)
        async for hook in client.webhooks(connection)
        if hook.destination.startswith(prefix)
    ]


async def unsubscribe(client: KommoClient, connection: Connection, destination: str) -> None:
    """Take a webhook out, if it is there."""
    try:
        await client.unsubscribe(connection, destination=destination)
    except NotFound:
        return
