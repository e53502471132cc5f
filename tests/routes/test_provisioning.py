"""Users and balances over HTTP: the shapes that callers compare, bad input, and the browser service beside."""

import asyncio
from typing import Any

import httpx
import pytest

from app.domain.provisioning import LoginRefused
from app.jobs.browser import BROWSER_HANDLERS
from app.jobs.registry import HANDLERS
from app.store.accounts import Account
from app.store.queue import JobName
from app.wiring import House
from tests.house import until
from tests.routes.conftest import USER, Key, Service


async def test_the_api_and_the_browser_service_make_users_and_tell_the_three_shapes(
    web: httpx.AsyncClient, service: Service, node: Key, panel: dict[str, Any]
):
    made = await web.post("/api/create-user", json=USER, headers=node)
    password = service.panels.passwords["sofia1234"]
    assert made.status_code == 200
    assert made.json() == {
        "status": "success",
        "generated_username": "sofia1234",
        "response_message": f"Usuario sofia1234 creado exitosamente. Contraseña: {password}",
    }
    taken = await service.http.post("/api/create-user", json=USER | {"conversation_id": "wa-2"}, headers=node)
    assert taken.status_code == 200
    assert list(taken.json()) == ["status", "response_message", "error_detail"]
    assert (taken.json()["status"], taken.json()["response_message"]) == ("conflict", "Username already exists")
    again = await service.http.post("/api/create-user", json=USER, headers=node)
    assert again.json() == made.json()


async def test_twenty_calls_at_once_make_one_user(
    web: httpx.AsyncClient, service: Service, node: Key, panel: dict[str, Any]
):
    calls = [web.post("/api/create-user", json=USER, headers=node) for _ in range(10)]
    calls += [service.http.post("/api/create-user", json=USER, headers=node) for _ in range(10)]
    answers = await asyncio.gather(*calls)
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].json()["status"] == "success"
    assert service.panels.writes == {"sofia1234": 1}


async def test_an_account_without_a_panel_is_told_so(web: httpx.AsyncClient, account: Account, node: Key):
    answer = await web.post("/api/create-user", json=USER, headers=node)
    assert answer.status_code == 200
    assert answer.json()["status"] == "error"
    assert answer.json()["error_detail"].startswith("no_panel: ")


async def test_without_a_browser_process_the_answer_is_an_error_that_says_so(
    web: httpx.AsyncClient, node: Key, admin: Key, panel: dict[str, Any]
):
    answer = await web.post("/api/create-user", json=USER, headers=node)
    assert answer.json()["error_detail"].startswith("no_browser: ")
    (dead,) = (await web.get("/admin/dead?kind=provisioning", headers=admin)).json()["dead"]
    assert (dead["what"], dead["reason"]) == ("create_user", "no_browser")
    assert (await web.post(f"/admin/dead/{dead['id']}/replay", headers=admin)).status_code == 204


async def test_whoever_asks_for_later_gets_a_place_and_an_address(
    web: httpx.AsyncClient, node: Key, panel: dict[str, Any]
):
    asked = await web.post("/api/create-user", json=USER, headers=node | {"Prefer": "respond-async"})
    assert asked.status_code == 202
    told = asked.json()
    assert (told["status"], told["position"]) == ("waiting", 1)
    assert asked.headers["Location"] == told["status_url"]
    assert (await web.get(told["status_url"], headers=node)).json()["status"] == "waiting"


async def test_what_became_of_it_is_shown_later(
    web: httpx.AsyncClient, service: Service, node: Key, panel: dict[str, Any]
):
    asked = (await web.post("/api/create-user", json=USER, headers=node | {"Prefer": "respond-async"})).json()

    async def over() -> Any:
        told = (await service.http.get(asked["status_url"], headers=node)).json()
        return told if told["status"] == "success" else None

    assert (await until(over))["generated_username"] == "sofia1234"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"candidate_username": "Sofia"}, "candidate_username"),
    ({"candidate_username": "so"}, "candidate_username"),
    ({"candidate_username": "sofia <b>"}, "candidate_username"),
    ({"candidate_username": "s" * 33}, "candidate_username"),
    ({"attempt_number": 0}, "attempt_number"),
    ({"attempt_number": 11}, "attempt_number"),
    ({"conversation_id": ""}, "conversation_id"),
    ({"callback_url": "https://10.0.0.5/x"}, ""),
    ({"callback_url": "http://example.com/x"}, ""),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("change", "named"), BAD)
async def test_bad_input_is_refused_by_name_and_touches_no_browser(
    web: httpx.AsyncClient, node: Key, panel: dict[str, Any], house: House, change: dict[str, Any], named: str
):
    answer = await web.post("/api/create-user", json=USER | change, headers=node)
    assert answer.status_code == 422
    assert named in answer.json()["error"]["message"]
    assert await house.database.fetchval("select count(*) from provisionings") == 0


@pytest.mark.parametrize("missing", list(USER))
async def test_a_missing_field_is_named(web: httpx.AsyncClient, node: Key, missing: str):
    answer = await web.post("/api/create-user", json={k: v for k, v in USER.items() if k != missing}, headers=node)
    assert answer.status_code == 422
    assert missing in answer.json()["error"]["message"]


@pytest.mark.parametrize("amount", ["-5", "1.234", "NaN", "0", "1e3", "500.00"])
async def test_a_sum_that_may_not_be_given_is_refused_and_nothing_is_written(
    web: httpx.AsyncClient, node: Key, panel: dict[str, Any], house: House, amount: str
):
    body = {"username": "sofia1234", "amount": amount}
    answer = await web.post("/api/assign-balance", json=body, headers=node | {"Idempotency-Key": "k"})
    assert answer.status_code == 422
    assert "amount" in answer.json()["error"]["message"]
    assert await house.database.fetchval("select count(*) from provisionings") == 0


async def test_a_balance_needs_a_key(web: httpx.AsyncClient, node: Key, panel: dict[str, Any]):
    answer = await web.post("/api/assign-balance", json={"username": "sofia1234", "amount": "5.00"}, headers=node)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["error"]["message"]


async def test_a_balance_is_given_and_told(web: httpx.AsyncClient, service: Service, node: Key, panel: dict[str, Any]):
    await web.post("/api/create-user", json=USER, headers=node)
    body = {"username": "sofia1234", "amount": "500.00", "confirm_amount": "500.00", "confirmed_by": "Ana"}
    for _ in range(2):
        answer = await service.http.post("/api/assign-balance", json=body, headers=node | {"Idempotency-Key": "k"})
        assert (answer.json()["balance_before"], answer.json()["balance_after"]) == ("0.00", "500.00")
    assert service.panels.users["sofia1234"] == 500


async def test_an_administrator_may_try_the_browser_out(
    web: httpx.AsyncClient, service: Service, admin: Key, node: Key, panel: dict[str, Any]
):
    body = {"username": "prueba1", "conversation_id": "test"}
    assert (await service.http.post("/admin/test-rpa", json=body, headers=node)).status_code == 403
    answer = await service.http.post("/admin/test-rpa", json=body, headers=admin)
    assert answer.json()["generated_username"] == "prueba1"


async def test_the_browser_service_has_the_health_that_monitors_know(service: Service):
    told = (await service.http.get("/health")).json()
    assert {name: told[name] for name in ("status", "service")} == {"status": "healthy", "service": "RPA Bot API"}
    assert told["browser"]["status"] == "up"


async def test_the_health_of_the_api_knows_the_browser_service(
    web: httpx.AsyncClient, panel: dict[str, Any], service: Service
):
    assert (await web.get("/health")).json()["components"]["rpa"]["status"] == "healthy"


async def test_nothing_is_to_be_had_without_a_key(service: Service, account: Account):
    assert (await service.http.post("/api/create-user", json=USER)).status_code == 401


async def test_a_panel_is_shown_without_its_password_and_checked_by_a_browser(
    web: httpx.AsyncClient, service: Service, admin: Key, panel: dict[str, Any]
):
    assert "muy-secreto" not in (await web.get("/admin/panels", headers=admin)).text
    checked = await web.post("/admin/panels/check", headers=admin)
    assert checked.json()["checked_as"] == "ok"
    assert (await web.post("/admin/panels/resume", headers=admin)).status_code == 409


async def test_a_stopped_panel_is_shown_and_let_go_on(
    web: httpx.AsyncClient, service: Service, node: Key, admin: Key, panel: dict[str, Any]
):
    service.panels.troubles.append(("look", LoginRefused("no")))
    answer = await web.post("/api/create-user", json=USER, headers=node)
    assert answer.json()["error_detail"].startswith("login_refused: ")
    (shown,) = (await web.get("/admin/panels", headers=admin)).json()["panels"]
    assert shown["stopped_why"] == "login_refused"
    assert (await web.get("/health")).json()["components"]["rpa"]["status"] == "degraded"
    assert (await web.post("/admin/panels/resume", headers=admin)).json()["stopped_at"] is None


def test_each_job_is_taken_by_one_kind_of_process():
    assert not set(HANDLERS) & set(BROWSER_HANDLERS)
    assert {name.value for name in JobName} == set(HANDLERS) | set(BROWSER_HANDLERS)
