"""Users made by several callers at once while names are taken, the panel fails and browsers are killed; then the count.

What callers were told is held against the panel's own list and journal, which know nothing of us.
"""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psutil

from app.crew import address, listen
from app.domain.ids import AccountId
from app.services.provisioning.panels import PanelChange
from app.store.dead import DeadThings
from app.wiring import House, open_house
from app.wiring.first_accounts import SIMULATED_PANEL
from tests.chaos.stage import Actor, Stage, stage, until_answers

Json = dict[str, Any]
MOST_NAMES = 10
AGAIN = 3  # how often what was kept is replayed


@dataclass(frozen=True)
class Plan:
    """How many, by whom, and what goes wrong. Probabilities are of a write; a lost answer's write was done."""

    users: int
    callers: int
    kills: int
    deaths: int = 0
    taken: float = 0.10
    errors: float = 0.05
    lost_answers: float = 0.05
    seed: int = 7

    @property
    def trouble(self) -> Json:
        return {
            "seed": self.seed,
            "conflicts": {"probability": self.taken},
            "errors": {"probability": self.errors, "on": "writes"},
            "lost_answers": {"probability": self.lost_answers},
        }


@dataclass(frozen=True)
class Told:
    """What one call was answered."""

    customer: int
    candidate: str
    answer: Json
    seconds: float

    @property
    def status(self) -> str:
        return self.answer["status"]


@dataclass
class Scene:
    """A Ponte with its browser process, the panel's own doors, and what was told so far."""

    house: Stage
    account: AccountId
    inside: House
    http: httpx.AsyncClient
    browser: Actor
    browser_url: str
    told: list[Told] = field(default_factory=list[Told])
    kills: int = 0
    struck: dict[str, int] = field(default_factory=dict[str, int])

    async def ask(self, customer: int, candidate: str) -> Told:
        """Have this user made, and remember what was said."""
        body = {"conversation_id": f"storm-{customer}", "captured_user_name": "Cliente"}
        body |= {"candidate_username": candidate, "attempt_number": 1}
        begun = time.perf_counter()
        answer = await self.http.post("/api/create-user", json=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        told = Told(customer, candidate, answer.json(), time.perf_counter() - begun)
        self.told.append(told)
        return told

    async def panel(self, what: str = "") -> Any:
        return (await self.http.get(f"{self.house.box}/_sandbox/panel{what}")).json()

    async def steer(self, order: Json) -> None:
        (await self.http.post(f"{self.house.box}/_sandbox/panel/trouble", json=order)).raise_for_status()

    async def calm(self) -> None:
        """The panel is well again; how often it was not is remembered."""
        self.struck = (await self.panel())["trouble"]["struck"]
        (await self.http.delete(f"{self.house.box}/_sandbox/panel/trouble")).raise_for_status()

    def made(self) -> set[int]:
        return {one.customer for one in self.told if one.status == "success"}

    def chromium(self) -> int | None:
        """The browser that `ponte browser` drives now."""
        with suppress(psutil.Error):
            ours = psutil.Process(self.browser.process.pid if self.browser.process else 0).children(recursive=True)
            return next((one.pid for one in ours if _is_chromium(one)), None)
        return None

    async def kill_chromium(self) -> None:
        """As the kernel does to what takes too much memory."""
        while (pid := self.chromium()) is None:  # noqa: ASYNC110 - the browser is another process
            await asyncio.sleep(0.1)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills += 1


def _is_chromium(process: psutil.Process) -> bool:
    """Not one of its helpers."""
    try:
        name, words = process.name(), process.cmdline()
    except psutil.Error:
        return False
    return name.startswith("chrom") and "crashpad" not in name and not any("--type=" in word for word in words)


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Ponte's API and browser process beside the simulated panel, all of them processes of their own."""
    door = listen(0)
    given = {"KOMMO_RATE": "500", "LOG_LEVEL": "WARNING", "PONTE_DATA": str(folder / "kept")}
    try:
        async with stage(folder, given) as house:
            await house.start_box(time_scale=1)
            await house.start_apis(1)
            account = AccountId(await house.connect())
            async with open_house(house.settings) as inside:
                change = PanelChange("sandbox", f"{house.box}/panel", *SIMULATED_PANEL)
                await inside.doors.provisioning.panels.set(account, change, who="bench", is_operator=True)
                fd = door.fileno()
                browser = await house.act("browser", "app.cli", "browser", "--fd", str(fd), fds=(fd,))
                await until_answers(f"{address(door)}/health")
                key = {"X-API-Key": house.api_key}
                async with httpx.AsyncClient(base_url=house.api, headers=key, trust_env=False, timeout=90) as http:
                    yield Scene(house, account, inside, http, browser, address(door))
    finally:
        door.close()


async def serve(at: Scene, customer: int, chance: Random, *, begin: str = "") -> None:
    """As callers do: on a conflict another name, else it is over. Every tenth is in a hurry and asks twice at once."""
    candidate = begin or f"cli{customer:03}x{chance.randrange(10_000):04}"
    for _ in range(MOST_NAMES):
        times = 2 if customer % 10 == 0 else 1
        answers = await asyncio.gather(*(at.ask(customer, candidate) for _ in range(times)))
        if answers[0].status != "conflict":
            return
        candidate = f"cli{customer:03}x{chance.randrange(10_000):04}"


async def _strike(at: Scene, plan: Plan, chance: Random) -> None:
    """Kill the browser, and the process that drives it, spread over the run."""
    ends = ["browser"] * plan.kills + ["process"] * plan.deaths
    chance.shuffle(ends)
    for number, end in enumerate(ends, 1):
        while len(at.made()) * (len(ends) + 1) < number * plan.users:  # noqa: ASYNC110 - no more than a list to look at
            await asyncio.sleep(0.05)
        await asyncio.sleep(chance.random())
        await (at.kill_chromium() if end == "browser" else at.browser.kill())


async def storm(at: Scene, plan: Plan) -> float:
    """All of it; returns the seconds that it took until each caller had an answer."""
    chance = Random(plan.seed)
    await at.steer(plan.trouble)
    numbers, begun = iter(range(plan.users)), time.perf_counter()
    striking = asyncio.create_task(_strike(at, plan, chance))

    async def caller() -> None:
        for number in numbers:
            await serve(at, number, chance)

    await asyncio.gather(*(caller() for _ in range(plan.callers)))
    took = time.perf_counter() - begun
    striking.cancel()
    with suppress(asyncio.CancelledError):
        await striking
    return took


async def replay(at: Scene, plan: Plan) -> int:
    """A person looks at a panel that is well again, and has what was kept tried anew; returns how often."""
    dead, count = DeadThings(at.inside.database), 0
    for _ in range(AGAIN):
        kept = await at.inside.database.fetch("select id, candidate from provisionings where state = 'dead'")
        for row in kept:
            count += await dead.replay(at.account, "provisioning", row["id"], who="bench")
            customer = int(row["candidate"][3:6])
            await serve(at, customer, Random(plan.seed + count), begin=row["candidate"])
        if not kept:
            break
    return count


@dataclass(frozen=True)
class Count:
    """What came of it. All three must be nothing."""

    duplicates: int
    lost: int
    wrong: list[str]
    conflicts: int
    struck: dict[str, int]


async def count(at: Scene, plan: Plan) -> Count:
    """What callers were told, against the panel's list and journal."""
    users = [one["username"] for one in await at.panel("/users")]
    journal = [one for one in await at.panel("/journal") if one["operation"] == "create_user"]
    written = Counter(one["username"] for one in journal if one["end"] == "written")
    owners = Counter(int(name[3:6]) for name in users)
    several = sum(owners.values()) - len(owners) + sum(written.values()) - len(written)
    refused = {one["username"] for one in journal if one["end"] == "conflict"}
    wrong = [_wrong(one, users=set(users), refused=refused, made=at.made()) for one in at.told]
    wrong += [f"{name} is there and nobody was told" for name in users if int(name[3:6]) not in at.made()]
    lost = len(set(range(plan.users)) - {int(name[3:6]) for name in users})
    conflicts = len({one.candidate for one in at.told if one.status == "conflict"})
    return Count(several, lost, [one for one in wrong if one], conflicts, at.struck)


def _wrong(one: Told, *, users: set[str], refused: set[str], made: set[int]) -> str:
    """Why an answer was not true; empty where it was. An error may be followed by what its replay brought about."""
    match one.status:
        case "success":
            is_right = one.answer["generated_username"] == one.candidate and one.candidate in users
        case "conflict":
            is_right = one.candidate in refused and one.candidate not in users
        case _:
            is_right = one.customer in made
    return "" if is_right else f"{one.candidate}: {one.status} {one.answer.get('error_detail', '')}"
