"""A process that calls its vendor many times at once: `python -m tests.services.accounts.renewing`.

It says `ready`, waits for a line, makes its calls with the token it had then, and says how many of them arrived.
"""

import asyncio
import json
import sys

from pydantic import SecretStr

from app.domain.ids import AccountId
from app.settings import Settings
from app.wiring import open_house


async def main(told: str) -> None:
    given = json.loads(told)
    settings = {**given["settings"], **{name: SecretStr(text) for name, text in given["secrets"].items()}}
    async with open_house(Settings(**settings)) as house:
        connection = await house.accounts.connection(AccountId(given["account"]))
        channel = house.channels["kommo"]
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        answers = await asyncio.gather(*(channel.ping(connection) for _ in range(given["calls"])))
        print(len([one for one in answers if one == connection.external_ref]), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
