"""A second inbox over HTTP and in the doctor's words."""

from typing import Any

import httpx

from app.services.accounts.directory import Scope
from app.services.inbox_mirror.symptoms import line
from app.store.accounts import Account
from app.store.inboxes import InboxesState
from app.wiring import House
from tests.house import serving
from tests.sandbox.player import Player
from tests.services.inbox_mirror.conftest import There


def body(sandbox: Player, **more: Any) -> dict[str, Any]:
    tokens = {"user_token": "token-rita", "bot_token": "token-bot"}
    place = {"base_url": There(sandbox).url, "vendor_account": 1, "inbox_id": 1, "bot_id": 1}
    return {**place, **tokens, **more}


async def doctors_line(house: House, account: Account) -> tuple[str, str]:
    report = await house.doors.doctor.report(account.id)
    found = next(one for one in report.lines if one.name == "inboxes")
    return found.status, found.message


async def test_the_doors_set_show_check_and_remove_it(house: House, sandbox: Player, shop: Account):
    key = await house.doors.keyring.add(shop.id, label="test", scopes=[Scope.ADMIN], who="test")
    headers = {"X-API-Key": key.key}
    assert (await doctors_line(house, shop))[0] == "not_configured"
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as web:
        assert (await web.get("/admin/inbox")).json() == {"inboxes": []}
        assert (await web.post("/admin/inbox/check")).status_code == 404
        refused = await web.put("/admin/inbox", json=body(sandbox, inbox_id=99))
        stranger = await web.put("/admin/inbox", json=body(sandbox, kind="pigeons"))
        made = await web.put("/admin/inbox", json=body(sandbox))
        checked = await web.post("/admin/inbox/check")
        labels = await web.post("/admin/inbox/labels")
        again = await web.post("/admin/inbox/labels")
        listed = await web.get("/admin/inbox")
        working = await doctors_line(house, shop)
        gone = await web.delete("/admin/inbox")
        missing = await web.delete("/admin/inbox")

    assert 400 <= refused.status_code < 600
    assert stranger.status_code == 422
    assert (made.status_code, made.json()["external_ref"], checked.status_code) == (200, "1:1", 200)
    assert len(labels.json()["made"]) >= 25
    assert again.json() == {"made": []}
    assert [one["external_ref"] for one in listed.json()["inboxes"]] == ["1:1"]
    assert "token-" not in made.text + checked.text + listed.text + refused.text
    assert working == ("ok", "1 second inbox(es) show the conversations; 0 line(s) are on their way.")
    assert (gone.status_code, missing.status_code) == (204, 404)


def test_the_doctor_says_what_waits_what_fails_and_who_stands_there_twice():
    assert line(InboxesState(0, 0, 0, 0)).status == "not_configured"
    failing = line(InboxesState(3, 1, 40, 0))
    assert (failing.status, "1 of 3" in failing.message, "40" in failing.message) == ("failed", True, True)
    assert "2 person(s)" in line(InboxesState(1, 0, 0, 2)).message
