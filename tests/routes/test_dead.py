"""/admin/dead: what has failed for good is seen, tried again or dropped, and is nobody else's."""

import httpx
import pytest
import pytest_asyncio

from app.services.accounts.dead import Kind
from app.store.accounts import Account
from app.store.database import Database
from app.store.queue import Job, JobName, enqueue
from app.wiring import House
from tests.builders import a_kommo_body, an_id
from tests.house import jobs_of
from tests.routes.calls import error_of, talk

Key = dict[str, str]


async def a_delivery(database: Database, account: Account) -> int:
    """A webhook that nobody can read."""
    sql = """insert into deliveries (account_id, channel, hash, body, state, reason)
        values ($1, 'kommo', $2, 'broken', 'quarantined', 'unreadable') returning id"""
    return int(await database.fetchval(sql, account.id, an_id("hash").encode()))


async def a_job(database: Database, **ids: int) -> int:
    async with database.transaction() as tx:
        await enqueue(tx, [Job(JobName.WAKE, ids)])
    sql = "update queue.pgqueuer set status = 'failed', attempts = 12 where id = (select max(id) from queue.pgqueuer)"
    await database.execute(sql)
    return int(await database.fetchval("select max(id) from queue.pgqueuer"))


async def an_outbox_row(database: Database, conversation: int, kind: str, state: str) -> int:
    sql = """insert into outbox (account_id, conversation_id, number, kind, epoch, body, state, reason, attempt)
        select account_id, id, 1000 + (select count(*) from outbox), $2, epoch, 'Filomena', $3, 'in_doubt', 1
        from conversations where id = $1 returning id"""
    return int(await database.fetchval(sql, conversation, kind, state))


async def a_notice(database: Database, account: Account) -> int:
    sql = """insert into notices (account_id, cause, round_at, told_at)
        values ($1, 'grant_lost', now() - interval '1 hour', now() - interval '1 hour') returning id"""
    return int(await database.fetchval(sql, account.id))


async def an_attachment(database: Database, conversation: int) -> int:
    sql = """insert into media (account_id, conversation_id, mensagem_id, state, reason)
        select account_id, conversation_id, id, 'refused', 'too_large' from mensagens where conversation_id = $1
        limit 1 returning id"""
    return int(await database.fetchval(sql, conversation))


async def an_outreach(database: Database, account: Account, state: str = "failed") -> int:
    """A wish to write first that nobody tries again; of nobody that anybody knows."""
    sql = """insert into outreaches (account_id, trigger, subject, idempotency_key, day, due_at, state, reasons, data)
        values ($1, 'formulario', $2, $2, current_date, now(), $3, '{rejected}', '{"nome": "Filomena"}') returning id"""
    return int(await database.fetchval(sql, account.id, an_id("subject"), state))


async def a_provisioning(database: Database, account: Account) -> int:
    """A user that a panel was asked for in vain; the panel goes."""
    await database.execute(
        """insert into panels (account_id, recipe, base_url, admin_user, sealed_password)
        values ($1, 'sandbox', 'https://1.1.1.1', 'ana', 'sealed') on conflict do nothing""",
        account.id,
    )
    sql = """insert into provisionings (account_id, operation, request_key, captured_name, candidate, state, status,
        detail, deadline)
        values ($1, 'create_user', 'key', 'Filomena', 'user1234', 'dead', 'error', 'panel_down', now())
        returning id"""
    return int(await database.fetchval(sql, account.id))


async def ids(web: httpx.AsyncClient, key: Key, **params: str | int) -> list[str]:
    return [one["id"] for one in (await web.get("/admin/dead", headers=key, params=params)).json()["dead"]]


@pytest_asyncio.fixture
async def number(web: httpx.AsyncClient, house: House, account: Account, hook_secret: str) -> int:
    found = await talk(web, house, hook_secret, a_kommo_body())
    await house.database.execute("delete from queue.pgqueuer")
    return found


async def one_of_each(database: Database, account: Account, number: int) -> list[str]:
    return [
        f"job-{await a_job(database, conversation=number)}",
        f"message-{await an_outbox_row(database, number, 'message', 'person')}",
        f"write-{await an_outbox_row(database, number, 'note', 'failed')}",
        f"delivery-{await a_delivery(database, account)}",
        f"media-{await an_attachment(database, number)}",
        f"notice-{await a_notice(database, account)}",
        f"outreach-{await an_outreach(database, account)}",
        f"provisioning-{await a_provisioning(database, account)}",
    ]


async def test_every_kind_is_listed_page_by_page_without_anybodys_words(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, number: int
):
    made = await one_of_each(house.database, account, number)
    answer = await web.get("/admin/dead", headers=admin)
    assert sorted(one["id"] for one in answer.json()["dead"]) == sorted(made)
    assert "Filomena" not in answer.text
    pages, cursor = list[str](), ""
    while cursor is not None:
        page = (await web.get("/admin/dead", headers=admin, params={"limit": 1, "cursor": cursor})).json()
        pages += [one["id"] for one in page["dead"]]
        cursor = page["cursor"]
    assert sorted(pages) == sorted(made)
    for kind in Kind:
        assert [one.partition("-")[0] for one in await ids(web, admin, kind=kind)] == [kind]


async def test_what_is_replayed_is_carried_by_a_job_and_dead_no_more(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, number: int
):
    for one in await one_of_each(house.database, account, number):
        answer = await web.post(f"/admin/dead/{one}/replay", headers=admin)
        assert answer.status_code == 204, answer.text
        if not one.startswith("notice"):
            assert one not in await ids(web, admin)
    assert sorted(await jobs_of(house.database)) == [
        *("crm", "decode", "media", "notify", "outreach", "provision", "send", "wake")
    ]
    sql = "select who, what from event_log where what = 'dead_replayed'"
    assert [tuple(row) for row in await house.database.fetch(sql)] == [("the admin", "dead_replayed")] * 8
    rows = await house.database.fetch("select state from outbox where number >= 1000 order by number")
    assert [row["state"] for row in rows] == ["pending", "pending"]


async def test_what_is_dropped_stays_what_it_was_and_is_shown_nowhere_as_dead(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, number: int
):
    made = await one_of_each(house.database, account, number)
    for one in made:
        assert (await web.post(f"/admin/dead/{one}/discard", headers=admin)).status_code == 204
        assert error_of(await web.post(f"/admin/dead/{one}/discard", headers=admin), 404)
        assert error_of(await web.post(f"/admin/dead/{one}/replay", headers=admin), 404)
    assert await ids(web, admin) == []
    assert await jobs_of(house.database) == []
    assert not await house.database.fetchval("select count(*) from vw_fila_e_mortos where is_dead")
    rows = await house.database.fetch("select state from outbox where number >= 1000 order by number")
    assert [row["state"] for row in rows] == ["person", "failed"]
    audited = "select count(*) from event_log where what = 'dead_discarded'"
    assert await house.database.fetchval(audited) == len(made)


async def test_a_message_is_not_sent_over_the_head_of_whoever_has_the_chat(
    web: httpx.AsyncClient, house: House, admin: Key, number: int
):
    dead = await an_outbox_row(house.database, number, "message", "person")
    pause = {"action": "pause", "conversation_id": str(number)}
    await web.post("/bot-control", json=pause, headers=admin)
    assert error_of(await web.post(f"/admin/dead/message-{dead}/replay", headers=admin), 409)["code"] == "bot_off"
    assert await ids(web, admin) == [f"message-{dead}"]
    await web.post("/bot-control", json={**pause, "action": "resume"}, headers=admin)
    assert (await web.post(f"/admin/dead/message-{dead}/replay", headers=admin)).status_code == 204
    sql = "select o.epoch = c.epoch from outbox o join conversations c on c.id = o.conversation_id where o.id = $1"
    assert await house.database.fetchval(sql, dead) is True


async def test_another_accounts_dead_are_neither_seen_nor_touched(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, stranger: Key, number: int
):
    made = await one_of_each(house.database, account, number)
    assert await ids(web, stranger) == []
    for one in made:
        for order in ("replay", "discard"):
            assert error_of(await web.post(f"/admin/dead/{one}/{order}", headers=stranger), 404)
    assert sorted(await ids(web, admin)) == sorted(made)


@pytest.mark.parametrize("named", ["message-0", "cat-1", "message", "1", "message-99999999999999999999"])
async def test_an_id_that_means_nothing_gets_404(web: httpx.AsyncClient, account: Account, admin: Key, named: str):
    assert "GET /admin/dead" in error_of(await web.post(f"/admin/dead/{named}/replay", headers=admin), 404)["hint"]


async def test_a_notice_that_is_being_told_just_now_is_neither_listed_nor_tried_again_nor_dropped(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key
):
    named = f"notice-{await a_notice(house.database, account)}"
    await house.database.execute("update notices set round_at = now() - interval '14 minutes'")
    assert await ids(web, admin) == []
    for order in ("replay", "discard"):
        assert error_of(await web.post(f"/admin/dead/{named}/{order}", headers=admin), 404)
    assert await house.database.fetchval("select count(*) from notices where delivered_at is null") == 1


async def test_it_needs_the_admin_scope_and_takes_only_its_own_cursors(
    web: httpx.AsyncClient, account: Account, admin: Key, node: Key
):
    assert error_of(await web.get("/admin/dead", headers=node), 403)
    assert error_of(await web.get("/admin/dead", headers=admin, params={"cursor": "abc"}), 422)
    assert error_of(await web.get("/admin/dead", headers=admin, params={"kind": "cat"}), 422)
