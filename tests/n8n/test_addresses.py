"""An n8n that reaches Ponte by another name than the world does: everything it is told, it can call."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError

from app.settings import Settings
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.builders import a_channel_event
from tests.house import deliver, settings_for, work_off
from tests.n8n.builder import Webhook, answering

INSIDE = "http://ponte:8000"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, webhook: Webhook) -> AsyncIterator[House]:
    known = {"n8n_reply_url": webhook.url, "n8n_reply_timeout_sec": 60, "n8n_reply_key": SecretStr("header-key")}
    settings = settings_for(database.dsn, secret_key, public_url="https://ponte.example", n8n_ponte_url=INSIDE, **known)
    async with open_house(settings) as made:
        yield made


async def test_a_turn_names_the_address_of_n8ns_own_and_its_tools_answer_there(
    house: House, account: Account, webhook: Webhook, web: httpx.AsyncClient, node: dict[str, str]
):
    webhook.says = [answering({"action": "later"})]
    await deliver(house.database, account, a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    (asked,) = webhook.asked
    assert asked.body["callback"]["url"] == f"{INSIDE}/send-response"
    base, _, token = asked.body["mcp_url"].partition("/mcp/")
    assert base == INSIDE
    statuses: dict[str, int] = {}
    for host in ("ponte:8000", "ponte.example", "api:8000"):
        headers = {"Host": host, "Accept": "application/json, text/event-stream", **node}
        statuses[host] = (await web.post(f"/mcp/{token}", json=LIST, headers=headers)).status_code
    assert statuses == {"ponte:8000": 200, "ponte.example": 200, "api:8000": 421}


async def test_the_workflows_are_rendered_for_it_as_well(web: httpx.AsyncClient, node: dict[str, str]):
    told = await web.get("/n8n/workflows/proativo.json", headers=node)
    assert f"{INSIDE}/start-proactive" in told.text
    assert "ponte.example" not in told.text


@pytest.mark.parametrize("value", ["ponte:8000", "http://", "ftp://ponte", "http://ponte?x=1"])
def test_what_is_no_address_is_refused_at_the_start(value: str):
    with pytest.raises(ValidationError, match=INSIDE):
        Settings(n8n_ponte_url=value)
