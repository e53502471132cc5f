"""A salesperson takes over, by any door, at any moment: from the hook on, the bot says nothing until it is let back.

Measured by the order of the sandbox's own record, not by a clock.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.e2e.play import OTHER_QUESTION, QUESTION, Json, Place, Running, fresh, next_second, own_place, until

pytestmark = pytest.mark.timeout(200)
Door = Callable[[Place, str, Json], Awaitable[None]]


async def by_chat(place: Place, chat: str, said: Json) -> None:
    await place.say(chat, "/assumir", "user:1")


async def by_note(place: Place, chat: str, said: Json) -> None:
    await place.note(chat, "/assumir")


async def by_own_phone(place: Place, chat: str, said: Json) -> None:
    """In a chat with oneself, from the phone that the CRM knows as Ana's."""
    await place.say(fresh("ana-consigo"), f"/assumir {said['lead_id']}", "phone:1")


async def by_command_door(place: Place, chat: str, said: Json) -> None:
    order = {"comando": f"/assumir {said['contact_id']}", "vendedor_id": "1"}
    assert (await place.api.post("/vendedor/comandos", json=order)).status_code == 200


async def by_bot_control(place: Place, chat: str, said: Json) -> None:
    order = {"action": "pause", "lead_id": said["lead_id"], "reason": "visit"}
    assert (await place.api.post("/bot-control", json=order)).status_code == 200


async def by_answering(place: Place, chat: str, said: Json) -> None:
    await place.say(chat, "Oi, aqui é a Ana!", "user:1")


# Somebody wants to read the knowledge and cannot yet.
THINKS = "select exists (select from pg_locks where relation = 'knowledge'::regclass and not granted)"
DOORS = [by_chat, by_note, by_own_phone, by_command_door, by_bot_control, by_answering]


async def silence_after(place: Place, chat: str, said: Json) -> Json:
    """The conversation after another question; nothing was sent into the talk since the bot went off."""
    off = await place.last_seq()
    state = await place.settled(await place.say(chat, OTHER_QUESTION))
    assert await place.sends(said["talk_id"], after=off) == []
    return state


@pytest.mark.parametrize("take", DOORS, ids=lambda door: door.__name__)
async def test_after_a_take_over_the_bot_is_silent_and_after_liberar_it_answers_once_what_waits(
    place: Place, take: Door
):
    chat = fresh()
    said = await place.say(chat, QUESTION)
    await place.answered(chat)
    await take(place, chat, said)
    await place.bot(said, on=False)
    await silence_after(place, chat, said)
    await place.settled(await place.say(chat, "Alguém aí?"))
    await next_second()
    await place.note(chat, f"/liberar {said['contact_id']}" if take is by_command_door else "/liberar")
    await place.answered(chat, 2)
    state = await place.bot(said, on=True)
    assert [turn["state"] for turn in state["turns"]].count("admitted") == 2
    before = await place.answers(chat)
    await place.settled(await place.say(chat, "obrigada!"))
    assert (await place.answers(chat))[: len(before)] == before


@asynccontextmanager
async def brain_thinks(running: Running) -> AsyncIterator[None]:
    """The offline brain reads the account's knowledge: while that is locked, it thinks."""
    lock = await asyncpg.connect(running.database_url)
    try:
        await lock.execute("begin; lock table knowledge in access exclusive mode")
        yield
    finally:
        await lock.execute("rollback")
        await lock.close()


@pytest.mark.parametrize("take", DOORS, ids=lambda door: door.__name__)
async def test_a_reply_that_is_being_thought_of_is_never_sent(running: Running, take: Door):
    async with own_place(running) as place:
        async with brain_thinks(running):
            said = await place.say("pensando", QUESTION)
            await until(lambda: running.ask(THINKS))
            await take(place, "pensando", said)
            await place.bot(said, on=False)
        await until(lambda: _dropped(place, said))
        await silence_after(place, "pensando", said)
        assert await place.answers("pensando") == []


async def _dropped(place: Place, said: Json) -> bool:
    events = (await place.debug(said["chat_id"], limit=200))["events"]
    return any(event["kind"] == "reply" and event["verdict"] == "turn_is_closed" for event in events)


@pytest.mark.parametrize("take", DOORS, ids=lambda door: door.__name__)
async def test_a_burst_that_is_still_being_waited_for_is_not_answered(running: Running, take: Door):
    async with own_place(running, settings={"burst_scale": 1}) as place:
        said = await place.say("rajada", QUESTION)
        await place.bot(said, on=True)
        await take(place, "rajada", said)
        await place.bot(said, on=False)
        await silence_after(place, "rajada", said)
        assert await place.answers("rajada") == []


@pytest.mark.parametrize("take", [by_chat, by_note, by_own_phone], ids=lambda door: door.__name__)
async def test_a_command_is_answered_by_a_note_and_never_shown_to_the_customer_by_us(place: Place, take: Door):
    chat = fresh()
    said = await place.say(chat, "Oi")
    await place.answered(chat)
    await take(place, chat, said)
    assert "Ana" in await place.noted(chat, "IA pausada por")
    assert all("/assumir" not in str(call["request"]) for call in await place.sends(said["talk_id"]))
    words = "select count(*) from mensagens where conversation_id = $1 and text like '/assumir%'"
    assert await place.running.ask(words, (await place.debug(said["chat_id"]))["conversation_id"]) == 0


async def test_status_and_help_are_answered_by_notes_and_change_nothing(place: Place):
    chat = fresh()
    said = await place.say(chat, "Oi")
    await place.answered(chat)
    await place.note(chat, "/status")
    assert await place.noted(chat, "IA ativa")
    await place.note(chat, "/ajuda")
    assert await place.noted(chat, "/assumir")
    assert (await place.debug(said["chat_id"]))["state"]["bot_on"] is True


async def test_a_mistyped_command_is_answered_by_a_hint_and_does_not_pause(place: Place):
    chat = fresh()
    said = await place.say(chat, "Oi")
    await place.answered(chat)
    await place.note(chat, "/asumir")
    assert await place.noted(chat, "/assumir")
    assert (await place.debug(said["chat_id"]))["state"]["bot_on"] is True


async def test_a_contact_who_has_not_written_yet_is_met_by_silence_once_paused(running: Running):
    async with own_place(running) as place:
        first = await place.say("antes", "Oi")
        order = {"action": "pause", "contact_id": first["contact_id"] + 1}
        answer = await place.api.post("/bot-control", json=order)
        assert (answer.status_code, answer.json()["conversations"]) == (200, [])
        assert "pausada" in answer.json()["message"]
        said = await place.say("depois", QUESTION)
        assert said["contact_id"] == first["contact_id"] + 1
        state = await place.settled(said)
        assert state["state"]["reason"] == "contact"
        assert await place.answers("depois") == []


async def test_a_pause_with_a_time_shows_it_and_ends_by_itself(place: Place):
    chat = fresh()
    said = await place.say(chat, "Oi")
    await place.answered(chat)
    order = {"comando": "/assumir", "vendedor_id": "1", "conversation_id": str(await _number(place, said))}
    assert "Ana" in (await place.api.post("/vendedor/comandos", json=order)).json()["message"]
    pause = {"action": "pause", "conversation_id": await _number(place, said), "minutes": 30}
    found = (await place.api.post("/bot-control", json=pause)).json()
    assert " até " in found["message"]
    assert found["conversations"][0]["paused_until"]


async def _number(place: Place, said: Json) -> int:
    return (await place.debug(said["chat_id"]))["conversation_id"]
