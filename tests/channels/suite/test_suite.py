"""The one suite of all channels: the same webhook, dedupe, send, read-back, hand-over, echo, pace, media and errors."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from app.domain.content import Choice, Content, Form, Section
from app.domain.conversation import PauseReason
from app.services.accounts.directory import Unauthorised
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.world import BLOCKED, DOWN, LOST, REFUSED, TOO_MANY, World
from tests.house import ScriptedBrain, conversation_of, let_leases_end, line_of, state_of, work_until_quiet

ANSWER = "Atendemos das 8h às 19h."


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


async def stored(house: House) -> int:
    return await house.database.fetchval("select (select count(*) from deliveries) + (select count(*) from inbox)")


async def is_on(house: House) -> bool:
    return (await state_of(house.database, await conversation_of(house.database))).bot_on


async def test_a_customer_is_answered_once_however_often_the_webhook_comes(
    house: House, world: World, account: Account, hook_secret: str
):
    knocked = await world.customer("Oi, qual o horário?")
    for _ in range(3):
        receipt = await house.doors.webhooks.receive(world.name, hook_secret, knocked)
        assert receipt.state == "decoded"
        await work_until_quiet(house)
    assert await world.said() == [ANSWER]
    assert await house.database.fetchval("select count(*) from mensagens where author = 'customer'") == 1


async def test_a_forged_webhook_is_refused_and_nothing_of_it_is_kept(
    house: House, world: World, account: Account, hook_secret: str
):
    forgeries = world.forged(await world.customer("Oi")) if world.traits.signs else []
    for forged in forgeries:
        with pytest.raises(Unauthorised):
            await house.doors.webhooks.receive(world.name, hook_secret, forged)
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive(world.name, "hook_of_nobody", await world.customer("Oi"))
    assert await stored(house) == 0


async def test_what_cannot_be_read_is_kept_apart_and_acknowledged(
    house: House, world: World, account: Account, hook_secret: str
):
    receipt = await house.doors.webhooks.receive(world.name, hook_secret, world.unreadable())
    assert receipt.state in {"raw", "quarantined"}
    await work_until_quiet(house)
    assert [row["state"] for row in await house.database.fetch("select state from deliveries")] == ["quarantined"]
    assert await house.database.fetchval("select count(*) from inbox") == 0


async def test_a_kind_that_nobody_knows_is_kept_and_acknowledged(
    house: House, world: World, account: Account, hook_secret: str
):
    receipt = await house.doors.webhooks.receive(world.name, hook_secret, world.unknown())
    assert receipt.state == "decoded"
    await work_until_quiet(house)
    assert await world.said() == []


async def test_a_salesperson_who_writes_has_the_chat(house: House, world: World, account: Account, hook_secret: str):
    if not world.traits.tells_of_people:
        assert not (await house.accounts.get(account.id)).capabilities.sees_humans
        return
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi, qual o horário?"))
    await house.doors.webhooks.receive(world.name, hook_secret, await world.person("Oi, aqui é a Ana."))
    await work_until_quiet(house)
    assert not await is_on(house)
    assert ANSWER not in await world.said()


async def test_our_own_echo_pauses_nothing(house: House, world: World, account: Account, hook_secret: str):
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi, qual o horário?"))
    await work_until_quiet(house)
    if world.traits.echoes:
        await house.doors.webhooks.receive(world.name, hook_secret, await world.echo())
        await work_until_quiet(house)
    assert await is_on(house)
    assert await world.said() == [ANSWER]


@pytest.mark.parametrize("kind", [TOO_MANY, DOWN, LOST])
async def test_whatever_befalls_a_send_it_is_said_once_or_a_person_is_told(
    house: House, world: World, account: Account, hook_secret: str, kind: str
):
    if kind not in world.traits.ways_to_fail:
        return
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi, qual o horário?"))
    await world.trouble(kind)
    for _ in range(4):
        await work_until_quiet(house)
        await let_leases_end(house.database)
        await house.workshop.upkeep.sweep()
    said = await world.said()
    states = [state for state, text in await line_of(house.database) if text == ANSWER]
    if kind == TOO_MANY or (world.traits.reads_back and said):
        assert (said.count(ANSWER), states) == (1, ["sent"])
    else:
        assert said.count(ANSWER) <= 1
        assert states == ["sent"] if said and world.traits.reads_back else states in (["person"], ["sent"])


async def more_than_words(house: House, account: Account, form: Form) -> Content:
    """One of each form; files lie where the account's simulated world does, for no other loopback is let through."""
    if form is Form.BUTTONS:
        return Content(form, "Qual horário?", (Section("", (Choice("10h"), Choice("15h", "slot-15"))),))
    if form is Form.LIST:
        rows = (Choice("Corte", "cut", "45 minutos"), Choice("Barba"))
        return Content(form, "O que vamos fazer?", (Section("Salão", rows), Section("Casa", (Choice("Noiva"),))), "Ver")
    ending = {Form.IMAGE: "png", Form.AUDIO: "ogg", Form.VIDEO: "mp4", Form.DOCUMENT: "pdf"}[form]
    home = urlsplit((await house.accounts.connection(account.id)).base_url)
    link = f"{home.scheme}://{home.netloc}/shop.{ending}"
    name = "tabela.pdf" if form is Form.DOCUMENT else ""
    return Content(form, "" if form is Form.AUDIO else "Veja.", link=link, file_name=name)


@pytest.mark.parametrize("form", list(Form))
async def test_more_than_words_is_shown_as_such_or_written_out(
    house: House, world: World, account: Account, hook_secret: str, brain: ScriptedBrain, form: Form
):
    content = await more_than_words(house, account, form)
    brain.says = [replace(a_reply(content.written), contents=(content,))]
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi"))
    await work_until_quiet(house)
    is_shown = form in world.traits.shows
    assert await world.shown() == [(form.value, content.words) if is_shown else ("text", content.written)]
    assert await line_of(house.database) == [("sent", content.written)]
    if world.traits.echoes:
        await house.doors.webhooks.receive(world.name, hook_secret, await world.echo())
        await work_until_quiet(house)
    assert await is_on(house)


@pytest.mark.parametrize("form", [Form.BUTTONS, Form.IMAGE])
async def test_more_than_words_whose_answer_is_lost_is_never_said_twice(
    house: House, world: World, account: Account, hook_secret: str, brain: ScriptedBrain, form: Form
):
    content = await more_than_words(house, account, form)
    brain.says = [replace(a_reply(content.written), contents=(content,))]
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi"))
    await world.trouble(LOST)
    for _ in range(4):
        await work_until_quiet(house)
        await let_leases_end(house.database)
        await house.workshop.upkeep.sweep()
    words = content.words if form in world.traits.shows else content.written
    states = [state for state, text in await line_of(house.database) if text == content.written]
    assert (await world.said()).count(words) <= 1
    assert states == ["sent" if world.traits.reads_back else "person"]


async def test_what_the_channel_refuses_goes_to_a_person(
    house: House, world: World, account: Account, hook_secret: str
):
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi, qual o horário?"))
    await world.trouble(REFUSED)
    await work_until_quiet(house)
    assert not await is_on(house)
    assert ANSWER not in await world.said()
    assert await house.database.fetchval("select count(*) from event_log where what = 'handed_over'") == 1


async def test_who_has_blocked_us_is_opted_out_by_the_answer_to_a_send_and_nothing_more_is_said(
    house: House, world: World, account: Account, hook_secret: str
):
    if BLOCKED not in world.traits.ways_to_fail:
        return
    await house.doors.webhooks.receive(world.name, hook_secret, await world.customer("Oi, qual o horário?"))
    await world.trouble(BLOCKED)
    await work_until_quiet(house)
    state = await state_of(house.database, await conversation_of(house.database))
    assert (state.bot_on, state.opted_out) == (False, True)
    assert state.pause is not None
    assert state.pause.reason is PauseReason.OPT_OUT
    assert await world.said() == []
    assert await house.database.fetchval("select count(*) from contacts where opted_out_at is not null") == 1


async def test_a_picture_is_fetched_at_once_and_kept(house: House, world: World, account: Account, hook_secret: str):
    await house.doors.webhooks.receive(world.name, hook_secret, await world.picture())
    await work_until_quiet(house)
    rows = await house.database.fetch("select state, content_type from media")
    assert [(row["state"], row["content_type"].partition("/")[0]) for row in rows] == [("stored", "image")]
