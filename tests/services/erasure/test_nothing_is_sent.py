"""Whatever happened before an erasure and whatever happens after it: nothing more is sent to that person."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.ids import ConversationId
from app.domain.outreach import Trigger
from app.domain.phones import understand
from app.services.bot_control.address import Named
from app.services.proactive.desk import Wish
from app.store.accounts import Account
from app.wiring import House
from tests.house import calls_back, company_messages, conversation_of, deliver, heard, work_off, work_until_quiet
from tests.sandbox.player import Json, Player

_numbers = itertools.count(1)
ALWAYS = {"week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}
TEXTS = ("Oi", "Quanto custa a limpeza?", "Quero falar com uma pessoa", "/assumir", "parar", "e o horário?")


@dataclass
class Chat:
    """One person's chat, and all that may happen in it."""

    sandbox: Player
    house: House
    shop: Account
    name: str
    phone: str
    said: Json
    number: ConversationId

    async def write(self, text: str) -> None:
        said = await self.sandbox.say(self.name, text)
        await deliver(self.house.database, self.shop, heard(said, text))

    async def repeat(self) -> None:
        await deliver(self.house.database, self.shop, heard(self.said, "Oi"))

    async def by_api(self) -> None:
        named = Named(conversation_id=str(self.number))
        await quietly(self.house.doors.steering.send(self.shop.id, named, "Temos uma vaga.", key=str(next(_numbers))))

    async def late_answer(self) -> None:
        await quietly(calls_back(self.house, self.shop, f"{self.number}:1", "Atrasado, mas aqui."))

    async def release(self) -> None:
        await quietly(
            self.house.doors.steering.typed(
                self.shop.id, f"/liberar {self.number}", by="Ana", conversation_id=None, key=None
            )
        )

    async def form(self) -> None:
        wish = Wish("formulario", phone=self.phone, data={})
        await quietly(self.house.doors.proactive.desk.start(self.shop.id, wish, key=None, who="the site"))

    async def follow_ups(self) -> None:
        """As if the first step of every ladder were due."""
        await self.house.database.execute("update follow_ups set due_at = now(), claimed_until = '-infinity'")
        await self.house.workshop.proactive.desk.work()

    async def heard_from(self) -> int:
        return len(await company_messages(self.sandbox, self.said))


async def quietly(call: Awaitable[object]) -> None:
    """What is refused is not what is asked here."""
    try:
        await call
    except AppError:
        return


def steps() -> st.SearchStrategy[list[str]]:
    words = st.sampled_from([*(f"write:{text}" for text in TEXTS), "repeat", "api", "late", "release", "work", "sweep"])
    words |= st.sampled_from(["form", "ladder"])
    return st.lists(words, max_size=5)


async def do(chat: Chat, step: str, *, but: tuple[str, ...] = ()) -> None:
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "repeat": chat.repeat,
        "api": chat.by_api,
        "late": chat.late_answer,
        "release": chat.release,
        "form": chat.form,
        "ladder": chat.follow_ups,
        "work": lambda: work_off(chat.house, but=but),
        "sweep": chat.house.workshop.upkeep.sweep,
    }
    kind, _, text = step.partition(":")
    await (chat.write(text) if kind == "write" else acts[kind]())


async def begun(sandbox: Player, house: House, shop: Account) -> Chat:
    place = next(_numbers)
    name, phone = f"customer-{place}", f"+55119{87000000 + place}"
    awake = Trigger("formulario", quiet_from=time(0), quiet_until=time(0), hours=ALWAYS)
    await house.doors.proactive.templates.save_trigger(shop.id, awake, who="the test")
    said = await sandbox.say(name, "Oi", phone=phone)
    await deliver(house.database, shop, heard(said, "Oi"))
    return Chat(sandbox, house, shop, name, phone, said, await conversation_of(house.database, said["chat_id"]))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=steps(), held_back=st.sampled_from(["send", "ask", "wake", ""]), after=steps())
async def test_nothing_is_sent_to_somebody_who_was_erased(
    sandbox: Player, house: House, shop: Account, *, before: list[str], held_back: str, after: list[str]
):
    chat = await begun(sandbox, house, shop)
    for step in before:
        await do(chat, step, but=(held_back, "crm"))
    await house.doors.erasing.erase(shop.id, understand(chat.phone, None), who="the operator")
    heard_before = await chat.heard_from()
    for step in (*after, "sweep"):
        await do(chat, step)
        await work_until_quiet(house)
    assert await chat.heard_from() == heard_before
    assert await house.database.fetchval("select count(*) from timers where conversation_id = $1", chat.number) == 0


async def test_what_is_at_the_channel_at_that_moment_is_waited_for(sandbox: Player, house: House, shop: Account):
    chat = await begun(sandbox, house, shop)
    await work_off(house, but=("send", "crm"))
    await sandbox.steer("faults", {"faults": [{"fault": "hang", "path": "send_message", "times": 1, "seconds": 1}]})
    sending = asyncio.create_task(house.workshop.sending.send_next(chat.number))
    await asyncio.sleep(0.2)
    receipt = await house.doors.erasing.erase(shop.id, understand(chat.phone, None), who="the operator")
    await sending
    await work_until_quiet(house)
    assert await chat.heard_from() <= 1
    assert await house.database.fetchval("select count(*) from outbox where body <> ''") == 0
    assert receipt.number


async def test_a_form_of_somebody_erased_is_denied_and_makes_no_card(sandbox: Player, house: House, shop: Account):
    phone = "+5511987651234"
    await sandbox.say("somebody-in-the-crm", "Oi", phone=phone)
    await house.doors.erasing.erase(shop.id, understand(phone, None), who="the operator")
    desk = house.doors.proactive.desk
    one = await desk.start(shop.id, Wish("formulario", phone=phone, data={}), key=None, who="the site")
    await house.workshop.proactive.desk.work()
    told, _ = await desk.status(shop.id, one.id)
    assert (told.state, list(told.reasons)) == ("denied", ["opted_out"])
    calls = [(call["method"], call["path"]) for call in await sandbox.record() if call["kind"] == "call"]
    assert [call for call in calls if call[0] == "POST" and "contacts" in call[1]] == []
