"""A shop beside the simulated Kommo, at a time that a test moves, in a world without nights."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from app.domain.brain import Proposal, ReplyAction, ReplyRequest
from app.domain.clock import FixedClock
from app.domain.outreach import FollowUp, Outreach, Trigger
from app.domain.templates import NewTemplate
from app.services.proactive.desk import Desk, Trial, Wish
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.builders import a_reply
from tests.house import ScriptedBrain, company_said, deliver, heard, settings_for, work_until_quiet
from tests.sandbox.player import Json, Player

PHONE = "+5511987654321"
NEVER = time(0)
ALWAYS = {"week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}


QUIET = Proposal(ReplyAction.NONE)


@pytest.fixture
def brain() -> ScriptedBrain:
    """Answers customers, and leaves first messages to the template until a test says otherwise."""

    async def answer(request: ReplyRequest) -> Proposal:
        return a_reply() if request.burst else QUIET

    return ScriptedBrain(answer=answer)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, brain: ScriptedBrain, clock: FixedClock) -> AsyncIterator[House]:
    async with open_house(settings_for(database.dsn, secret_key), brains=[brain], clock=clock) as made:
        yield made


@dataclass
class Stage:
    """What the tests do and look at."""

    house: House
    shop: Account
    sandbox: Player
    clock: FixedClock

    @property
    def desk(self) -> Desk:
        return self.house.doors.proactive.desk

    async def set_trigger(self, name: str = "formulario", **change: Any) -> None:
        known: dict[str, Any] = {"variables": ("area", "message", "product", "material"), "hours": ALWAYS}
        wished = Trigger(name, **{**known, "quiet_from": NEVER, "quiet_until": NEVER, **change})
        await self.house.doors.proactive.templates.save_trigger(self.shop.id, wished, who="test")

    async def set_bot(
        self, *, trigger: str = "formulario", step: int = 0, locale: str = "pt-BR", text: str = "Olá! Podemos falar?"
    ) -> int:
        """A Salesbot that holds an approved template, known to the template of the same step."""
        order = {"id": self.sandbox.account["id"], "template_bots": [{"name": f"modelo {step}", "template": text}]}
        bot_id = (await self.sandbox.steer("accounts", order))["template_bots"][f"modelo {step}"]
        new = NewTemplate(trigger, locale, step, "Olá {name}, aqui é {seller}.", salesbot_id=bot_id)
        await self.house.doors.proactive.templates.save(self.shop.id, new, who="test")
        return bot_id

    async def start(self, **fields: Any) -> Outreach:
        key = fields.pop("key", None)
        known: dict[str, Any] = {"trigger": "formulario", "data": {"nome": "Maria"}}
        known |= {} if {"phone", "contact_id", "lead_id"} & fields.keys() else {"phone": PHONE}
        one = await self.desk.start(self.shop.id, Wish(**{**known, **fields}), key=key, who="test")
        await self.carried()
        return await self.again(one)

    async def carried(self) -> None:
        """The workers have done what is due: the words are written, what was given to the fence has left."""
        await work_until_quiet(self.house)
        self.clock.move(timedelta(seconds=3))
        await self.desk.work()

    async def tried(self, **fields: Any) -> Trial:
        known: dict[str, Any] = {"trigger": "formulario", "data": {"nome": "Maria"}}
        return await self.desk.try_out(self.shop.id, Wish(**{**known, **fields}))

    async def talked(self, text: str = "Oi", *, chat: str = "maria", phone: str = PHONE) -> Json:
        """A customer has written and was answered."""
        said = await self.sandbox.say(chat, text, phone=phone)
        at = self.clock.now() - timedelta(minutes=1)
        await deliver(self.house.database, self.shop, heard(said, text, at=at))
        await work_until_quiet(self.house)
        return said

    async def read_by(self, said: Json) -> list[str]:
        await work_until_quiet(self.house)
        return await company_said(self.sandbox, said)

    async def later(self, **time_passed: float) -> None:
        """Time goes by, and the chore runs; then the workers send, and it sees what became of that."""
        self.clock.move(timedelta(**time_passed))
        await self.desk.work()
        await self.carried()

    async def again(self, one: Outreach) -> Outreach:
        return (await self.desk.status(self.shop.id, one.id))[0]

    async def ladder(self, one: Outreach) -> list[FollowUp]:
        return (await self.desk.status(self.shop.id, one.id))[1]

    async def cards(self, kind: str) -> list[Json]:
        answer = await self.sandbox.api("GET", f"{kind}?limit=250")
        return answer.json()["_embedded"][kind] if answer.content else []

    async def trouble(self, fault: str, path: str, *, method: str = "POST", times: int = 1) -> None:
        rule = {"fault": fault, "path": path, "method": method, "times": times}
        await self.sandbox.steer("faults", {"replace": True, "faults": [rule]})

    async def calls(self, method: str, path: str) -> int:
        found = await self.sandbox.record()
        return sum(one["kind"] == "call" and (one["method"], one["path"]) == (method, path) for one in found)


@pytest_asyncio.fixture
async def stage(house: House, shop: Account, sandbox: Player, clock: FixedClock) -> Stage:
    made = Stage(house, shop, sandbox, clock)
    for name in ("formulario", "download", "agendamento"):
        await made.set_trigger(name)
    return made
