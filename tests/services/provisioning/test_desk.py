"""Requests are taken once, waited for, and come to an end even where nobody does them."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.channels.guard import Refused
from app.domain.errors import Rejected, Retryable
from app.domain.flows import Errand
from app.domain.ids import ConversationId
from app.domain.provisioning import PanelDown, Status, Step
from app.services.provisioning.answers import shape
from app.services.provisioning.panels import PanelChange
from app.store.erasures import Person, wipe
from app.store.panels import BROWSER_ROLE, PanelOverview
from app.store.sealing import seal_anew
from app.store.secrets import Vault, new_secret_key
from tests.services.provisioning.conftest import Place
from tests.services.provisioning.twin import TwinPanels, lost


async def test_without_a_browser_process_the_answer_says_so_and_the_work_is_kept(place: Place):
    one = await place.ask()
    ended = await place.services.desk.wait(one)
    said = shape(ended)
    assert (said["status"], said["response_message"]) == ("error", "User creation failed")
    assert said["error_detail"].startswith("no_browser: ")
    assert ended.state == "dead"


async def test_a_browser_process_shows_itself_by_its_connection(place: Place):
    overview = PanelOverview(place.database)
    assert not await overview.has_browser(datetime.now(UTC))
    await place.database.execute(
        "insert into queue.pgqueuer_schedules (expression, entrypoint, next_run, last_run) "
        "values ('*', 'provision_sweep', now(), now())"
    )
    assert await overview.has_browser(datetime.now(UTC))
    assert BROWSER_ROLE == "ponte browser"


async def test_who_waits_is_answered_when_it_is_over(place: Place, panels: TwinPanels):
    one = await place.ask()
    waiting = asyncio.create_task(place.services.desk.wait(one))
    await place.running().drain(place.id)
    assert (await waiting).status is Status.SUCCESS
    assert panels.writes == {"sofia1234": 1}


async def test_a_place_in_the_queue_is_told(place: Place):
    first, second = await place.ask("sofia0001", "c-1"), await place.ask("sofia0002", "c-2")
    told = [await place.services.desk.status(place.id, one.id) for one in (first, second)]
    assert [one["position"] for one in told] == [1, 2]
    await place.work()
    assert (await place.services.desk.status(place.id, second.id))["status"] == "success"


async def test_what_is_overdue_comes_to_an_end_and_is_kept(place: Place, panels: TwinPanels):
    one = await place.ask()
    place.clock.move(timedelta(minutes=2))
    await place.services.desk.expire()
    ended = await place.now(one)
    assert (ended.state, ended.detail) == ("dead", "no_browser")
    await place.work()
    assert not panels.calls


async def test_a_callback_to_a_private_address_is_refused(place: Place):
    for url in ("https://127.0.0.1/x", "https://10.0.0.5/x", "http://example.com/x", "https://[::1]/x"):
        with pytest.raises(Refused):
            await place.ask(callback_url=url)
    assert await place.database.fetchval("select count(*) from provisionings") == 0


async def test_an_outcome_with_a_callback_leaves_a_job_that_tells_it(place: Place):
    one = await place.ask()
    await place.database.execute("update provisionings set callback_url = 'https://example.com/hook'")
    await place.work()
    rows = await place.database.fetch(
        "select convert_from(payload, 'UTF8') as ids from queue.pgqueuer where entrypoint = 'provisioned'"
    )
    assert [row["ids"] for row in rows] == [f'{{"account":{place.id},"provisioning":{one.id}}}']


async def test_the_whole_loop_finds_a_free_name(place: Place, panels: TwinPanels, chat: ConversationId):
    @asynccontextmanager
    async def within():
        async with place.database.transaction() as tx:
            yield tx

    access = place.access()
    begun = await access.provision(place.id, chat, name="Sofía", email="", key="turn-1", within=within)
    assert (begun.ok, begun.outcome) == (False, "still_running")
    taken = await place.database.fetchval("select candidate from provisionings")
    panels.users[taken] = Decimal(0)
    await place.work()
    told = await access.provision(place.id, chat, name="otra", email="", key="turn-2", within=within)
    (made,) = panels.writes
    assert made != taken
    assert made.startswith("sofia")
    assert told.ok
    assert told.text == f"Usuario {made} creado exitosamente. Contraseña: {panels.passwords[made]}"


async def test_a_name_of_which_no_user_name_can_be_made_is_asked_again(place: Place, chat: ConversationId):
    @asynccontextmanager
    async def within():
        async with place.database.transaction() as tx:
            yield tx

    told = await place.access().provision(place.id, chat, name="😊", email="", key="t", within=within)
    assert (told.ok, told.outcome) == (False, "name_needed")
    assert await place.database.fetchval("select count(*) from provisionings") == 0


async def test_ten_names_are_tried_and_then_a_person_is_asked(place: Place, panels: TwinPanels, chat: ConversationId):
    class Everything(dict[str, Decimal]):
        def __contains__(self, key: object) -> bool:
            return True

        def __getitem__(self, key: str) -> Decimal:
            return Decimal(0)

    panels.users = Everything()
    errand = Errand("provision", "e-1", {"name": "Sofía"})
    with pytest.raises(Retryable):
        await place.access().run(place.id, chat, errand)
    await place.work()
    done = await place.access().run(place.id, chat, errand)
    assert done.status == "conflict"
    assert panels.calls.count("look") == 10
    assert done.data["error_detail"].startswith("no_names_left")


async def test_a_flow_that_chooses_the_name_is_told_of_the_conflict(
    place: Place, panels: TwinPanels, chat: ConversationId
):
    panels.users["sofia1111"] = Decimal(0)
    access = place.access()
    first = Errand("provision", "e-1", {"captured_user_name": "Sofía", "candidate_username": "sofia1111"})
    second = Errand("provision", "e-2", {"captured_user_name": "Sofía", "candidate_username": "sofia2222"})
    done = []
    for errand in (first, second):
        with pytest.raises(Retryable):
            await access.run(place.id, chat, errand)
        await place.work()
        done.append(await access.run(place.id, chat, errand))
    assert [one.status for one in done] == ["conflict", "success"]
    assert done[1].data["generated_username"] == "sofia2222"
    assert done[1].data["password"] == panels.passwords["sofia2222"]


async def test_a_conversation_has_one_user_however_it_is_asked(place: Place, panels: TwinPanels, chat: ConversationId):
    access = place.access()
    for key in ("e-1", "e-2", "e-3"):
        errand = Errand("provision", key, {"name": "Sofía"})
        with pytest.raises(Retryable):
            await access.run(place.id, chat, errand)
    await place.work()
    assert len(panels.users) == 1


async def test_the_password_of_a_panel_does_not_follow_it_to_another_address(place: Place):
    with pytest.raises(Rejected, match="admin_password"):
        await place.services.panels.set(
            place.id, PanelChange(base_url="https://elsewhere.example.com"), who="x", is_operator=True
        )


async def test_a_stranger_may_not_name_an_address_inside(place: Place):
    change = PanelChange(base_url="http://127.0.0.1:9999", admin_password="x")
    with pytest.raises(Refused):
        await place.services.panels.set(place.id, change, who="API")


async def test_secrets_are_sealed_at_rest(place: Place):
    await place.set_panel(admin_password="muy-secreto", user_password="bienvenida")
    await place.ask()
    await place.work()
    rows = await place.database.fetch(
        """select to_jsonb(p)::text as row from panels p union all select to_jsonb(p)::text from provisionings p
        union all select to_jsonb(e)::text from event_log e"""
    )
    assert not [row["row"] for row in rows if "muy-secreto" in row["row"] or "bienvenida" in row["row"]]


async def test_a_month_later_the_password_is_forgotten_and_the_answer_is_not(place: Place):
    one = await place.ask()
    await place.work()
    await place.database.execute("update provisionings set done_at = now() - interval '31 days'")
    await place.services.desk.prune()
    said = shape(await place.now(one))
    assert said["response_message"] == "Usuario sofia1234 creado exitosamente."


async def test_a_write_in_doubt_at_the_deadline_is_looked_at_once_more(place: Place, panels: TwinPanels):
    one = await place.ask()
    panels.troubles.append(("after_write", lost()))
    await place.running().drain(place.id)
    assert (await place.now(one)).step is Step.WRITING
    place.clock.move(timedelta(minutes=1))
    await place.work()
    assert (await place.now(one)).status is Status.SUCCESS


async def test_a_panel_that_is_down_again_and_again_is_left_alone_for_a_while(place: Place, panels: TwinPanels):
    panels.troubles += [("open", PanelDown("down"))] * 5
    for number in range(5):
        await place.ask(f"sofia{number:04}", f"c-{number}")
    await place.running().drain(place.id)
    assert panels.calls.count("open") == 5
    assert "brain_panel_down" in await place.causes()
    late = await place.ask("sofia0009", "c-9")
    await place.running().drain(place.id)
    assert panels.calls.count("open") == 5
    assert (await place.now(late)).tries == 0
    for _ in range(3):
        place.clock.move(timedelta(seconds=12))
        await place.running().drain(place.id)
    assert (await place.now(late)).status is Status.SUCCESS


async def test_of_somebody_who_was_erased_no_name_stays(place: Place):
    await place.ask(conversation="59400001")
    await place.work()
    waiting = await place.ask("sofia9999", conversation="59400001")
    async with place.database.transaction() as tx:
        await wipe(tx, Person(place.id, contacts=("59400001",)))
    rows = await place.database.fetch(
        "select to_jsonb(p)::text as row from provisionings p union all select to_jsonb(e)::text from event_log e"
    )
    assert not [row["row"] for row in rows if "Sof" in row["row"] or "sofia" in row["row"] or "59400001" in row["row"]]
    assert (await place.now(waiting)).state == "dropped"
    await place.work()
    assert "sofia9999" not in place.panels.users


async def test_passwords_are_sealed_anew_with_a_new_key(place: Place):
    await place.set_panel(user_password="bienvenida")
    one = await place.ask()
    fresh = new_secret_key()
    assert await seal_anew(place.database, Vault([fresh, *place.keys])) >= 3
    place.vault = Vault([fresh])
    assert (await place.now(one)).password == "bienvenida"


async def test_a_flow_is_told_how_many_names_may_still_be_tried(place: Place, panels: TwinPanels, chat: ConversationId):
    panels.users |= {"sofia1111": Decimal(0), "sofia2222": Decimal(0)}
    access, left = place.access(most_names=2), list[str]()
    for attempt, username in (("1", "sofia1111"), ("2", "sofia2222")):
        data = {"captured_user_name": "Sofía", "candidate_username": username, "attempt_number": attempt}
        with pytest.raises(Retryable):
            await access.run(place.id, chat, Errand("provision", f"e-{attempt}", data))
        await place.work()
        done = await access.run(place.id, chat, Errand("provision", f"e-{attempt}", data))
        assert done.status == "conflict"
        left.append(done.data["names_left"])
    assert left == ["1", "0"]
