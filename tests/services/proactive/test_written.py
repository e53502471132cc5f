"""The brain writes the first message; the template is there where it does not. What left is what is told."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.brain import Proposal, ReplyAction, ReplyRequest
from app.domain.conversation import Command, Verb
from app.domain.outreach import Outreach, OutreachState
from app.services.bot_control.address import Named
from app.services.proactive.desk import Wish
from tests.builders import a_reply
from tests.house import ScriptedBrain, deliver, heard, work_off, work_until_quiet
from tests.sandbox.player import Json
from tests.services.proactive.conftest import PHONE, Stage

PERSONAL = "Maria, vi que você procura o plano família. Posso te mostrar as opções?"
TEMPLATE = "Olá Maria, aqui é Ana, da Loja Exemplo."


def writes(brain: ScriptedBrain, proposal: Proposal) -> None:
    async def answer(request: ReplyRequest) -> Proposal:
        return a_reply() if request.burst else proposal

    brain.answer = answer


async def asked_for(stage: Stage) -> Outreach:
    """The wish as it stands when its caller has the answer: no job has run yet."""
    wish = Wish("formulario", phone=PHONE, data={"nome": "Maria", "area": "vendas", "seller": "Banco"})
    return await stage.desk.start(stage.shop.id, wish, key=None, who="test")


async def test_the_brain_writes_in_the_sellers_name_and_is_told_why(stage: Stage, brain: ScriptedBrain):
    said = await stage.talked()
    writes(brain, a_reply(PERSONAL, "Abraço, Ana"))
    one = await asked_for(stage)
    assert (one.state, one.reasons, one.written_by) == (OutreachState.WAITING, ("asking",), "")
    await stage.carried()
    one = await stage.again(one)
    assert (one.state, one.way, one.written_by) == (OutreachState.SENT, "text", "brain:scripted")
    assert (await stage.read_by(said))[-1] == f"{PERSONAL}\n\nAbraço, Ana"
    request = brain.asked[-1]
    assert request.occasion is not None
    assert (request.occasion.trigger, dict(request.occasion.data)) == (
        "formulario",
        {"name": "Maria", "area": "vendas"},
    )
    assert (request.burst, request.business, request.locale) == ((), "Loja Exemplo", "pt-BR")
    assert request.seller is not None
    assert request.seller.name == "Ana"
    assert request.window_until is not None
    assert request.history[0].text == "Oi"


@pytest.mark.parametrize(
    "proposal",
    [
        Proposal(ReplyAction.NONE),
        Proposal(ReplyAction.HANDOFF, reason="unknown"),
        Proposal(ReplyAction.NOTE, note="x"),
        a_reply(""),
        a_reply("\u200b"),
        a_reply("x" * 5000),
        a_reply("Sua consulta está agendada para amanhã às 14h."),
        a_reply("Confirmado: AG-7KM2Q9XD."),
    ],
    ids=["none", "hand-over", "note", "empty", "unseen", "too long", "claims a booking", "foreign receipt"],
)
async def test_what_cannot_be_sent_is_the_templates_turn(stage: Stage, brain: ScriptedBrain, proposal: Proposal):
    said = await stage.talked()
    writes(brain, proposal)
    one = await stage.start()
    assert (one.state, one.written_by) == (OutreachState.SENT, "template:pt-BR:v1")
    assert (await stage.read_by(said))[-1].startswith(TEMPLATE)


async def test_a_brain_that_breaks_is_the_templates_turn(stage: Stage, brain: ScriptedBrain):
    said = await stage.talked()

    async def breaks(request: ReplyRequest) -> Proposal:
        raise RuntimeError

    brain.answer = breaks
    one = await stage.start()
    assert (one.state, one.written_by) == (OutreachState.SENT, "template:pt-BR:v1")
    assert (await stage.read_by(said))[-1].startswith(TEMPLATE)


async def test_a_task_suggests_what_the_brain_wrote_and_an_approved_template_asks_nobody(
    stage: Stage, brain: ScriptedBrain
):
    writes(brain, a_reply(PERSONAL))
    one = await stage.start()
    [task] = await stage.cards("tasks")
    assert (one.state, one.written_by, PERSONAL in task["text"]) == (OutreachState.TASKED, "brain:scripted", True)
    asked = len(brain.asked)
    await stage.set_bot()
    two = await stage.start(phone="+5511911112222")
    assert (two.state, two.way, two.written_by) == (OutreachState.SENT, "template", "template:pt-BR:v2")
    assert len(brain.asked) == asked


@pytest.mark.parametrize(("who", "reason"), [("customer", "customer_wrote"), ("user:1", "human_wrote")])
async def test_who_writes_while_the_brain_thinks_is_not_talked_over(
    stage: Stage, brain: ScriptedBrain, *, who: str, reason: str
):
    said = await stage.talked()
    before = await stage.read_by(said)

    async def answer(request: ReplyRequest) -> Proposal:
        if request.burst:
            return Proposal(ReplyAction.NONE)
        stage.clock.move(timedelta(seconds=10))
        now = await stage.sandbox.say("maria", "Quanto custa?", **{"as": who})
        author = {} if who == "customer" else {"author": "human", "author_id": "1"}
        await deliver(stage.house.database, stage.shop, heard(now, "Quanto custa?", at=stage.clock.now(), **author))
        await work_off(stage.house, but=("send",))
        return a_reply(PERSONAL)

    brain.answer = answer
    one = await stage.start()
    assert (one.state, one.reasons, one.written_by) == (OutreachState.DENIED, (reason,), "brain:scripted")
    assert not set(await stage.read_by(said)) - {*before, "Quanto custa?"}


async def admitted(stage: Stage) -> tuple[Json, Outreach]:
    """Free text that the fence has let in, and that has not left yet."""
    said = await stage.talked()
    one = await asked_for(stage)
    await work_off(stage.house, but=("send",))
    one = await stage.again(one)
    assert (one.state, one.way) == (OutreachState.SENDING, "text")
    return said, one


async def test_what_an_opt_out_stops_at_the_fence_is_not_called_sent(stage: Stage):
    said, one = await admitted(stage)
    text = "não quero mais receber mensagens"
    again = await stage.sandbox.say("maria", text)
    await deliver(stage.house.database, stage.shop, heard(again, text, at=stage.clock.now()))
    await stage.later(minutes=1)
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert (one.state, one.reasons, one.sent_at) == (OutreachState.DENIED, ("opted_out",), None)
    assert await stage.ladder(one) == []
    assert not any(TEMPLATE in line for line in await stage.read_by(said))


async def test_what_a_take_over_stops_at_the_fence_is_not_called_sent(stage: Stage):
    said, one = await admitted(stage)
    take = Command(Verb.TAKE, "Ana", stage.clock.now(), exact=True)
    await stage.house.doors.steering.command(stage.shop.id, Named(lead_id=str(said["lead_id"])), take)
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert (one.state, one.sent_at, await stage.ladder(one)) == (OutreachState.DENIED, None, [])
    assert one.reasons in [("taken_over",), ("human_wrote",)]


@pytest.mark.parametrize(("has_bot", "state", "way"), [(True, "sent", "template"), (False, "tasked", "task")])
async def test_what_comes_too_late_for_free_text_goes_another_way_and_is_never_lost(
    stage: Stage, *, has_bot: bool, state: str, way: str
):
    if has_bot:
        await stage.set_bot()
    said, one = await admitted(stage)
    await stage.sandbox.steer(f"talks/{said['talk_id']}/age", {"hours": 25})
    await stage.later(hours=25)
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert (one.state, one.way) == (state, way)
    assert not any(TEMPLATE in line for line in await stage.read_by(said))
    assert len(await stage.cards("tasks")) == (not has_bot)


@pytest.mark.parametrize(("ended", "state"), [("failed", "failed"), ("person", "doubt")])
async def test_what_a_person_has_to_look_at_is_told_so(stage: Stage, *, ended: str, state: str):
    _, one = await admitted(stage)
    await stage.house.database.execute("update outbox set state = $1, reason = 'rejected' where turn is null", ended)
    await stage.later(minutes=1)
    one = await stage.again(one)
    assert (one.state, one.reasons) == (state, ("rejected",))


async def test_what_is_written_while_the_fence_looks_is_not_talked_over(stage: Stage, brain: ScriptedBrain):
    """The mailbox holds a word that nobody has read yet: the fence reads it first."""
    said = await stage.talked()
    before = await stage.read_by(said)

    async def answer(request: ReplyRequest) -> Proposal:
        now = await stage.sandbox.say("maria", "Quanto custa?")
        stage.clock.move(timedelta(seconds=10))
        await deliver(stage.house.database, stage.shop, heard(now, "Quanto custa?", at=stage.clock.now()))
        brain.answer = None
        brain.says = [Proposal(ReplyAction.NONE)]
        return a_reply(PERSONAL)

    brain.answer = answer
    one = await stage.start()
    assert (one.state, one.reasons) == (OutreachState.DENIED, ("somebody_wrote",))
    assert await stage.read_by(said) == before


async def test_two_workers_write_and_send_once(stage: Stage, brain: ScriptedBrain):
    said = await stage.talked()
    writes(brain, a_reply(PERSONAL))
    one = await asked_for(stage)
    await asyncio.gather(*(stage.desk.carry_on(stage.shop.id, one.id) for _ in range(5)))
    await stage.carried()
    await asyncio.gather(*(stage.desk.carry_on(stage.shop.id, one.id) for _ in range(5)))
    assert (await stage.again(one)).state is OutreachState.SENT
    assert (await stage.read_by(said)).count(PERSONAL) == 1
    assert sum(request.occasion is not None for request in brain.asked) == 1


async def test_a_dry_run_asks_no_brain_and_says_that_it_would(stage: Stage, brain: ScriptedBrain):
    await stage.talked()
    asked = len(brain.asked)
    trial = await stage.tried(phone=PHONE)
    assert (trial.would_ask, trial.text.startswith(TEMPLATE)) == (("scripted",), True)
    assert len(brain.asked) == asked
    await stage.set_bot()
    assert (await stage.tried(phone="+5511911112222")).would_ask == ()


async def test_where_no_salesperson_signs_the_company_is_named_once(stage: Stage):
    trial = await stage.tried(phone="+5511911112222")
    assert trial.text.startswith("Olá Maria, aqui é Loja Exemplo. Recebi")
    await work_until_quiet(stage.house)
