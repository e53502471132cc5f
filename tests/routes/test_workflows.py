"""The workflows over HTTP: listed for readers, rendered for this installation, never with a secret."""

import httpx

from app.domain.ids import AccountId
from app.store.accounts import Account
from app.wiring import House
from tests.routes.calls import error_of

Key = dict[str, str]
KEYS = {
    *("erros", "responder", "proativo", "agendamento", "agendamento-supabase", "sincronizar-vendedores"),
    *("lembretes-e-follow-up", "provisionar", "relatorio-diario"),
}


async def test_all_are_listed_with_what_they_are_for(web: httpx.AsyncClient, reader: Key):
    found = (await web.get("/n8n/workflows", headers=reader)).json()["workflows"]

    assert {one["key"] for one in found} == KEYS
    assert found[0]["key"] == "erros"
    assert all(set(one["purpose"]) == {"pt-BR", "es", "en"} and len(one["version"]) == 12 for one in found)
    assert {"type": "httpHeaderAuth", "name": "Ponte API key"} in found[1]["credentials"]


async def test_each_file_of_the_list_is_there(web: httpx.AsyncClient, reader: Key, node: Key):
    for one in (await web.get("/n8n/workflows", headers=reader)).json()["workflows"]:
        answer = await web.get(one["file"], headers=node)
        assert answer.status_code == 200
        assert answer.json()["name"] == one["name"]


async def test_a_file_is_for_the_account_that_asks(
    web: httpx.AsyncClient, node: Key, admin: Key, house: House, account: Account
):
    await web.patch("/admin/account", json={"fuso": "America/Bogota"}, headers=admin)
    body = (await web.get("/n8n/workflows/agendamento-supabase.json", headers=node)).json()

    assert body["settings"]["timezone"] == "America/Bogota"
    sellers = next(one for one in body["nodes"] if one["name"] == "Sellers")
    assert sellers["parameters"]["filters"]["conditions"][0]["keyValue"] == str(AccountId(account.id))


async def test_the_target_api_has_no_key_that_n8n_refuses_there(web: httpx.AsyncClient, node: Key):
    body = (await web.get("/n8n/workflows/responder.json", params={"target": "api"}, headers=node)).json()

    assert set(body) == {"name", "nodes", "connections", "settings"}


async def test_scopes_and_unknown_ones(web: httpx.AsyncClient, node: Key, reader: Key):
    assert (await web.get("/n8n/workflows")).status_code == 401
    assert (await web.get("/n8n/workflows/responder.json", headers=reader)).status_code == 403
    unknown = await web.get("/n8n/workflows/nobody.json", headers=node)
    assert "responder" in error_of(unknown, 404)["hint"]
    assert (await web.get("/n8n/workflows/responder.json?target=x", headers=node)).status_code == 422
