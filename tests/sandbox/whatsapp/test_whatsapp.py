"""The simulated WhatsApp refuses what Meta refuses, signs as its vendors sign, and tries again until it is heard."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.channels.suite.catching import Catcher, catching
from tests.sandbox.player import Player

NUMBER = "900100200300"
MARIA = "5511987654321"
SENDS = f"whatsapp/v25.0/{NUMBER}/messages"
KEY = {"Authorization": "Bearer simulated-token"}
TEXT: dict[str, Any] = {"messaging_product": "whatsapp", "to": f"+{MARIA}", "type": "text", "text": {"body": "Oi"}}


@pytest_asyncio.fixture
async def catcher() -> AsyncIterator[Catcher]:
    async with catching() as made:
        yield made


@pytest_asyncio.fixture
async def number(sandbox: Player, catcher: Catcher) -> Player:
    await sandbox.steer("whatsapp/numbers", {"id": NUMBER, "webhook": catcher.url})
    return sandbox


async def post(
    sandbox: Player, body: Any, path: str = f"whatsapp/v25.0/{NUMBER}/messages", **more: Any
) -> httpx.Response:
    return await sandbox.http.post(f"/{path}", **{"json": body, "headers": KEY, **more})


def code_of(answer: httpx.Response) -> int:
    return answer.json()["error"]["code"]


WRONG: list[tuple[dict[str, Any], int]] = [
    ({**TEXT, "messaging_product": "sms"}, 100),
    ({key: value for key, value in TEXT.items() if key != "messaging_product"}, 131008),
    ({key: value for key, value in TEXT.items() if key != "to"}, 100),
    ({**TEXT, "to": 5511987654321}, 100),
    ({**TEXT, "unexpected": 1}, 100),
    ({**TEXT, "text": {"body": "Oi", "preview": True}}, 100),
    ({**TEXT, "text": {"body": "x" * 4097}}, 100),
    ({**TEXT, "text": {"body": ""}}, 100),
    ({**TEXT, "type": "image"}, 100),
    ({**TEXT, "type": "image", "image": {"id": "7", "link": "https://example.com"}}, 100),
    ({**TEXT, "type": "image", "image": {"id": "never-uploaded"}}, 131009),
    ({**TEXT, "recipient_type": "group"}, 100),
    ({**TEXT, "type": "template", "template": {"name": "nada", "language": {"code": "pt_BR"}}}, 132001),
]


@pytest.mark.parametrize(("body", "code"), WRONG)
async def test_what_does_not_fit_is_refused_with_metas_code(number: Player, body: dict[str, Any], code: int):
    answer = await post(number, body)
    assert (answer.status_code >= 400, code_of(answer)) == (True, code)


async def test_only_the_right_key_opens_the_number(number: Player):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"D360-API-KEY": "simulated-token"}):
        answer = await post(number, TEXT, headers=headers)
        assert (answer.status_code, code_of(answer)) == (401, 190)
    assert (await post(number, TEXT, "dialog360/messages", headers={"D360-API-KEY": "wrong"})).status_code == 401
    assert code_of(await post(number, TEXT, "whatsapp/v25.0/900100200301/messages")) == 100
    assert (await post(number, TEXT, "dialog360/messages", headers={"D360-API-KEY": "simulated-token"})).is_success


async def test_outside_the_window_words_are_taken_and_never_arrive(number: Player, catcher: Catcher):
    assert (await post(number, TEXT)).is_success
    failed = await catcher.take(lambda one: b'"failed"' in one.body)
    assert json.loads(failed.body)["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"][0]["code"] == 131047
    await number.steer("whatsapp/people", {"phone": MARIA, "wrote_seconds_ago": 23 * 3600})
    assert (await post(number, TEXT)).is_success
    await catcher.take(lambda one: b'"delivered"' in one.body)
    await number.steer("whatsapp/people", {"phone": MARIA, "wrote_seconds_ago": 25 * 3600})
    await number.steer("whatsapp/numbers", {"id": NUMBER, "refuses_at_once": True})
    assert code_of(await post(number, TEXT)) == 131047


async def test_a_template_wants_its_places_filled(number: Player):
    await number.steer("whatsapp/templates", {"name": "oi", "places": 1})
    known = {**TEXT, "type": "template", "template": {"name": "oi", "language": {"code": "pt_BR"}}}
    assert code_of(await post(number, known)) == 132000
    filled = {"type": "body", "parameters": [{"type": "text", "text": "Maria"}]}
    known["template"] = {**known["template"], "components": [filled]}
    assert (await post(number, known)).is_success


@pytest.mark.parametrize(
    ("signs", "name", "prefix"),
    [
        ("meta", "x-hub-signature-256", "sha256="),
        ("dialog", "x-360dialog-signature", ""),
        ("nobody", "", ""),
    ],
)
async def test_webhooks_are_signed_as_their_vendor_signs(
    number: Player, catcher: Catcher, signs: str, name: str, prefix: str
):
    await number.steer("whatsapp/numbers", {"id": NUMBER, "webhook": catcher.url, "signs": signs, "shape": "flat"})
    await number.steer("whatsapp/say", {"phone": MARIA, "text": "Oi"})
    knocked = await catcher.take()
    digest = hmac.new(b"simulated-app-secret", knocked.body, hashlib.sha256).hexdigest()
    assert [one for one in knocked.headers if "signature" in one] == ([name] if name else [])
    assert knocked.headers.get(name, "") == (prefix + digest if name else "")
    assert set(json.loads(knocked.body)) == {"contacts", "messages"}


async def test_a_webhook_is_dropped_doubled_and_held_back_on_request(number: Player, catcher: Catcher):
    for fault in ("drop", "duplicate", "reorder"):
        await number.steer("whatsapp/hooks", {"fault": fault, "seconds": 0.2})
    for text in ("um", "dois", "três", "quatro"):
        await number.steer("whatsapp/say", {"phone": MARIA, "text": text})
    texts = [json.loads((await catcher.take()).body)["entry"][0]["changes"][0]["value"] for _ in range(4)]
    assert sorted(one["messages"][0]["text"]["body"] for one in texts) == ["dois", "dois", "quatro", "três"]
    assert texts[-1]["messages"][0]["text"]["body"] == "três"


async def test_meta_takes_no_address_that_does_not_answer_its_challenge(number: Player, catcher: Catcher):
    wanted = {"override_callback_uri": catcher.url, "verify_token": "x"}
    answer = await post(number, {"webhook_configuration": wanted}, f"whatsapp/v25.0/{NUMBER}")
    assert (answer.status_code, code_of(answer)) == (400, 2200)


async def test_a_number_shows_the_fields_that_are_asked_for_and_no_others(number: Player):
    answer = await number.http.get(f"/whatsapp/v25.0/{NUMBER}", params={"fields": "verified_name"}, headers=KEY)
    assert set(answer.json()) == {"id", "verified_name"}
    answer = await number.http.get(f"/whatsapp/v25.0/{NUMBER}", params={"fields": "shoe_size"}, headers=KEY)
    assert code_of(answer) == 100
