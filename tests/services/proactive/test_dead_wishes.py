"""Wishes that failed, and those in doubt, wait among the dead; tried again they are judged and fenced as any other."""

import pytest

from app.domain.errors import Conflict, NotFound
from app.domain.outreach import Outreach, OutreachState
from app.services.proactive.desk import Wish
from tests.house import deliver, heard, work_off
from tests.sandbox.player import Json
from tests.services.proactive.conftest import PHONE, Stage

TEMPLATE = "Olá Maria, aqui é Ana, da Loja Exemplo."


async def dead(stage: Stage) -> list[str]:
    page, _ = await stage.house.doors.dead.page(stage.shop.id, None, cursor=None, limit=50)
    return [one.id for one in page]


async def replay(stage: Stage, named: str) -> None:
    await stage.house.doors.dead.replay(stage.shop.id, named, who="test")
    await stage.carried()
    await stage.carried()


async def newest(stage: Stage) -> Outreach:
    return (await stage.desk.listing(stage.shop.id, None, before=2**62, limit=1))[0]


async def refused(stage: Stage, *, ended: str = "failed", key: str | None = None) -> tuple[Json, Outreach, int]:
    """Free text that the channel has refused, or of which nobody can tell; with the number of its outbox row."""
    said = await stage.talked()
    wish = Wish("formulario", phone=PHONE, data={"nome": "Maria"})
    one = await stage.desk.start(stage.shop.id, wish, key=key, who="test")
    await work_off(stage.house, but=("send",))
    sql = "update outbox set state = $1, reason = 'rejected' where kind = 'message' and turn is null returning id"
    row = int(await stage.house.database.fetchval(sql, ended))
    await stage.later(minutes=1)
    return said, await stage.again(one), row


@pytest.mark.parametrize(("ended", "state"), [("failed", "failed"), ("person", "doubt")])
async def test_a_dead_wish_is_tried_again_as_a_new_one_that_says_it_once(stage: Stage, *, ended: str, state: str):
    said, one, row = await refused(stage, ended=ended, key="form-7")
    assert one.state == state
    assert sorted(await dead(stage)) == sorted([f"message-{row}", f"outreach-{one.id}"])
    await replay(stage, f"outreach-{one.id}")
    again = await newest(stage)
    assert (again.state, again.way, again.key) == (OutreachState.SENT, "text", "form-7")
    assert sum(TEMPLATE in text for text in await stage.read_by(said)) == 1
    one = await stage.again(one)
    assert (one.state, one.reasons, one.key) == (OutreachState.FAILED, ("rejected", "replayed"), None)
    assert await dead(stage) == []
    with pytest.raises(NotFound):
        await replay(stage, f"outreach-{one.id}")


async def test_a_caller_who_repeats_the_key_finds_the_wish_that_took_the_place(stage: Stage):
    _, one, _ = await refused(stage, key="form-7")
    await replay(stage, f"outreach-{one.id}")
    wish = Wish("formulario", phone=PHONE, data={"nome": "Maria"})
    repeated = await stage.desk.start(stage.shop.id, wish, key="form-7", who="test")
    assert repeated.id == (await newest(stage)).id != one.id


async def test_who_has_opted_out_meanwhile_is_not_written_to_by_a_replay(stage: Stage):
    said, one, _ = await refused(stage)
    text = "não quero mais receber mensagens"
    stopped = await stage.sandbox.say("maria", text)
    await deliver(stage.house.database, stage.shop, heard(stopped, text, at=stage.clock.now()))
    await stage.carried()
    await replay(stage, f"outreach-{one.id}")
    again = await newest(stage)
    assert again.state is OutreachState.DENIED
    assert "opted_out" in again.reasons
    assert not any(TEMPLATE in line for line in await stage.read_by(said))


async def test_a_message_that_was_put_into_its_line_again_leaves_no_dead_wish_behind(stage: Stage):
    said, one, row = await refused(stage)
    await replay(stage, f"message-{row}")
    assert await dead(stage) == []
    assert sum(TEMPLATE in text for text in await stage.read_by(said)) == 1
    with pytest.raises(NotFound):
        await replay(stage, f"outreach-{one.id}")


async def test_a_wish_whose_place_is_taken_is_not_tried_again(stage: Stage):
    _, one, _ = await refused(stage)
    other = await stage.start()
    assert other.id != one.id
    with pytest.raises(Conflict) as refusal:
        await replay(stage, f"outreach-{one.id}")
    assert refusal.value.code == "duplicate"
    assert f"outreach-{one.id}" in await dead(stage)
    await stage.house.doors.dead.discard(stage.shop.id, f"outreach-{one.id}", who="test")
    assert f"outreach-{one.id}" not in await dead(stage)
    assert (await stage.again(one)).reasons == ("rejected", "discarded")
