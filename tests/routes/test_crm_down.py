"""With the CRM not answering, a door says so and what to do: nobody is left with a bare code."""

import httpx
import pytest

from app.store.accounts import Account
from tests.routes.calls import error_of

Key = dict[str, str]
DOORS = (
    "POST /vendedores/sincronizar",
    "POST /sincronizar/vendedores",
    "POST /create-test-note/41800001",
    "GET /vendedor/lead/41800001",
    "GET /vendedor/contato/59400001",
    "GET /test-kommo-lead/41800001",
)


@pytest.mark.parametrize("door", DOORS)
async def test_a_door_that_needs_the_crm_says_when_to_come_again_and_where_to_look(
    door: str, web: httpx.AsyncClient, account: Account, admin: Key
):
    method, path = door.split()
    refused = await web.request(method, path, headers=admin)
    error = error_of(refused, 503)
    assert error["code"] == "not_started"
    wait = int(refused.headers["retry-after"])
    assert f"{wait} second" in error["hint"]
    assert "ponte doctor" in error["hint"]
