"""Google Sheets as its client meets it: over HTTP, with errors that say whether anything was written."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest
import pytest_asyncio

from app.domain.clock import FixedClock
from app.domain.errors import NotStarted, OutcomeUnknown, Retryable
from app.sheets.base import ServiceAccount, SheetBusy, SheetRefused
from app.sheets.google import GoogleSheets, GoogleSpreadsheet
from tests.sandbox.player import Player

BOOK = "1SandboxSpreadsheet"
TAB = "What's / new!"


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield client


@pytest_asyncio.fixture
async def key(sandbox_process: Player) -> dict[str, str]:
    await sandbox_process.steer("sheets/reset", {})
    made = await sandbox_process.steer("sheets/accounts", {"name": "ponte"})
    await sandbox_process.steer("sheets/books", {"id": BOOK, "editors": [made["client_email"]], "tabs": [TAB]})
    return made


@pytest.fixture
def google(http: httpx.AsyncClient, sandbox_process: Player) -> GoogleSheets:
    clock = FixedClock(datetime.now(UTC))
    return GoogleSheets(http, clock, base_url=str(sandbox_process.http.base_url), budget=timedelta(seconds=20))


@pytest.fixture
def account(google: GoogleSheets, key: dict[str, str]) -> ServiceAccount:
    return google.account_of(orjson.dumps(key).decode())


@pytest.fixture
def book(google: GoogleSheets, account: ServiceAccount) -> GoogleSpreadsheet:
    return google.open(BOOK, account)


async def test_a_tab_may_have_any_name(book: GoogleSpreadsheet) -> None:
    await book.append(TAB, [["one", 1], ["two", 2]])
    await book.write(TAB, {"B2:C2": [["three", "four"]]})

    assert await book.tabs() == [TAB]
    assert await book.read(TAB, "A:C") == [["one", "1"], ["two", "three", "four"]]


async def test_four_first_calls_together_fetch_one_token(book: GoogleSpreadsheet, sandbox_process: Player) -> None:
    await asyncio.gather(*(book.tabs() for _ in range(4)))

    assert (await sandbox_process.http.get("/_sandbox/sheets/calls")).json()["token"] == 1


async def test_a_quota_that_is_used_up_wrote_nothing(book: GoogleSpreadsheet, sandbox_process: Player) -> None:
    await sandbox_process.steer("sheets/quota", {"quota": 1})
    await book.append(TAB, [["one"]])
    with pytest.raises(SheetBusy):
        await book.append(TAB, [["two"]])

    assert await book.read(TAB, "A:A") == [["one"]]


@pytest.mark.parametrize("fault", ["error_500", "lost", "error_after"])
async def test_a_write_without_an_answer_may_have_happened(
    book: GoogleSpreadsheet, sandbox_process: Player, fault: str
) -> None:
    await sandbox_process.steer("sheets/trouble", {"fault": fault})
    with pytest.raises(OutcomeUnknown):
        await book.append(TAB, [["one"]])


async def test_a_read_without_an_answer_may_be_repeated(book: GoogleSpreadsheet, sandbox_process: Player) -> None:
    await sandbox_process.steer("sheets/trouble", {"fault": "error_500", "what": "read"})
    with pytest.raises(Retryable):
        await book.tabs()


async def test_a_token_endpoint_that_is_down_wrote_nothing(book: GoogleSpreadsheet, sandbox_process: Player) -> None:
    await sandbox_process.steer("sheets/trouble", {"fault": "error_500", "what": "token"})
    with pytest.raises(Retryable):
        await book.append(TAB, [["one"]])

    assert await book.read(TAB, "A:A") == []


async def test_where_nobody_listens_nothing_was_written(http: httpx.AsyncClient, account: ServiceAccount) -> None:
    nowhere = GoogleSheets(http, FixedClock(datetime.now(UTC)), base_url="http://127.0.0.1:9")
    with pytest.raises(NotStarted):
        await nowhere.open(BOOK, account).append(TAB, [["one"]])


@pytest.mark.parametrize(
    ("spreadsheet", "tab", "code"), [("1Nothing", TAB, "sheet_missing"), (BOOK, "None", "sheet_tab")]
)
async def test_a_refusal_has_a_code(
    google: GoogleSheets, account: ServiceAccount, spreadsheet: str, tab: str, code: str
) -> None:
    with pytest.raises(SheetRefused) as refused:
        await google.open(spreadsheet, account).append(tab, [["one"]])

    assert refused.value.code == code


async def test_a_service_account_that_google_does_not_know_is_refused(
    google: GoogleSheets, account: ServiceAccount
) -> None:
    stranger = ServiceAccount("stranger@example.com", account.private_key, account.token_uri)
    with pytest.raises(SheetRefused) as refused:
        await google.open(BOOK, stranger).tabs()

    assert refused.value.code == "sheet_key"


async def test_the_key_is_in_no_log_and_no_repr(
    book: GoogleSpreadsheet, account: ServiceAccount, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await book.append(TAB, [["Filomena"]])

    part = account.private_key.splitlines()[3]
    assert part not in caplog.text + repr(account)
    assert "Filomena" not in caplog.text
