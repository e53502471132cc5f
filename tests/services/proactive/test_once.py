"""Never twice: what may have left counts as sent, whatever happens next."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import Rejected
from app.domain.outreach import OutreachState
from app.domain.templates import NewTemplate
from app.domain.volume import Ceiling
from tests.services.proactive.conftest import Stage

ROOM = Ceiling(datetime.now(UTC), datetime.now(UTC), 1000, 1000, 1000)


async def trouble_with(stage: Stage, **faults: str) -> None:
    rules = [{"fault": fault, "path": path, "method": "POST", "times": 1} for path, fault in faults.items()]
    await stage.sandbox.steer("faults", {"replace": True, "faults": rules})


async def runs(stage: Stage) -> int:
    return sum(call["path"].endswith("/run") for call in await stage.sandbox.record())


@pytest.mark.parametrize("task", ["error_before", "error_after", "rate_429"])
async def test_a_template_in_doubt_is_not_run_again_though_the_task_about_it_fails(stage: Stage, task: str):
    await stage.set_bot()
    await trouble_with(stage, run="error_after", tasks=task)
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.SENDING, "template")
    assert one.sent_at is not None
    await stage.later(minutes=2)
    one = await stage.again(one)
    assert (one.state, one.way) == (OutreachState.DOUBT, "template")
    assert one.sent_at is not None
    assert await runs(stage) == 1
    assert len(await stage.cards("tasks")) == 1


async def test_a_template_in_doubt_counts_for_the_cap(stage: Stage):
    await stage.set_bot()
    await stage.set_trigger(per_contact=1)
    await stage.set_trigger("download", per_contact=1)
    await trouble_with(stage, run="error_after")
    assert (await stage.start()).state is OutreachState.DOUBT
    second = await stage.start(trigger="download", data={"nome": "Maria", "material": "o guia"})
    assert second.reasons == ("contact_cap",)


async def test_a_template_that_certainly_did_not_start_is_run_again(stage: Stage):
    await stage.set_bot()
    await trouble_with(stage, run="rate_429")
    one = await stage.start()
    assert one.state is OutreachState.WAITING
    await stage.house.database.execute("update governor set held_until = '-infinity', slowed_until = '-infinity'")
    await stage.later(minutes=10)
    assert (await stage.again(one)).state is OutreachState.SENT


async def test_a_begun_follow_up_whose_work_broke_off_is_not_begun_again(stage: Stage):
    await stage.talked()
    one = await stage.start()
    ladders, tomorrow = stage.desk._ladders, stage.clock.now() + timedelta(hours=2)
    [due] = await ladders.claim_due(stage.shop.id, tomorrow, limit=1)
    assert await ladders.begin(due, one, "text", under=ROOM)
    await ladders.put_off(due, tomorrow, reason="broken")
    [again] = await ladders.claim_due(stage.shop.id, tomorrow, limit=1)
    assert (again.step, again.was_sending) == (due.step, True)


async def test_free_text_that_left_in_older_words_is_sent_and_not_failed(stage: Stage):
    said = await stage.talked()
    one = await stage.start()
    before = await stage.read_by(said)
    sql = "update outreaches set state = 'sending', claimed_until = '-infinity', sent_at = null where id = $1"
    await stage.house.database.execute(sql, one.id)
    new = NewTemplate("formulario", "pt-BR", 0, "Oi {name}, outras palavras. {seller}")
    await stage.house.doors.proactive.templates.save(stage.shop.id, new, who="test")
    await stage.later(minutes=3)
    assert (await stage.again(one)).state is OutreachState.SENT
    assert await stage.read_by(said) == before


async def test_a_web_form_does_not_say_who_signs(stage: Stage):
    said = await stage.talked()
    data = {"nome": "Maria", "seller": "Banco", "vendedor": "Banco", "business": "https://evil.example"}
    await stage.start(data=data)
    text = (await stage.read_by(said))[-1]
    assert text.startswith("Olá Maria, aqui é Ana, da Loja Exemplo.")


TRIGGERS = ("formulario", "download", "agendamento")


async def test_three_triggers_at_once_do_not_pass_the_cap_together(stage: Stage):
    said = await stage.talked()
    before = len(await stage.read_by(said))
    for name in TRIGGERS:
        await stage.set_trigger(name, per_contact=1)
    data = {"nome": "Maria", "material": "o guia", "product": "x"}
    wishes = await asyncio.gather(*(stage.start(trigger=name, data=data) for name in TRIGGERS))
    for _ in wishes:
        await stage.later(minutes=1)
    ended = [(await stage.again(one)).state for one in wishes]
    assert sorted(ended) == [OutreachState.DENIED, OutreachState.DENIED, OutreachState.SENT]
    assert len(await stage.read_by(said)) == before + 1


async def test_the_last_place_is_taken_once_though_nothing_is_sent_yet(stage: Stage):
    await stage.talked()
    one = await stage.start()
    sql = "update outreaches set state = 'sending', sent_at = null, claimed_until = 'infinity' where id = $1"
    await stage.house.database.execute(sql, one.id)
    await stage.set_trigger("download", per_contact=1)
    two = await stage.start(trigger="download", data={"nome": "Maria", "material": "o guia"})
    assert (two.state, two.reasons) == (OutreachState.WAITING, ("look_again",))


@pytest.mark.parametrize(
    "other",
    [
        {"phone": "+5511912345678"},
        {"trigger": "download", "data": {"nome": "Maria", "material": "o guia"}},
        {"data": {"nome": "Joana"}},
        {"locale": "en"},
    ],
)
async def test_a_key_is_good_for_one_request_only(stage: Stage, other: dict[str, object]):
    first = await stage.start(key="k1")
    with pytest.raises(Rejected) as refused:
        await stage.start(key="k1", **other)
    assert refused.value.code == "key_reused"
    assert (await stage.start(key="k1")).id == first.id


async def test_a_denied_wish_does_not_stand_in_the_way_of_the_next(stage: Stage):
    await stage.set_trigger(enabled=False)
    one = await stage.start(key="k1")
    assert one.state is OutreachState.DENIED
    await stage.set_trigger()
    two = await stage.start(key="k2")
    assert (two.state, two.id == one.id) == (OutreachState.TASKED, False)
    assert (await stage.start(key="k1")).id == one.id
    assert (await stage.start(key="k3")).id == two.id


async def test_who_comes_back_after_another_has_claimed_the_wish_writes_nothing(stage: Stage):
    await stage.trouble("error_500", "contacts", method="GET", times=9)
    one = await stage.start()
    outreaches, later = stage.desk._outreaches, stage.clock.now() + timedelta(hours=1)
    slow = await outreaches.claim(stage.shop.id, one.id, later)
    now = later + timedelta(seconds=91)
    quick = await outreaches.claim(stage.shop.id, one.id, now)
    assert slow
    assert quick
    room = Ceiling(later, later, 3, 1000, 100)
    assert not await outreaches.begin(slow, "text", under=room)
    await outreaches.end(slow, OutreachState.FAILED, reasons=["late"])
    await outreaches.wait(slow, ["late"], now)
    await outreaches.set_cards(slow, contact_ids=["9"], lead_id=None, conversation_id=None, seller_id=None)
    seen = await stage.again(one)
    assert (seen.state, seen.contact_id, seen.reasons) == (OutreachState.WAITING, None, one.reasons)
    assert await outreaches.begin(quick, "text", under=room)
