"""Sessions at rest and as tools read them: sealed in the table, opened for who may, gone after a day."""

import re

import pytest

from app.domain.errors import Rejected
from app.services.registration.sessions import ALL, figures_of
from app.settings import secret
from app.store.accounts import Account
from app.store.sealing import seal_anew
from app.store.secrets import Vault, new_secret_key
from app.wiring import House
from tests.sandbox.player import Player
from tests.services.registration.test_whole_way import auth, says, steps

NAME = "Asha Rao"


async def row(house: House) -> dict[str, str | None]:
    found = await house.database.fetchrow("select flow_state::text, flow_sealed, c::text as whole from conversations c")
    assert found is not None
    return dict(found)


async def test_what_a_customer_tells_a_flow_lies_sealed_and_the_place_stays_readable(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "Hi", NAME, "retail")
    kept = await row(registry)
    assert NAME not in str(kept["whole"])
    assert "Retail" not in str(kept["whole"])
    assert await steps(registry) == ["pincode"]
    await says(registry, sandbox, india, "560001", "98765 43210", "YES")
    assert "9876543210" not in str((await row(registry))["whole"])
    errand = await registry.database.fetchval("select string_agg(data::text, '') from errands")
    assert "9876543210" not in str(errand)


async def test_a_session_is_told_as_tools_read_it_and_that_is_audited(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", NAME, "retail")
    desk = registry.doors.sessions
    (one,), following = await desk.page(india.id, who="test", step=None, before=ALL, limit=50)
    assert (one.current_step, dict(one.data), following) == ("pincode", {"name": NAME, "sector": "Retail"}, None)
    assert one.created_at <= one.updated_at
    assert (await desk.page(india.id, who="test", step="otp", before=ALL, limit=50))[0] == []
    assert await desk.one(india.id, one.conversation_id, who="test") == one
    assert await registry.database.fetchval("select count(*) from event_log where what = 'sessions_read'") == 2
    await says(registry, sandbox, india, "560001", "98765 43210", "YES")
    code = (await auth(sandbox))["codes"]["+919876543210"]
    await says(registry, sandbox, india, code)
    (over,), _ = await desk.page(india.id, who="test", step="completed", before=ALL, limit=50)
    assert dict(over.data) == {}
    figures = await desk.figures(india.id)
    assert (figures["total_sessions"], figures["sessions_by_step"]) == (
        1,
        [{"flow": "registration", "step": "completed", "n": 1}],
    )
    assert (figures["completion_rate"], figures["error_rate"]) == (1.0, 0.0)


async def test_a_number_that_nobody_has_told_is_none_and_no_contacts_id(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "Hi", NAME)
    await registry.database.execute("update contacts set phones = '{}'")
    desk = registry.doors.sessions
    (one,), _ = await desk.page(india.id, who="test", step=None, before=ALL, limit=50)
    assert one.contact_id
    assert one.phone_number is None
    await registry.database.execute(
        """insert into contacts (account_id, external_id, phones) select account_id, contact_id, '{+919876543210}'
        from conversations on conflict (account_id, external_id) do update set phones = excluded.phones"""
    )
    (one,), _ = await desk.page(india.id, who="test", step=None, before=ALL, limit=50)
    assert one.phone_number == "+919876543210"


async def test_a_messenger_knows_its_customers_by_their_number(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", NAME)
    await registry.database.execute("update contacts set phones = '{}'")
    await registry.database.execute("update conversations set channel = 'twilio', contact_id = '919876543210'")
    (one,), _ = await registry.doors.sessions.page(india.id, who="test", step=None, before=ALL, limit=50)
    assert one.phone_number == "+919876543210"


async def test_a_step_that_no_plan_has_is_refused_with_those_there_are(registry: House, india: Account):
    with pytest.raises(Rejected) as refused:
        await registry.doors.sessions.page(india.id, who="test", step="nosuch", before=ALL, limit=50)
    assert refused.value.code == "unknown_step"
    for known in ("registration: welcome, name, sector, pincode", "onboarding: greeting", "completed", "expired"):
        assert known in refused.value.hint
    for step in ("pincode", "username", "handed_over", None):
        assert (await registry.doors.sessions.page(india.id, who="test", step=step, before=ALL, limit=50))[0] == []


async def test_a_day_later_there_is_no_session(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", NAME)
    await registry.database.execute("update conversations set updated_at = updated_at - interval '25 hours'")
    assert (await registry.doors.sessions.page(india.id, who="test", step=None, before=ALL, limit=50))[0] == []


async def test_what_an_older_release_left_open_is_sealed_and_the_flow_goes_on(
    registry: House, sandbox: Player, india: Account
):
    await says(registry, sandbox, india, "Hi", NAME)
    await registry.database.execute(
        """update conversations set flow_sealed = null,
        flow_state = jsonb_set(flow_state, '{data}', '{"name": "Asha Rao"}')"""
    )
    await says(registry, sandbox, india, "what is it for?")  # read as it lies, whoever has written it
    await registry.database.execute(
        """update conversations set flow_sealed = null,
        flow_state = jsonb_set(flow_state, '{data}', '{"name": "Asha Rao"}')"""
    )
    await registry.doors.sessions.seal_plain()
    assert NAME not in str((await row(registry))["whole"])
    assert await steps(registry) == ["sector"]
    await says(registry, sandbox, india, "retail", "560001", "98765 43210")
    (one,), _ = await registry.doors.sessions.page(india.id, who="test", step=None, before=ALL, limit=50)
    assert (one.current_step, one.data["name"], one.data["sector"]) == ("confirmation", NAME, "Retail")


async def test_keys_are_rotated_under_a_flow_that_goes_on(registry: House, sandbox: Player, india: Account):
    await says(registry, sandbox, india, "Hi", NAME)
    before, old, new = await row(registry), secret(registry.settings.ponte_secret_keys) or "", new_secret_key()
    assert await seal_anew(registry.database, Vault([new, *re.split(r"[ ,]+", old)])) >= 1
    after = await row(registry)
    assert after["flow_sealed"] != before["flow_sealed"]
    assert NAME in Vault([new]).open(str(after["flow_sealed"]))


@pytest.mark.parametrize(
    ("counts", "total", "done", "wrong"),
    [
        ([], 0, None, None),
        ([{"flow": "x", "step": "completed", "n": 3}, {"flow": "x", "step": "failed", "n": 1}], 4, 0.75, 0.25),
    ],
)
def test_rates_are_shares_of_all(counts: list[dict[str, object]], total: int, done: float | None, wrong: float | None):
    found = figures_of(counts)
    assert (found["total_sessions"], found["completion_rate"], found["error_rate"]) == (total, done, wrong)
