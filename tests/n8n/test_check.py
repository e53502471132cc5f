"""`check` asks the live workflow as Ponte would, and says of every bad answer what is wrong and where to mend it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from fastapi.responses import HTMLResponse, JSONResponse, Response

from app.domain.ids import AccountId
from app.domain.turn_tokens import TurnTokens
from app.n8n.brain import KEY_HEADER
from app.n8n.client import REPLY_HEADER, Answered, N8n
from app.services.workflows.checking import (
    CURES,
    NOWHERE,
    Checking,
    Finding,
    Trial,
    about_failure,
    about_reply,
    about_time,
)
from tests.conftest import ROOT
from tests.n8n.stand_in import KEY, Cut, Json, StandIn, http, standing_in
from tests.n8n.test_push import push

SECRET = "ponte_one"
TOKENS = TurnTokens(["a key of this test"])
TRIAL = Trial(AccountId(1), "https://bot.example.com", SECRET, timedelta(seconds=9))


@pytest_asyncio.fixture
async def n8n() -> AsyncIterator[StandIn]:
    async with standing_in() as made:
        await push(made)
        made.answer = as_ours
        yield made


def as_ours(body: Json) -> Response:
    """What our responder answers: a reply, and where its tools are out of reach an error."""
    if body["mcp_url"] == NOWHERE:
        return JSONResponse({"error": {"code": "workflow_failed", "message": "Could not connect"}}, 502)
    return JSONResponse({"action": "reply", "reply": "Bom dia!"})


async def check(n8n: StandIn, trial: Trial = TRIAL) -> list[Finding]:
    async with http() as client:
        return list(await Checking(N8n(client, n8n.url, KEY), TOKENS).check(trial, datetime.now(UTC)))


async def test_a_good_workflow_passes(n8n: StandIn):
    found = await check(n8n)

    assert [one.name for one in found] == ["webhook", "reply", "latency", "error branch"]
    assert all(one.ok for one in found)


async def test_the_question_is_a_dry_run_of_nobody(n8n: StandIn):
    asked: list[Json] = []
    n8n.answer = lambda body: (asked.append(body), as_ours(body))[1]
    await check(n8n)

    turn = TOKENS.read(asked[0]["mcp_url"].rsplit("/", 1)[1], datetime.now(UTC))
    assert (turn.dry_run, turn.conversation_id) == (True, 0)
    assert asked[0]["burst"][0]["text"] == "Oi, bom dia!"


async def test_a_workflow_that_is_not_published_is_told():
    async with standing_in() as n8n:
        (found,) = await check(n8n)

    assert not found.ok
    assert "ponte n8n push" in found.todo


async def test_a_wrong_key_is_told(n8n: StandIn):
    found = await check(n8n, Trial(AccountId(1), "https://bot.example.com", "another", timedelta(seconds=9)))

    assert [one for one in found if one.name == "reply" and not one.ok and "http_403" in one.said]


async def test_an_open_webhook_is_told(n8n: StandIn):
    for held in n8n.held.values():
        held.pop("name", None)
    n8n.answer = lambda _: JSONResponse({"reply": "Oi"})
    n8n.held["open"] = {"name": "User-Agent", "value": "python-httpx/0.28.1"}

    (found,) = await check(n8n)

    assert not found.ok
    assert "without a key" in found.said


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (Answered(200, "application/json", b"", 0.1), "empty"),
        (Answered(200, "text/html", b"<html></html>", 0.1), "html"),
        (Answered(200, "application/json", b"{", 0.1), "not_json"),
        (Answered(200, "application/json", b'{"action": "reply"}', 0.1), "no_text"),
        (Answered(200, "application/json", b'{"message": "Workflow was started"}', 0.1), "at once"),
        (Answered(500, "application/json", b'{"message": "Error in workflow"}', 0.1), "http_500"),
    ],
)
def test_every_bad_answer_says_what_is_wrong_and_what_to_do(answer: Answered, word: str):
    found = about_reply(answer)

    assert not found.ok
    assert word in found.said
    assert found.todo


def test_every_failure_that_an_answer_can_be_has_its_cure():
    """Whatever code the reading of answers knows, and every status."""
    source = "".join((ROOT / "app" / "n8n" / name).read_text() for name in ("answers.py", "reading.py", "brain.py"))
    codes = set(re.findall(r'BrainFailed\("(\w+)"', source))

    assert codes >= {"empty", "html", "not_json", "too_long", "no_text", "bad_answer", "too_late", "unreachable"}
    assert not codes - set(CURES)
    for status in (*range(201, 202), *range(203, 600)):
        found = about_reply(Answered(status, "application/json", b"", 0.1))
        assert len(found.todo.split()) > 5, status


def test_a_told_failure_comes_with_n8n_s_words_and_with_what_to_do():
    body = b'{"error": {"code": "workflow_failed", "message": "401 Incorrect API key provided"}}'

    found = about_reply(Answered(502, "application/json", body, 0.1))

    assert found.todo == f"n8n says: 401 Incorrect API key provided {CURES['http_502']}"


async def test_an_n8n_that_is_away_is_a_finding_with_what_to_do(n8n: StandIn):
    n8n.url = "http://127.0.0.1:9"

    (found,) = await check(n8n)

    assert (found.ok, found.todo) == (False, CURES["unreachable"])


async def test_an_n8n_that_hangs_up_on_the_question_is_a_finding_with_what_to_do(n8n: StandIn):
    n8n.answer = lambda _: Cut()

    closed, found = await check(n8n)

    assert (closed.ok, found.ok, found.todo) == (True, False, CURES["too_late"])


def test_an_answer_that_ponte_would_not_wait_for_is_told():
    assert not about_time(Answered(200, "", b"", 9.5), timedelta(seconds=9)).ok
    assert about_time(Answered(200, "", b"", 8.5), timedelta(seconds=9)).ok


@pytest.mark.parametrize(
    "response",
    [JSONResponse({"reply": "Deu tudo certo!"}), HTMLResponse("oops", 500), JSONResponse({"message": "Error"}, 500)],
)
def test_a_failure_that_is_not_told_is_told(response: Response):
    found = about_failure(Answered(response.status_code, "", bytes(response.body), 0.1))

    assert not found.ok
    assert "502" in found.todo


def test_it_asks_with_the_header_that_the_brain_sends():
    assert REPLY_HEADER == KEY_HEADER
