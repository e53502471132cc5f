"""The token of a turn stands in an address, and addresses are what servers log: here none of it comes out."""

import httpx

from app.domain.turn_tokens import TurnTokens
from app.store.accounts import Account
from app.wiring import House
from tests.jobs.processes import Starter
from tests.mcp.conftest import KEY, Door

SECRET = "Maria mora na Rua das Acácias"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json", "X-API-Key": KEY}


def calling(name: str, **arguments: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


async def test_neither_the_token_nor_an_argument_appears_in_any_line_of_the_log(
    ponte: Starter, house: House, shop: Account, tokens: TurnTokens, door: Door
):
    """A process of its own that writes down all it can, while calls succeed, are refused, and break."""
    async with (
        ponte.api(LOG_LEVEL="DEBUG") as (url, api),
        httpx.AsyncClient(headers=ACCEPT, trust_env=False, timeout=60) as http,
    ):
        token = tokens.mint(door.turn)
        address = f"{url}/mcp/{token}"
        assert (await http.post(address, json=LIST)).status_code == 200
        assert (await http.post(address, json=calling("add_note", text=SECRET))).json()["result"]["isError"] is False
        assert (await http.post(address, json=calling("pause_bot", minutes=SECRET))).json()["result"]["isError"]
        assert (await http.post(address, content=SECRET.encode())).status_code == 400
        assert (await http.post(address, json=LIST, headers={"Host": "evil.example"})).status_code == 421
        assert (await http.post(address, json=LIST, headers={"X-API-Key": "wrong"})).status_code == 401
        assert (await http.get(address)).status_code == 405
        assert (await http.post(address + "/more", json=LIST)).status_code == 404
        await house.database.execute("alter table api_keys rename to elsewhere")
        assert (await http.post(address, json=LIST)).status_code >= 500
        await house.database.execute("alter table elsewhere rename to api_keys")
        await house.database.execute("alter table tool_calls rename column digest to elsewhere")
        assert (await http.post(address, json=calling("add_note", text=SECRET))).json()["result"]["isError"]
        await house.database.execute("alter table tool_calls rename column elsewhere to digest")
        said = api.said()
    assert "tool.failed" in said
    assert token.split(".")[-1] not in said
    assert token not in said
    assert "Acácias" not in said
    assert "/mcp/" not in said
