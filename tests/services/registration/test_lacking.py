"""An account with the plan `registration` in an installation that cannot do it yet: said, and not refused."""

from app.domain.checkup import Status
from app.store.accounts import Account
from app.wiring import House
from tests.house import connect
from tests.sandbox.player import Player


async def shown_after(house: House, account: Account, flow: str | None) -> str | None:
    return (await house.doors.preferences.change(account.id, {"flow": flow}, who="test"))["warning"]


async def test_what_the_registration_lacks_is_said_when_it_is_set_and_the_flow_is_kept(
    house: House, sandbox: Player, hook_secret: str
):
    account = await connect(house, sandbox, hook_secret)
    warning = await shown_after(house, account, "registration")
    assert warning is not None
    assert "AUTH_API_URL" in warning
    assert "WEB_APP_URL" in warning
    assert (await house.doors.preferences.show(account.id))["flow"] == "registration"
    assert await shown_after(house, account, "onboarding") is None
    assert await shown_after(house, account, None) is None


async def test_where_nothing_is_missing_nothing_is_said(registry: House, india: Account):
    assert (await registry.doors.preferences.show(india.id))["warning"] is None
    assert "flow" not in [line.name for line in (await registry.doors.doctor.report(india.id)).lines]


async def test_the_doctor_fails_an_account_whose_plan_can_send_no_password(
    house: House, sandbox: Player, hook_secret: str
):
    account = await connect(house, sandbox, hook_secret)
    await shown_after(house, account, "registration")
    (line,) = [line for line in (await house.doors.doctor.report(account.id)).lines if line.name == "flow"]
    assert (line.status, line.account_id) == (Status.FAILED, account.id)
    assert "AUTH_API_URL" in line.todo
