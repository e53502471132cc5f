"""Delivering webhooks as Twilio does: once, and once more where nobody was there; no answer is asked for again."""

from typing import Final

from app.sandbox.clock import Clock
from app.sandbox.messengers import Deliveries
from app.sandbox.twilio.bodies import packed, signature
from app.sandbox.twilio.world import Account, Pairs

ANSWER_SECONDS: Final = 15.0


class Hooks(Deliveries):
    """Sends what happens to the addresses of a number."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(ANSWER_SECONDS)
        self._clock = clock

    def fire(self, account: Account, url: str, pairs: Pairs) -> None:
        """Queue one form; returns at once."""
        if url:
            self.queue(lambda: self._deliver(account, url, pairs))

    async def _deliver(self, account: Account, url: str, pairs: Pairs) -> None:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature(account.token, url, pairs),
        }
        for _ in range(2):
            at = self._clock.now()
            answer = await self.post(url, packed(pairs), headers)
            told = (
                {"status": answer.status_code, "said": answer.text} if answer is not None else {"status": 0, "said": ""}
            )
            about = {"sid": dict(pairs).get("MessageSid", ""), "at": at, "ended": self._clock.now()}
            self.delivered.append({"account": account.sid, **told, **about})
            if answer is not None:
                return
