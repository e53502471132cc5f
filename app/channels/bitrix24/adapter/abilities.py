"""What an account can do, and the bot that it does it by."""

from app.channels.bitrix24.client import EVENT_TYPES, BitrixClient, host_of
from app.channels.bitrix24.payloads.credentials import credentials_of
from app.domain.account import Capabilities, Connection
from app.domain.errors import Rejected
from app.domain.inspection import AccountSeen, HookSeen

OUR_PATH = "/webhooks/bitrix24"
# What people who have made one in the portal's settings must know (channels.md, Bitrix24: the three ways in).
OUTGOING = (
    "An outgoing webhook alone brings the CRM's events: no customer's message, none of a salesperson, no hand-over."
)


async def detect(client: BitrixClient, connection: Connection) -> Capabilities:
    """A bot hears customers only, so salespeople are polled for; the webhook's user sees all of its own chats."""
    mode = credentials_of(connection.token).mode
    if mode == "poll":
        await client.me(connection)
        return Capabilities(ways=("user",), sees_humans=True, reads_back=True)
    if mode == "fetch":
        await client.bot(connection)
    return Capabilities(ways=("bot",), sees_humans=False, reads_back=True)


async def subscribe(client: BitrixClient, connection: Connection, destination: str) -> list[str]:
    """Only where the account is told by push: the bot calls this address from now on."""
    if credentials_of(connection.token).mode != "push":
        return []
    if not destination.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise Rejected("A bot calls https addresses only.", hint="Set PUBLIC_URL to an https address, or fetch.")
    await client.bot(connection, webhook_url=destination)
    return list(EVENT_TYPES)


async def account(client: BitrixClient, connection: Connection) -> AccountSeen:
    """The portal, by one call that the webhook answers."""
    await client.me(connection)
    host = host_of(connection)
    return AccountSeen(external_ref=host, subdomain=host)


async def hooks(client: BitrixClient, connection: Connection) -> list[HookSeen]:
    """How the portal tells its news where it is to call us: by a bot, for it has no list of webhooks to be read.

    None where the portal is fetched from. Whose bot does not call hears nothing of its lines, even by an outgoing
    webhook that is pointed at our address.
    """
    if credentials_of(connection.token).mode != "push":
        return []
    bot = await client.known_bot(connection)
    if bot is None:
        return [_deaf(f"The portal has no bot of ours. {OUTGOING}")]
    if bot.event_mode != "webhook":
        return [_deaf(f"Its bot waits to be fetched from, and calls nobody. {OUTGOING}")]
    return [HookSeen(f"{OUR_PATH}/...", EVENT_TYPES, disabled=False, is_ours=True, tells_of_humans=False)]


def _deaf(lacks: str) -> HookSeen:
    return HookSeen("", (), disabled=False, is_ours=False, tells_of_humans=False, lacks=lacks)
