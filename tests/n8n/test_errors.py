"""n8n's error workflow reports a failed execution: it is kept without stack traces and anybody's words, and shown."""

import json
from datetime import timedelta

import httpx
import pytest

from app.domain.brain import failed_execution
from app.services.conversation.executions import address_of, filtered
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, work_off

Key = dict[str, str]
STACK = "NodeApiError: x\n    at Object.execute (/usr/lib/node_modules/n8n/dist/x.js:12:3)"


def report(**changes: object) -> dict[str, object]:
    error = {
        "message": 'The value "Maria" is wrong\nmore',
        "name": "NodeApiError",
        "stack": STACK,
        "node": {"name": "Model"},
    }
    execution = {"id": "231", "url": "https://n8n.example/execution/231?x=1", "error": error, "mode": "webhook"}
    return {"execution": execution, "workflow": {"id": 7, "name": "Ponte: responder"}, **changes}


def failing(number: str, **more: object) -> dict[str, object]:
    """A run whose error quotes, without marks, what a customer said."""
    error = {"message": SAID, "name": "NodeApiError", "node": "Model"}
    return report(execution={"id": number, "error": error}, **more)


async def a_chat(house: House, account: Account) -> int:
    """Somebody has written and was answered."""
    await deliver(house.database, account, a_channel_event("Oi, sou a Filomena, quer cancelar a minha cirurgia"))
    await work_off(house, but=("send", "crm"))
    return await conversation_of(house.database)


async def kept(house: House) -> tuple[int | None, str]:
    """The conversation and the message of the newest report."""
    row = await house.database.fetchrow("select conversation_id, message from n8n_errors order by id desc limit 1")
    assert row is not None
    return row["conversation_id"], row["message"]


async def test_a_report_is_shown_on_its_turn_and_in_the_figures_once(
    house: House, web: httpx.AsyncClient, account: Account, node: Key, reader: Key
):
    await deliver(house.database, account, a_channel_event("Oi, sou a Filomena"))
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(house.database)
    answers = [await web.post("/n8n/errors", json=report(turn_id=f"{number}:1"), headers=node) for _ in range(2)]
    assert [answer.json()["status"] for answer in answers] == ["kept", "known"]
    shown = (await web.get("/debug/conversations", params={"id": number}, headers=reader)).json()
    [failed] = shown["n8n_errors"]
    assert (failed["turn"], failed["execution_id"], failed["node"]) == (1, "231", "Model")
    assert failed["execution_url"] == "https://n8n.example/execution/231"
    assert failed["message"] == "The value \u2026 is wrong"
    [count] = (await web.get("/stats", headers=reader)).json()["n8n_errors_24h"]
    assert (count["workflow_name"], count["node"], count["n"]) == ("Ponte: responder", "Model", 1)


async def test_a_report_without_a_turn_or_of_anothers_is_kept_beside_all_conversations(
    house: House, web: httpx.AsyncClient, account: Account, node: Key
):
    for place, more in enumerate(({}, {"turn_id": "999:1"}, {"turn_id": "strange1"})):
        execution = {"id": str(place), "lastNodeExecuted": "Reply"}
        answer = await web.post("/n8n/errors", json=report(execution=execution, **more), headers=node)
        assert answer.json() == {"status": "kept"}
    rows = await house.database.fetch("select conversation_id, turn, node from n8n_errors")
    assert {tuple(row) for row in rows} == {(None, None, "Reply")}


SAID = "Bad request: Filomena quer cancelar a cirurgia de joelho"


async def test_of_a_report_that_belongs_to_no_turn_no_word_of_the_message_is_kept(
    house: House, web: httpx.AsyncClient, account: Account, node: Key
):
    """So the workflow `erros` reports: n8n does not tell it the turn."""
    number = await a_chat(house, account)
    for place, more in enumerate(({}, {"turn_id": f"{number}:99"}, {"turn_id": "999:1"})):
        answer = await web.post("/n8n/errors", json=failing(str(place), **more), headers=node)
        assert answer.json() == {"status": "kept"}
    rows = await house.database.fetch("select conversation_id, message, node, name, workflow_name from n8n_errors")
    assert {tuple(row) for row in rows} == {(None, "", "Model", "NodeApiError", "Ponte: responder")}


@pytest.mark.parametrize(
    "forgets",
    ["update mensagens set text = ''", "update contacts set read_at = 'infinity'"],
)
async def test_of_a_turn_whose_history_is_gone_no_word_of_the_message_is_kept(
    house: House, web: httpx.AsyncClient, account: Account, node: Key, forgets: str
):
    number = await a_chat(house, account)
    await house.database.execute(
        "insert into contacts (account_id, external_id) select account_id, contact_id from conversations "
        "on conflict do nothing"
    )
    await house.database.execute(forgets)
    await web.post("/n8n/errors", json=failing("9", turn_id=f"{number}:1"), headers=node)
    assert await kept(house) == (number, "")


async def test_a_run_whose_failure_the_brain_has_told_is_linked_to_its_turn_by_its_number(
    house: House, web: httpx.AsyncClient, account: Account, node: Key, reader: Key
):
    number = await a_chat(house, account)
    told = {"rung": 0, "brain": "n8n", "outcome": "http_502", "detail": "answered 502" + failed_execution("231")}
    await house.database.execute("update turns set stages = jsonb_build_array($1::jsonb)", json.dumps(told))
    await web.post("/n8n/errors", json=failing("31"), headers=node)
    assert await kept(house) == (None, "")
    await web.post("/n8n/errors", json=failing("231"), headers=node)
    shown = (await web.get("/debug/conversations", params={"id": number}, headers=reader)).json()
    [failed] = shown["n8n_errors"]
    assert (failed["turn"], failed["execution_id"]) == (1, "231")
    assert failed["message"] == "Bad request: \u2026 \u2026 \u2026 a \u2026 de joelho"


async def test_a_report_is_forgotten_after_ninety_days(
    house: House, web: httpx.AsyncClient, account: Account, node: Key
):
    for place, days in enumerate((89, 91)):
        await web.post("/n8n/errors", json=failing(str(place)), headers=node)
        back = timedelta(days=days)
        await house.database.execute(
            "update n8n_errors set at = at - $1::interval where execution_id = $2", back, str(place)
        )
    await house.workshop.upkeep.prune()
    assert await house.database.fetchval("select string_agg(execution_id, ' ') from n8n_errors") == "0"


async def test_only_who_holds_a_key_may_report(web: httpx.AsyncClient, account: Account, reader: Key):
    assert (await web.post("/n8n/errors", json=report())).status_code == 401
    assert (await web.post("/n8n/errors", json=report(), headers=reader)).status_code == 403


@pytest.mark.parametrize("body", [{}, {"execution": {}}, {"execution": {"id": ""}}, {"execution": "x"}])
async def test_a_report_that_names_no_execution_is_refused(
    web: httpx.AsyncClient, account: Account, node: Key, body: dict[str, object]
):
    assert (await web.post("/n8n/errors", json=body, headers=node)).status_code == 422


async def test_the_contract_is_published_to_everybody(web: httpx.AsyncClient):
    schema = (await web.get("/n8n/contract.json")).json()
    assert schema["schema_version"] == "1"
    assert {"request", "answer"} <= schema.keys()


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("connect ECONNREFUSED 127.0.0.1:5678", "connect ECONNREFUSED \u2026:5678"),
        ("Bad 'oi, tudo bem?' in {\"text\": 1}", "Bad \u2026 in \u2026"),
        ("write to ana@loja.example or +55 11 90000-0001", "write to \u2026 or \u2026"),
        ("see https://x.example/a?b=1 and /usr/lib/node/x.js", "see \u2026 and \u2026"),
        ("Filomena asked for preço", "\u2026 asked for \u2026"),
        ("\n\n  first\nsecond", "first"),
        ("", ""),
    ],
)
def test_of_a_message_only_what_nobody_said_is_kept(message: str, kept: str):
    assert filtered(message, "Oi, sou a Filomena, qual o preço?") == kept


@pytest.mark.parametrize("node_of", ["a\x00b", {"name": "a\x00b"}, {"name": {"a": 1}}, {}])
async def test_a_report_with_what_cannot_be_read_or_stored_is_kept_without_it(
    web: httpx.AsyncClient, account: Account, node: Key, node_of: object
):
    error = {"message": "\x00", "name": "\x00", "node": node_of}
    execution = {"id": "1", "url": "http://[::1", "lastNodeExecuted": "Last", "error": error}
    answer = await web.post("/n8n/errors", json=report(execution=execution), headers=node)
    assert answer.json() == {"status": "kept"}


BROKEN = ["http://[::1", "http://\u2100.com/x", "https://[bad]/x"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/execution/1", "", "ftp://n8n.example/x", *BROKEN])
def test_an_address_that_is_no_page_is_not_kept(url: str):
    assert address_of(url) == ""
