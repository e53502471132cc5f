"""A Salesbot that has stopped at our step on a lead speaks the next text itself, without the 80 letters of `show`."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.channels.guard import Guard, Refused
from app.channels.kommo.client import KommoClient, Turn
from app.domain.account import Connection
from app.domain.errors import NotFound, NotStarted, Retryable
from app.domain.ports import Continuations

_API = "/api/v4/"


@dataclass(frozen=True, slots=True)
class WaitingBots:
    """Where bots wait, and who looks at their addresses before they are called."""

    bots: Continuations
    guard: Guard

    async def speak(self, client: KommoClient, connection: Connection, *, lead_id: str, text: str, turn: Turn) -> bool:
        """Let the bot that waits on this lead say it; False where none does, or no longer."""
        address = await self.bots.take(connection.account_id, lead_id)
        path = urlsplit(address or "").path
        if address is None or not path.startswith(_API):
            return False
        try:
            await self.guard.check(address, home=connection.base_url)
            await client.continue_bot(connection, path=path.removeprefix(_API), text=text, turn=turn)
        except (NotFound, Refused):
            return False
        except NotStarted:
            raise
        except Retryable as error:
            raise NotStarted(error.message, after=error.after) from None
        return True
