"""The CRM's users as they are known here: new, changed and gone, never forgotten; and what has drifted apart."""

import pytest

from app.domain.errors import AppError
from app.services.vendedores.sync import LEAST_PAUSE
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.house import work_until_quiet
from tests.sandbox.player import Player

OLD = "update vendedores set synced_at = synced_at - interval '1 day'"


async def change_users(sandbox: Player, *users: dict[str, object]) -> None:
    await sandbox.steer("accounts", {"id": sandbox.account["id"], "users": list(users)})


async def test_the_first_sync_brings_everybody_with_groups_roles_and_messenger_ids(
    house: House, shop: Account, database: Database
):
    rows = {row["external_id"]: row for row in await database.fetch("select * from vendedores")}
    assert (rows["1"]["name"], rows["1"]["is_admin"], rows["1"]["groups"]) == ("Ana", True, ["Equipe A"])
    assert (rows["2"]["roles"], rows["9"]["is_active"]) == (["Vendas"], False)
    assert all(row["messenger_id"] and row["phone"].startswith("+55") for row in rows.values())


async def test_a_second_sync_tells_what_is_new_what_changed_and_who_is_gone(
    house: House, shop: Account, sandbox: Player, database: Database
):
    quiet = await house.staff.syncing.sync(shop.id)
    assert (quiet.synced.new, quiet.synced.changed, quiet.synced.gone) == ((), (), ())
    await change_users(sandbox, {"id": 2, "name": "Bruna"}, {"id": 50, "name": "Novo"}, {"id": 3, "gone": True})
    report = await house.staff.syncing.sync(shop.id)
    assert (report.synced.new, report.synced.changed, report.synced.gone) == (("50",), ("2",), ("3",))
    row = await database.fetchrow("select * from vendedores where external_id = '3'")
    assert row is not None
    assert row["gone_at"] is not None
    assert not row["is_active"]
    await change_users(sandbox, {"id": 3, "name": "De volta"})
    back = await house.staff.syncing.sync(shop.id)
    assert back.synced.changed == ("3",)
    assert await database.fetchval("select gone_at is null and is_active from vendedores where external_id = '3'")


async def test_what_was_set_here_outlives_a_sync(house: House, shop: Account, database: Database):
    await house.staff.roster.change(
        shop.id, "2", {"areas": ["vendas"], "phone": "+5511987654321", "takes_chats": False}, who="admin"
    )
    await house.staff.syncing.sync(shop.id)
    row = await database.fetchrow("select phone, areas, takes_chats from vendedores where external_id = '2'")
    assert row is not None
    assert tuple(row) == ("+5511987654321", ["vendas"], False)
    await house.staff.roster.change(shop.id, "2", {"phone": ""}, who="admin")
    await house.staff.syncing.sync(shop.id)
    assert (await house.staff.roster.one(shop.id, "2")).member.seller.phone.startswith("+55119000")


async def test_who_left_and_still_owns_open_leads_is_reported_and_the_operators_hear_of_it_once(
    house: House, shop: Account, sandbox: Player, database: Database
):
    said = await sandbox.say("maria", "Oi")
    lead = said["lead_id"]
    await sandbox.api("PATCH", f"leads/{lead}", {"responsible_user_id": 4})
    assert (await house.staff.syncing.sync(shop.id)).drift.left_with_leads == ()
    await change_users(sandbox, {"id": 4, "is_active": False})
    for _ in range(2):
        drift = (await house.staff.syncing.sync(shop.id)).drift
        assert [(one.seller.id, one.seller.is_gone, one.open_leads) for one in drift.left_with_leads] == [
            ("4", False, (str(lead),))
        ]
        assert drift.complete
    await sandbox.api("PATCH", f"leads/{lead}", {"responsible_user_id": 1})
    assert (await house.staff.syncing.sync(shop.id)).drift.left_with_leads == ()
    rows = await database.fetch("select cause, is_open, round from notices where cause = 'sellers_left'")
    assert [tuple(row) for row in rows] == [("sellers_left", False, 2)]
    await work_until_quiet(house)


async def test_a_phone_that_two_people_share_is_reported(house: House, shop: Account, sandbox: Player):
    await change_users(sandbox, {"id": 2, "phone": "+5511987654321"}, {"id": 5, "phone": "+5511987654321"})
    assert (await house.staff.syncing.sync(shop.id)).drift.same_phone == (("2", "5"),)


async def test_a_crm_that_does_not_answer_changes_nothing(
    house: House, shop: Account, sandbox: Player, database: Database
):
    before = await database.fetch("select * from vendedores order by external_id")
    await sandbox.steer("faults", {"faults": [{"fault": "error_before", "path": "users", "times": 9}]})
    with pytest.raises(AppError):
        await house.staff.syncing.sync(shop.id)
    assert await database.fetch("select * from vendedores order by external_id") == before
    assert await database.fetchval("select count(*) from notices") == 0  # it is down, which nobody here can mend


async def test_an_unknown_id_asks_the_crm_at_most_once_a_minute(
    house: House, shop: Account, sandbox: Player, database: Database
):
    await database.execute(OLD)
    await change_users(sandbox, {"id": 77, "name": "Novata"})
    found = await house.staff.roster.one(shop.id, "77")
    assert found.member.seller.name == "Novata"
    calls = len([one for one in await sandbox.record() if one.get("path", "").endswith("/users")])
    with pytest.raises(AppError):
        await house.staff.roster.one(shop.id, "78")
    again = len([one for one in await sandbox.record() if one.get("path", "").endswith("/users")])
    assert again == calls
    assert LEAST_PAUSE.total_seconds() == 60


async def test_a_thousand_users_are_read_page_by_page(house: House, shop: Account, sandbox: Player, database: Database):
    crowd = [{"id": 1000 + number, "name": f"Pessoa {number}"} for number in range(1000)]
    await change_users(sandbox, *crowd)
    report = await house.staff.syncing.sync(shop.id)
    assert report.synced.found == 1009
    assert await database.fetchval("select count(*) from vendedores where is_active") == 1008
