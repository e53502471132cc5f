"""The simulated Twilio refuses what Twilio refuses, and signs what Twilio's own validator takes."""

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import pytest_asyncio
from twilio.request_validator import RequestValidator

from app.channels.twilio.webhook.signature import fields_of
from app.domain.knocking import Knocked
from tests.channels.suite.catching import Catcher, catching
from tests.sandbox.player import Player

SID, TOKEN = "AC" + "1" * 32, "simulated-auth-token"
US, MARIA, TEMPLATE = "whatsapp:+14155238886", "whatsapp:+5511987654321", "HX" + "a" * 32
TEXT = {"To": MARIA, "From": US, "Body": "Oi"}


@pytest_asyncio.fixture
async def catcher() -> AsyncIterator[Catcher]:
    async with catching() as made:
        yield made


@pytest_asyncio.fixture
async def account(sandbox: Player, catcher: Catcher) -> Player:
    await sandbox.steer("twilio/accounts", {"sid": SID, "webhook": catcher.url, "status_webhook": catcher.url})
    return sandbox


async def post(sandbox: Player, form: dict[str, str], **more: Any) -> httpx.Response:
    known = {"data": form, "auth": (SID, TOKEN)}
    return await sandbox.http.post(f"/twilio/2010-04-01/Accounts/{SID}/Messages.json", **{**known, **more})


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in TEXT.items() if key != name}


def is_signed(knocked: Knocked) -> bool:
    claim = knocked.headers["x-twilio-signature"]
    return bool(RequestValidator(TOKEN).validate(knocked.url, fields_of(knocked.body), claim))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (without("To"), 21604),
        (without("From"), 21603),
        (without("Body"), 21619),
        ({**TEXT, "To": "+5511987654321"}, 21211),
        ({**TEXT, "From": "whatsapp:+15550001111"}, 63007),
        ({**TEXT, "To": US}, 63031),
        ({**TEXT, "Body": "x" * 1601}, 21617),
        ({**TEXT, "Weather": "fine"}, 20001),
        ({**TEXT, "StatusCallback": "ponte"}, 21609),
        ({**without("Body"), "ContentSid": "HX" + "b" * 32}, 21655),
        ({**without("Body"), "ContentSid": TEMPLATE, "ContentVariables": "{}"}, 21656),
        ({**without("Body"), "ContentSid": TEMPLATE, "ContentVariables": '{"1": 7}'}, 21656),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_code(account: Player, form: dict[str, str], code: int):
    await account.steer("twilio/templates", {"sid": TEMPLATE, "places": 1})
    answer = await post(account, form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_only_the_right_key_opens_the_account(account: Player):
    for auth in (None, (SID, "wrong"), ("AC" + "2" * 32, TOKEN)):
        assert (await post(account, TEXT, auth=auth)).status_code == 401


async def test_outside_the_window_words_are_taken_and_never_arrive(account: Player, catcher: Catcher):
    assert (await post(account, TEXT)).status_code == 201
    told = parse_qs((await catcher.take()).body.decode())
    assert (told["MessageStatus"], told["ErrorCode"]) == (["failed"], ["63016"])
    await account.steer("twilio/people", {"sender": MARIA.removeprefix("whatsapp:"), "wrote_seconds_ago": 60})
    assert (await post(account, TEXT)).status_code == 201
    await catcher.take(lambda one: b"delivered" in one.body)


async def test_statuses_go_where_the_message_says(account: Player, catcher: Catcher):
    async with catching() as other:
        await post(account, {**TEXT, "StatusCallback": other.url})
        knocked = await other.take()
    assert is_signed(knocked)
    assert not catcher.caught


async def test_webhooks_are_signed_as_twilio_s_own_validator_takes_them(account: Player, catcher: Catcher):
    picture = {"mime": "image/png", "base64": base64.b64encode(b"x").decode()}
    await account.steer("twilio/say", {"sender": "+5511987654321", "text": "Olá & tchau", "files": [picture]})
    knocked = await catcher.take()
    assert is_signed(knocked)
    assert not is_signed(Knocked(knocked.body + b"&Body=x", knocked.headers, knocked.url))


async def test_templates_are_listed_with_what_whatsapp_says_of_them(account: Player):
    await account.steer("twilio/templates", {"sid": TEMPLATE})
    await account.steer("twilio/templates", {"sid": "HX" + "b" * 32, "approved": False})
    answer = await account.http.get("/twilio/v1/ContentAndApprovals", auth=(SID, TOKEN))
    found = {one["sid"]: one["approval_requests"]["status"] for one in answer.json()["contents"]}
    assert found == {TEMPLATE: "approved", "HX" + "b" * 32: "pending"}
    assert (await account.http.get("/twilio/v1/ContentAndApprovals")).status_code == 401


async def test_a_webhook_is_dropped_and_doubled_on_request(account: Player, catcher: Catcher):
    for fault in ("drop", "duplicate"):
        await account.steer("twilio/hooks", {"fault": fault})
    for text in ("um", "dois"):
        await account.steer("twilio/say", {"sender": "+5511987654321", "text": text})
    bodies = [parse_qs((await catcher.take()).body.decode())["Body"] for _ in range(2)]
    assert bodies == [["dois"], ["dois"]]
