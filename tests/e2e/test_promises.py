"""What customers and salespeople are promised, over the running thing: hooks in, the sandbox's own record out."""

import asyncio
import hashlib
import os
from pathlib import Path

import httpx
import pytest

from tests.e2e.play import OTHER_QUESTION, QUESTION, Json, Place, Running, fresh, next_second, own_place, until

pytestmark = pytest.mark.timeout(200)
RECORDED = "samples/kommo/01_message_incoming_text_waba.txt"


def recorded(root: Path) -> bytes:
    file = root.parent / "shared" / RECORDED
    if not file.is_file() and os.environ.get("CI") != "true":
        pytest.skip(f"the recorded body ../shared/{RECORDED} is not here")
    return file.read_bytes().strip()


def made(chat: str) -> bytes:
    """A message's body in the shape of the recorded one, with values of our own."""
    head = "account[id]=30100200&message[add][0]"
    pairs = {"id": f"m-{chat}", "chat_id": chat, "talk_id": "990", "contact_id": "991", "text": "Oi, tudo bem?"}
    pairs |= {"message_type": "text", "type": "incoming", "created_at": "1789340833", "origin": "waba"}
    fields = [f"{head}[{name}]={value}" for name, value in pairs.items()]
    return "&".join([fields[0], *(field.removeprefix("account[id]=30100200&") for field in fields[1:])]).encode()


async def post(place: Place, body: bytes) -> httpx.Response:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        return await http.post(place.webhook_url, content=body, headers=form)


async def is_stored(running: Running, body: bytes) -> bool:
    return await running.ask("select exists (select from deliveries where hash = $1)", hashlib.sha256(body).digest())


async def test_a_recorded_body_is_stored_before_it_is_acknowledged(place: Place, root: Path):
    body = recorded(root)
    answer = await post(place, body)
    assert answer.status_code == 200
    assert await is_stored(place.running, body)
    words = "select body ->> 'text' from inbox where external_id = 'ae7243c7-0000-4aa5-ad43-ae3a95d74233'"
    assert await place.running.ask(words) == "Hola. Me interesa el producto del anuncio"


async def test_a_body_of_our_own_is_stored_before_it_is_acknowledged_and_a_repeat_changes_nothing(place: Place):
    chat = fresh("chat")
    for _ in range(2):
        assert (await post(place, made(chat))).status_code == 200
        assert await is_stored(place.running, made(chat))
    assert await place.running.ask("select count(*) from inbox where external_id = $1", f"m-{chat}") == 1


async def test_a_burst_is_answered_once_through_talks_on_the_right_lead_with_a_note(place: Place):
    chat = fresh()
    await place.say(chat, "Oi")
    await place.say(chat, "tudo bem?")
    said = await place.say(chat, QUESTION)
    await place.answered(chat)
    state = await place.settled(said)
    assert len(await place.answers(chat)) == 1
    (call,) = await place.sends(said["talk_id"])
    assert call["status"] in (200, 202)
    assert state["lead_id"] == str(said["lead_id"])
    assert await place.noted(chat, "respondeu ao cliente")
    assert [turn["state"] for turn in state["turns"]].count("admitted") == 1


async def test_the_same_hook_twice_is_answered_once(running: Running):
    async with own_place(running) as place:
        order = {"faults": [{"fault": "duplicate", "account_id": place.ref}]}
        assert (await place.box.post("/_sandbox/faults", json=order)).is_success
        said = await place.say("eco", QUESTION)
        await place.answered("eco")
        await place.settled(said)
        assert len(await place.answers("eco")) == 1
        await place.box.delete("/_sandbox/faults")


async def test_what_a_customer_writes_after_an_answer_gets_an_answer_of_its_own(place: Place):
    chat = fresh()
    await place.say(chat, QUESTION)
    first = await place.answered(chat)
    await place.say(chat, OTHER_QUESTION)
    both = await place.answered(chat, 2)
    assert both[0] == first[0]
    assert both[1] != both[0]


async def test_assumir_from_a_customer_is_ordinary_text(place: Place):
    chat = fresh()
    said = await place.say(chat, "/assumir")
    state = await place.settled(said)
    assert [event["kind"] for event in state["events"] if said["message_id"] in event["external_id"]] == ["customer"]
    assert not any("pausada por" in note for note in await place.notes(chat))


async def test_a_customer_who_asks_for_a_person_hears_one_goodbye_and_the_lead_gets_a_brief(place: Place):
    chat = fresh()
    said = await place.say(chat, "Quero falar com um atendente")
    before = await place.settled(said)
    assert before["state"]["reason"] == "asked_for_person"
    assert len(await place.answered(chat)) == 1
    assert "Quero falar com um atendente" in await place.noted(chat, "Quero falar com um atendente")
    more = await place.say(chat, QUESTION)
    after = await place.settled(more)
    assert len(await place.answers(chat)) == 1
    assert after["state"]["epoch"] == before["state"]["epoch"] == 1


async def test_what_the_bot_does_not_know_goes_to_a_person(place: Place):
    chat = fresh()
    said = await place.say(chat, "Vocês consertam foguetes interplanetários?")
    state = await place.settled(said)
    assert state["state"]["reason"] == "unknown"
    assert len(await place.answers(chat)) == 1


async def test_an_opt_out_is_confirmed_once_and_then_the_bot_keeps_still(place: Place):
    chat = fresh()
    await place.settled(await place.say(chat, "PARAR"))
    assert len(await place.answers(chat)) == 1
    state = await place.settled(await place.say(chat, QUESTION))
    assert len(await place.answers(chat)) == 1
    assert state["state"]["reason"] == "opt_out"
    refused = await place.api.post("/send-response", json={"conversation_id": state["conversation_id"], "text": "Oi"})
    assert refused.status_code == 409
    await place.settled(await place.say(chat, "VOLTAR"))
    assert len(await place.answers(chat)) == 2


async def test_with_several_open_leads_notes_are_held_until_a_person_names_one(running: Running):
    async with own_place(running) as place:
        first = await place.say("indecisa", "Oi", lead=False)
        await place.answered("indecisa")
        leads = [await place.steer("lead", {"chat": "indecisa", "name": name}) for name in ("Um", "Dois")]
        said = await place.say("indecisa", "Quero falar com um atendente")
        await place.answered("indecisa", 2)
        state = await place.settled(said)
        assert state["lead_id"] is None
        held = [row for row in state["line"] if row["state"] == "held"]
        assert held
        assert (await place.api.get("/stats")).json()["crm_held"] == len(held)
        written = [call for call in await place.record() if call["method"] == "POST" and "/notes" in call["path"]]
        assert written == []
        chosen = str(leads[1]["lead_id"])
        address = f"/admin/conversations/{state['conversation_id']}/lead"
        assert (await place.api.put(address, json={"lead_id": chosen})).status_code == 204

        async def notes() -> list[str]:
            calls = [c for c in await place.record() if c["method"] == "POST" and "/notes" in c["path"]]
            return [call["path"] for call in calls]

        assert all(f"/leads/{chosen}/" in path for path in await until(notes))
        assert first["contact_id"] == leads[0]["contact_id"]


async def test_a_talk_that_was_closed_is_found_again_and_answered(place: Place):
    chat = fresh()
    first = await place.say(chat, QUESTION)
    await place.answered(chat)
    assert (await place.box.post(f"/_sandbox/talks/{first['talk_id']}/close")).is_success
    again = await place.say(chat, OTHER_QUESTION)
    assert again["talk_id"] != first["talk_id"]
    assert len(await place.answered(chat, 2)) == 2

    async def recorded() -> list[Json]:  # a call is in the record once it has been answered
        return await place.sends(again["talk_id"])

    assert len(await until(recorded)) == 1


async def test_where_talks_cannot_send_the_salesbot_does(running: Running):
    async with own_place(running, talks_send=False) as place:
        said = await place.say("robô", QUESTION)
        assert len(await place.answered("robô")) == 1
        state = await place.settled(said)
        assert state["ways_to_send"][0] == "salesbot"
        assert {row["way"] for row in state["line"] if row["kind"] == "message"} == {"salesbot"}


async def test_where_nothing_can_send_the_words_become_a_note_on_the_lead(running: Running):
    async with own_place(running, talks_send=False, salesbot=False) as place:
        said = await place.say("mudo", QUESTION)
        assert "Não enviada" in await place.noted("mudo", "segunda")
        state = await place.settled(said)
        assert await place.answers("mudo") == []
        assert {row["way"] for row in state["line"] if row["kind"] == "message"} == {"note"}


async def test_without_the_outgoing_hook_a_poll_sees_that_a_person_wrote(running: Running):
    async with own_place(running, outgoing_hook=False) as place:
        said = await place.say("quieta", QUESTION)
        await place.answered("quieta")
        assert (await place.settled(said))["sees_humans_by"] == "poll"
        await place.say("quieta", "Oi, aqui é a Ana.", "user:1")
        state = await place.bot(said, on=False)
        assert state["state"]["reason"] == "human"
        await place.settled(await place.say("quieta", OTHER_QUESTION))
        assert len(await place.answers("quieta")) == 1


async def test_the_bot_comes_back_by_itself_where_the_account_wants_that(running: Running):
    async with own_place(running, settings={"auto_return": 2}) as place:
        said = await place.say("volta", "Oi")
        await place.answered("volta")
        await place.say("volta", "/assumir", "user:1")
        paused = await place.bot(said, on=False)
        assert paused["state"]["until"]
        await place.say("volta", QUESTION)
        assert len(await place.answered("volta", 2)) == 2
        assert (await place.bot(said, on=True))["state"]["bot_on"] is True


@pytest.mark.parametrize(
    ("locale", "take", "release", "paused"),
    [("es", "/tomar", "/soltar", "IA pausada por Ana"), ("en", "/take", "/release", "AI paused by Ana")],
)
async def test_commands_and_notes_speak_the_language_of_the_account(
    running: Running, locale: str, take: str, release: str, paused: str
):
    async with own_place(running, locale=locale) as place:
        said = await place.say("polyglot", "Hi")
        await place.answered("polyglot")
        await place.note("polyglot", take)
        await place.bot(said, on=False)
        assert await place.noted("polyglot", paused)
        await next_second()
        await place.note("polyglot", release)
        await place.bot(said, on=True)


async def test_forty_customers_at_once_each_get_one_answer(running: Running):
    async with own_place(running) as place:
        await asyncio.gather(*(place.say(f"cliente {number}", QUESTION) for number in range(40)))

        async def answered() -> list[int]:
            state = (await place.box.get("/_sandbox/state", params={"account": place.ref})).json()
            counts = [[m["author"]["type"] for m in chat["messages"]].count("bot") for chat in state["chats"]]
            return counts if len(counts) == 40 and all(counts) else []

        assert await until(answered) == [1] * 40
