"""One n8n writes the replies of several accounts: its key opens one, and a turn's own token says whose that turn is."""

import httpx
import pytest_asyncio

from app.store.accounts import Account, NewAccount
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off
from tests.n8n.builder import Asked, Webhook, answering

N8N = {"X-API-Key": "header-key"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest_asyncio.fixture
async def asked(house: House, account: Account, webhook: Webhook) -> Asked:
    """A turn of the second account, beside a first one that has n8n's key."""
    await house.accounts.add_key(account.id, "header-key", label="n8n", scopes=["node"])
    brisk = {"burst_scale": 0, "balloon_spacing": 0}
    other = NewAccount("Outra", "kommo", "30100999", "http://127.0.0.1:9", "token", "hook-of-another", settings=brisk)
    number = await house.accounts.connect(other)
    webhook.says = [answering({"action": "later"})]
    await deliver(house.database, await house.accounts.get(number), a_channel_event("Qual o preço?"))
    await work_off(house, but=("send", "crm"))
    return webhook.asked[0]


def answer_to(asked: Asked, **fields: str) -> dict[str, str]:
    return {"turn_id": asked.body["turn_id"], "token": asked.token, "reply": "Custa 200 reais.", **fields}


async def test_n8n_answers_and_uses_the_tools_of_every_accounts_turns(web: httpx.AsyncClient, asked: Asked):
    assert asked.headers["x-api-key"] == N8N["X-API-Key"]
    tools = await web.post(f"/mcp/{asked.token}", json=LIST, headers={**N8N, **ACCEPT})
    assert tools.status_code == 200
    answered = await web.post("/send-response", json=answer_to(asked), headers=N8N)
    assert (answered.status_code, answered.json()["status"]) == (200, "admitted")


async def test_any_other_key_of_another_account_opens_neither_nor_does_n8ns_with_a_token_of_nobodys(
    web: httpx.AsyncClient, asked: Asked, node: dict[str, str]
):
    forged = asked.token[:-1] + ("A" if asked.token[-1] != "A" else "B")
    for key, token in ((node, asked.token), (N8N, forged), (N8N, "")):
        tools = await web.post(f"/mcp/{token}", json=LIST, headers={**key, **ACCEPT})
        answered = await web.post("/send-response", json=answer_to(asked, token=token), headers=key)
        assert (tools.status_code, answered.status_code) == (401, 401)


async def test_n8ns_key_alone_opens_its_own_account(house: House, web: httpx.AsyncClient, asked: Asked):
    number = asked.body["conversation_id"]
    said = {"conversation_id": str(number), "text": "Oi"}
    assert (await web.post("/send-response", json=said, headers=N8N)).status_code == 404
