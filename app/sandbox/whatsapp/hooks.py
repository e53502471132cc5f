"""Delivering webhooks as Meta does: in parallel, in no order, again and again until somebody answers 200."""

import asyncio
from typing import Final

from app.sandbox.clock import Clock
from app.sandbox.messengers import Deliveries, Group
from app.sandbox.whatsapp.bodies import packed, signature
from app.sandbox.whatsapp.world import Number

ANSWER_SECONDS: Final = 10.0
RETRIES: Final = (0.0, 5.0, 30.0, 300.0, 3600.0)  # at once, then ever rarer


class Hooks(Deliveries):
    """Sends what happens to whoever a number's webhook is."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(ANSWER_SECONDS)
        self._clock = clock

    def fire(self, number: Number, body: Group) -> None:
        """Queue one body; returns at once."""
        if number.webhook:
            self.queue(lambda: self._deliver(number, packed(body)))

    async def _deliver(self, number: Number, body: bytes) -> None:
        headers = {"Content-Type": "application/json", **signature(number, body)}
        for rest in RETRIES:
            at = self._clock.now()
            answer = await self.post(number.webhook, body, headers)
            status = answer.status_code if answer is not None else 0
            times = {"at": at, "ended": self._clock.now()}
            self.delivered.append({"number": number.id, "status": status, "body": body.decode(), **times})
            if status == 200:  # noqa: PLR2004 - nothing else counts
                return
            await asyncio.sleep(self._clock.scaled(rest))
