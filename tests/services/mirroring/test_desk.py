"""A sheet as people set it."""

import pytest

from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId
from app.services.mirroring.desk import SheetChange, changed
from app.services.mirroring.symptoms import line
from app.store.sheets import SheetsState
from tests.services.mirroring.conftest import BOOK, Place

A = AccountId(1)


def test_people_may_paste_the_address() -> None:
    address = f"https://docs.google.com/spreadsheets/d/{BOOK}/edit#gid=0"

    assert changed(A, None, SheetChange(address)).spreadsheet == BOOK


@pytest.mark.parametrize(
    "change",
    [
        SheetChange(),
        SheetChange("https://example.com/spreadsheets/d/1SandboxSpreadsheet"),
        SheetChange("short"),
        SheetChange(BOOK, conversation_tab=" "),
        SheetChange(BOOK, conversation_tab="One", browser_tab="One"),
        SheetChange(BOOK, browser_tab="two\nlines"),
        SheetChange(BOOK, other_events=("DROP TABLE",)),
    ],
)
def test_what_makes_no_sense_is_refused(change: SheetChange) -> None:
    with pytest.raises(Rejected):
        changed(A, None, change)


@pytest.mark.parametrize("key", ["", "{", "[]", '{"client_email": "a@b", "private_key": "-----BEGIN"}'])
async def test_a_key_that_is_none_is_refused_without_being_quoted(bare_place: Place, key: str) -> None:
    with pytest.raises(Rejected) as refused:
        bare_place.google.account_of(key)

    assert "BEGIN" not in f"{refused.value!r}{refused.value.hint}{refused.value.__cause__!r}"


async def test_a_key_that_names_another_token_address_is_refused(bare_place: Place) -> None:
    import json  # noqa: PLC0415 - this test alone

    stolen = json.dumps({**bare_place.key, "token_uri": "https://example.com/token"})
    with pytest.raises(Rejected, match="another token address"):
        await bare_place.set(service_account=stolen)


async def test_another_spreadsheet_gets_everything_that_the_record_holds(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n1"})
    await place.carry()
    await place.steer("books", id="2AnotherSpreadsheet", editors=[place.key["client_email"]])
    await place.set(spreadsheet="2AnotherSpreadsheet")
    await place.carry()

    answer = await place.player.http.get("/_sandbox/sheets/books/2AnotherSpreadsheet")
    assert [row[3]["value"] for row in answer.json()["conversation_events"][1:]] == ["n1"]


async def test_a_sheet_that_was_removed_gets_nothing_more(place: Place) -> None:
    await place.rooms.desk.remove(place.id, who="test")
    await place.log("rpa_request", {"extracted_name": "n1"})
    await place.carry()

    assert await place.rooms.desk.listing(place.id) == []
    with pytest.raises(NotFound):
        await place.rooms.desk.remove(place.id, who="test")


def test_the_doctor_says_what_there_is_and_what_to_do() -> None:
    none, well, ill = SheetsState(0, 0, 0), SheetsState(2, 0, 5), SheetsState(2, 1, 900)

    assert [line(state, has_key=True).status for state in (none, well, ill)] == ["not_configured", "ok", "failed"]
