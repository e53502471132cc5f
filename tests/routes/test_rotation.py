"""Secrets are changed over HTTP: the new one is shown once, the old one counts for a while, all is audited."""

import httpx

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.routes.calls import error_of, knock

Key = dict[str, str]


async def test_an_address_is_changed_and_the_old_one_finished(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str
):
    await house.database.execute(
        "insert into credentials (account_id, kind, secret) values ($1, 'long_lived', $2) on conflict do nothing",
        *(account.id, house.granting.vault.seal("token")),
    )
    done = (await web.post("/admin/webhook/rotate", json={"overlap_hours": 1}, headers=admin)).json()
    new = done["address"].rpartition("/")[2]
    assert done["warning"]
    refused = error_of(await web.post("/admin/webhook/finish", headers=admin), 409)
    assert refused["code"] == "nothing_came"
    for secret in (hook_secret, new):
        assert (await knock(web, f"kommo/{secret}", a_kommo_body())).status_code == 200
    done = (await web.post("/admin/webhook/finish", headers=admin)).json()
    assert done["ended"] == 1
    assert done["came_at"]
    assert error_of(await knock(web, f"kommo/{hook_secret}", a_kommo_body()), 401)
    assert (await knock(web, f"kommo/{new}", a_kommo_body())).status_code == 200
    audit = await house.database.fetch("select who, what from event_log where what like 'address_%' order by id")
    assert [tuple(row) for row in audit] == [("the admin", "address_rotated"), ("the admin", "address_finished")]


async def test_a_key_is_renewed_and_the_old_one_opens_until_its_time(
    web: httpx.AsyncClient, house: House, admin: Key, reader: Key
):
    listed = (await web.get("/admin/keys", headers=admin)).json()["keys"]
    number = next(one["id"] for one in listed if one["scopes"] == ["read"])
    made = (await web.post(f"/admin/keys/{number}/renew", json={"overlap_hours": 2}, headers=admin)).json()
    new = {"X-API-Key": made["key"]}
    for key in (reader, new):
        assert (await web.get("/vendedores", headers=key)).status_code == 200
    listed = (await web.get("/admin/keys", headers=admin)).json()["keys"]
    successor = next(one for one in listed if one["id"] == made["id"])
    assert (successor["label"], successor["scopes"], successor["retires_at"]) == ("the read", ["read"], None)
    assert next(one["retires_at"] for one in listed if one["id"] == number)
    await house.database.execute("update api_keys set retires_at = now() - interval '1 s' where id = $1", number)
    assert error_of(await web.get("/vendedores", headers=reader), 401)
    assert (await web.get("/vendedores", headers=new)).status_code == 200
    assert error_of(await web.post(f"/admin/keys/{number}/renew", headers=admin), 404)


async def test_the_last_key_with_the_scope_admin_may_be_renewed_and_its_successor_stays(
    web: httpx.AsyncClient, admin: Key
):
    number = next(
        k["id"] for k in (await web.get("/admin/keys", headers=admin)).json()["keys"] if "admin" in k["scopes"]
    )
    made = (await web.post(f"/admin/keys/{number}/renew", headers=admin)).json()
    assert error_of(await web.delete(f"/admin/keys/{made['id']}", headers=admin), 409)["code"] == "last_admin_key"
    assert (await web.delete(f"/admin/keys/{number}", headers=admin)).status_code == 204


async def test_what_signs_is_changed_and_never_shown(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str
):
    await house.database.execute("update accounts set channel = 'whatsapp'")
    for secret in ("first-secret", "second-secret"):
        answer = await web.post("/admin/webhook/sign", json={"secret": secret}, headers=admin)
        assert answer.status_code == 204
    known = await house.accounts.by_secret("whatsapp", hook_secret)
    assert known is not None
    assert known.signing == ("second-secret", "first-secret")
    await house.database.execute("update accounts set channel = 'kommo'")
    assert "second-secret" not in (await web.get("/test-integration", headers=admin)).text


async def test_what_signs_nothing_gets_no_signing_secret_and_the_reason_is_told(
    web: httpx.AsyncClient, house: House, admin: Key
):
    answer = await web.post("/admin/webhook/sign", json={"secret": "a-new-secret"}, headers=admin)
    assert error_of(answer, 422)["code"] == "signs_nothing"
    assert "channels rotate" in answer.text
    assert await house.database.fetchval("select count(*) from signing_secrets") == 0


async def test_the_doctor_tells_how_old_everything_is(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key
):
    await house.database.execute("update api_keys set created_at = now() - interval '400 days'")
    lines = (await web.get("/test-integration", headers=admin)).json()["lines"]
    said = [line["message"] for line in lines if line["name"] == "secrets"]
    assert [one for one in said if "oldest API key" in one.lower() or "400 days" in one], lines
