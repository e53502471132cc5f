"""The workflows of the clock, with a faster clock: what is due is written once, what fails is red and told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.play import fresh, until
from tests.real_n8n.conftest import Lab

Json = dict[str, Any]


@asynccontextmanager
async def ticking(lab: Lab, name: str) -> AsyncIterator[str]:
    """A copy that starts every two seconds and of which n8n keeps every run; its id."""
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
        one = next(one for one in found if one["name"] == name)
        for node in one["nodes"]:
            if node["type"].endswith("scheduleTrigger"):
                node["parameters"] = {
                    "rule": {"interval": [{"field": "cronExpression", "expression": "*/2 * * * * *"}]}
                }
        settings = {key: one["settings"][key] for key in ("executionOrder", "timezone", "errorWorkflow")}
        body = {"name": f"Ticking: {name}", "nodes": one["nodes"], "connections": one["connections"]}
        made = await api.post("/workflows", json={**body, "settings": {**settings, "saveDataSuccessExecution": "all"}})
        assert made.is_success, made.text
        number = made.json()["id"]
        try:
            assert (await api.post(f"/workflows/{number}/activate")).is_success
            yield number
        finally:
            await lab.n8n.drop(api, number)


async def ended(lab: Lab, number: str, count: int = 1) -> list[Json]:
    """The first runs of a workflow, with what they handled, once there are so many."""
    async with lab.n8n.api() as api:

        async def there() -> list[Json]:
            asked = {"workflowId": number, "includeData": "true", "limit": 50}
            runs = (await api.get("/executions", params=asked)).json()["data"]
            over = [one for one in runs if one.get("stoppedAt")]
            return over if len(over) >= count else []

        return await until(there)


async def test_the_users_are_read(lab: Lab):
    async with ticking(lab, "Ponte · sincronizar vendedores") as number:
        runs = await ended(lab, number)
    assert {one["status"] for one in runs} == {"success"}, runs[0]
    assert "left_with_leads" in str(runs[0]["data"])


async def somebody(lab: Lab) -> str:
    """Who has written once, and was answered."""
    chat = fresh("lia")
    said = await lab.place.say(chat, "Bom dia")
    await lab.place.answered(chat)
    await lab.place.settled(said)
    return str(said["contact_id"])


async def prepared(lab: Lab, trigger: str, words: str, *variables: str) -> None:
    file = lab.running.data / f"{trigger}.txt"
    file.write_text(words)
    code, said = await lab.ponte("proactive", "trigger", trigger, "--account", "1", *variables)
    assert code == 0, said
    named = ("--trigger", trigger, "--locale", "pt-BR", "--file", str(file))
    code, said = await lab.ponte("templates", "set", "--account", "1", *named)
    assert code == 0, said


_TOMORROW = """
update agenda set starts_at = now() + interval '24 hours', ends_at = now() + interval '24.5 hours',
    taken = tstzrange(now() + interval '24 hours', now() + interval '24.5 hours')
where contact_id = $1 and state = 'booked' returning id
"""
_QUIET = "update conversations set last_customer_at = now() - interval '30 hours' where contact_id = $1 returning id"
_WRITTEN = "select string_agg(trigger, ',' order by trigger) from outreaches where contact_id = any ($1)"


async def test_who_has_a_booking_tomorrow_and_who_went_quiet_are_written_to_and_only_once(lab: Lab):
    await prepared(
        lab, "lembrete", "Lembrete: {when}, {seller_name}. {receipt}", "--variables", "when,receipt,seller_name"
    )
    await prepared(lab, "retorno", "Ainda podemos ajudar?")
    booked, quiet = await somebody(lab), await somebody(lab)
    slots = (await lab.place.api.get("/agenda/slots", params={"limit": 1})).json()["slots"]
    body = {"contact_id": booked, "slot": slots[0]["start"], "confirm": True}
    made = await lab.place.api.post("/agendamento/request", json=body)
    assert made.is_success, made.text
    assert await lab.running.ask(_TOMORROW, booked)
    assert await lab.running.ask(_QUIET, quiet)
    async with ticking(lab, "Ponte · lembretes e follow-up") as number:
        runs = await ended(lab, number, 2)
    assert {one["status"] for one in runs} == {"success"}, runs[0]["data"]["resultData"].get("error")
    assert await lab.running.ask(_WRITTEN, [booked, quiet]) == "lembrete,retorno"


async def test_a_report_that_nobody_can_be_told_turns_the_run_red_and_ponte_is_told(lab: Lab):
    async with ticking(lab, "Ponte · relatório diário") as number:
        (run, *_) = await ended(lab, number)
        assert run["status"] == "error"
        assert "The manager was not told: " in str(run["data"]["resultData"]["error"]["message"])
        sql = "select node from n8n_errors where workflow_id = $1 limit 1"

        async def told() -> str | None:
            return await lab.running.ask(sql, number)

        assert await until(told) == "Not told"
