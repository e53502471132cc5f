"""A worker that has an answer sends it itself; the job for it is there in case that it dies in between."""

from app.domain.errors import NotStarted
from app.store.accounts import Account
from app.wiring import House
from tests.house import ScriptedBrain, company_said, conversation_of, customer_says, line_of, work_off
from tests.sandbox.player import Player

SOON = "select extract(epoch from execute_after - now()) from queue.pgqueuer where entrypoint = 'send'"


async def test_an_answer_leaves_in_the_job_that_asked_for_it_and_once(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    said = await customer_says(sandbox, house, shop, "Quanto custa?")
    await work_off(house, but=("ask", "send", "crm"))
    asking = house.workshop.asking.followed_by(house.workshop.sending.send_next)
    await asking.ask(await conversation_of(house.database), 1, 0)
    assert [state for state, _ in await line_of(house.database)] == ["sent"]
    await house.database.execute("update queue.pgqueuer set execute_after = now()")
    await work_off(house)
    assert len(await company_said(sandbox, said)) == 1


async def test_what_could_not_leave_at_once_has_its_job(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    async def refuses(_: object) -> None:
        raise NotStarted("The vendor holds all calls.", code="held")

    said = await customer_says(sandbox, house, shop, "Quanto custa?")
    await work_off(house, but=("ask", "send", "crm"))
    await house.workshop.asking.followed_by(refuses).ask(await conversation_of(house.database), 1, 0)
    assert 5 < float(await house.database.fetchval(SOON)) <= 10
    await house.database.execute("update queue.pgqueuer set execute_after = now()")
    await work_off(house)
    assert len(await company_said(sandbox, said)) == 1


async def test_without_a_sender_of_its_own_the_job_comes_at_once(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    await customer_says(sandbox, house, shop, "Quanto custa?")
    await work_off(house, but=("send", "crm"))
    assert float(await house.database.fetchval(SOON)) <= 0
