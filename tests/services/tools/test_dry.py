"""A dry run changes nothing anywhere: every table is the same before and after, the CRM's cache among them."""

from typing import Any

import pytest

from app.services.tools.arguments import MODELS
from app.store.database import Database
from tests.services.tools.conftest import Ask, tomorrow
from tests.tables import everything

ARGUMENTS: dict[str, dict[str, Any]] = {
    "hold_slot": {"slot": tomorrow()},
    "add_note": {"text": "Quer visita"},
    "set_tags": {"tags": ["quente"]},
    "lookup_knowledge": {"question": "Quanto custa?"},
    "provision_user": {"email": "maria@example.com"},
    "free_slots": {"when": "amanhã à tarde"},
}


@pytest.mark.usefixtures("seller")
@pytest.mark.parametrize("tool", [*MODELS, "no_such_tool"])
async def test_no_tool_of_a_dry_run_leaves_a_trace(ask: Ask, tool: str):
    turn = (await ask()).dry()
    before = await everything(turn.house.database)
    assert len(before) > 30
    await turn.call(tool, **ARGUMENTS.get(tool, {}))
    await turn.call(tool, nonsense=1)
    assert await everything(turn.house.database) == before


async def test_what_the_crm_says_is_neither_kept_nor_a_reason_to_read_its_users(ask: Ask):
    turn = await ask()
    database = turn.house.database
    await forget_the_crm(database)
    before = await everything(database)
    said = await turn.dry().call("seller_of")
    assert said.ok, said.text
    assert await everything(database) == before
    kept = await turn.call("seller_of")
    assert kept.data["rule"] != "nobody", kept
    assert await everything(database) != before


async def forget_the_crm(database: Database) -> None:
    """As if the CRM had never been asked, and had got new people since."""
    await database.execute("delete from lead_owners")
    await database.execute("delete from vendedores")
    await database.execute("update contacts set read_at = null")
