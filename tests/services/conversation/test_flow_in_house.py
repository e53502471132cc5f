"""A flow with everything around it: hooks, jobs, sends, the CRM. Only who makes the user is scripted."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.clock import SystemClock
from app.domain.flows import Errand, ErrandDone
from app.domain.ids import AccountId, ConversationId
from app.services.conversation.errands import RunningErrands
from app.store.accounts import Account
from app.wiring import House
from tests.house import (
    ScriptedBrain,
    company_said,
    conversation_of,
    customer_says,
    notes_on,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player


class Panel:
    """Makes every user it is asked for, or answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[Errand] = []
        self.ends = {"status": "success"}

    async def run(self, account_id: AccountId, conversation_id: ConversationId, errand: Errand) -> ErrandDone:
        del account_id, conversation_id
        self.asked.append(errand)
        told = {"generated_username": errand.data["candidate_username"], "password": "trocar-123"}
        status = self.ends["status"]
        return ErrandDone(errand.kind, errand.key, status, told if status == "success" else {"error_detail": status})


@pytest.fixture
def panel() -> Panel:
    return Panel()


@pytest.fixture
def planned(house: House, panel: Panel) -> House:
    """The house, with a panel that needs no browser."""
    errands = RunningErrands(house.database, SystemClock(), {"provision": panel})
    return replace(house, workshop=replace(house.workshop, errands=errands))


async def settings(house: House, account: Account) -> None:
    quick: dict[str, Any] = {"flow": "onboarding", "balloon_spacing": 0, "burst_scale": 0}
    await house.doors.preferences.change(account.id, quick, who="test")


async def says(planned: House, sandbox: Player, shop: Account, text: str, **more: Any) -> Json:
    said = await customer_says(sandbox, planned, shop, text, **more)
    await work_until_quiet(planned)
    return said


async def test_a_customer_is_greeted_gives_a_name_and_has_a_user(
    planned: House, sandbox: Player, shop: Account, panel: Panel, brain: ScriptedBrain
):
    await settings(planned, shop)
    said = await says(planned, sandbox, shop, "Oi")
    greeted = await company_said(sandbox, said)
    assert len(greeted) > 1
    await says(planned, sandbox, shop, "Me chamo Sofia Alves")
    (errand,) = panel.asked
    username = errand.data["candidate_username"]
    told = (await company_said(sandbox, said))[len(greeted) :]
    assert any(username in text for text in told)
    assert any("trocar-123" in text for text in told)
    lead = (await sandbox.api("GET", f"leads/{said['lead_id']}")).json()
    assert {one["field_name"]: one["values"][0]["value"] for one in lead["custom_fields_values"]} == {
        "Username": username
    }
    assert [tag["name"] for tag in lead["_embedded"]["tags"]] == ["USUARIO AGENDADO"]
    assert brain.asked == []


async def test_an_errand_that_runs_twice_tells_its_end_once(
    planned: House, sandbox: Player, shop: Account, panel: Panel
):
    await settings(planned, shop)
    said = await says(planned, sandbox, shop, "Oi")
    await says(planned, sandbox, shop, "Me chamo Sofia Alves")
    before = await company_said(sandbox, said)
    number = await planned.database.fetchval("select id from errands")
    await planned.workshop.errands.run(number)
    await work_until_quiet(planned)
    assert await company_said(sandbox, said) == before
    assert len(panel.asked) == 1
    kept = await planned.database.fetchval("select data::text from errands")
    assert kept == "{}"


async def test_a_panel_that_fails_brings_a_person_who_is_told_why(
    planned: House, sandbox: Player, shop: Account, panel: Panel
):
    await settings(planned, shop)
    panel.ends["status"] = "error"
    said = await says(planned, sandbox, shop, "Oi")
    await says(planned, sandbox, shop, "Me chamo Sofia Alves")
    row = await planned.database.fetchrow("select bot_on, pause_reason, flow_step from conversations")
    assert row is not None
    assert (row["bot_on"], row["pause_reason"]) == (False, "flow")
    assert any("[Ponte]" in note for note in await notes_on(sandbox, said["lead_id"]))


async def test_the_audit_has_the_rows_that_operators_know(planned: House, sandbox: Player, shop: Account):
    await settings(planned, shop)
    await says(planned, sandbox, shop, "Oi")
    await says(planned, sandbox, shop, "Me chamo Sofia Alves")
    rows = await planned.database.fetch("select what, details from event_log where who = 'flow' order by id")
    assert [row["what"] for row in rows] == ["onboarding_begun", "rpa_request", "rpa_response", "onboarding_done"]
    assert "trocar-123" not in "".join(row["details"] for row in rows)


async def test_a_flow_survives_a_restart_between_two_steps(
    planned: House, sandbox: Player, shop: Account, panel: Panel
):
    await settings(planned, shop)
    await says(planned, sandbox, shop, "Oi")
    number = await conversation_of(planned.database)
    stored = await planned.database.fetchrow("select flow, flow_step from conversations where id = $1", number)
    assert stored is not None
    assert (stored["flow"], stored["flow_step"]) == ("onboarding", "name")
    await says(planned, sandbox, shop, "Sou a Sofia Alves")
    assert panel.asked
