"""Fields of leads: Kommo writes them by number, people know them by name."""

from app.channels.kommo.client import KommoClient
from app.domain.account import Connection
from app.domain.errors import Rejected

# What takes any text as it is.
_FOR_TEXT = frozenset({"text", "textarea"})


async def id_of(client: KommoClient, connection: Connection, name: str) -> int:
    """The number of the lead's text field of this name.

    Raises:
        Rejected: there is none, or it is of another kind.
    """
    wanted = name.strip().casefold()
    async for one in client.lead_fields(connection):
        if one.name.strip().casefold() == wanted:
            if one.type not in _FOR_TEXT:
                raise Rejected("The field is not one for text.", code="field_not_text", hint=_hint(name))
            return one.id
    raise Rejected("Leads have no such field.", code="field_missing", hint=_hint(name))


def _hint(name: str) -> str:
    return f"In Kommo: Leads > Settings > Fields, add a field of the type text named {name}, then replay the write."
