"""What n8n's Supabase node sees: the real PostgREST with row-level security on, through Supabase's own client."""

import time
from typing import Any

import httpx
import pytest
import pytest_asyncio
from postgrest import APIError

from app.storage.probe import probe
from app.storage.supabase import client_for
from app.store.database import Database
from supabase import AsyncClient
from tests.database import Server
from tests.supabase_project import Project, supabase_project, token

MEMBER = "00000000-0000-0000-0000-00000000000a"
VIEWS = ("vw_atendimento_diario", "vw_latencia", "vw_vendedor_desempenho", "vw_takeovers", "vw_fila_e_mortos")


@pytest_asyncio.fixture(scope="module")
async def filled(stage: tuple[Project, Database]) -> Project:
    """Two accounts with a salesperson and a visit each; MEMBER belongs to the first."""
    database = stage[1]
    for number in (1, 2):
        await database.execute(
            "insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash) "
            "values ($1, 'kommo', $1, 'http://127.0.0.1:9', $2)",
            *(f"Loja {number}", b"%d" % number),
        )
        await database.execute("insert into vendedores (account_id, external_id, name) values ($1, '7', 'Ana')", number)
        await database.execute(
            """insert into agenda (account_id, seller_id, state, starts_at, ends_at, taken, timezone, receipt,
                booked_at)
            values ($1, '7', 'booked', now(), now() + interval '1 h', tstzrange(now(), now() + interval '1 h'), 'UTC',
                    'R1', now())""",
            number,
        )
    await database.execute("insert into account_members (account_id, user_id) values (1, $1)", MEMBER)
    return stage[0]


@pytest_asyncio.fixture
async def service(filled: Project, http: httpx.AsyncClient) -> AsyncClient:
    return await client_for(filled.url, filled.service_key, http)


async def rows(client: AsyncClient, table: str) -> list[Any]:
    return (await client.table(table).select("*").execute()).data


async def test_the_service_key_reads_and_writes_agenda_and_vendedores(service: AsyncClient):
    assert {row["account_id"] for row in await rows(service, "agenda")} == {1, 2}
    added = {"account_id": 1, "external_id": "8", "name": "Bia"}
    await service.table("vendedores").insert(added).execute()
    await service.table("vendedores").update({"name": "Beatriz"}).eq("external_id", "8").execute()
    assert sorted(row["name"] for row in await rows(service, "vendedores")) == ["Ana", "Ana", "Beatriz"]
    await service.table("vendedores").delete().eq("external_id", "8").execute()
    assert len(await rows(service, "vendedores")) == 2


async def test_two_live_bookings_of_one_salesperson_never_overlap_whoever_writes_them(service: AsyncClient):
    (booked, _) = sorted(await rows(service, "agenda"), key=lambda row: row["account_id"])
    again = {key: booked[key] for key in booked if key not in ("id", "receipt", "person", "created_at", "updated_at")}
    with pytest.raises(APIError) as raised:
        await service.table("agenda").insert({**again, "receipt": "R2"}).execute()
    assert raised.value.code == "23P01"


@pytest.mark.parametrize("table", ["agenda", "vendedores", "accounts", "mensagens", "credentials", *VIEWS])
async def test_who_has_not_signed_in_gets_nothing(filled: Project, http: httpx.AsyncClient, table: str):
    client = await client_for(filled.url, filled.anon_key, http)
    with pytest.raises(APIError) as raised:
        await rows(client, table)
    assert raised.value.code == "42501"


async def test_who_has_signed_in_sees_the_accounts_of_a_membership_and_writes_nothing(
    filled: Project, http: httpx.AsyncClient
):
    client = await client_for(filled.url, token("authenticated", sub=MEMBER), http)
    assert {row["account_id"] for row in await rows(client, "agenda")} == {1}
    assert [row["name"] for row in await rows(client, "accounts")] == ["Loja 1"]
    assert (await client.rpc("member_accounts", {}).execute()).data == [1]
    for order in (client.table("agenda").delete().gt("id", 0), client.table("vendedores").insert({"name": "x"})):
        with pytest.raises(APIError) as raised:
            await order.execute()
        assert raised.value.code == "42501"


async def test_who_is_no_member_sees_no_row(filled: Project, http: httpx.AsyncClient):
    client = await client_for(filled.url, token("authenticated", sub=MEMBER.replace("a", "b")), http)
    assert [await rows(client, table) for table in ("agenda", "accounts", "vendedores", *VIEWS)] == [[]] * 8


@pytest.mark.parametrize("view", VIEWS)
async def test_the_dashboards_are_read_over_the_api(service: AsyncClient, view: str):
    assert isinstance(await rows(service, view), list)


async def test_no_function_that_changes_anything_can_be_called(filled: Project, http: httpx.AsyncClient):
    for key in (filled.anon_key, token("authenticated", sub=MEMBER)):
        client = await client_for(filled.url, key, http)
        with pytest.raises(APIError):
            await client.rpc("guard_tables", {}).execute()


# --- the probe of `ponte doctor` --------------------------------------------------------------------------------------


async def test_the_probe_finds_both_tables_with_the_service_key(filled: Project, http: httpx.AsyncClient):
    found = await probe(filled.url, filled.service_key, http)
    assert [(one.table, one.ok, one.rows) for one in found] == [("agenda", True, 2), ("vendedores", True, 2)]


@pytest.mark.parametrize("kind", ["anon", "signed in", "expired", "foreign", "nonsense"])
async def test_the_probe_says_what_is_wrong_with_a_key_and_never_shows_it(
    filled: Project, http: httpx.AsyncClient, kind: str
):
    key = {
        "anon": filled.anon_key,
        "signed in": token("authenticated", sub=MEMBER),
        "expired": token("service_role", exp=int(time.time()) - 3600),
        "foreign": filled.service_key[:-6] + "AAAAAA",
        "nonsense": "not-a-key",
    }[kind]
    found = await probe(filled.url, key, http)
    assert [one.ok for one in found] == [False, False]
    assert all(one.message and key not in one.message for one in found)


async def test_the_probe_says_that_the_tables_are_missing(postgres: Server, http: httpx.AsyncClient):
    name = await postgres.create(template="bare")
    async with supabase_project(postgres, name) as project:
        found = await probe(project.url, project.service_key, http)
    await postgres.drop(name)
    assert [one.ok for one in found] == [False, False]
    assert all("ponte migrate" in one.message for one in found)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "my project", ""])
async def test_the_probe_of_an_address_where_nobody_is_does_not_raise(http: httpx.AsyncClient, url: str):
    found = await probe(url, token("service_role"), http)
    assert [one.ok for one in found] == [False, False]
    assert all(one.message for one in found)
