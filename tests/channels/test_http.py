"""What happens on the wire is told in our words, by one question: may the other side have acted?"""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.channels.http import (
    CALL_BUDGET,
    CONNECT_BUDGET,
    LONGEST_WAIT,
    READ_BUDGET,
    error_of,
    exchange,
    is_json,
    masked,
    new_client,
    place,
    retry_after,
)
from app.domain.errors import AppError, Conflict, NeedsHuman, NotFound, NotStarted, OutcomeUnknown, Rejected, Retryable

SECRET = "https://ana:secret@api.example.com/v1/messages/7?phone=5511900010001#frag"


def answer(status: int, **headers: str) -> httpx.Response:
    request = httpx.Request("POST", SECRET)
    return httpx.Response(status, headers={key.replace("_", "-"): one for key, one in headers.items()}, request=request)


async def outcome(client: httpx.AsyncClient, url: str, *, acts: bool) -> type[Exception]:
    with pytest.raises(AppError) as raised:
        await exchange(client, client.build_request("POST", url, json={"text": "oi"}), acts=acts)
    return type(raised.value)


async def test_an_answer_comes_whole(vendor: Any, said: Any, impatient: httpx.AsyncClient):
    vendor.says(said(200, "olá"))
    response = await exchange(impatient, impatient.build_request("GET", vendor.url), acts=False)
    assert (response.status_code, response.text) == (200, "olá")


@pytest.mark.parametrize(("acts", "error"), [(True, OutcomeUnknown), (False, Retryable)])
@pytest.mark.parametrize("trouble", [b"HANG", b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", b"no http\r\n"])
async def test_silence_and_torn_answers_are_unknown_where_the_call_acts(
    vendor: Any, impatient: httpx.AsyncClient, trouble: bytes, acts: bool, error: type[AppError]
):
    vendor.says(trouble)
    assert await outcome(impatient, vendor.url, acts=acts) is error


async def test_no_connection_means_that_nothing_started(impatient: httpx.AsyncClient):
    assert await outcome(impatient, "http://127.0.0.1:1/", acts=True) is NotStarted


async def test_a_call_ends_with_its_budget_however_slowly_the_answer_drips(vendor: Any):
    vendor.says(b"HANG")
    async with new_client() as client:
        request = client.build_request("POST", vendor.url)
        with pytest.raises(OutcomeUnknown):
            await exchange(client, request, acts=True, within=timedelta(seconds=0.05))


async def test_redirects_are_not_followed(vendor: Any, said: Any, impatient: httpx.AsyncClient):
    vendor.says(said(302, b"", "text/html", "location: http://127.0.0.1:1/"))
    request = impatient.build_request("GET", vendor.url)
    assert (await exchange(impatient, request, acts=False)).status_code == 302
    async with new_client() as ours:
        assert not ours.follow_redirects


async def test_an_answer_without_end_is_given_up(vendor: Any, impatient: httpx.AsyncClient):
    vendor.says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (9 * 2**20))
    assert await outcome(impatient, vendor.url, acts=False) is Retryable


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, NeedsHuman),
        (400, Rejected),
        (401, NeedsHuman),
        (402, NeedsHuman),
        (403, NeedsHuman),
        (404, NotFound),
        (405, Rejected),
        (409, Conflict),
        (413, Rejected),
        (422, Conflict),
        (429, NotStarted),
    ],
)
def test_a_refusal_means_the_same_whether_the_call_acts_or_reads(status: int, error: type[AppError]):
    for acts in (True, False):
        assert type(error_of(answer(status), acts=acts)) is error


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_unknown_where_the_call_acts(status: int):
    assert type(error_of(answer(status), acts=True)) is OutcomeUnknown
    assert type(error_of(answer(status), acts=False)) is Retryable


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_no_error(status: int):
    assert error_of(answer(status), acts=True) is None


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500])
def test_no_error_shows_a_query_a_user_or_a_body(status: int):
    error = error_of(answer(status), acts=True)
    shown = f"{error} {error.hint}" if error else ""
    assert "/v1/messages/7" in shown
    assert not any(word in shown for word in ("5511900010001", "secret", "ana", "frag"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7),
        ({"retry_after": "999999999"}, LONGEST_WAIT.total_seconds()),
        ({}, 5),
        ({"retry_after": "soon"}, 5),
        ({"retry_after": "-3"}, 5),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:28:30 GMT"}, 0),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 5),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float):
    assert retry_after(answer(429, **headers)) == timedelta(seconds=seconds)


def test_problem_json_is_json_and_html_is_not():
    assert is_json(answer(400, content_type="application/problem+json; charset=utf-8"))
    assert not is_json(answer(403, content_type="text/html"))
    assert not is_json(answer(403))


def test_what_is_shown_of_an_address_has_no_secret():
    assert masked(SECRET) == "https://api.example.com/v1/messages/7"
    assert masked("http://me:hidden@127.0.0.1:8123/x?hidden") == "http://127.0.0.1:8123/x"
    assert masked("http://[::1]:8123/x") == "http://[::1]:8123/x"
    assert masked("http://[broken") == masked("nothing") == masked("http://x:hidden/") == "(unreadable address)"
    assert place(httpx.Request("GET", SECRET)) == "GET /v1/messages/7"


def test_budgets_nest():
    assert CONNECT_BUDGET < READ_BUDGET < CALL_BUDGET
