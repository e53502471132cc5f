"""Kommo's world for the shared suite."""

from urllib.parse import unquote_plus

from app.domain.knocking import Knocked
from app.store.accounts import Account
from app.wiring import House
from tests.channels.suite.catching import Catcher
from tests.channels.suite.world import DOWN, LOST, NOBODY_SAYS, NOTED, REFUSED, SAID, TOO_MANY, ByWebhook, Traits
from tests.house import connect, notes_on
from tests.sandbox.player import Player

_FAULTS = {TOO_MANY: "rate_429", DOWN: "error_before", LOST: "lost"}
_CODES = ("add_message", "add_outgoing_message")


class KommoWorld(ByWebhook):
    name = "kommo"
    traits = Traits(hand_over=frozenset({SAID, NOTED}))  # a talk is nobody's; its lead has somebody responsible

    def __init__(self, sandbox: Player, catcher: Catcher) -> None:
        self._sandbox = sandbox
        self._catcher = catcher
        self._talk = self._lead = 0

    async def connected(self, house: House, hook_secret: str) -> Account:
        found = await connect(house, self._sandbox, hook_secret)
        await self._sandbox.subscribe(f"{self._catcher.url}/webhooks/kommo/a-long-secret-segment", *_CODES)
        return found

    async def customer(self, text: str) -> Knocked:
        said = await self._sandbox.say("maria", text)
        self._talk, self._lead = said["talk_id"], said["lead_id"]
        return await self._catcher.take(_is_theirs)

    async def picture(self) -> Knocked:
        self._talk = (await self._sandbox.say("maria", media="picture"))["talk_id"]
        return await self._catcher.take(_is_theirs)

    async def person(self, text: str) -> Knocked:
        await self._sandbox.say("maria", text, **{"as": "user:1"})
        return await self._catcher.take(_is_ours)

    async def echo(self) -> Knocked:
        return await self._catcher.take(_is_ours)

    def unknown(self) -> Knocked:
        account = self._sandbox.account["id"]
        return Knocked(f"account%5Bid%5D={account}&weather%5Badd%5D%5B0%5D%5Bid%5D=7".encode())

    def unreadable(self) -> Knocked:
        return Knocked(b"%ZZ&&[[[=" + b"\x00\xff" * 50)

    def signed(self, body: bytes, url: str = "") -> Knocked:
        return Knocked(body, url=url)

    def forged(self, knocked: Knocked) -> list[Knocked]:
        del knocked
        return []

    async def trouble(self, kind: str) -> None:
        if kind == REFUSED:
            await self._sandbox.steer(
                "faults", {"replace": True, "faults": [{"fault": "html_403", "path": "send_message", "times": 1}]}
            )
            return
        rule = {"fault": _FAULTS[kind], "path": "send_message", "times": 1}
        await self._sandbox.steer("faults", {"replace": True, "faults": [rule]})

    async def said(self) -> list[str]:
        if not self._talk:
            return []
        return [one["text"] for one in await self._sandbox.messages(self._talk) if one["author"]["type"] != "external"]

    async def told(self) -> list[str]:
        """Its notes stand on the lead, and its words in the talk: which was first is not to be seen."""
        return [*(SAID for _ in await self.said()), *(NOTED for _ in await notes_on(self._sandbox, self._lead))]

    async def owner(self) -> str:
        return NOBODY_SAYS

    async def shown(self) -> list[tuple[str, str]]:
        return [("text", words) for words in await self.said()]


def _is_ours(knocked: Knocked) -> bool:
    return "outgoing_message[" in unquote_plus(knocked.body.decode())


def _is_theirs(knocked: Knocked) -> bool:
    return "message[add]" in unquote_plus(knocked.body.decode()) and not _is_ours(knocked)
