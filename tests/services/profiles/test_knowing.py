"""Who writes is known after their first message, told to the brain, put right by people, and forgotten when erased."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.brain import PersonKnown
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.ids import ChatId, ContactId
from app.domain.profiles import Consent, Source
from app.services.profiles.knowing import Whom
from app.store.accounts import Account
from app.store.database import Database
from app.store.profiles import Person
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import ScriptedBrain, deliver, work_off
from tests.sandbox.player import Player

PHONE = "+5511987654321"
MARIA = Whom(contact_id="501")


async def says(house: House, account: Account, text: str, **fields: Any) -> None:
    """The customer writes, and everything but sending is done."""
    await deliver(house.database, account, a_channel_event(text, **fields))
    await work_off(house, but=("send", "crm"))


async def has_phone(database: Database, account: Account, contact: str, phone: str = PHONE, name: str = "") -> None:
    await database.execute(
        """insert into contacts (account_id, external_id, name, phones, read_at) values ($1, $2, $3, array[$4], now())
        on conflict (account_id, external_id) do update set phones = excluded.phones""",
        *(account.id, contact, name, phone),
    )


async def keeps(house: House, account: Account, how: str | None) -> None:
    await house.doors.preferences.change(account.id, {"profiles": how}, who="Ana")


async def shown(house: House, account: Account, whom: Whom = MARIA) -> Person:
    return await house.doors.profiles.show(account.id, whom)


async def test_a_first_message_makes_a_profile_and_the_brain_is_told_of_it(
    house: House, account: Account, brain: ScriptedBrain
):
    await says(house, account, "Oi, quanto custa a entrega?", author_name="Maria Souza")
    known = (await shown(house, account)).profile
    assert (known.name.value, known.name.source) == ("Maria Souza", Source.CHANNEL)
    assert known.language.value == "pt-BR"
    told = PersonKnown("Maria Souza", "", "pt-BR", ("price", "delivery"), "unknown")
    assert brain.asked[-1].profile == told


async def test_what_a_flow_has_taken_down_counts_more_than_the_messengers_name(house: House, account: Account):
    await says(house, account, "Oi", author_name="mari :)")
    sealed = house.granting.vault.seal('{"name": "Maria Souza", "pincode": "110001"}')
    await house.database.execute("update conversations set flow_sealed = $1, updated_at = now()", sealed)
    number = await house.database.fetchval("select id from conversations")
    await house.doors.profiles.learn(number)
    known = (await shown(house, account)).profile
    assert (known.name.value, known.name.source, known.place.value) == ("Maria Souza", Source.SAID, "110001")
    before = await house.database.fetchrow("select * from profiles")
    await house.doors.profiles.learn(number)
    assert await house.database.fetchrow("select * from profiles") == before


async def test_what_people_put_right_stays_and_is_audited_without_its_words(house: House, account: Account):
    await says(house, account, "Oi", author_name="Mari")
    await house.doors.profiles.correct(account.id, MARIA, {"name": "Maria Souza", "place": "Recife"}, who="Ana")
    await says(house, account, "Quero comprar", author_name="Outra")
    known = (await shown(house, account)).profile
    assert (known.name.value, known.place.value, known.latest) == ("Maria Souza", "Recife", ("buy",))
    row = await house.database.fetchrow("select who, details::text from event_log where what = 'profile_corrected'")
    assert row is not None
    assert row["who"] == "Ana"
    assert "Maria" not in row["details"]
    await house.doors.profiles.correct(account.id, MARIA, {"name": None}, who="Ana")
    await says(house, account, "Alô?", author_name="Mari")
    assert (await shown(house, account)).profile.name.value == "Mari"


@pytest.mark.parametrize("given", [{}, {"name": "+55 11 98765-4321"}, {"language": "fr"}, {"place": "@"}])
async def test_what_is_no_fact_is_refused(house: House, account: Account, given: dict[str, str]):
    await says(house, account, "Oi")
    with pytest.raises(Rejected):
        await house.doors.profiles.correct(account.id, MARIA, given, who="Ana")


async def test_one_phone_is_two_people_until_the_account_says_otherwise(house: House, account: Account):
    await has_phone(house.database, account, "501", "+5511987654321")
    await has_phone(house.database, account, "502", "+551187654321")  # as it was before the ninth digit
    await says(house, account, "Qual o preço?", author_name="Maria")
    await says(house, account, "Hello, shipping?", chat_id=ChatId("chat-2"), contact_id=ContactId("502"), origin="ig")
    assert (await shown(house, account)).contacts == ("501",)
    with pytest.raises(Conflict):
        await shown(house, account, Whom(phone=PHONE))
    await keeps(house, account, "by_phone")
    whole = await shown(house, account, Whom(phone=PHONE))
    assert whole == await shown(house, account) == await shown(house, account, Whom(contact_id="502"))
    assert whole.contacts == ("501", "502")
    assert set(whole.profile.topics) == {"price", "delivery"}
    await keeps(house, account, None)
    assert set((await shown(house, account)).profile.topics) == {"price"}


async def test_who_refused_on_one_contact_refuses_as_one_person(house: House, account: Account):
    for contact in ("501", "502"):
        await has_phone(house.database, account, contact)
    await keeps(house, account, "by_phone")
    await says(house, account, "Oi")
    await says(house, account, "Oi", chat_id=ChatId("chat-2"), contact_id=ContactId("502"))
    assert (await shown(house, account)).word.consent is Consent.UNKNOWN
    sql = "insert into consents (account_id, phone, granted, source) values ($1, $2, true, 'form')"
    await house.database.execute(sql, account.id, PHONE)
    assert (await shown(house, account)).word.consent is Consent.GRANTED
    await says(house, account, "parar", chat_id=ChatId("chat-2"), contact_id=ContactId("502"))
    assert (await shown(house, account)).word.consent is Consent.REFUSED


async def test_an_account_may_keep_none_and_then_nobody_is_told_anything(
    house: House, account: Account, brain: ScriptedBrain
):
    await keeps(house, account, "none")
    await says(house, account, "Quanto custa?", author_name="Maria")
    assert await house.database.fetchval("select count(*) from profiles") == 0
    assert brain.asked[-1].profile is None
    with pytest.raises(NotFound):
        await shown(house, account)


async def test_who_was_erased_is_not_learnt_again(house: House, account: Account):
    await says(house, account, "Oi", author_name="Maria")
    await house.database.execute("update contacts set read_at = 'infinity'")
    await has_phone(house.database, account, "501")
    await house.database.execute("update contacts set read_at = 'infinity'")
    await house.database.execute("delete from profiles")
    await says(house, account, "Oi de novo", author_name="Maria")
    assert await house.database.fetchval("select count(*) from profiles") == 0


async def test_an_older_message_that_comes_late_takes_nothing_back(house: House, account: Account):
    now = datetime.now(UTC)
    await says(house, account, "Hello, what is the price?", at=now)
    await says(house, account, "Oi, bom dia", at=now - timedelta(minutes=3), chat_id=ChatId("chat-2"))
    known = (await shown(house, account)).profile
    assert (known.language.value, known.seen_at) == ("en", now)


async def test_nobody_is_known_in_another_account(house: House, account: Account):
    await says(house, account, "Oi")
    for whom in (Whom(contact_id="999"), Whom(conversation_id="999"), Whom(conversation_id="x"), Whom(phone=PHONE)):
        with pytest.raises(NotFound):
            await shown(house, account, whom)


async def test_whom_only_the_crm_knows_is_told_apart_from_whom_nobody_knows(
    house: House, shop: Account, sandbox: Player
):
    said = await sandbox.say("rita", "Oi", name="Rita", phone="+5511987650042")  # and no webhook comes
    with pytest.raises(NotFound) as refused:
        await house.doors.profiles.show(shop.id, Whom(phone="+55 11 98765-0042"))
    assert refused.value.code == "not_met"
    assert f"contact {said['contact_id']}" in refused.value.message
    assert "POST /start-proactive" in refused.value.hint
    with pytest.raises(NotFound) as refused:
        await house.doors.profiles.show(shop.id, Whom(phone="+5511987659999"))
    assert "neither Ponte nor the CRM" in refused.value.message
    await sandbox.steer("faults", {"faults": [{"fault": "error_before", "path": "contacts", "method": "GET"}]})
    with pytest.raises(NotFound) as refused:
        await house.doors.profiles.show(shop.id, Whom(phone="+5511987650042"))
    assert "could not be asked" in refused.value.hint


async def test_a_phone_finds_whom_only_the_crm_knows_by_it_once_they_have_written(
    house: House, shop: Account, sandbox: Player
):
    said = await sandbox.say("rita", "Oi", name="Rita", phone="+5511987650042")
    whom, contact = Whom(phone="+55 11 98765-0042"), str(said["contact_id"])
    await deliver(house.database, shop, a_channel_event("Oi", contact_id=ContactId(contact), author_name="Rita"))
    await work_off(house, but=("send", "crm"))
    await house.database.execute("update contacts set phones = '{}'")
    assert await shown(house, shop, whom) == await shown(house, shop, Whom(contact_id=contact))
    assert (await house.doors.profiles.correct(shop.id, whom, {"name": "Rita Lee"}, who="Ana")).contacts == (contact,)
    await house.database.execute(
        """insert into contacts (account_id, external_id, read_at) values ($1, $2, 'infinity')
        on conflict (account_id, external_id) do update set read_at = 'infinity'""",
        *(shop.id, contact),
    )
    with pytest.raises(NotFound) as refused:
        await shown(house, shop, whom)
    assert refused.value.code == "not_met"
