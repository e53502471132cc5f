"""A process that calls its vendor as fast as the governor lets it: `python -m tests.store.calling`."""

import asyncio
import itertools
import sys

from app.channels.http import new_client
from app.channels.kommo.client import KommoClient
from app.domain.account import Connection, Lane
from app.domain.errors import NotStarted
from app.domain.ids import AccountId
from app.store.database import Database
from app.store.governor import PostgresGovernor


async def main(dsn: str, url: str, token: str, count: int) -> None:
    database = Database(dsn)
    connection = Connection(AccountId(1), "kommo", "30100200", url, token)
    async with new_client() as http:
        client = KommoClient(http, PostgresGovernor(database))
        lanes = itertools.islice(itertools.cycle(Lane), count)
        await asyncio.gather(*(call(client, connection, lane) for lane in lanes))
    await database.close()


async def call(client: KommoClient, connection: Connection, lane: Lane) -> None:
    """One call that arrives; a slot that a busy machine let go stale is given back and another one asked for."""
    while True:
        try:
            await client.account(connection, lane=lane)
        except NotStarted:
            continue
        return


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
