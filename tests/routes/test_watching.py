"""Health, version, figures and metrics: what monitors and operators read, without anybody's words."""

import re
from datetime import timedelta

import httpx
import pytest

from app.services.accounts.health import WORKER_ROLE
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import working
from tests.routes.calls import Json, counted, error_of, knock, talk

Key = dict[str, str]
COMPONENTS = {"rpa", "sheets", "ai", "database", "queue", "kommo", "brain"}
STATUSES = {"healthy", "degraded", "unhealthy", "not_configured"}


async def health(web: httpx.AsyncClient) -> tuple[int, Json]:
    answer = await web.get("/health")
    return answer.status_code, answer.json()


async def test_health_has_the_shape_that_monitors_read(web: httpx.AsyncClient, account: Account):
    status, body = await health(web)
    assert status == 200
    assert set(body) == {"status", "components", "uptime_seconds"}
    assert body["uptime_seconds"] >= 0
    assert set(body["components"]) == COMPONENTS
    for component in body["components"].values():
        assert set(component) == {"status", "message"}
        assert component["status"] in STATUSES
        assert component["message"]


async def test_an_installation_with_a_worker_and_an_account_is_healthy(
    web: httpx.AsyncClient, house: House, account: Account
):
    async with working(house):
        worker = Database(house.database.dsn, role=WORKER_ROLE)
        await worker.fetchval("select 1")
        status, body = await health(web)
        await worker.close()
    assert (status, body["status"]) == (200, "healthy")
    found = {name: component["status"] for name, component in body["components"].items()}
    assert found == {**dict.fromkeys(COMPONENTS, "healthy"), "rpa": "not_configured", "sheets": "not_configured"}


async def test_without_a_worker_it_works_but_says_so(web: httpx.AsyncClient, account: Account):
    status, body = await health(web)
    assert (status, body["status"]) == (200, "degraded")
    assert "ponte worker" in body["components"]["queue"]["message"]


async def test_without_an_account_it_says_what_to_run(web: httpx.AsyncClient):
    kommo = (await health(web))[1]["components"]["kommo"]
    assert kommo["status"] == "not_configured"
    assert "ponte kommo connect" in kommo["message"]


async def test_a_job_that_failed_for_good_is_told(web: httpx.AsyncClient, house: House, account: Account):
    await house.database.execute(
        """insert into queue.pgqueuer (priority, execute_after, entrypoint, status, updated, heartbeat)
        values (0, now(), 'send', 'failed', now(), now())"""
    )
    worker = Database(house.database.dsn, role=WORKER_ROLE)
    await worker.fetchval("select 1")
    _, body = await health(web)
    await worker.close()
    assert body["status"] == "degraded"
    assert "1 jobs have failed" in body["components"]["queue"]["message"]


async def test_the_bare_address_leads_to_what_there_is(web: httpx.AsyncClient):
    answer = await web.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")
    assert (await web.get("/docs")).status_code == 200


async def test_version_names_the_release(web: httpx.AsyncClient):
    body = (await web.get("/version")).json()
    assert body["name"] == "ponte"
    assert re.match(r"\d+\.\d+", body["version"])


FIGURES = {
    "conversations": 1,
    "paused": 0,
    "customer_messages_24h": 1,
    "sent_24h": 0,
    "outbox_waiting": 2,  # the answer, and the note about it
    "crm_held": 0,
    "with_a_person": 0,
    "outbox_dead": 0,
    "quarantined": 0,
    "unread": 0,
}


async def test_stats_counts_what_the_account_has(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, admin: Key, hook_secret: str
):
    await talk(web, house, hook_secret, a_kommo_body())
    body = (await web.get("/stats", headers=reader)).json()
    assert {name: body[name] for name in FIGURES} == FIGURES
    assert set(body) >= {*FIGURES, "turns_24h", "latency_24h_seconds", "outreach_waiting"}
    assert body["turns_24h"] == [{"state": "admitted", "reason": "", "n": 1}]
    assert set(body["latency_24h_seconds"]) == {"turns", "total", "burst_wait", "queue", "brain", "channel"}
    body = (await web.get("/stats", headers=admin)).json()
    assert {row["entrypoint"] for row in body["queue"]} == {"send", "crm"}


async def test_stats_tells_the_latency_of_what_was_delivered_by_stage(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, hook_secret: str
):
    await talk(web, house, hook_secret, a_kommo_body())
    stages = [timedelta(seconds=seconds) for seconds in (1, 1.5, 4.5, 4.5, 5)]
    await house.database.execute(
        """update turns set settled_at = received_at + $1, asked_at = received_at + $2,
        answered_at = received_at + $3, admitted_at = received_at + $4, delivered_at = received_at + $5""",
        *stages,
    )
    found = (await web.get("/stats", headers=reader)).json()["latency_24h_seconds"]
    medians = {name: values[0] for name, values in found.items() if name != "turns"}
    assert medians == pytest.approx({"total": 5, "burst_wait": 1, "queue": 0.5, "brain": 3, "channel": 0.5})


async def test_a_conversation_that_a_person_has_is_counted_as_such(
    web: httpx.AsyncClient, house: House, account: Account, node: Key, hook_secret: str
):
    number = await talk(web, house, hook_secret, a_kommo_body())
    await web.post("/bot-control", json={"action": "pause", "conversation_id": str(number)}, headers=node)
    body = (await web.get("/stats", headers=node)).json()
    assert (body["paused"], body["with_a_person"]) == (1, 1)
    await house.database.execute("update conversations set pause_reason = 'opt_out'")
    body = (await web.get("/stats", headers=node)).json()
    assert (body["paused"], body["with_a_person"]) == (1, 0)


async def test_an_empty_account_has_figures_too(web: httpx.AsyncClient, account: Account, reader: Key):
    body = (await web.get("/stats", headers=reader)).json()
    assert {body[name] for name in FIGURES} == {0}


async def test_stats_knows_nothing_of_other_accounts(
    web: httpx.AsyncClient, house: House, account: Account, stranger: Key, hook_secret: str
):
    await talk(web, house, hook_secret, a_kommo_body())
    body = (await web.get("/stats", headers=stranger)).json()
    assert {body[name] for name in FIGURES} == {0}


async def test_metrics_are_read_by_prometheus_and_hold_ids_and_numbers_only(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, admin: Key, hook_secret: str
):
    await talk(web, house, hook_secret, a_kommo_body("Meu nome é Filomena", contact_id="5011234"))
    answer = await web.get("/metrics", headers=reader)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for name in ("paused", "waiting", "with_a_person", "outbox_dead", "unread", "echoes_by_words"):
        assert f'ponte_{name}{{account="{account.id}"}}' in answer.text
    assert "Filomena" not in answer.text
    assert "5011234" not in answer.text
    assert await counted(web, reader, "ponte_waiting", account=str(account.id)) == 2
    assert "ponte_jobs" not in answer.text
    assert await counted(web, admin, "ponte_jobs", job="send", status="queued") == 1


async def test_metrics_know_nothing_of_other_accounts(
    web: httpx.AsyncClient, house: House, account: Account, stranger: Key, hook_secret: str
):
    await talk(web, house, hook_secret, a_kommo_body())
    text = (await web.get("/metrics", headers=stranger)).text
    assert f'account="{account.id}"' not in text
    assert re.findall(r"^ponte_waiting{.*", text, re.MULTILINE)[0].endswith(" 0.0")


async def test_every_door_is_counted_once(
    web: httpx.AsyncClient, house: House, account: Account, reader: Key, hook_secret: str
):
    before = await counted(web, reader, "ponte_webhooks_total", outcome="decoded")
    await knock(web, f"kommo/{hook_secret}", a_kommo_body())
    assert await counted(web, reader, "ponte_webhooks_total", outcome="decoded") == before + 1


async def test_the_page_of_the_reference_is_there_and_an_unknown_page_is_not(web: httpx.AsyncClient):
    assert "Ponte" in (await web.get("/docs")).text
    assert error_of(await web.get("/redoc"), 404)
