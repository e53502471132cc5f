"""The newest word about being written to counts, and what a caller says with the wish is newer than what was known."""

import pytest

from app.domain.outreach import OutreachState
from app.domain.phones import understand
from tests.services.proactive.conftest import PHONE, Stage


async def note(stage: Stage, granted: bool, *, phone: str | None = None, contact: str | None = None) -> None:
    sql = "insert into consents (account_id, phone, contact_id, granted, source) values ($1, $2, $3, $4, 'form')"
    await stage.house.database.execute(sql, stage.shop.id, phone, contact, granted)


@pytest.mark.parametrize("said", [True, False], ids=["now yes", "now no"])
@pytest.mark.parametrize("by", ["phone", "contact_id", "lead_id"])
async def test_the_callers_word_counts_and_a_trial_says_the_same(stage: Stage, by: str, *, said: bool):
    known = await stage.talked()
    await note(stage, not said, phone=PHONE, contact=str(known["contact_id"]))
    named = {by: PHONE if by == "phone" else str(known[by])}
    trial = await stage.tried(**named, consent=said)
    one = await stage.start(**named, consent=said)
    assert trial.verdict.allowed is said
    assert one.state is (OutreachState.SENT if said else OutreachState.DENIED)
    assert one.reasons == (() if said else ("refused_consent",))


async def test_a_no_that_comes_after_the_wish_is_newer_than_its_yes(stage: Stage):
    known = await stage.talked()
    await stage.trouble("error_before", "leads", method="GET", times=50)
    one = await stage.start(lead_id=str(known["lead_id"]), consent=True)
    assert one.state is OutreachState.WAITING
    await note(stage, granted=False, contact=str(known["contact_id"]))
    await stage.sandbox.steer("faults", {"replace": True, "faults": []})
    await stage.later(minutes=5)
    one = await stage.again(one)
    assert (one.state, one.reasons) == (OutreachState.DENIED, ("refused_consent",))


async def test_without_a_word_of_the_caller_the_one_that_was_known_counts(stage: Stage):
    await stage.talked()
    await note(stage, granted=False, phone=PHONE)
    trial = await stage.tried(phone=PHONE)
    one = await stage.start(phone=PHONE)
    assert [reason.value for reason in trial.verdict.reasons] == ["refused_consent"]
    assert one.state is OutreachState.DENIED


async def test_the_consent_of_an_erased_contact_is_not_kept(stage: Stage):
    said = await stage.talked()
    await stage.house.doors.erasing.erase(stage.shop.id, understand(PHONE, None), who="the operator")
    one = await stage.start(contact_id=str(said["contact_id"]), consent=True, data={"nome": "Filomena"})
    assert (one.state, one.contact_id, one.data) == (OutreachState.DENIED, None, {})
    assert await stage.house.database.fetchval("select count(*) from consents") == 0
