"""From the wish to the message: once, to the right person, in the right way, in somebody's name."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.conversation import Command, Verb
from app.domain.errors import Rejected
from app.domain.outreach import Outreach, OutreachState
from app.domain.volume import Ceiling
from app.services.bot_control.address import Named
from app.services.proactive.desk import Wish
from app.store.database import Database
from app.wiring import open_house
from tests.house import customer_says, deliver, heard, settings_for, until, work_until_quiet
from tests.services.proactive.conftest import PHONE, Stage

ROOM = Ceiling(datetime.now(UTC), datetime.now(UTC), 3, 1000, 100)
FIRST = "Olá Maria, aqui é Ana, da Loja Exemplo. Recebi o seu formulário agora."


async def test_somebody_who_wrote_today_gets_free_text_in_the_sellers_name(stage: Stage):
    said = await stage.talked()
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.SENT, "text")
    assert (one.contact_id, one.lead_id) == (str(said["contact_id"]), str(said["lead_id"]))
    assert (await stage.read_by(said))[-1].startswith(FIRST)


async def test_a_stranger_gets_a_contact_a_lead_and_a_salesperson_a_task(stage: Stage):
    one = await stage.start()
    [contact], [lead] = await stage.cards("contacts"), await stage.cards("leads")
    [task] = await stage.cards("tasks")
    assert (one.state, one.way) == (OutreachState.TASKED, "task")
    assert (contact["name"], contact["custom_fields_values"][0]["values"][0]["value"]) == ("Maria", PHONE)
    assert (one.contact_id, one.lead_id) == (str(contact["id"]), str(lead["id"]))
    assert (task["entity_id"], task["entity_type"]) == (lead["id"], "leads")
    assert str(task["responsible_user_id"]) == one.seller_id
    assert "Olá Maria" in task["text"]


async def test_a_stranger_gets_the_approved_template_where_there_is_one(stage: Stage):
    await stage.set_bot()
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.SENT, "template")
    assert await stage.calls("POST", "/api/v4/tasks") == 0
    talks = f"talks?filter[contact_id][]={one.contact_id}"

    async def talk_of_hers():
        answer = await stage.sandbox.api("GET", talks)
        return answer.json()["_embedded"]["talks"] if answer.content else []

    [talk] = await until(talk_of_hers)
    assert [message["text"] for message in await stage.sandbox.messages(talk["talk_id"])] == ["Olá! Podemos falar?"]


async def test_after_the_24_hours_no_free_text_is_sent(stage: Stage):
    said = await stage.talked()
    before = await stage.read_by(said)
    stage.clock.move(timedelta(hours=25))
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.TASKED, "task")
    assert await stage.read_by(said) == before


async def test_where_no_task_is_wanted_the_closed_window_denies(stage: Stage):
    await stage.set_trigger(outside_window="deny")
    one = await stage.start()
    assert (one.state, one.reasons) == (OutreachState.DENIED, ("window",))


async def test_a_key_and_a_day_are_good_for_one_message(stage: Stage):
    said = await stage.talked()
    first = await stage.start(key="k1")
    assert (await stage.start(key="k1", phone="11 98765-4321")).id == first.id
    assert (await stage.start(key="k2")).id == first.id
    assert (await stage.start(phone="551187654321")).id == first.id
    assert (await stage.start(contact_id=str(said["contact_id"]))).id == first.id
    by_lead = await stage.start(lead_id=str(said["lead_id"]))
    assert (by_lead.state, by_lead.duplicate_of) == (OutreachState.DUPLICATE, first.id)
    assert sum(text.startswith(FIRST) for text in await stage.read_by(said)) == 1
    stage.clock.move(timedelta(days=1))
    assert (await stage.start()).id not in (first.id, by_lead.id)


async def test_twenty_callers_at_once_make_one_contact_one_lead_and_one_task(stage: Stage):
    wishes = [stage.start(key=f"k{n}", phone=PHONE if n % 2 else "551187654321") for n in range(20)]
    found = await asyncio.gather(*wishes)
    await stage.later(minutes=5)
    assert len({one.id for one in found}) == 1
    assert [len(await stage.cards(kind)) for kind in ("contacts", "leads", "tasks")] == [1, 1, 1]


async def test_two_triggers_at_once_share_contact_and_lead(stage: Stage):
    both = await asyncio.gather(
        stage.start(), stage.start(trigger="download", data={"nome": "Maria", "material": "o guia"})
    )
    await stage.later(minutes=5)
    ended = [await stage.again(one) for one in both]
    assert [one.state for one in ended] == [OutreachState.TASKED] * 2
    assert len({(one.contact_id, one.lead_id) for one in ended}) == 1
    assert [len(await stage.cards(kind)) for kind in ("contacts", "leads")] == [1, 1]


@pytest.mark.parametrize("kept", ["+55 (11) 98765-4321", "551187654321", "11 98765 4321", "(11) 8765-4321"])
async def test_a_contact_is_found_however_its_phone_is_written(stage: Stage, kept: str):
    phone = {"field_code": "PHONE", "values": [{"value": kept, "enum_code": "WORK"}]}
    body = [{"name": "Maria Silva", "custom_fields_values": [phone]}]
    made = (await stage.sandbox.api("POST", "contacts", body)).json()["_embedded"]["contacts"][0]["id"]
    one = await stage.start(phone="5511987654321@s.whatsapp.net")
    assert one.contact_id == str(made)
    assert len(await stage.cards("contacts")) == 1


@pytest.mark.parametrize("card", ["contacts", "leads", "tasks"])
async def test_a_call_that_got_no_answer_is_not_made_twice(stage: Stage, card: str):
    await stage.trouble("error_after", card)
    one = await stage.start()
    assert (await stage.again(one)).is_under_way
    assert len(await stage.cards(card)) == 1
    await stage.later(minutes=2)
    assert (await stage.again(one)).state is OutreachState.TASKED
    assert [len(await stage.cards(kind)) for kind in ("contacts", "leads", "tasks")] == [1, 1, 1]


async def test_a_template_that_may_have_left_is_a_persons_to_look_at(stage: Stage):
    await stage.set_bot()
    await stage.trouble("error_after", "/run")
    one = await stage.start()
    [task] = await stage.cards("tasks")
    assert one.state is OutreachState.DOUBT
    assert "não se sabe se o modelo saiu" in task["text"]
    await stage.later(hours=1)
    assert sum(1 for call in await stage.sandbox.record() if call["path"].endswith("/run")) == 1


@pytest.mark.parametrize(("fault", "times"), [("error_500", 3), ("lost", 3), ("html_403", 1), ("rate_429", 1)])
async def test_a_crm_that_is_down_keeps_the_wish_waiting_and_then_it_goes_on(stage: Stage, *, fault: str, times: int):
    await stage.trouble(fault, "contacts", method="GET", times=times)
    one = await stage.start()
    assert one.state is OutreachState.WAITING
    assert one.reasons
    await stage.house.database.execute("update governor set held_until = '-infinity', slowed_until = '-infinity'")
    await stage.later(minutes=10)
    assert (await stage.again(one)).state is OutreachState.TASKED


async def test_where_the_plan_has_no_bots_a_salesperson_writes(stage: Stage):
    await stage.set_bot()
    await stage.sandbox.steer("accounts", {"id": stage.sandbox.account["id"], "plan": "base"})
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.TASKED, "task")


async def test_who_has_opted_out_is_left_alone(stage: Stage):
    said = await stage.talked("não quero mais receber mensagens")
    one = await stage.start()
    assert one.state is OutreachState.DENIED
    assert "opted_out" in one.reasons
    assert not any(text.startswith(FIRST) for text in await stage.read_by(said))


async def test_whoever_opts_out_in_the_last_moment_gets_no_template(stage: Stage):
    """Between the judgement and the claim there is a moment; the claim looks again."""
    await stage.set_bot()
    said = await stage.talked()
    stage.clock.move(timedelta(hours=25))
    desk = stage.desk
    one = await desk._outreaches.add(  # the wish as it is after its judgement
        stage.shop.id,
        desk._new(
            await stage.house.accounts.get(stage.shop.id),
            Wish("formulario", contact_id=str(said["contact_id"]), data={"nome": "Maria"}),
            None,
            key=None,
            who="test",
        ),
        stage.clock.now(),
    )
    assert one is not None
    await stage.house.database.execute(
        """insert into contacts (account_id, external_id, opted_out_at) values ($1, $2, now())
        on conflict (account_id, external_id) do update set opted_out_at = now()""",
        *(stage.shop.id, str(said["contact_id"])),
    )
    assert not await desk._outreaches.begin(one, "template", under=ROOM)


async def test_a_paused_chat_and_a_salesperson_who_talks_are_left_alone(stage: Stage):
    said = await stage.talked()
    named = Named(lead_id=str(said["lead_id"]))
    take = Command(Verb.TAKE, "Ana", stage.clock.now(), exact=True)
    await stage.house.doors.steering.command(stage.shop.id, named, take)
    assert "bot_off" in (await stage.start()).reasons


async def test_a_word_of_a_salesperson_keeps_us_quiet(stage: Stage):
    said = await stage.talked()
    ana = await stage.sandbox.say("maria", "Eu cuido", **{"as": "user:1"})
    event = heard(ana, "Eu cuido", author="human", author_id="1")
    await deliver(stage.house.database, stage.shop, event)
    await work_until_quiet(stage.house)
    one = await stage.start(contact_id=str(said["contact_id"]))
    assert "human_talking" in one.reasons


async def test_consent_is_asked_for_where_the_trigger_needs_it(stage: Stage):
    await stage.set_trigger(consent="required")
    assert (await stage.start()).reasons == ("no_consent",)
    assert (await stage.start(phone="+5511911112222", consent=False)).reasons == ("refused_consent",)
    assert (await stage.start(phone="+5511911113333", consent=True)).state is OutreachState.TASKED
    stage.clock.move(timedelta(days=1))
    assert (await stage.start(phone="+5511911113333")).state is OutreachState.TASKED
    assert len(await stage.cards("contacts")) == 1


async def test_an_area_that_is_not_served_is_denied_before_anything_is_made(stage: Stage):
    await stage.set_trigger(areas=("família", "trabalho"))
    one = await stage.start(data={"nome": "Maria", "area": "penal"})
    assert (one.state, one.reasons) == (OutreachState.DENIED, ("other_area",))
    assert await stage.cards("contacts") == []
    served = await stage.start(phone="+5511911112222", data={"nome": "Maria", "interesse": "Familia"})
    assert served.state is OutreachState.TASKED


async def test_in_the_customers_night_it_waits_for_the_morning(stage: Stage):
    await stage.talked()
    shown = stage.clock.now().astimezone().utcoffset()
    assert shown is not None
    local = (stage.clock.now() - timedelta(hours=3)).time()
    until = (stage.clock.now() - timedelta(hours=2)).time()
    await stage.set_trigger(quiet_from=local.replace(second=0, microsecond=0), quiet_until=until)
    one = await stage.start()
    assert (one.state, one.reasons) == (OutreachState.WAITING, ("quiet_hours",))
    await stage.later(hours=1, minutes=1)
    assert (await stage.again(one)).state is OutreachState.SENT


async def test_caps_hold_for_a_contact_and_for_the_day(stage: Stage):
    await stage.talked()
    await stage.set_trigger(per_contact=1)
    await stage.set_trigger("download", per_contact=1, variables=("material",))
    assert (await stage.start()).state is OutreachState.SENT
    second = await stage.start(trigger="download", data={"nome": "Maria", "material": "o guia"})
    assert second.reasons == ("contact_cap",)
    await stage.set_trigger("agendamento", per_day=1)
    third = await stage.start(trigger="agendamento", phone="+5511911112222")
    assert third.reasons == ("day_cap",)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"trigger": "aniversario"}, "unknown_trigger"),
        ({"trigger": "download", "data": {"nome": "Maria"}}, "missing_variable"),
        ({"phone": "ramal 12"}, "no_phone"),
        ({"phone": "12"}, "no_phone"),
    ],
)
async def test_what_does_not_do_is_refused_by_name_and_nothing_is_kept(
    stage: Stage, *, fields: dict[str, str], code: str
):
    with pytest.raises(Rejected) as refused:
        await stage.start(**fields)
    assert refused.value.code == code
    assert await stage.house.database.fetchval("select count(*) from outreaches") == 0
    assert await stage.calls("POST", "/api/v4/contacts") == 0


async def test_of_several_open_leads_none_is_guessed(stage: Stage):
    said = await customer_says(stage.sandbox, stage.house, stage.shop, "Oi", chat="maria", phone=PHONE, lead=False)
    await work_until_quiet(stage.house)
    for name in ("um", "dois"):
        await stage.sandbox.steer("lead", {"contact_id": said["contact_id"], "name": name})
    one = await stage.start()
    assert (one.state, one.lead_id) == (OutreachState.SENT, None)


async def test_a_dry_run_tells_and_changes_nothing(stage: Stage):
    said = await stage.talked()
    before = await stage.read_by(said)
    trial = await stage.desk.try_out(stage.shop.id, Wish("formulario", phone=PHONE, data={"nome": "Maria"}))
    assert trial.verdict.allowed
    assert (trial.contact_id, trial.lead_id) == (str(said["contact_id"]), str(said["lead_id"]))
    assert trial.text.startswith(FIRST)
    assert await stage.read_by(said) == before
    nobody = await stage.desk.try_out(stage.shop.id, Wish("formulario", phone="+5511911112222"))
    assert (nobody.contact_id, nobody.verdict.way) == (None, "task")
    assert await stage.house.database.fetchval("select count(*) from outreaches") == 0
    assert len(await stage.cards("contacts")) == 1


async def left_in_the_middle(stage: Stage, one: Outreach, way: str) -> None:
    """As if the process had died right after it had marked the wish."""
    sql = "update outreaches set state = 'sending', way = $2, claimed_until = '-infinity', sent_at = null where id = $1"
    await stage.house.database.execute(sql, one.id, way)


async def test_free_text_whose_process_died_is_said_once(stage: Stage):
    said = await stage.talked()
    one = await stage.start()
    await left_in_the_middle(stage, one, "text")
    await stage.later(minutes=3)
    assert (await stage.again(one)).state is OutreachState.SENT
    assert sum(text.startswith(FIRST) for text in await stage.read_by(said)) == 1


async def test_a_template_whose_process_died_is_not_sent_again_but_looked_at(stage: Stage):
    await stage.set_bot()
    one = await stage.start()
    await left_in_the_middle(stage, one, "template")
    await stage.later(minutes=3)
    assert (await stage.again(one)).state is OutreachState.DOUBT
    assert sum(1 for call in await stage.sandbox.record() if call["path"].endswith("/run")) == 1
    assert len(await stage.cards("tasks")) == 1


async def test_a_task_whose_process_died_is_given_once(stage: Stage):
    one = await stage.start()
    await left_in_the_middle(stage, one, "task")
    await stage.later(minutes=3)
    assert (await stage.again(one)).state is OutreachState.TASKED
    assert len(await stage.cards("tasks")) == 1


async def test_three_processes_and_three_triggers_make_one_contact_and_one_lead(
    stage: Stage, database: Database, secret_key: str
):
    settings = settings_for(database.dsn, secret_key)
    wishes = {"formulario": {"nome": "Maria"}, "download": {"nome": "Maria", "material": "x"}, "agendamento": {}}
    async with AsyncExitStack() as houses:
        made = [await houses.enter_async_context(open_house(settings, clock=stage.clock)) for _ in wishes]
        desks = [house.doors.proactive.desk for house in made]
        starts = [
            desk.start(stage.shop.id, Wish(trigger, phone=PHONE, data=data), key=None, who="test")
            for desk, (trigger, data) in zip(desks, wishes.items(), strict=True)
        ]
        found = await asyncio.gather(*starts)
        for _ in wishes:  # who finds another at the card comes back later
            stage.clock.move(timedelta(minutes=5))
            await asyncio.gather(*(desk.work() for desk in desks))
    ended = [await stage.again(one) for one in found]
    assert [one.state for one in ended] == [OutreachState.TASKED] * 3
    assert [len(await stage.cards(kind)) for kind in ("contacts", "leads", "tasks")] == [1, 1, 3]
