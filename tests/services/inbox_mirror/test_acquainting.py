"""People see a customer's name and phone although nobody but the mirror has asked the CRM for them."""

from app.store.accounts import Account
from app.wiring import House, open_house
from tests.house import customer_says, work_off
from tests.sandbox.player import Json, Player
from tests.services.inbox_mirror.conftest import There, carry, nudge, waiting

MARIA = {"name": "Maria Souza", "phone": "+5511988887777"}
SEEN = ("Maria Souza", "+5511988887777")


async def person(there: There) -> tuple[str, str | None]:
    (found,) = (await there.state())["contacts"]
    return found["name"], found["phone_number"]


async def reads(sandbox: Player) -> int:
    """How often the CRM was asked for a contact."""
    calls: list[Json] = [one for one in await sandbox.record() if one["kind"] == "call"]
    return sum("/contacts/" in one["path"] for one in calls)


async def test_whoever_the_crm_knows_is_shown_by_name_and_phone_from_the_first_line_on_and_read_once(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi", **MARIA)
    await work_off(house, but=("ask", "send", "crm"))
    before = await reads(sandbox)
    for _ in range(3):
        await carry(house, shop)
        await nudge(house)
    assert await person(there) == SEEN
    assert await reads(sandbox) == before + 1


async def test_whom_a_crm_that_is_down_did_not_name_is_named_later_though_nobody_writes(
    house: House, sandbox: Player, shop: Account, there: There
):
    await customer_says(sandbox, house, shop, "Oi", **MARIA)
    await work_off(house, but=("ask", "send", "crm"))
    await sandbox.steer("faults", {"faults": [{"fault": "error_500", "path": "contacts", "times": 9}]})
    await house.workshop.inboxes.mirror.carry(shop.id)
    assert await person(there) == ("WhatsApp", None)
    assert [text for _, _, text in await there.lines()] == ["Oi"]

    await sandbox.http.delete("/_sandbox/faults")
    async with open_house(house.settings) as another:  # which does not know that the CRM was down
        await another.workshop.inboxes.mirror.carry(shop.id)
        assert await person(there) == ("WhatsApp", None)  # not before its time
        await carry(another, shop)
    assert await person(there) == SEEN
    assert await waiting(house) == 0
