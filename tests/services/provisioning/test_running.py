"""What waits for a panel is done there once, in order, and goes on at its step after every death."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from croniter import croniter

from app.domain.errors import AppError, Conflict
from app.domain.provisioning import LoginRefused, PanelChanged, PanelDown, PanelRefused, Status, Step
from app.jobs.browser import BROWSER_HANDLERS, BROWSER_SCHEDULES
from app.services.provisioning.answers import shape
from app.store.panels import PanelLeases
from tests.services.provisioning.conftest import Place
from tests.services.provisioning.twin import Killed, Point, TwinPanels, lost


async def test_a_user_is_looked_for_made_and_read_back(place: Place, panels: TwinPanels):
    one = await place.ask()
    await place.work()
    ended = await place.now(one)
    assert (ended.status, ended.username, ended.state, ended.step) == (Status.SUCCESS, "sofia1234", "done", Step.DONE)
    assert panels.calls == ["open", "look", "before_write", "after_write", "look"]
    said = shape(ended)
    assert list(said) == ["status", "generated_username", "response_message"]
    password = panels.passwords["sofia1234"]
    assert said["response_message"] == f"Usuario sofia1234 creado exitosamente. Contraseña: {password}"


async def test_the_record_has_the_columns_that_operators_know_and_no_password(place: Place, panels: TwinPanels):
    await place.ask()
    await place.work()
    (asked,), (told,), (seen,) = [await place.log(what) for what in ("rpa_request", "rpa_response", "browser")]
    assert asked == {
        "conversation": "c-1",
        "extracted_name": "Sofía",
        "candidate_username": "sofia1234",
        "attempt": 1,
    }
    assert told == asked | {"generated_username": "sofia1234", "status": "success", "error_detail": ""}
    assert (seen["username"], seen["operation"], seen["operator"]) == ("sofia1234", "create_user", "ana")
    rows = await place.database.fetch("select to_jsonb(e)::text as line from event_log e")
    assert not [row["line"] for row in rows if panels.passwords["sofia1234"] in row["line"]]


async def test_the_fixed_password_is_what_every_user_gets(place: Place, panels: TwinPanels):
    await place.set_panel(user_password="bienvenida")
    await place.ask()
    await place.work()
    assert panels.passwords == {"sofia1234": "bienvenida"}


async def test_twenty_who_ask_at_once_and_four_processes_make_one_user(place: Place, panels: TwinPanels):
    asked = await asyncio.gather(*(place.ask() for _ in range(20)))
    await asyncio.gather(*(place.running(seed).drain(place.id) for seed in range(4)))
    await place.work()
    assert {one.id for one in asked} == {asked[0].id}
    assert panels.writes == {"sofia1234": 1}
    assert {str(shape(await place.now(one))) for one in asked} == {str(shape(await place.now(asked[0])))}


async def test_a_write_in_doubt_of_a_name_that_another_agency_has_is_a_conflict(place: Place, panels: TwinPanels):
    """A 500 that did nothing, and the repeat is told that the name exists: nobody here will ever see it."""
    panels.hidden = {"sofia1234"}
    panels.troubles.append(("before_write", lost()))
    one = await place.ask()
    await place.work(tries=2)
    waits = await place.now(one)
    assert (waits.state, waits.detail) == ("waiting", "exists_not_shown")
    await place.work()
    ended = await place.now(one)
    assert (ended.state, ended.status, ended.step) == ("done", Status.CONFLICT, Step.ACCEPTED)
    assert not panels.writes


async def test_a_user_of_ours_that_the_panel_shows_late_is_no_conflict(place: Place, panels: TwinPanels):
    panels.hidden = {"sofia1234"}
    panels.troubles.append(("before_write", lost()))
    one = await place.ask()
    await place.work(tries=2)
    panels.hidden, panels.users["sofia1234"] = set(), Decimal(0)
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS


async def test_one_is_at_a_panel_at_a_time_whoever_asks(place: Place, panels: TwinPanels):
    for number in range(12):
        await place.ask(f"sofia{number:04}", f"c-{number}")
    await asyncio.gather(*(place.running(seed).drain(place.id) for seed in range(4)))
    await place.work()
    assert panels.most_there == 1
    assert len(panels.users) == 12
    assert set(panels.writes.values()) == {1}


async def test_a_taken_name_is_a_conflict_for_the_caller(place: Place, panels: TwinPanels):
    panels.users["sofia1234"] = Decimal(0)
    one = await place.ask()
    await place.work()
    said = shape(await place.now(one))
    assert (said["status"], said["response_message"]) == ("conflict", "Username already exists")
    assert list(said) == ["status", "response_message", "error_detail"]
    assert not panels.writes


POINTS: list[tuple[Point, int]] = [("open", 0), ("look", 0), ("before_write", 0), ("after_write", 1)]


@pytest.mark.parametrize(("point", "written"), POINTS)
async def test_who_is_killed_there_leaves_what_the_next_one_ends(
    place: Place, panels: TwinPanels, point: Point, written: int
):
    one = await place.ask()
    panels.troubles.append((point, Killed()))
    with pytest.raises(Killed):
        await place.work()
    assert sum(panels.writes.values()) == written
    await place.dies()
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS
    assert panels.writes == {"sofia1234": 1}


async def test_who_is_killed_while_reading_back_leaves_a_user_that_is_found(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles = [("after_write", lost())]
    await place.running().drain(place.id)
    assert (await place.now(one)).step is Step.WRITING
    panels.troubles = [("look", Killed())]
    place.clock.move(timedelta(seconds=2))
    with pytest.raises(Killed):
        await place.running().drain(place.id)
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS
    assert panels.writes == {"sofia1234": 1}


@pytest.mark.parametrize("point", ["before_write", "after_write"])
async def test_a_write_whose_end_was_not_seen_is_looked_for(place: Place, panels: TwinPanels, point: Point):
    one = await place.ask()
    panels.troubles.append((point, lost()))
    await place.work(tries=2)
    ended = await place.now(one)
    assert (ended.status, ended.tries) == (Status.SUCCESS, 1)
    assert panels.writes == {"sofia1234": 1}


async def test_a_panel_that_is_down_is_tried_again_and_then_given_up(place: Place, panels: TwinPanels):
    one = await place.ask(later=True)
    panels.troubles += [("open", PanelDown("down"))] * 6
    await place.work(tries=10)
    ended = await place.now(one)
    assert (ended.state, ended.status, ended.detail) == ("dead", Status.ERROR, "panel_down")
    assert panels.calls.count("open") == 6
    assert "provisioning_dead" in await place.causes()
    await place.replay(one)
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS


async def test_who_waits_for_an_answer_is_not_kept_beyond_the_deadline(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles += [("open", PanelDown("down"))] * 9
    await place.work(tries=5)
    ended = await place.now(one)
    assert (ended.state, ended.detail) == ("dead", "panel_down")


async def test_a_refused_login_is_tried_once_and_stops_everybody(place: Place, panels: TwinPanels):
    first, second = await place.ask("sofia0001", "c-1"), await place.ask("sofia0002", "c-2")
    panels.troubles.append(("look", LoginRefused("no")))
    await place.work(tries=3)
    assert panels.calls == ["open", "look"]
    assert [(await place.now(one)).detail for one in (first, second)] == ["login_refused", "panel_stopped"]
    assert (await place.ask("sofia0003", "c-3")).detail == "panel_stopped"
    assert "panel_login_refused" in await place.causes()
    with pytest.raises(Conflict):
        await place.replay(second)
    assert (await place.services.panels.resume(place.id, who="Ana")).stopped_at is None
    assert "panel_login_refused" not in await place.causes()
    await place.replay(second)
    await place.work()
    assert (await place.now(second)).status is Status.SUCCESS


async def test_a_changed_panel_gets_nothing_and_leaves_a_picture(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles.append(("before_write", PanelChanged("other page", evidence=("run/screen.png",))))
    await place.work()
    ended = await place.now(one)
    assert (ended.detail, ended.evidence, ended.step) == ("panel_changed", ("run/screen.png",), Step.ACCEPTED)
    assert not panels.writes
    (panel,) = await place.services.panels.listing(place.id)
    assert (panel.stopped_why, panel.stopped_evidence) == ("panel_changed", ["run/screen.png"])


READ_BACK: list[tuple[AppError, str]] = [
    (PanelChanged("other page", evidence=("run/screen.png",)), "panel_changed"),
    (LoginRefused("no"), "login_refused"),
]


@pytest.mark.parametrize(("error", "why"), READ_BACK)
async def test_nobody_is_told_that_nothing_was_written_when_something_may_have_been(
    place: Place, panels: TwinPanels, error: AppError, why: str
):
    """The form was taken, and the page on which it is read back is another one: money is there."""
    panels.users["sofia1234"] = Decimal(10)
    one = await place.give("25.00")
    panels.troubles.append(("read_back", error))
    await place.work()
    ended = await place.now(one)
    assert (ended.step, ended.detail) == (Step.WRITTEN, "not_read_back")
    assert "othing was" not in shape(ended)["error_detail"]
    (panel,) = await place.services.panels.listing(place.id)
    assert panel.stopped_why == why
    assert panels.users["sofia1234"] == 35


async def test_a_write_in_doubt_stays_one_whatever_the_next_look_meets(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles = [("after_write", lost())]
    await place.running().drain(place.id)
    panels.troubles = [("open", PanelChanged("other page", evidence=("run/screen.png",)))]
    await place.work(tries=2)
    ended = await place.now(one)
    assert (ended.state, ended.detail, ended.evidence) == ("dead", "write_in_doubt", ("run/screen.png",))
    (panel,) = await place.services.panels.listing(place.id)
    assert (panel.stopped_why, panel.stopped_evidence) == ("panel_changed", ["run/screen.png"])


async def test_what_the_panel_refuses_is_not_tried_again(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles.append(("before_write", PanelRefused("<b>no</b>")))
    await place.work(tries=3)
    ended = await place.now(one)
    assert (ended.state, ended.detail, panels.calls.count("before_write")) == ("dead", "panel_refused", 1)


async def test_a_user_that_is_not_shown_after_a_yes_needs_a_person(place: Place, panels: TwinPanels):
    one = await place.ask(later=True)
    panels.swallows = True
    await place.work(tries=8)
    ended = await place.now(one)
    assert (ended.state, ended.detail, ended.step) == ("dead", "not_read_back", Step.WRITTEN)


async def test_a_browser_that_fails_in_a_way_nobody_foresaw_loses_nothing(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles.append(("look", RuntimeError("the pipe broke")))
    await place.work(tries=2)
    assert (await place.now(one)).status is Status.SUCCESS


async def test_whoever_lost_the_panel_writes_down_nothing_any_more(place: Place):
    one = await place.ask()
    leases = PanelLeases(place.database)
    panel = await place.book.get(place.id)
    assert panel is not None
    lease = await leases.take(panel.account, timedelta(seconds=30))
    assert lease is not None
    taken = await place.rows.next_due([place.id], lease, place.clock.now())
    assert taken is not None
    assert await leases.take(panel.account, timedelta(seconds=30)) is None
    await place.dies()
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS
    assert not await place.rows.take_step(taken, lease)
    assert not await place.rows.put_off(taken, place.clock.now(), "late")
    assert not await leases.keep(lease, timedelta(seconds=30))


async def test_what_nobody_is_at_gets_a_job_by_the_sweep(place: Place):
    await place.ask()
    await place.database.execute("delete from queue.pgqueuer")
    for _ in range(2):
        await place.running().sweep()
    rows = await place.database.fetch("select entrypoint from queue.pgqueuer")
    assert [row["entrypoint"] for row in rows] == ["provision"]


async def test_a_check_writes_nothing_and_says_what_it_found(place: Place, panels: TwinPanels):
    assert await place.running().check(place.id) == "ok"
    panels.troubles.append(("check", PanelChanged("other page")))
    assert await place.running().check(place.id) == "panel_changed"
    (panel,) = await place.services.panels.listing(place.id)
    assert (panel.checked_as, panel.stopped_why) == ("panel_changed", "panel_changed")
    assert not panels.writes


async def test_every_panel_is_checked_once_a_day_and_operators_hear_of_the_one_that_has_changed(
    place: Place, panels: TwinPanels
):
    (daily,) = [one for one in BROWSER_SCHEDULES if one.name == "panel_canary"]
    begins = datetime(2026, 11, 22, tzinfo=UTC)
    runs = croniter(daily.cron, begins)
    assert runs.get_next(datetime) - begins < timedelta(days=1)
    assert runs.get_next(datetime) - runs.get_prev(datetime) == timedelta(days=1)
    panels.troubles.append(("check", PanelChanged("other page")))
    await daily.chore(place.running())
    (job,) = await place.database.fetch("select entrypoint, payload from queue.pgqueuer")
    await BROWSER_HANDLERS[job["entrypoint"]](place.running(), orjson.loads(job["payload"]))
    assert panels.calls == ["open", "check"]
    assert "panel_changed" in await place.causes()
    await place.database.execute("delete from queue.pgqueuer")
    await daily.chore(place.running())
    assert not await place.database.fetch("select from queue.pgqueuer")
