"""WhatsApp tells later that it refused what Kommo had taken: nothing that was called sent is lost by that."""

import pytest

from app.domain.ids import ChatId
from app.domain.messages import Address
from app.domain.outreach import REOPENING, Outreach, OutreachState
from app.jobs.registry import HANDLERS
from app.services.bot_control.address import Named
from app.services.proactive.desk import Wish
from tests.house import conversation_of, deliver, heard, jobs_of, notes_on, state_of, until, work_until_quiet
from tests.sandbox.player import Json
from tests.services.proactive.conftest import PHONE, Stage

TEMPLATE = "Olá Maria, aqui é Ana, da Loja Exemplo."


async def read_back(stage: Stage) -> None:
    """Some minutes have passed, and the job has looked."""
    await stage.house.database.execute("update queue.pgqueuer set execute_after = now() where entrypoint = 'arrival'")
    await stage.carried()
    await stage.carried()


async def refused_later(stage: Stage, said: Json) -> None:
    """By WhatsApp's clock the window is over; by ours it is not."""
    await stage.sandbox.steer(f"talks/{said['talk_id']}/age", {"hours": 25})


async def until_it_failed(stage: Stage, said: Json) -> None:
    async def failed() -> bool:
        return "error" in [one["delivery_status"] for one in await stage.sandbox.messages(said["talk_id"])]

    await until(failed)


async def sent_and_refused(stage: Stage) -> tuple[Json, Outreach]:
    said = await stage.talked()
    await refused_later(stage, said)
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.SENT, "text")
    assert len(await stage.ladder(one)) == 3
    await until_it_failed(stage, said)
    return said, one


async def news_refused(stage: Stage) -> Json:
    """What nobody had asked for, said by a caller and refused by WhatsApp afterwards."""
    said = await stage.talked()
    await refused_later(stage, said)
    named = Named(lead_id=str(said["lead_id"]))
    await stage.house.doors.steering.send(stage.shop.id, named, "Sua encomenda chegou.", key="k1")
    await work_until_quiet(stage.house)
    await until_it_failed(stage, said)
    return said


async def audited(stage: Stage) -> list[tuple[str, str]]:
    sql = "select who, why from event_log where what = 'not_delivered'"
    return [(row["who"], row["why"]) for row in await stage.house.database.fetch(sql)]


@pytest.mark.parametrize(("has_bot", "state", "way"), [(True, "sent", "template"), (False, "tasked", "task")])
async def test_a_wish_that_whatsapp_refused_goes_on_in_another_way(
    stage: Stage, *, has_bot: bool, state: str, way: str
):
    if has_bot:
        await stage.set_bot()
    _, one = await sent_and_refused(stage)
    await read_back(stage)
    one = await stage.again(one)
    assert (one.state, one.way) == (state, way)
    assert len(await stage.cards("tasks")) == (not has_bot)
    assert [step.state for step in await stage.ladder(one)] == ["pending"] * (3 if has_bot else 0)
    assert await audited(stage) == [("channel", f"outreach-{one.id}")]
    assert (await state_of(stage.house.database, await conversation_of(stage.house.database))).bot_on


async def test_the_look_may_be_taken_twice(stage: Stage):
    _, one = await sent_and_refused(stage)
    row = await stage.house.database.fetchrow("select conversation_id, number from outbox where turn is null")
    assert row is not None
    ids = {"conversation": row["conversation_id"], "number": row["number"]}
    for _ in range(2):
        await HANDLERS["arrival"](stage.house.workshop, ids)
    await read_back(stage)
    assert (await stage.again(one)).state is OutreachState.TASKED
    assert len(await stage.cards("tasks")) == 1
    assert await audited(stage) == [("channel", f"outreach-{one.id}")]


async def test_a_look_that_comes_before_the_wish_is_called_sent_sends_it_another_way_too(stage: Stage):
    said = await stage.talked()
    await refused_later(stage, said)
    wish = Wish("formulario", phone=PHONE, data={"nome": "Maria"})
    one = await stage.desk.start(stage.shop.id, wish, key=None, who="test")
    await work_until_quiet(stage.house)
    assert (await stage.again(one)).state is OutreachState.SENDING
    await until_it_failed(stage, said)
    await read_back(stage)
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert (one.state, one.way, one.sent_at) == (OutreachState.TASKED, "task", None)


async def test_who_writes_before_the_refusal_is_known_is_not_sent_a_template_as_well(stage: Stage):
    await stage.set_bot()
    _, one = await sent_and_refused(stage)
    again = await stage.sandbox.say("maria", "Quanto custa?")
    await deliver(stage.house.database, stage.shop, heard(again, "Quanto custa?", at=stage.clock.now()))
    await read_back(stage)
    one = await stage.again(one)
    assert (one.state, one.reasons) == (OutreachState.DENIED, ("customer_wrote",))
    assert not [call for call in await stage.sandbox.record() if call["path"].endswith("/run")]


async def test_what_has_arrived_stays_sent(stage: Stage):
    said = await stage.talked()
    one = await stage.start()
    assert "arrival" in await jobs_of(stage.house.database)
    await read_back(stage)
    assert (await stage.again(one)).state is OutreachState.SENT
    assert (await stage.read_by(said))[-1].startswith(TEMPLATE)
    assert await audited(stage) == []


async def test_a_rung_that_whatsapp_refused_is_the_last_of_its_ladder(stage: Stage):
    said = await stage.talked()
    one = await stage.start()
    await read_back(stage)
    await refused_later(stage, said)
    await stage.later(minutes=61)
    assert (await stage.ladder(one))[0].state == "sent"
    await until_it_failed(stage, said)
    await stage.house.database.execute("update outbox set sent_at = now() where idempotency_key like '%:1'")
    await read_back(stage)
    steps = await stage.ladder(one)
    assert {(step.state, step.reason, step.sent_at) for step in steps} == {("cancelled", "not_delivered", None)}
    assert (await stage.again(one)).state is OutreachState.SENT


@pytest.mark.parametrize("is_taken", [False, True])
async def test_any_other_message_that_was_refused_is_a_persons(stage: Stage, *, is_taken: bool):
    said = await news_refused(stage)
    number = await conversation_of(stage.house.database)
    if is_taken:
        await stage.house.database.execute("update conversations set bot_on = false, pause_reason = 'command'")
    await read_back(stage)
    row = await stage.house.database.fetchrow("select state, reason from outbox where idempotency_key like '%:k1'")
    assert row is not None
    assert tuple(row) == ("person", "not_delivered")
    assert not (await state_of(stage.house.database, number)).bot_on
    assert any("canal recusou" in text for text in await notes_on(stage.sandbox, int(said["lead_id"])))
    told = await stage.house.database.fetchval("select count(*) from notices where cause = 'handoff_refused'")
    assert bool(told) is not is_taken


async def test_any_other_message_that_was_refused_has_the_approved_template_ask_for_a_word(stage: Stage):
    await stage.set_trigger(REOPENING, variables=("message",), ladder=())
    bot = await stage.set_bot(trigger=REOPENING)
    await news_refused(stage)
    await read_back(stage)
    runs = [one["path"] for one in await stage.sandbox.record() if one["path"].endswith(f"/bots/{bot}/run")]
    assert len(runs) == 1
    assert (await state_of(stage.house.database, await conversation_of(stage.house.database))).bot_on
    assert await stage.cards("tasks") == []


async def test_a_read_back_tells_what_the_messenger_refused(stage: Stage):
    said, _ = await sent_and_refused(stage)
    channel = stage.house.channels["kommo"]
    connection = await stage.house.accounts.connection(stage.shop.id)
    to = Address(ChatId(said["chat_id"]), str(said["talk_id"]))
    since = stage.clock.now().replace(year=stage.clock.now().year - 1)
    seen = await channel.read_back(connection, to, since=since)
    assert [one.text.startswith(TEMPLATE) for one in seen.messages if one.has_failed] == [True]
