"""GET /admin/retention and POST /admin/retention/purge: what would go, and letting it go when it was meant."""

import httpx

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off
from tests.routes.calls import error_of

Key = dict[str, str]
NOTHING = {"history": 0, "media": 0, "profiles": 0, "feedback": 0, "faq": 0, "events": 0}


async def written_long_ago(house: House, account: Account) -> None:
    await deliver(house.database, account, a_channel_event("Oi, sou a Filomena"))
    await work_off(house, but=("send", "crm"))
    await house.database.execute("update mensagens set answered = true, at = at - interval '100 days'")
    await house.database.execute("update turns set state = 'closed'")
    await house.database.execute("update conversations set created_at = created_at - interval '100 days'")


async def test_the_policy_is_a_setting_and_what_would_go_is_shown_before(
    web: httpx.AsyncClient, admin: Key, reader: Key, house: House, account: Account
):
    await written_long_ago(house, account)
    before = (await web.get("/admin/retention", headers=reader)).json()
    assert (set(before["retention"].values()), before["would_go"]) == ({None}, NOTHING)
    tried = {"dry_run": True, "retention": {"history_days": 30}}
    would = (await web.post("/admin/retention/purge", json=tried, headers=admin)).json()
    assert (would["counts"], would["dry_run"]) == ({**NOTHING, "history": 1}, True)
    changed = await web.patch("/admin/account", json={"retention": {"history_days": 30}}, headers=admin)
    assert changed.json()["retention"]["history_days"] == 30
    await web.patch("/admin/account", json={"retention": {"media_days": 60}}, headers=admin)
    after = (await web.get("/admin/retention", headers=reader)).json()
    assert (after["retention"]["history_days"], after["retention"]["media_days"]) == (30, 60)
    assert after["would_go"]["history"] == 1
    gone = (await web.patch("/admin/account", json={"retention": None}, headers=admin)).json()
    assert set(gone["retention"].values()) == {None}


async def test_nothing_goes_without_a_confirmation_and_what_went_is_audited(
    web: httpx.AsyncClient, admin: Key, reader: Key, house: House, account: Account
):
    await written_long_ago(house, account)
    await web.patch("/admin/account", json={"retention": {"history_days": 30}}, headers=admin)
    for body in ({"dry_run": False}, {"dry_run": False, "confirm": str(account.id), "retention": {"history_days": 9}}):
        assert error_of(await web.post("/admin/retention/purge", json=body, headers=admin), 409)["code"]
    meant = {"dry_run": False, "confirm": str(account.id)}
    error_of(await web.post("/admin/retention/purge", json=meant, headers=reader), 403)
    assert await house.database.fetchval("select count(*) from mensagens where text <> ''") == 1
    done = (await web.post("/admin/retention/purge", json=meant, headers=admin)).json()
    assert (done["counts"]["history"], done["is_done"], done["trouble"]) == (1, True, "")
    assert await house.database.fetchval("select count(*) from mensagens where text <> ''") == 0
    assert await house.database.fetchval("select who from event_log where what = 'purged'") == "the admin"


async def test_numbers_that_cannot_be_are_refused_by_name(web: httpx.AsyncClient, admin: Key):
    for wrong in ({"history_days": 1}, {"bodies_days": 30}, {"media_days": 0}):
        error = error_of(await web.patch("/admin/account", json={"retention": wrong}, headers=admin), 422)
        assert next(iter(wrong)) in error["message"]
        error_of(await web.post("/admin/retention/purge", json={"retention": wrong}, headers=admin), 422)
