"""The simulated Chatwoot: what its server refuses, merges, replaces and tells, as that of v4.15.1 does."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.domain.knocking import Knocked
from tests.channels.suite.catching import Catcher, catching
from tests.house import until
from tests.sandbox.player import Json, Player

BASE = "/chatwoot/api/v1/accounts/1"
MARIA = "+5511999990001"


@pytest_asyncio.fixture
async def catcher() -> AsyncIterator[Catcher]:
    async with catching() as made:
        yield made


@pytest_asyncio.fixture
async def inbox(sandbox: Player, catcher: Catcher) -> Player:
    """The inbox is the bot's, and the bot is told at the catcher."""
    assert (await ask(sandbox, "PATCH", "agent_bots/1", {"outgoing_url": catcher.url})).is_success
    assert (await ask(sandbox, "POST", "inboxes/1/set_agent_bot", {"agent_bot": 1})).status_code == 204
    return sandbox


async def ask(
    sandbox: Player, method: str, path: str, body: Any = None, *, token: str = "token-rita", account: int = 1
) -> httpx.Response:
    url = f"{BASE.rpartition('/')[0]}/{account}/{path}"
    return await sandbox.http.request(method, url, json=body, headers={"api_access_token": token})


async def say(sandbox: Player, text: str = "Oi", **more: Any) -> Json:
    return await sandbox.steer("chatwoot/say", {"text": text, **more})


async def talk(sandbox: Player) -> Json:
    state = (await sandbox.http.get("/_sandbox/chatwoot/state")).json()
    return state["conversations"][0]


def told(knocked: Knocked) -> Json:
    return json.loads(knocked.body)


def of(event: str) -> Any:
    return lambda knocked: told(knocked)["event"] == event


# ---- who may ----


@pytest.mark.parametrize(
    ("method", "path", "token", "status"),
    [
        ("GET", "agents", "", 401),
        ("GET", "agents", "wrong", 401),
        ("GET", "agents", "token-bot", 401),  # most of it is not for bots
        ("GET", "webhooks", "token-ana", 401),  # nor for agents
        ("POST", "labels", "token-ana", 401),
        ("GET", "nothing/at/all", "token-rita", 404),
        ("GET", "conversations/999", "token-rita", 404),
        ("GET", "contacts/999", "token-rita", 404),
    ],
)
async def test_a_call_is_only_for_whom_it_may_be(sandbox: Player, method: str, path: str, token: str, status: int):
    assert (await ask(sandbox, method, path, {"title": "x"}, token=token)).status_code == status


async def test_another_account_is_not_found(sandbox: Player):
    assert (await ask(sandbox, "GET", "agents", account=2)).status_code == 404


# ---- contacts ----


@pytest.mark.parametrize(
    ("told", "attribute"),
    [
        ({"phone_number": "5511999990001"}, "phone_number"),
        ({"phone_number": "+0511999990001"}, "phone_number"),
        ({"name": "x" * 256}, "name"),
    ],
)
async def test_a_contact_that_is_not_valid_is_refused_by_name(sandbox: Player, told: Json, attribute: str):
    answer = await ask(sandbox, "POST", "contacts", told)
    assert (answer.status_code, answer.json()["attributes"]) == (422, [attribute])


async def test_a_phone_and_an_identifier_are_taken_once(sandbox: Player):
    person = {"name": "Maria", "phone_number": MARIA, "identifier": "ponte:1"}
    assert (await ask(sandbox, "POST", "contacts", person)).status_code == 200
    for again in ({"phone_number": MARIA}, {"identifier": "ponte:1"}):
        assert (await ask(sandbox, "POST", "contacts", again)).status_code == 422


async def test_a_slow_server_lets_two_with_one_phone_in_and_breaks_over_two_identifiers(sandbox: Player):
    """The look before the write is no lock: only `identifier` and `email` have an index of their own."""
    await sandbox.steer("chatwoot/ways", {"slowness": 0.2})
    twice = [ask(sandbox, "POST", "contacts", {"phone_number": MARIA}) for _ in range(2)]
    assert [one.status_code for one in await asyncio.gather(*twice)] == [200, 200]
    twice = [ask(sandbox, "POST", "contacts", {"identifier": "ponte:1"}) for _ in range(2)]
    assert sorted(one.status_code for one in await asyncio.gather(*twice)) == [200, 500]


async def test_a_filter_finds_exactly_and_puts_the_plus_there_itself(sandbox: Player):
    await ask(sandbox, "POST", "contacts", {"name": "Maria", "phone_number": MARIA})
    for value, count in ((MARIA, 1), (MARIA[1:], 1), (MARIA[:-1], 0)):
        condition = {"attribute_key": "phone_number", "filter_operator": "equal_to", "values": [value]}
        answer = await ask(sandbox, "POST", "contacts/filter", {"payload": [condition]})
        assert len(answer.json()["payload"]) == count, value
    unknown = {"attribute_key": "shoe_size", "filter_operator": "equal_to", "values": ["44"]}
    assert (await ask(sandbox, "POST", "contacts/filter", {"payload": [unknown]})).status_code == 422


async def test_attributes_of_a_contact_are_merged_and_those_of_a_conversation_replaced(sandbox: Player):
    said = await say(sandbox)
    for attributes in ({"city": "Recife"}, {"size": 44}):
        changed = {"custom_attributes": attributes}
        person = await ask(sandbox, "PUT", f"contacts/{said['contact']}", changed)
        chat = await ask(sandbox, "POST", f"conversations/{said['conversation']}/custom_attributes", changed)
    assert person.json()["payload"]["custom_attributes"] == {"city": "Recife", "size": 44}
    assert chat.json()["custom_attributes"] == {"size": 44}


async def test_a_source_id_is_unique_within_an_inbox(sandbox: Player):
    first, other = [
        (await ask(sandbox, "POST", "contacts", {"name": name})).json()["payload"]["contact"]["id"] for name in "ab"
    ]
    link = {"inbox_id": 1, "source_id": "5511"}
    assert (await ask(sandbox, "POST", f"contacts/{first}/contact_inboxes", link)).status_code == 200
    assert (await ask(sandbox, "POST", f"contacts/{first}/contact_inboxes", link)).status_code == 200
    assert (await ask(sandbox, "POST", f"contacts/{other}/contact_inboxes", link)).status_code == 422


# ---- conversations ----


async def test_a_conversation_is_made_by_every_call_unless_the_inbox_keeps_one(sandbox: Player):
    said = await say(sandbox)
    wanted = {"contact_id": said["contact"], "inbox_id": 1, "source_id": MARIA[1:]}
    made = {(await ask(sandbox, "POST", "conversations", wanted)).json()["id"] for _ in range(2)}
    assert len(made | {said["conversation"]}) == 3
    await sandbox.steer("chatwoot/ways", {"lock_to_single": True})
    made = {(await ask(sandbox, "POST", "conversations", wanted)).json()["id"] for _ in range(2)}
    assert len(made) == 1


async def test_labels_are_replaced_by_one_door_and_merged_by_the_other_a_moment_later(sandbox: Player):
    said = await say(sandbox)
    labels = f"conversations/{said['conversation']}/labels"
    await ask(sandbox, "POST", labels, {"labels": ["vip"]})
    assert (await ask(sandbox, "POST", labels, {"labels": ["novo"]})).json()["payload"] == ["novo"]
    bulk = {"type": "Conversation", "ids": [said["conversation"]], "labels": {"add": ["vip", "novo"], "remove": []}}
    assert (await ask(sandbox, "POST", "bulk_actions", bulk)).status_code == 200

    async def merged() -> bool:
        return (await ask(sandbox, "GET", labels)).json()["payload"] == ["novo", "vip"]

    assert await until(merged)


@pytest.mark.parametrize("title", ["jornada:primeiro", "a b", "x", ""])
async def test_a_label_is_letters_digits_and_strokes(sandbox: Player, title: str):
    assert (await ask(sandbox, "POST", "labels", {"title": title})).status_code == 422


async def test_a_label_is_made_once_and_in_small_letters(sandbox: Player):
    made = await ask(sandbox, "POST", "labels", {"title": "Jornada-Primeiro"})
    assert made.json()["title"] == "jornada-primeiro"
    assert (await ask(sandbox, "POST", "labels", {"title": "jornada-primeiro"})).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 150_001},
        {"content": "Oi", "message_type": "shouted"},
    ],
)
async def test_whatever_is_wrong_with_a_message_is_a_422(sandbox: Player, body: Json):
    said = await say(sandbox)
    assert (await ask(sandbox, "POST", f"conversations/{said['conversation']}/messages", body)).status_code == 422


async def test_an_incoming_message_is_for_inboxes_of_the_api_alone(sandbox: Player):
    said = await say(sandbox, inbox=2)
    body = {"content": "Oi", "message_type": "incoming"}
    assert (await ask(sandbox, "POST", f"conversations/{said['conversation']}/messages", body)).status_code == 422


async def test_messages_are_shown_by_twenty_or_a_hundred_after_one(sandbox: Player):
    said = await say(sandbox, "0")
    ids = [said["message"]] + [(await say(sandbox, str(number)))["message"] for number in range(1, 25)]
    path = f"conversations/{said['conversation']}/messages"
    latest = (await ask(sandbox, "GET", path)).json()["payload"]
    assert [one["id"] for one in latest] == ids[-20:]
    older = (await ask(sandbox, "GET", f"{path}?before={ids[5]}")).json()["payload"]
    assert [one["id"] for one in older] == ids[:5]
    after = (await ask(sandbox, "GET", f"{path}?after={ids[0]}")).json()["payload"]
    assert [one["id"] for one in after] == ids[1:]


# ---- whose it is ----


async def test_with_a_bot_a_conversation_is_pending_and_the_bot_gives_it_to_people_without_a_word(inbox: Player):
    said = await say(inbox)
    assert (await talk(inbox))["status"] == "pending"
    path = f"conversations/{said['conversation']}/toggle_status"
    answer = await ask(inbox, "POST", path, {"status": "open"}, token="token-bot")
    assert answer.json()["payload"] == {
        "success": None,
        "conversation_id": said["conversation"],
        "current_status": "open",
        "snoozed_until": None,
    }


async def test_who_writes_after_it_was_resolved_wakes_it_for_the_bot(inbox: Player):
    said = await say(inbox)
    await inbox.steer("chatwoot/status", {"conversation": said["conversation"], "status": "resolved"})
    await say(inbox, "ainda uma coisa")
    assert (await talk(inbox))["status"] == "pending"


async def test_an_agent_who_opens_it_has_it(sandbox: Player):
    said = await say(sandbox)
    await sandbox.steer("chatwoot/status", {"conversation": said["conversation"], "status": "resolved"})
    await ask(
        sandbox, "POST", f"conversations/{said['conversation']}/toggle_status", {"status": "open"}, token="token-ana"
    )
    assert (await talk(sandbox))["meta"]["assignee"]["id"] == 2


@pytest.mark.parametrize(("keeps", "status"), [(False, "open"), (True, "pending")])
async def test_a_bot_that_nobody_answers_for_loses_its_conversation_unless_the_account_keeps_it(
    sandbox: Player, *, keeps: bool, status: str
):
    await sandbox.steer("chatwoot/ways", {"keeps_pending": keeps})
    await ask(sandbox, "PATCH", "agent_bots/1", {"outgoing_url": "http://127.0.0.1:9/nobody"})
    await ask(sandbox, "POST", "inboxes/1/set_agent_bot", {"agent_bot": 1})
    await say(sandbox)

    async def tried() -> Json:
        return (await sandbox.http.get("/_sandbox/chatwoot/hooks")).json()

    await until(tried)
    assert (await talk(sandbox))["status"] == status


# ---- webhooks ----


async def test_a_webhook_is_signed_over_its_time_and_its_raw_body(inbox: Player, catcher: Catcher):
    await say(inbox)
    knocked = await catcher.take(of("message_created"))
    at = knocked.headers["x-chatwoot-timestamp"]
    digest = hmac.new(b"secret-of-the-bot", f"{at}.".encode() + knocked.body, hashlib.sha256).hexdigest()
    assert knocked.headers["x-chatwoot-signature"] == f"sha256={digest}"


async def test_an_older_server_signs_nothing(inbox: Player, catcher: Catcher):
    await inbox.steer("chatwoot/ways", {"unsigned": True})
    await say(inbox)
    knocked = await catcher.take(of("message_created"))
    assert not [name for name in knocked.headers if "signature" in name]


async def test_what_is_said_comes_back_with_who_said_it(inbox: Player, catcher: Catcher):
    said = await say(inbox)
    path = f"conversations/{said['conversation']}/messages"
    for token, kind in (("token-bot", "agent_bot"), ("token-ana", "user")):
        await ask(inbox, "POST", path, {"content": kind}, token=token)
        of_it = await catcher.take(lambda one, text=kind: told(one).get("content") == text)
        assert (told(of_it)["message_type"], told(of_it)["sender"]["type"]) == ("outgoing", kind)
    customers = told(await catcher.take(of("message_created")))
    assert (customers["message_type"], "type" in customers["sender"]) == ("incoming", False)


async def test_a_status_that_changes_tells_what_it_was(inbox: Player, catcher: Catcher):
    said = await say(inbox)
    await inbox.steer("chatwoot/status", {"conversation": said["conversation"], "status": "open"})
    changed = told(await catcher.take(of("conversation_status_changed")))
    assert changed["changed_attributes"] == [{"status": {"previous_value": "pending", "current_value": "open"}}]
    assert told(await catcher.take(of("conversation_opened")))["id"] == said["conversation"]


async def test_a_webhook_is_dropped_doubled_and_held_back_on_request(inbox: Player, catcher: Catcher):
    await say(inbox, "antes")
    await catcher.take(of("message_created"))
    for fault in ("drop", "duplicate", "reorder"):
        await inbox.steer("chatwoot/hook-trouble", {"fault": fault})
    for text in ("um", "dois", "três", "quatro"):
        await say(inbox, text)
    texts = [told(await catcher.take(of("message_created")))["content"] for _ in range(4)]
    assert sorted(texts) == ["dois", "dois", "quatro", "três"]
    assert texts[-1] == "três"


async def test_what_went_wrong_by_order_is_over_when_it_is_taken_back(sandbox: Player):
    said = await say(sandbox)
    path = f"conversations/{said['conversation']}/messages"
    await sandbox.steer("chatwoot/trouble", {"fault": "error_500", "path": "/messages", "times": 9})
    assert (await ask(sandbox, "POST", path, {"content": "um"})).status_code == 500
    assert (await sandbox.http.delete("/_sandbox/chatwoot/trouble")).status_code == 204
    assert (await ask(sandbox, "POST", path, {"content": "dois"})).status_code == 200


@pytest.mark.parametrize(("fault", "is_said"), [("error_500", False), ("rate_429", False), ("error_after", True)])
async def test_trouble_says_the_message_or_does_not(sandbox: Player, fault: str, *, is_said: bool):
    said = await say(sandbox)
    await sandbox.steer("chatwoot/trouble", {"fault": fault, "path": "/messages"})
    answer = await ask(sandbox, "POST", f"conversations/{said['conversation']}/messages", {"content": "um"})
    assert answer.status_code >= 400
    assert ("um" in [one["content"] for one in (await talk(sandbox))["all"]]) is is_said


@pytest.mark.parametrize("fault", ["lost", "hang"])
async def test_an_answer_that_never_comes_hides_a_message_that_was_said(sandbox: Player, fault: str):
    said = await say(sandbox)
    await sandbox.steer("chatwoot/trouble", {"fault": fault, "path": "/messages", "seconds": 0.1})
    with pytest.raises(httpx.HTTPError):
        await ask(sandbox, "POST", f"conversations/{said['conversation']}/messages", {"content": "um"})
    assert "um" in [one["content"] for one in (await talk(sandbox))["all"]]
