"""What an account can do, and the bot that it does it by."""

from app.channels.bitrix24.client import EVENT_TYPES, BitrixClient, host_of
from app.channels.bitrix24.payloads.credentials import credentials_of
from app.domain.account import Capabilities, Connection
from app.domain.errors import Rejected
from app.domain.inspection import AccountSeen, HookSeen

OUR_PATH = "/webhooks/bitrix24"


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


def hooks(connection: Connection) -> list[HookSeen]:
    """How the account's news come, told as a webhook: a portal lists none. A bot is never told of salespeople."""
    mode = credentials_of(connection.token).mode
    if mode != "push":
        return []
    return [HookSeen(f"{OUR_PATH}/...", EVENT_TYPES, disabled=False, is_ours=True, tells_of_humans=False)]
