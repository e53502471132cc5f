"""Everything that is sealed, sealed anew with the first key."""

from app.store.database import Database
from app.store.grants import SQL
from app.store.secrets import Vault


async def seal_anew(database: Database, vault: Vault) -> int:
    """Seal everything that is sealed with the first key; how many secrets that were.

    A secret that changed meanwhile is left: whoever changed it sealed it with the first key already.
    """
    count = 0
    for row in await database.fetch(SQL["sealed"]):
        fresh = vault.seal(vault.open(row["sealed"]))
        count += bool(await database.fetchval(SQL[_SEALS[row["place"]]], row["id"], row["sealed"], fresh))
    return count


_SEALS = {
    "credentials": "seal_credentials",
    "grants": "seal_grants",
    "oauth_codes": "seal_oauth_codes",
    "erasure_keys": "seal_erasure_keys",
    "panels": "seal_panels",
    "panel_users": "seal_panel_users",
    "panel_sessions": "seal_panel_sessions",
    "provisionings": "seal_provisionings",
    "sheets": "seal_sheets",
    "signing_secrets": "seal_signing_secrets",
    "inbox_mirrors": "seal_inbox_mirrors",
    "conversations": "seal_conversations",
    "errands": "seal_errands",
}
