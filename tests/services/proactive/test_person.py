"""A person is one, however many cards and chats the CRM has of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.conversation import Command, Verb
from app.domain.ids import ContactId, ExternalId
from app.domain.outreach import OutreachState
from app.services.bot_control.address import Named
from tests.builders import written_by_ana
from tests.house import deliver, heard, work_until_quiet
from tests.sandbox.player import Json
from tests.services.proactive.conftest import PHONE, Stage
from tests.services.proactive.test_outreach import ROOM


async def second_card(stage: Stage, phone: str = PHONE) -> str:
    kept = {"field_code": "PHONE", "values": [{"value": phone, "enum_code": "WORK"}]}
    body = [{"name": "Maria 2", "custom_fields_values": [kept]}]
    return str((await stage.sandbox.api("POST", "contacts", body)).json()["_embedded"]["contacts"][0]["id"])


async def wants_no_more(stage: Stage, said: Json) -> None:
    text = "Não quero mais receber mensagens"
    event = replace(heard(said, text, at=stage.clock.now()), external_id=ExternalId("opt-out"))
    await deliver(stage.house.database, stage.shop, event)
    await work_until_quiet(stage.house)


async def second_chat(stage: Stage, contact_id: str) -> Json:
    """The same contact writes by another way, later."""
    stage.clock.move(timedelta(minutes=5))
    said = await stage.sandbox.say("maria-b", "Oi aqui", phone="+5511900001111")
    event = replace(heard(said, "Oi aqui", at=stage.clock.now()), contact_id=ContactId(contact_id))
    await deliver(stage.house.database, stage.shop, event)
    await work_until_quiet(stage.house)
    return said


@pytest.mark.parametrize("phone", [PHONE, "+55 (11) 8765-4321"])
async def test_who_opted_out_gets_nothing_on_another_card(stage: Stage, phone: str):
    bot = await stage.set_bot()
    await wants_no_more(stage, await stage.talked())
    one = await stage.start(contact_id=await second_card(stage, phone))
    assert one.state is OutreachState.DENIED
    assert "opted_out" in one.reasons
    assert await stage.calls("POST", f"/api/v4/bots/{bot}/run") == 0


async def test_a_dry_run_knows_the_other_card_too(stage: Stage):
    await wants_no_more(stage, await stage.talked())
    wish = {"contact_id": await second_card(stage)}
    assert "opted_out" in (await stage.tried(**wish)).verdict.reasons


async def test_the_last_look_sees_the_other_card(stage: Stage):
    said = await stage.talked()
    other = await second_card(stage)
    one = await stage.start(contact_id=other)
    sql = "update outreaches set contact_ids = $2, state = 'waiting' where id = $1"
    await stage.house.database.execute(sql, one.id, [other, str(said["contact_id"])])
    sql = "insert into contacts (account_id, external_id, opted_out_at) values ($1, $2, now())"
    await stage.house.database.execute(sql, stage.shop.id, str(said["contact_id"]))
    assert not await stage.desk._outreaches.begin(await stage.again(one), "template", under=ROOM)


async def test_an_opt_out_ends_what_waits_and_what_follows_on_every_card(stage: Stage):
    said = await stage.talked()
    other = await second_card(stage)
    sent = await stage.start(contact_id=other)
    waiting = await stage.start(trigger="download", contact_id=other, data={"nome": "Maria", "material": "o guia"})
    sql = "update outreaches set state = $2 where id = $1"
    await stage.house.database.execute(sql, waiting.id, "waiting")
    sql = "insert into follow_ups (account_id, outreach_id, step, contact_id, due_at) values ($1, $2, 1, $3, now())"
    await stage.house.database.execute(sql, stage.shop.id, sent.id, other)
    await wants_no_more(stage, said)
    ended = await stage.again(waiting)
    assert (ended.state, ended.reasons) == (OutreachState.DENIED, ("opted_out",))
    assert [(step.state, step.reason) for step in await stage.ladder(sent)] == [("cancelled", "opted_out")]


async def test_a_wish_that_somebody_else_has_ended_gets_no_ladder(stage: Stage):
    one = await stage.start()
    assert one.state is OutreachState.TASKED
    now = stage.clock.now()
    await stage.desk._outreaches.end_sent(one, way="text", sent_at=now, ladder=[now])
    assert await stage.ladder(one) == []


async def test_a_salesperson_in_the_other_chat_is_seen(stage: Stage):
    first = await stage.talked()
    await second_chat(stage, str(first["contact_id"]))
    one = await stage.start()
    assert one.state is OutreachState.SENT
    await work_until_quiet(stage.house)
    stage.clock.move(timedelta(minutes=30))
    where = {"chat_id": first["chat_id"], "talk_id": str(first["talk_id"]), "contact_id": str(first["contact_id"])}
    word = written_by_ana("Aqui a Ana", author_id="1", lead_id=None, at=stage.clock.now(), **where)
    await deliver(stage.house.database, stage.shop, word)
    await work_until_quiet(stage.house)
    two = await stage.start(trigger="download", data={"nome": "Maria", "material": "o guia"})
    assert "human_talking" in two.reasons
    await stage.later(minutes=31)
    assert [step.state for step in await stage.ladder(one)] == ["cancelled"] * 3


async def test_a_take_over_of_the_other_chat_denies_and_does_not_try_for_days(stage: Stage):
    first = await stage.talked()
    await second_chat(stage, str(first["contact_id"]))
    number = await stage.house.database.fetchval("select id from conversations order by id limit 1")
    take = Command(Verb.TAKE, "Ana", stage.clock.now(), exact=True)
    await stage.house.doors.steering.command(stage.shop.id, Named(conversation_id=str(number)), take)
    one = await stage.start()
    assert one.state is OutreachState.DENIED
    assert "bot_off" in one.reasons
