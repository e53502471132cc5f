"""Nothing of a wish survives the erasure of whom it is about, and nothing of one that comes afterwards is kept."""

import pytest

from app.domain.errors import NotFound
from app.domain.outreach import OutreachState
from app.domain.phones import understand
from app.store.database import Database
from tests.services.erasure.traces import traces
from tests.services.proactive.conftest import PHONE, Stage

SECRET = {"nome": "Filomena-zq31", "message": "CPF-zq31"}


async def erase(stage: Stage) -> None:
    await stage.house.doors.erasing.erase(stage.shop.id, understand(PHONE, None), who="the operator")


async def rows(database: Database) -> list[tuple[object, ...]]:
    sql = "select state, phone, contact_id, contact_ids, lead_id, data::text, idempotency_key from outreaches"
    return [tuple(row) for row in await database.fetch(sql)]


NOTHING = ("denied", None, None, [], None, "{}", None)


async def test_a_wish_by_lead_that_ended_early_keeps_no_name_and_no_words(stage: Stage):
    said = await stage.talked()
    await stage.set_trigger(enabled=False)
    one = await stage.start(lead_id=str(said["lead_id"]), data=SECRET, key="filomena")
    assert (one.state, one.contact_id) == (OutreachState.DENIED, None)
    await erase(stage)
    assert await traces(stage.house.database, "zq31", "filomena") == set()
    assert await rows(stage.house.database) == [NOTHING]


@pytest.mark.parametrize("has_talked", [True, False], ids=["who has talked", "whom only the CRM knows"])
async def test_a_wish_by_lead_that_waits_is_never_carried_out(stage: Stage, *, has_talked: bool):
    if has_talked:
        lead = str((await stage.talked())["lead_id"])
    else:
        lead = await in_crm(stage)
    await stage.trouble("error_before", "leads", method="GET", times=50)
    one = await stage.start(lead_id=lead, data=SECRET)
    assert (one.state, one.contact_id) == (OutreachState.WAITING, None)
    await stage.sandbox.steer("faults", {"replace": True, "faults": []})
    await erase(stage)
    await stage.later(minutes=30)
    assert await rows(stage.house.database) == [NOTHING]
    assert await traces(stage.house.database, "zq31") == set()


async def in_crm(stage: Stage) -> str:
    """A contact with this phone, and a lead of theirs, who has never written."""
    phone = {"field_code": "PHONE", "values": [{"value": PHONE, "enum_code": "WORK"}]}
    made = await stage.sandbox.api("POST", "contacts", [{"name": "F", "custom_fields_values": [phone]}])
    contact = made.json()["_embedded"]["contacts"][0]["id"]
    lead = await stage.sandbox.api("POST", "leads", [{"name": "F", "_embedded": {"contacts": [{"id": contact}]}}])
    return str(lead.json()["_embedded"]["leads"][0]["id"])


async def test_a_wish_for_an_erased_phone_is_refused_and_neither_phone_nor_words_nor_consent_are_kept(stage: Stage):
    await stage.talked()
    await erase(stage)
    for spelled in (PHONE, "(11) 98765-4321"):
        one = await stage.start(phone=spelled, data=SECRET, consent=True, key=f"form-{PHONE}")
        assert (one.state, one.reasons) == (OutreachState.DENIED, ("opted_out",))
    assert await rows(stage.house.database) == [NOTHING, NOTHING]
    assert await stage.house.database.fetchval("select count(*) from consents") == 0
    assert await traces(stage.house.database, "zq31", PHONE.removeprefix("+")) == set()


@pytest.mark.parametrize("by", ["contact_id", "lead_id"])
async def test_a_wish_for_the_card_of_somebody_erased_keeps_nothing_either(stage: Stage, by: str):
    said = await stage.talked()
    await erase(stage)
    one = await stage.start(**{by: str(said[by])}, data=SECRET)
    assert (one.state, one.reasons[0]) == (OutreachState.DENIED, "opted_out")
    assert await rows(stage.house.database) == [NOTHING]
    assert await traces(stage.house.database, "zq31") == set()


async def test_a_wish_that_has_failed_is_no_dead_thing_any_more_once_its_person_is_erased(stage: Stage):
    await stage.talked()
    one = await stage.start(data=SECRET)
    sql = "update outreaches set state = 'failed', reasons = '{rejected}', conversation_id = null where id = $1"
    await stage.house.database.execute(sql, one.id)
    dead = stage.house.doors.dead
    page, _ = await dead.page(stage.shop.id, None, cursor=None, limit=50)
    assert [thing.id for thing in page] == [f"outreach-{one.id}"]
    await erase(stage)
    page, _ = await dead.page(stage.shop.id, None, cursor=None, limit=50)
    assert page == []
    for act in (dead.replay, dead.discard):
        with pytest.raises(NotFound):
            await act(stage.shop.id, f"outreach-{one.id}", who="test")
    assert (await stage.again(one)).state is OutreachState.FAILED
