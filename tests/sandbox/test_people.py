"""Each role in a chat: what the customer, the screen and the phones make the vendor see."""

import httpx

from tests.sandbox.player import Player
from tests.sandbox.receiver import Receiver


async def test_a_customer_who_writes_first_gets_chat_talk_contact_and_lead(player: Player) -> None:
    said = await player.say("maria", "Oi", name="Maria Silva", phone="+5511999990000")

    contact = (await player.api("GET", f"contacts/{said['contact_id']}?with=leads")).json()
    talk = (await player.api("GET", f"talks/{said['talk_id']}")).json()
    [message] = await player.messages(said["talk_id"])

    assert contact["name"] == "Maria Silva"
    assert contact["custom_fields_values"][0]["values"][0]["value"] == "+5511999990000"
    assert [lead["id"] for lead in contact["_embedded"]["leads"]] == [said["lead_id"]]
    assert (talk["chat_id"], talk["is_in_work"], talk["origin"]) == (said["chat_id"], True, "waba")
    assert (message["id"], message["author"]["type"]) == (said["message_id"], "external")


async def test_a_salesperson_at_the_screen_is_internal_with_a_user_id(player: Player) -> None:
    first = await player.say("maria", "Oi")
    said = await player.say("maria", "Eu atendo", **{"as": "user:1"})

    message = (await player.messages(first["talk_id"]))[-1]

    assert message["id"] == said["message_id"]
    assert message["author"]["type"] == "internal"
    assert (message["author"]["user_id"], message["author"]["name"]) == (1, "Ana")


async def test_a_word_typed_on_the_company_phone_is_internal_without_a_user(player: Player) -> None:
    said = await player.say("maria", "Oi")
    await player.say("maria", "Digitei no telefone", **{"as": "phone:2"})

    author = (await player.messages(said["talk_id"]))[-1]["author"]

    assert author["type"] == "internal"
    assert "user_id" not in author


async def test_a_salesperson_writing_from_their_own_phone_is_a_contact_with_that_phone(player: Player) -> None:
    said = await player.say("celular do Bruno", "/assumir", **{"as": "phone:2"})
    again = await player.say("celular do Bruno", "/status", **{"as": "phone:2"})

    messages = await player.messages(said["talk_id"])
    contact = (await player.api("GET", f"contacts/{said['contact_id']}")).json()
    bruno = (await player.api("GET", "users/2?with=phone_number")).json()

    assert again["chat_id"] == said["chat_id"]
    assert [message["author"]["type"] for message in messages] == ["external", "external"]
    assert contact["custom_fields_values"][0]["values"][0]["value"] == bruno["phone_number"]


async def test_a_customer_who_writes_into_a_closed_talk_opens_a_new_one(player: Player) -> None:
    said = await player.say("maria", "Oi", talk_closed=True)
    refused = await player.api("POST", f"talks/{said['talk_id']}/send_message", {"text": "tarde"})
    again = await player.say("maria", "Voltei")
    sent = await player.api("POST", f"talks/{again['talk_id']}/send_message", {"text": "Olá de novo"})

    in_work = (
        await player.api("GET", f"talks?filter[contact_id][]={said['contact_id']}&filter[only_in_work]=1")
    ).json()

    assert refused.status_code == 422
    assert again["chat_id"] == said["chat_id"]
    assert again["talk_id"] != said["talk_id"]
    assert sent.status_code == 202
    assert [talk["talk_id"] for talk in in_work["_embedded"]["talks"]] == [again["talk_id"]]


async def test_a_talk_is_closed_once(player: Player) -> None:
    said = await player.say("maria", "Oi")

    closed = [await player.api("POST", f"talks/{said['talk_id']}/close", {"force_close": True}) for _ in range(2)]

    assert [answer.status_code for answer in closed] == [202, 422]


async def test_events_name_the_message_and_who_wrote_it(player: Player) -> None:
    said = await player.say("maria", "Oi")
    typed = await player.say("maria", "Eu atendo", **{"as": "user:3"})
    sent = (await player.api("POST", f"talks/{said['talk_id']}/send_message", {"text": "Olá"})).json()

    query = f"filter[type]=outgoing_chat_message&filter[entity]=contact&filter[entity_id]={said['contact_id']}"
    events = (await player.api("GET", f"events?{query}")).json()["_embedded"]["events"]
    none = await player.api("GET", "events?filter[type]=outgoing_chat_message&filter[created_at][from]=9999999999")

    assert {(one["created_by"], one["value_after"][0]["message"]["id"]) for one in events} == {
        (3, typed["message_id"]),
        (0, sent["id"]),
    }
    assert {one["entity_type"] for one in events} == {"lead"}
    assert (none.status_code, none.content) == (204, b"")


async def test_a_contact_may_have_several_open_leads(player: Player) -> None:
    said = await player.say("maria", "Oi")
    made = await player.steer("lead", {"chat": "maria", "name": "Outro negócio"})

    contact = (await player.api("GET", f"contacts/{said['contact_id']}?with=leads")).json()

    assert [lead["id"] for lead in contact["_embedded"]["leads"]] == [said["lead_id"], made["lead_id"]]


async def test_media_can_be_fetched_from_the_link_in_the_message(player: Player) -> None:
    said = await player.say("maria", media={"type": "voice"})
    [message] = await player.messages(said["talk_id"])

    file = await player.http.get(message["attachment"]["link"])

    assert (message["text"], message["message_type"]) == ("", "voice")
    assert file.headers["content-type"] == "audio/ogg"


async def test_an_order_that_makes_no_sense_is_refused_with_a_reason(player: Player) -> None:
    async def order(**body: object) -> httpx.Response:
        return await player.http.post("/_sandbox/say", json={"chat": "maria", **body})

    await player.say("maria", "Oi", message_id="known")

    assert (await order()).status_code == 422
    assert (await order(text="x", **{"as": "user:77"})).status_code == 404
    assert (await order(text="x", account="nobody")).status_code == 404
    assert (await order(text="x", message_id="known")).status_code == 409
    assert (await order(text="x", colour="red")).status_code == 422


async def test_accounts_do_not_see_each_other(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message")
    order = {"id": 30100999, "subdomain": "other", "users": [{"id": 55, "name": "Zoe"}]}
    other = await player.steer("accounts", order)
    said = await player.say("maria", "Oi", account="other")

    mine = await player.api("GET", f"talks/{said['talk_id']}")
    theirs = await player.api("GET", f"talks/{said['talk_id']}", token=other["token"])

    assert (mine.status_code, theirs.status_code) == (404, 200)
    assert "Zoe" in [user["name"] for user in other["users"]]
    assert receiver.hooks == []


async def test_a_page_that_waits_is_woken_by_the_next_word(player: Player) -> None:
    await player.say("maria", "Oi")
    before = (await player.http.get("/_sandbox/state")).json()
    [_, after] = [
        await player.say("maria", "Eu atendo", **{"as": "user:1"}),
        (await player.http.get("/_sandbox/state", params={"after": before["version"], "wait": 20})).json(),
    ]

    [chat] = after["chats"]

    assert after["version"] > before["version"]
    assert [one["author"]["type"] for one in chat["messages"]] == ["external", "internal"]
    assert chat["lead"]["responsible_user_id"] == 1


async def test_any_text_travels_even_half_a_character(player: Player, receiver: Receiver) -> None:
    await player.subscribe(receiver.url, "add_message")
    order = b'{"chat": "maria", "text": "a\\ud800 \\u0000 [x]=&%\\ud83d\\ude00 e\\u0301"}'
    said = await player.http.post("/_sandbox/say", content=order, headers={"Content-Type": "application/json"})

    [hook] = await receiver.until(1)

    assert said.status_code == 200
    assert hook.fields["message[add][0][text]"] == "a? \x00 [x]=&%\U0001f600 e\u0301"
    assert (await player.http.get("/_sandbox/state")).status_code == 200
