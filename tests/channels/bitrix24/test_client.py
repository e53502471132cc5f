"""How calls reach a portal, and what its refusals mean; no secret of it is ever shown."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.channels.bitrix24.adapter import Bitrix24Channel
from app.channels.bitrix24.client import BitrixClient, calls
from app.channels.bitrix24.payloads.credentials import credentials_of
from app.channels.guard import Guard
from app.channels.http import masked, place
from app.domain.account import Connection
from app.domain.clock import FixedClock
from app.domain.errors import (
    AppError,
    Conflict,
    NeedsHuman,
    NotFound,
    NotStarted,
    OutcomeUnknown,
    Rejected,
    Retryable,
)
from app.domain.ids import AccountId, ChatId
from app.domain.messages import Address
from tests.channels.kommo.conftest import GrantingGovernor

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "verysecret9"


@pytest.fixture
def governor() -> GrantingGovernor:
    return GrantingGovernor()


@pytest.fixture
def client(impatient: httpx.AsyncClient, governor: GrantingGovernor) -> BitrixClient:
    return BitrixClient(impatient, governor, clock=FixedClock(NOON))


@pytest.fixture
def canned(vendor: Any) -> Connection:
    return Connection(AccountId(1), "bitrix24", "portal", vendor.url, f"1/{SECRET}")


def answer(said: Any, result: Any, **time: float) -> bytes:
    return said(200, json.dumps({"result": result, "time": time}), "application/json")


def refused(said: Any, status: int, code: str, text: str = "No.") -> bytes:
    return said(status, json.dumps({"error": code, "error_description": text}), "application/json")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (503, "QUERY_LIMIT_EXCEEDED", NotStarted),
        (429, "OPERATION_TIME_LIMIT", NotStarted),
        (503, "OVERLOAD_LIMIT", NotStarted),
        (401, "NO_AUTH_FOUND", NeedsHuman),
        (401, "expired_token", NeedsHuman),
        (403, "insufficient_scope", NeedsHuman),
        (403, "ACCESS_DENIED", Rejected),
        (400, "WRONG_CHAT", Conflict),
        (400, "BOT_NOT_FOUND", NeedsHuman),
        (404, "CHAT_NOT_FOUND", NotFound),
        (400, "ANYTHING", Rejected),
        (500, "INTERNAL_SERVER_ERROR", OutcomeUnknown),
    ],
)
async def test_a_refusal_is_told_by_its_code(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any, status: int, code: str, error: type[AppError]
):
    vendor.says(refused(said, status, code))
    with pytest.raises(error) as caught:
        await client.ask(canned, calls.to_the_queue(chat=5))
    assert SECRET not in f"{caught.value.message} {caught.value.hint} {caught.value!r}"


async def test_a_full_bucket_slows_the_portal_down_and_a_block_holds_it(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any, governor: GrantingGovernor
):
    vendor.says(refused(said, 503, "QUERY_LIMIT_EXCEEDED"))
    with pytest.raises(NotStarted):
        await client.me(canned)
    assert governor.slowed == [timedelta(seconds=2)]
    vendor.says(refused(said, 503, "OVERLOAD_LIMIT"))
    with pytest.raises(NotStarted):
        await client.me(canned)
    assert governor.held == [NOON + timedelta(minutes=5)]


async def test_a_method_that_has_run_for_long_rests_and_others_do_not(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any
):
    resets = NOON.timestamp() + 120
    vendor.says(answer(said, {"id": 1}, operating=430, operating_reset_at=resets), answer(said, True))
    await client.me(canned)
    with pytest.raises(NotStarted) as caught:
        await client.me(canned)
    assert caught.value.after == timedelta(seconds=120)
    await client.ask(canned, calls.to_the_queue(chat=5))
    assert len(vendor.heard) == 2


async def test_a_method_that_was_told_to_stop_stops(client: BitrixClient, canned: Connection, vendor: Any, said: Any):
    vendor.says(refused(said, 429, "OPERATION_TIME_LIMIT"))
    for _ in range(3):
        with pytest.raises(NotStarted):
            await client.me(canned)
    assert len(vendor.heard) == 1


async def test_a_batch_tells_the_fate_of_each(client: BitrixClient, canned: Connection, vendor: Any, said: Any):
    result = {"result": {"c0": True}, "result_error": {"c1": {"error": "ACCESS_DENIED", "error_description": "x"}}}
    vendor.says(answer(said, result))
    found = await client.together(canned, [calls.me(), calls.read_as_user(dialog_id="chat5")])
    assert found[0] is True
    assert isinstance(found[1], Rejected)


async def test_the_commands_of_a_batch_are_counted_as_calls_are(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any
):
    ran = {"c0": {"operating": 430, "operating_reset_at": NOON.timestamp() + 120}, "c1": {"operating": 3}}
    vendor.says(answer(said, {"result": {"c0": True, "c1": True}, "result_error": [], "result_time": ran}))
    both = [calls.me(), calls.read_as_user(dialog_id="chat5")]
    await client.together(canned, both)
    with pytest.raises(NotStarted) as caught:
        await client.me(canned)
    assert caught.value.after == timedelta(seconds=120)
    vendor.says(answer(said, {"result": {"c1": "seen"}, "result_error": []}))
    rests, seen = await client.together(canned, both)
    assert (rests.code, seen) == ("operating_time", "seen")
    assert "im.user.get" not in vendor.heard[-1]


async def test_a_batch_whose_every_method_rests_is_not_sent(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any
):
    vendor.says(refused(said, 429, "OPERATION_TIME_LIMIT"))
    with pytest.raises(NotStarted):
        await client.me(canned)
    assert [one.code for one in await client.together(canned, [calls.me()] * 60)] == ["operating_time"] * 60
    assert len(vendor.heard) == 1


async def test_a_command_that_was_told_to_stop_stops_and_the_portal_is_not_slowed(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any, governor: GrantingGovernor
):
    stopped = {"c0": {"error": "OPERATION_TIME_LIMIT", "error_description": "x"}}
    vendor.says(answer(said, {"result": [], "result_error": stopped}))
    assert (await client.together(canned, [calls.me()]))[0].after == timedelta(minutes=1)
    with pytest.raises(NotStarted):
        await client.me(canned)
    assert (len(vendor.heard), governor.slowed) == (1, [])


async def test_commands_that_are_too_many_slow_the_portal_down_once(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any, governor: GrantingGovernor
):
    full = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    vendor.says(answer(said, {"result": [], "result_error": {"c0": full, "c1": full}}))
    found = await client.together(canned, [calls.me(), calls.read_as_user(dialog_id="chat5")])
    assert all(isinstance(one, NotStarted) for one in found)
    assert len(governor.slowed) == 1


async def test_more_than_fifty_commands_are_more_than_one_batch(
    client: BitrixClient, canned: Connection, vendor: Any, said: Any
):
    vendor.says(answer(said, {"result": [], "result_error": []}))
    found = await client.together(canned, [calls.me()] * 51)
    assert len(vendor.heard) == 2
    assert all(isinstance(one, Retryable) for one in found)


async def test_a_bot_that_was_put_out_of_the_chat_says_so(
    impatient: httpx.AsyncClient, client: BitrixClient, canned: Connection, vendor: Any, said: Any
):
    channel = Bitrix24Channel(client, guard=Guard(impatient))
    bot = {"bot": {"id": 456, "code": "ponte", "eventMode": "fetch"}}
    vendor.says(answer(said, bot), refused(said, 403, "ACCESS_DENIED"))
    slot = await client.governor.slot(canned, calls.me().lane)
    with pytest.raises(Rejected) as caught:
        await channel.send(canned, Address(ChatId("chat5")), "oi", way="bot", slot=slot)
    assert caught.value.code == "human_has_chat"


@pytest.mark.parametrize(
    "address",
    [
        "http://portal.bitrix24.com",
        "https://portal.bitrix24.com/rest/1/verysecret9/",
        "https://me:pw@portal.bitrix24.com",
        "https://localhost.",
        "ftp://portal.bitrix24.com",
        "https://[",
    ],
)
async def test_the_secret_travels_nowhere_but_to_a_portal(client: BitrixClient, canned: Connection, address: str):
    elsewhere = Connection(canned.account_id, "bitrix24", "x", address, canned.token)
    with pytest.raises((NeedsHuman, NotStarted, Retryable)) as caught:
        await client.me(elsewhere)
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(
    "token", ["", "1", "x/secret", "1/se cret", "{", '{"webhook": "1/secretly", "more": 1}', "1/a/b"]
)
def test_what_is_no_webhook_is_refused_without_being_quoted(token: str):
    with pytest.raises(NeedsHuman) as caught:
        credentials_of(token)
    assert not token or token not in caught.value.message


def test_no_request_and_no_address_shows_the_secret(canned: Connection):
    url = f"https://portal.bitrix24.com/rest/1/{SECRET}/im.user.get"
    assert SECRET not in masked(url)
    assert SECRET not in place(httpx.Request("POST", url))
    assert place(httpx.Request("POST", url)) == "POST /rest/1/.../im.user.get"
    assert SECRET not in repr(canned)
    assert SECRET not in repr(credentials_of(canned.token))


def test_a_bot_s_own_secret_fits_and_follows_from_the_webhook_unless_it_is_set():
    made = credentials_of(f"1/{SECRET}").key_of_bot
    assert len(made) == 40
    assert SECRET not in made
    assert credentials_of(json.dumps({"webhook": f"1/{SECRET}", "bot_token": "mine"})).key_of_bot == "mine"
