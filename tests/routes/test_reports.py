"""The dashboards' views over HTTP."""

import csv
import io
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.routes.reports import cell
from app.services.accounts.reports import View
from app.store.accounts import Account, NewAccount
from app.store.secrets import new_token
from app.wiring import House
from tests.house import serving
from tests.store.traffic import Month, a_month

MONTH = {"from": "2026-09-01", "to": "2026-10-31"}


@pytest_asyncio.fixture
async def month(house: House, account: Account) -> Month:
    return await a_month(house.database, int(account.id), conversations=20)


@pytest_asyncio.fixture
async def http(house: House, account: Account) -> AsyncIterator[httpx.AsyncClient]:
    """A caller that may read."""
    key = new_token("ponte")
    await house.accounts.add_key(account.id, key, label="planilha", scopes=["read"])
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as client:
        yield client


def table_of(answer: httpx.Response) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them: without the mark by which it knows UTF-8."""
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("view", list(View))
async def test_every_view_is_read_page_by_page_and_no_row_is_lost_or_told_twice(
    http: httpx.AsyncClient, month: Month, view: View
):
    whole = (await http.get(f"/reports/{view}", params=MONTH)).json()
    pages, cursor = [], None
    while True:
        answer = (await http.get(f"/reports/{view}", params={**MONTH, "limit": 7, "cursor": cursor or ""})).json()
        pages += answer["rows"]
        if (cursor := answer["cursor"]) is None:
            break
    assert whole["view"] == view
    first = whole["rows"]
    assert first
    assert pages[: len(first)] == first
    assert len({str(row) for row in pages}) == len(pages)
    assert list(first[0]) == whole["columns"]
    assert "account_id" not in whole["columns"]


@pytest.mark.parametrize("view", list(View))
async def test_every_view_is_a_table_with_the_same_rows(http: httpx.AsyncClient, month: Month, view: View):
    rows = (await http.get(f"/reports/{view}", params=MONTH)).json()["rows"]
    answer = await http.get(f"/reports/{view}", params={**MONTH, "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert f"{view}.csv" in answer.headers["content-disposition"]
    table = table_of(answer)
    assert len(table) == len(rows)
    assert [one["day"] for one in table] == [one["day"] for one in rows]


async def test_times_are_told_on_the_accounts_clock(http: httpx.AsyncClient, month: Month):
    asked = {**MONTH, "limit": 1}
    (row,) = (await http.get("/reports/vw_takeovers", params=asked)).json()["rows"]
    assert row["at"].endswith("-03:00")
    assert row["at"].startswith(row["day"])
    (cells,) = table_of(await http.get("/reports/vw_takeovers", params={**asked, "format": "csv"}))
    assert re.fullmatch(rf"{row['day']} \d\d:\d\d:\d\d-03:00", cells["at"])


async def test_no_cell_begins_a_formula(http: httpx.AsyncClient, month: Month):
    answer = await http.get("/reports/vw_vendedor_desempenho", params={**MONTH, "format": "csv"})
    table = table_of(answer)
    assert {row["seller"] for row in table} == {"Ana", "Bia", "'=HYPERLINK(Caio)"}
    assert [name for row in table for name, text in row.items() if text.startswith(("=", "+", "@", "\t"))] == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+5511900010001", "'+5511900010001"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("Ana", "Ana"),
        ("a=b", "a=b"),
        (-3, "-3"),
        (-1.5, "-1.5"),
        (None, ""),
        (True, "true"),
    ],
)
def test_text_that_would_be_calculated_is_told_apart_from_numbers(value: object, shown: str):
    assert cell(value) == shown


async def test_a_table_that_goes_on_says_where(http: httpx.AsyncClient, month: Month):
    first = await http.get("/reports/vw_latencia", params={**MONTH, "format": "csv", "limit": 3})
    cursor = first.headers["x-next-cursor"]
    second = await http.get("/reports/vw_latencia", params={**MONTH, "format": "csv", "limit": 3, "cursor": cursor})
    assert first.text.splitlines()[0] == second.text.splitlines()[0]
    assert first.text.splitlines()[1:] != second.text.splitlines()[1:]


async def test_only_the_days_that_were_asked_for(http: httpx.AsyncClient, month: Month):
    one = {"from": "2026-09-20", "to": "2026-09-21"}
    rows = (await http.get("/reports/vw_atendimento_diario", params=one)).json()["rows"]
    assert {row["day"] for row in rows} <= {"2026-09-20", "2026-09-21"}


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-10-02", "to": "2026-10-01"},
        {"from": "yesterday"},
        {"from": "1066-10-14"},
        {"to": "9999-12-31"},
        {"cursor": "%%%"},
        {"cursor": "AA"},
        {"cursor": "\uff11\uff12"},
        {"limit": 0},
        {"limit": 201},
        {"format": "xlsx"},
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(http: httpx.AsyncClient, query: dict[str, str]):
    answer = await http.get("/reports/vw_latencia", params=query)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


async def test_an_unknown_view_names_those_there_are(http: httpx.AsyncClient):
    answer = await http.get("/reports/accounts")
    assert answer.status_code == 422
    assert "vw_latencia" in answer.json()["error"]["message"]


async def test_another_account_sees_nothing_of_it_and_who_has_no_key_is_kept_out(
    house: House, http: httpx.AsyncClient, month: Month
):
    other = NewAccount("Outra", "kommo", "30100299", "http://127.0.0.1:9", new_token("kommo"), new_token("hook"))
    key = new_token("ponte")
    await house.accounts.add_key(await house.accounts.connect(other), key, label="x", scopes=["admin"])
    for view in View:
        answer = await http.get(f"/reports/{view}", params=MONTH, headers={"X-API-Key": key})
        assert answer.json()["rows"] == []
        assert (await http.get(f"/reports/{view}", headers={"X-API-Key": "wrong"})).status_code == 401
