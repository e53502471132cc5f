"""A registration with everything around it: hooks, jobs, sends, and the stand-in Auth API with its bad days."""

import asyncpg
import pytest

from app.domain.errors import AppError, NotStarted
from app.store.accounts import Account
from app.store.json_text import to_json
from app.wiring import House
from tests.house import ScriptedBrain, company_said, customer_says, work_off, work_until_quiet
from tests.sandbox.player import Json, Player
from tests.services.registration.conftest import LINK

PHONE = "+919876543210"
ANSWERS = ("Asha Rao", "retial", "560 001", "98765 43210")


async def says(house: House, sandbox: Player, account: Account, *texts: str) -> Json:
    said: Json = {}
    for text in texts:
        said = await customer_says(sandbox, house, account, text)
        await work_until_quiet(house)
    return said


async def auth(sandbox: Player) -> Json:
    return (await sandbox.http.get("/_sandbox/authapi")).json()


async def steps(house: House) -> list[str]:
    return [row["flow_step"] for row in await house.database.fetch("select flow_step from conversations")]


async def a_minute_passes(house: House) -> None:
    await house.database.execute("update errands set ended_at = ended_at - interval '1 minute'")


async def test_a_business_registers_and_has_the_link(
    registry: House, sandbox: Player, india: Account, brain: ScriptedBrain
):
    await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    there = await auth(sandbox)
    code = there["codes"][PHONE]
    said = await says(registry, sandbox, india, code)
    assert (await company_said(sandbox, said))[-1].endswith(LINK)
    assert (await auth(sandbox))["registered"] == [PHONE]
    assert there["sent"] == {PHONE: 1}
    assert there["requests"] == [
        {
            "phone_number": PHONE,
            "user_type": "MSME",
            "metadata": {
                "source": "whatsapp",
                "onboarding_data": {"name": "Asha Rao", "sector": "Retail", "pincode": "560001"},
            },
        }
    ]
    assert brain.asked == []


async def test_the_code_is_in_no_audit_no_errand_and_no_state(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    code = (await auth(sandbox))["codes"][PHONE]
    await says(registry, sandbox, india, code)
    for table in ("event_log", "errands", "conversations", "turns"):
        kept = await registry.database.fetch(f"select t::text as row from {table} t")
        assert not any(code in row["row"] for row in kept), table


async def test_an_unknown_outcome_is_told_and_nothing_is_sent_again_until_a_minute_has_passed(
    registry: House, sandbox: Player, india: Account
):
    await sandbox.steer("authapi/trouble", {"fault": "lost"})
    said = await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    assert "may be on its way" in (await company_said(sandbox, said))[-1]
    assert (await auth(sandbox))["sent"] == {PHONE: 1}
    await says(registry, sandbox, india, "RESEND")
    assert "less than a minute old" in (await company_said(sandbox, said))[-1]
    assert (await auth(sandbox))["sent"] == {PHONE: 1}
    await a_minute_passes(registry)
    await says(registry, sandbox, india, "RESEND")
    there = await auth(sandbox)
    assert there["sent"] == {PHONE: 2}
    await says(registry, sandbox, india, there["codes"][PHONE])
    assert await steps(registry) == ["over"]


async def test_a_worker_that_dies_after_the_call_sends_no_second_code(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    errand = await registry.database.fetchrow("select id, kind, key from errands")
    assert errand is not None
    died = "update errands set status = null, ended_at = null, data = $2 where id = $1"
    await registry.database.execute(died, errand["id"], to_json({"_called": "1", "phone": PHONE}))
    await registry.workshop.errands.run(errand["id"])
    assert (await auth(sandbox))["sent"] == {PHONE: 1}
    assert await registry.database.fetchval("select status from errands") == "unknown"


@pytest.mark.parametrize(
    ("breaks", "mends"),
    [
        ("alter table erasure_keys rename to elsewhere", "alter table elsewhere rename to erasure_keys"),
        (
            "alter table errands rename column phone_hash to away",
            "alter table errands rename column away to phone_hash",
        ),
        ("alter table errands rename column called_at to away", "alter table errands rename column away to called_at"),
    ],
)
async def test_a_database_that_fails_before_the_call_costs_no_code_and_no_truth(
    registry: House, sandbox: Player, india: Account, breaks: str, mends: str
):
    await says(registry, sandbox, india, "Hi", *ANSWERS)
    await customer_says(sandbox, registry, india, "YES")
    await work_off(registry, but=("errand",))
    number = await registry.database.fetchval("select id from errands where status is null")
    await registry.database.execute(breaks)
    with pytest.raises((asyncpg.PostgresError, AppError)):
        await registry.workshop.errands.run(number)
    await registry.database.execute(mends)
    assert (await auth(sandbox))["sent"] == {}
    await registry.workshop.errands.run(number)
    assert (await auth(sandbox))["sent"] == {PHONE: 1}
    assert await registry.database.fetchval("select status from errands where id = $1", number) == "success"


async def test_while_a_code_is_on_its_way_a_second_one_is_not_sent(registry: House, sandbox: Player, india: Account):
    """A salesperson starts the session again while the Auth API has not answered."""
    await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    first = await registry.database.fetchrow("select id, account_id, conversation_id, kind, data from errands")
    assert first is not None
    died = 'update errands set status = null, ended_at = null, data = \'{"_called": "1"}\' where id = $1'
    await registry.database.execute(died, first["id"])
    second = await registry.database.fetchval(
        """insert into errands (account_id, conversation_id, key, kind, data) values ($1, $2, 'anew', $3, $4)
        returning id""",
        *(first["account_id"], first["conversation_id"], first["kind"], first["data"]),
    )
    await registry.workshop.errands.run(second)
    assert (await auth(sandbox))["sent"] == {PHONE: 1}
    assert await registry.database.fetchval("select status from errands where id = $1", second) == "too_soon"


async def test_a_long_refusal_is_told_and_the_customer_may_ask_again(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", *ANSWERS)
    errand = "select status from errands order by id desc limit 1"
    await sandbox.steer("authapi/trouble", {"fault": "rate_429_long"})
    said = await says(registry, sandbox, india, "YES")
    assert await registry.database.fetchval(errand) == "limited"
    assert "Too many codes" in (await company_said(sandbox, said))[-1]
    await says(registry, sandbox, india, "RESEND")
    assert (await auth(sandbox))["sent"] == {PHONE: 1}


async def test_a_short_refusal_is_waited_for_and_one_code_is_sent(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", *ANSWERS)
    await sandbox.steer("authapi/trouble", {"fault": "rate_429"})
    with pytest.raises(NotStarted):
        await says(registry, sandbox, india, "YES")
    number = await registry.database.fetchval("select id from errands where status is null")
    await registry.workshop.errands.run(number)
    assert (await auth(sandbox))["sent"] == {PHONE: 1}
    assert await steps(registry) == ["otp"]


async def test_a_wrong_code_may_be_typed_again(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    code = (await auth(sandbox))["codes"][PHONE]
    wrong = "000000" if code != "000000" else "111111"
    said = await says(registry, sandbox, india, wrong)
    assert "not the right code" in (await company_said(sandbox, said))[-1]
    await says(registry, sandbox, india, code)
    assert await steps(registry) == ["over"]


async def test_who_asks_for_an_agent_gets_one_in_the_middle_of_it(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", "Asha Rao", "I want to talk to an agent")
    assert await registry.database.fetchval("select bot_on from conversations") is False


async def test_a_key_that_is_refused_calls_a_person_and_says_why_in_the_audit(
    registry: House, sandbox: Player, india: Account
):
    await sandbox.steer("authapi/key", {"key": "another"})
    await says(registry, sandbox, india, "Hi", *ANSWERS, "YES")
    rows = await registry.database.fetch("select details::text as row from event_log where who = 'flow'")
    assert any("auth_api_401" in row["row"] for row in rows)
    assert (await auth(sandbox))["sent"] == {}


async def test_hindi_is_answered_in_hindi(registry: House, sandbox: Player, india: Account):
    said = await says(registry, sandbox, india, "नमस्ते", "आशा राव")
    told = await company_said(sandbox, said)
    assert "स्वागत" in told[0]
    assert "कृषि" in told[-1]
