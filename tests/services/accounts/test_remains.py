"""The doctor tells of what will not happen by itself any more, and of the command that lists it."""

from app.domain.checkup import Line, Status
from app.domain.ids import AccountId
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off


async def dead(house: House, account: Account) -> Line:
    report = await house.doors.doctor.report(AccountId(account.id))
    (line,) = [one for one in report.lines if one.name == "dead"]
    return line


async def test_messages_that_failed_or_wait_for_a_person_are_told(house: House, shop: Account):
    await deliver(house.database, shop, a_channel_event("Quanto custa?"))
    await work_off(house, but=("send", "crm"))
    assert (await dead(house, shop)).status is Status.OK
    for state in ("failed", "person"):
        await house.database.execute("update outbox set state = $1 where kind = 'message'", state)
        line = await dead(house, shop)
        assert line.status is Status.FAILED
        assert "1 message(s) to customers" in line.message
        assert f"ponte dead list --account {shop.id}" in line.todo
    await house.database.execute("update outbox set discarded_at = now()")
    assert (await dead(house, shop)).status is Status.OK
