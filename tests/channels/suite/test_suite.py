"""The one suite of all channels: the same webhook, dedupe, send, read-back, hand-over, echo, pace, media and errors."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from app.domain.content import Choice, Content, Form, Section
from app.domain.conversation import PauseReason
from app.domain.ids import ChatId, LeadId
from app.domain.messages import Address
from app.services.accounts.directory import Unauthorised
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_handoff, a_reply
from tests.channels.suite.world import BLOCKED, DOWN, GIVEN, LOST, REFUSED, SAID, TOO_MANY, People, World
from tests.house import ScriptedBrain, conversation_of, let_leases_end, line_of, state_of, work_off, work_until_quiet

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
        assert await world.arrive(house, hook_secret, knocked) == "decoded"
        await work_until_quiet(house)
    assert await world.said() == [ANSWER]
    assert await house.database.fetchval("select count(*) from mensagens where author = 'customer'") == 1


async def test_a_forged_webhook_is_refused_and_nothing_of_it_is_kept(
    house: House, world: World, account: Account, hook_secret: str
):
    forgeries = world.forged(await world.customer("Oi"))
    assert bool(forgeries) is world.traits.signs
    for forged in forgeries:
        with pytest.raises(Unauthorised):
            await house.doors.webhooks.receive(world.name, hook_secret, forged)
    with pytest.raises(Unauthorised):
        await house.doors.webhooks.receive(world.name, "hook_of_nobody", await world.customer("Oi"))
    assert await stored(house) == 0


async def test_what_cannot_be_read_is_kept_apart_and_acknowledged(
    house: House, world: World, account: Account, hook_secret: str
):
    assert await world.arrive(house, hook_secret, world.unreadable()) in {"raw", "quarantined"}
    await work_until_quiet(house)
    assert [row["state"] for row in await house.database.fetch("select state from deliveries")] == ["quarantined"]
    assert await house.database.fetchval("select count(*) from inbox") == 0


async def test_a_kind_that_nobody_knows_is_kept_and_acknowledged(
    house: House, world: World, account: Account, hook_secret: str
):
    assert await world.arrive(house, hook_secret, world.unknown()) == "decoded"
    await work_until_quiet(house)
    assert await world.said() == []


async def test_a_salesperson_who_writes_has_the_chat_wherever_anybody_can_write(
    house: House, world: World, account: Account, hook_secret: str
):
    if (await house.accounts.get(account.id)).capabilities.sees_humans:
        assert world.traits.people is People.AT_ONCE
    await world.arrive(house, hook_secret, await world.customer("Oi, qual o horário?"))
    await work_off(house, but=("ask", "send", "crm"))
    await world.arrive(house, hook_secret, await world.person("Oi, aqui é a Ana."))
    await house.workshop.upkeep.poll_people()
    await work_until_quiet(house)
    nobody = world.traits.people is People.NEVER
    assert (await is_on(house), ANSWER in await world.said()) == (nobody, nobody)


async def test_our_own_echo_pauses_nothing(house: House, world: World, account: Account, hook_secret: str):
    await world.arrive(house, hook_secret, await world.customer("Oi, qual o horário?"))
    await work_until_quiet(house)
    await world.arrive(house, hook_secret, await world.echo())
    await house.workshop.upkeep.poll_people()
    await work_until_quiet(house)
    assert await is_on(house)
    assert await world.said() == [ANSWER]


# How often it may have been said, and what the row may say of it, by what befell it and whether it can be read back.
_FATES = {
    (TOO_MANY, True): {(1, "sent")},
    (TOO_MANY, False): {(1, "sent")},
    (DOWN, True): {(1, "sent"), (0, "person")},
    (DOWN, False): {(0, "person")},
    (LOST, True): {(1, "sent")},
    (LOST, False): {(1, "person")},
}


@pytest.mark.parametrize("kind", [TOO_MANY, DOWN, LOST])
async def test_whatever_befalls_a_send_it_is_said_once_or_a_person_is_told(
    house: House, world: World, account: Account, hook_secret: str, kind: str
):
    await world.arrive(house, hook_secret, await world.customer("Oi, qual o horário?"))
    await world.trouble(kind)
    for _ in range(4):
        await work_until_quiet(house)
        await let_leases_end(house.database)
        await house.workshop.upkeep.sweep()
    (state,) = [state for state, text in await line_of(house.database) if text == ANSWER]
    fate = (await world.said()).count(ANSWER), state
    assert fate in _FATES[kind, world.traits.reads_back]


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
    await world.arrive(house, hook_secret, await world.customer("Oi"))
    await work_until_quiet(house)
    is_shown = form in world.traits.shows
    assert await world.shown() == [(form.value, content.words) if is_shown else ("text", content.written)]
    assert await line_of(house.database) == [("sent", content.written)]
    await world.arrive(house, hook_secret, await world.echo())
    await work_until_quiet(house)
    assert await is_on(house)


@pytest.mark.parametrize("form", [Form.BUTTONS, Form.IMAGE])
async def test_more_than_words_whose_answer_is_lost_is_never_said_twice(
    house: House, world: World, account: Account, hook_secret: str, brain: ScriptedBrain, form: Form
):
    content = await more_than_words(house, account, form)
    brain.says = [replace(a_reply(content.written), contents=(content,))]
    await world.arrive(house, hook_secret, await world.customer("Oi"))
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
    await world.arrive(house, hook_secret, await world.customer("Oi, qual o horário?"))
    await world.trouble(REFUSED)
    await work_until_quiet(house)
    assert not await is_on(house)
    assert ANSWER not in await world.said()
    assert await house.database.fetchval("select count(*) from event_log where what = 'handed_over'") == 1


async def test_who_has_blocked_us_is_opted_out_by_the_answer_to_a_send_where_the_vendor_tells_it(
    house: House, world: World, account: Account, hook_secret: str
):
    tells = BLOCKED in world.traits.ways_to_fail
    await world.arrive(house, hook_secret, await world.customer("Oi, qual o horário?"))
    await world.trouble(BLOCKED if tells else REFUSED)
    await work_until_quiet(house)
    state = await state_of(house.database, await conversation_of(house.database))
    assert (state.bot_on, state.opted_out) == (False, tells)
    assert state.pause is not None
    assert (state.pause.reason is PauseReason.OPT_OUT) is tells
    assert ANSWER not in await world.said()
    assert await house.database.fetchval("select count(*) from contacts where opted_out_at is not null") == tells


async def test_a_hand_over_says_one_goodbye_and_then_the_vendor_s_own_record_gives_the_chat_to_people(
    house: House, world: World, account: Account, hook_secret: str, brain: ScriptedBrain
):
    brain.says = [a_handoff("asked_for_person")]
    await world.arrive(house, hook_secret, await world.customer("Quero falar com uma pessoa"))
    assert await world.owner() == world.traits.owners[0]
    await handed_over(house)
    told = await world.told()
    assert set(told) == world.traits.hand_over
    assert [one for one in told if one in {SAID, GIVEN}] == [one for one in (SAID, GIVEN) if one in told]
    assert await world.owner() == world.traits.owners[1]
    assert not await is_on(house)


async def test_a_chat_that_people_have_already_is_handed_over_without_trouble(
    house: House, world: World, account: Account, hook_secret: str, brain: ScriptedBrain
):
    brain.says = [a_handoff("asked_for_person")]
    await world.arrive(house, hook_secret, await world.customer("Quero falar com uma pessoa"))
    await handed_over(house)
    said = await world.said()
    await world.person("Deixa comigo.")
    place = await house.database.fetchrow("select chat_id, lead_id from conversations")
    assert place is not None
    there = Address(ChatId(place["chat_id"]), lead_id=LeadId(place["lead_id"]))
    await house.channels[world.name].hand_over(await house.accounts.connection(account.id), there)
    assert (await world.said())[: len(said)] == said
    assert await world.owner() == world.traits.owners[1]


async def handed_over(house: House) -> None:
    """All of it: the goodbye leaves first, and the giving waits for it."""
    await work_until_quiet(house)
    await house.database.execute("update queue.pgqueuer set execute_after = now() where entrypoint = 'crm'")
    await work_until_quiet(house)
    trouble = "select count(*) from outbox where state in ('failed', 'person')"
    assert await house.database.fetchval(trouble) == 0


async def test_a_picture_is_fetched_at_once_and_kept_wherever_the_vendor_gives_it(
    house: House, world: World, account: Account, hook_secret: str
):
    await world.arrive(house, hook_secret, await world.picture())
    await work_until_quiet(house)
    rows = await house.database.fetch("select state, content_type from media")
    assert [(row["state"], row["content_type"].partition("/")[0]) for row in rows] == [
        ("stored", "image") if world.traits.gives_files else ("refused", "")
    ]
