"""What an account can do, found out without sending anything, and how our bot hears of what happens in it."""

from typing import Final
from urllib.parse import urlsplit

from app.channels.chatwoot.adapter.attaching import FILES
from app.channels.chatwoot.adapter.sending import TAPPABLE, WAY
from app.channels.chatwoot.client import NOT_ALLOWED, ChatwootClient, place_of, reference_of
from app.channels.chatwoot.payloads import tokens_of
from app.channels.http import masked
from app.domain.account import Capabilities, Connection
from app.domain.content import Form
from app.domain.errors import NeedsHuman, NotFound
from app.domain.grants import Subscription
from app.domain.inspection import AccountSeen, HookSeen

OUR_PATH: Final = "/webhooks/chatwoot"
# What a bot of an inbox is told, without being asked.
BOT_EVENTS: Final = (
    *("message_created", "message_updated", "conversation_status_changed", "conversation_updated"),
    *("conversation_opened", "conversation_resolved"),
)
# Inboxes whose customers can tap an answer: the website's own widget, and WhatsApp's API.
TAPPED: Final = frozenset({"Channel::WebWidget", "Channel::Whatsapp"})
WITHOUT_FILES: Final = frozenset({"Channel::TwitterProfile"})
NO_BOT: Final = "Make an agent bot in Chatwoot, and give its number and its access token beside the person's."


async def ping(client: ChatwootClient, connection: Connection) -> str:
    """The inbox is there, and the person's token may see it."""
    place = place_of(connection)
    found = await client.inbox(connection)
    if found.id != str(place.inbox):
        raise NeedsHuman("Chatwoot answered with another inbox.", hint="Check the account's reference.")
    return reference_of(connection)


async def detect(client: ChatwootClient, connection: Connection) -> Capabilities:
    """An administrator's token tells whether the inbox has our bot; an agent's may not ask."""
    inbox = await client.inbox(connection)
    tokens = tokens_of(connection.token)
    if not tokens.bot:
        raise NeedsHuman("The account has no bot, and a person's token would speak as that person.", hint=NO_BOT)
    return Capabilities(ways=(WAY,), sees_humans=True, reads_back=True, shows=shown_in(inbox.channel_type))


def shown_in(channel_type: str) -> frozenset[Form]:
    """What customers of such an inbox see as such. Pure."""
    tappable = TAPPABLE if channel_type in TAPPED else frozenset[Form]()
    return tappable if channel_type in WITHOUT_FILES else tappable | FILES


async def subscribe(client: ChatwootClient, connection: Connection, destination: str) -> list[str]:
    """Needs an administrator's token; else people set both by hand, as the guide shows."""
    bot_id = tokens_of(connection.token).bot_id
    if not bot_id:
        raise NeedsHuman("The number of the bot is not known.", hint=NO_BOT)
    await client.change_bot(connection, bot_id=bot_id, outgoing_url=destination)
    await client.set_inbox_bot(connection, bot_id=bot_id)
    return list(BOT_EVENTS)


async def look(client: ChatwootClient, connection: Connection) -> AccountSeen:
    shape = await client.account(connection)
    host = urlsplit(connection.base_url).hostname or ""
    return AccountSeen(external_ref=reference_of(connection), name=shape.name, subdomain=host)


async def subscriptions(client: ChatwootClient, connection: Connection, prefix: str) -> list[Subscription]:
    """The bot's own address, and the account's webhooks."""
    bot_id = tokens_of(connection.token).bot_id
    found = [
        Subscription(bot.outgoing_url, BOT_EVENTS, is_disabled=False)
        for bot in await client.bots(connection)
        if bot.id == bot_id and bot.outgoing_url.startswith(prefix)
    ]
    hooks = [hook for hook in await client.hooks(connection) if hook.url.startswith(prefix)]
    return [*found, *(Subscription(hook.url, tuple(hook.subscriptions), is_disabled=False) for hook in hooks)]


async def unsubscribe(client: ChatwootClient, connection: Connection, destination: str) -> None:
    """The bot stays, and is told nothing any more."""
    bot_id = tokens_of(connection.token).bot_id
    for bot in await client.bots(connection):
        if bot.id == bot_id and bot.outgoing_url == destination:
            await client.change_bot(connection, bot_id=bot_id, outgoing_url="")
    for hook in await client.hooks(connection):
        if hook.url == destination:
            await _drop(client, connection, hook.id)


async def _drop(client: ChatwootClient, connection: Connection, hook_id: str) -> None:
    try:
        await client.drop_hook(connection, hook_id=hook_id)
    except NotFound:
        return


async def hooks(client: ChatwootClient, connection: Connection) -> list[HookSeen]:
    """The bot of the inbox, and the account's webhooks where the token may see them."""
    found: list[HookSeen] = []
    bot = await client.inbox_bot(connection)
    if bot is not None:
        found.append(_hook(bot.outgoing_url, BOT_EVENTS))
    try:
        found += [_hook(hook.url, tuple(hook.subscriptions)) for hook in await client.hooks(connection)]
    except NeedsHuman as error:
        if error.code != NOT_ALLOWED and not found:
            raise
    return found


def _hook(url: str, events: tuple[str, ...]) -> HookSeen:
    """The last step of our own path is a secret."""
    shown = masked(url) if url else ""
    head, ours, _ = shown.partition(OUR_PATH)
    is_ours = bool(ours)
    tells = "message_created" in events
    return HookSeen(
        f"{head}{ours}/..." if ours else shown, events, disabled=not url, is_ours=is_ours, tells_of_humans=tells
    )
