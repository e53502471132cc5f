"""What was acknowledged and nobody has read yet stops a template, as what was read does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.messages import Author
from app.domain.outreach import Outreach, OutreachState
from app.services.proactive.desk import Wish
from tests.house import deliver, heard
from tests.sandbox.player import Json
from tests.services.proactive.conftest import PHONE, Stage


async def started(stage: Stage) -> Outreach:
    """As the API does it: no worker has read anything meanwhile."""
    return await stage.desk.start(stage.shop.id, Wish("formulario", phone=PHONE), key=None, who="test")


async def talked_long_ago(stage: Stage) -> Json:
    """The window has closed since, by the time of the database too."""
    stage.clock.move(timedelta(days=-3))
    said = await stage.talked()
    stage.clock.move(timedelta(days=3))
    return said


async def runs(stage: Stage) -> int:
    return sum(call["path"].endswith("/run") for call in await stage.sandbox.record())


@pytest.mark.parametrize(
    ("text", "author", "reason"),
    [("parar", Author.CUSTOMER, "opted_out"), ("Oi Maria, aqui é a Ana", Author.HUMAN, "human_talking")],
    ids=["an opt-out", "a take-over"],
)
async def test_what_lies_unread_in_the_mailbox_stops_a_template(stage: Stage, text: str, author: Author, reason: str):
    await stage.set_bot()
    said = await talked_long_ago(stage)
    word = replace(heard(said, text, at=stage.clock.now()), author=author, external_id="unread-1")
    await deliver(stage.house.database, stage.shop, word)
    one = await started(stage)
    assert (one.state, one.reasons) == (OutreachState.WAITING, ("look_again",))
    await stage.carried()
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert one.state is OutreachState.DENIED
    assert reason in one.reasons
    assert await runs(stage) == 0


async def test_an_unread_word_that_stops_nothing_only_delays_the_template(stage: Stage):
    await stage.set_bot()
    said = await talked_long_ago(stage)
    word = replace(heard(said, "Lembrete", at=stage.clock.now()), author=Author.BOT, external_id="unread-1")
    await deliver(stage.house.database, stage.shop, word)
    one = await started(stage)
    assert one.state is OutreachState.WAITING
    await stage.carried()
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert (one.state, one.way, one.reasons) == (OutreachState.SENT, "template", ())
    assert await runs(stage) == 1


async def test_an_unread_opt_out_stops_the_template_of_a_follow_up(stage: Stage):
    await stage.set_bot()
    await stage.set_bot(step=1)
    one = await stage.start()
    assert (one.state, one.way) == (OutreachState.SENT, "template")
    said = await stage.sandbox.say("maria", "parar", phone=PHONE)
    stage.clock.move(timedelta(hours=2))
    await deliver(stage.house.database, stage.shop, heard(said, "parar", at=stage.clock.now()))
    await stage.desk.work()
    assert next((rung.state, rung.reason) for rung in await stage.ladder(one)) == ("pending", "look_again")
    await stage.carried()
    await stage.later(minutes=5)
    assert {(rung.state, rung.reason) for rung in await stage.ladder(one)} == {("cancelled", "opted_out")}
    assert await runs(stage) == 1
