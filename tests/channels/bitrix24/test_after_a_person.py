"""What customers write after a person has their chat: the bot has left it, and no event tells of it any more."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.brain import Proposal, ReplyAction
from app.domain.ids import LeadId
from app.store.accounts import Account
from app.store.upkeep import Chores
from app.wiring import House
from tests.builders import a_reply
from tests.channels.bitrix24.conftest import Fetch, Portal
from tests.house import ScriptedBrain, conversation_of, serving, state_of, work_off, work_until_quiet

ASKED = "Onde fica?"


async def said(house: House) -> list[str]:
    """The customers' messages in the record, in its order."""
    rows = await house.database.fetch("select text from mensagens where author = 'customer' order by at, id")
    return [row["text"] for row in rows]


async def handed_over(house: House, portal: Portal) -> None:
    """The bot has left the chat, and a salesperson has written there."""
    await work_until_quiet(house)
    chat = await portal.chat()
    assert chat["operator"] == 2
    assert 400 not in chat["members"]
    await portal.order("write", text="Oi, Ana aqui")


@pytest.fixture
def gives_up(brain: ScriptedBrain) -> None:
    brain.says = [Proposal(ReplyAction.HANDOFF), a_reply("Na rua das Flores.")]


@pytest.mark.usefixtures("gives_up")
async def test_what_a_customer_writes_to_a_person_is_in_the_record_within_the_next_look_and_once(
    house: House, portal: Portal, fetch: Fetch
):
    await portal.say("quero uma pessoa")
    await fetch()
    await handed_over(house, portal)
    await portal.say(ASKED)
    for _ in range(2):
        await fetch()
        await house.workshop.upkeep.poll_people()
        await house.workshop.upkeep.reconcile()
        await work_off(house)
    assert await said(house) == ["quero uma pessoa", ASKED]


@pytest.mark.usefixtures("gives_up")
async def test_the_brain_hears_after_a_release_what_was_asked_while_people_had_the_chat(
    house: House, portal: Portal, fetch: Fetch, brain: ScriptedBrain
):
    await portal.say("quero uma pessoa")
    await fetch()
    await handed_over(house, portal)
    await house.workshop.upkeep.poll_people()
    await work_off(house)
    await portal.say(ASKED)
    await house.workshop.upkeep.poll_people()
    await work_off(house)
    await house.database.execute("update conversations set control_at = control_at - interval '5 seconds'")
    await portal.released(house)
    await work_until_quiet(house)
    assert [line.text for line in brain.asked[-1].burst] == [ASKED]


@pytest.mark.usefixtures("gives_up")
async def test_a_customer_who_answers_a_person_hours_later_is_in_the_record_too(
    house: House, portal: Portal, fetch: Fetch
):
    await portal.say("quero uma pessoa")
    await fetch()
    await handed_over(house, portal)
    await house.workshop.upkeep.reconcile()
    await work_off(house)
    await portal.say(ASKED)
    quiet = "last_customer_at = now() - interval '5 hours', last_human_at = now() - interval '5 hours'"
    await house.database.execute(f"update conversations set {quiet}")
    await house.database.execute("update accounts set reconciled_until = now() - interval '20 minutes'")
    await house.workshop.upkeep.poll_people()
    await house.workshop.upkeep.reconcile()
    await work_off(house)
    assert await said(house) == ["quero uma pessoa", ASKED]


@pytest.mark.usefixtures("gives_up")
async def test_where_the_portal_calls_us_it_is_the_same(house: House, portal: Portal, hook_secret: str):
    async with serving(house) as url:
        await portal.connected(house, hook_secret, mode="push", webhook_url=f"{url}/webhooks/bitrix24/{hook_secret}")
        await portal.say("quero uma pessoa")
        while 400 in (await portal.chat())["members"]:
            await work_until_quiet(house)
        await handed_over(house, portal)
        await portal.say(ASKED)
        await house.workshop.upkeep.poll_people()
        await work_off(house)
    assert await said(house) == ["quero uma pessoa", ASKED]


@pytest.mark.usefixtures("gives_up")
async def test_a_webhooks_user_who_has_given_the_chat_away_hears_of_it_by_its_session(
    house: House, portal: Portal, hook_secret: str
):
    account = await portal.connected(house, hook_secret, mode="poll")
    await house.workshop.fetchers.fetch(account)
    await portal.say("quero uma pessoa", cards={"deal": 34})
    await house.channels["bitrix24"].assign(await house.accounts.connection(account.id), LeadId("deal:34"), "2")
    await house.workshop.fetchers.fetch(account)
    await work_until_quiet(house)
    assert 1 not in (await portal.chat())["members"]
    await portal.order("write", text="Oi, João aqui")
    await portal.say(ASKED)
    await house.workshop.fetchers.fetch(account)
    await house.workshop.upkeep.reconcile()
    await work_off(house)
    assert await said(house) == ["quero uma pessoa", ASKED]
    assert not (await state_of(house.database, await conversation_of(house.database))).bot_on


async def test_a_picture_is_one_however_it_was_found(house: House, portal: Portal, fetch: Fetch):
    await portal.say("oi")
    await fetch()
    await portal.say("", picture=True)
    await house.workshop.upkeep.poll_people()
    await fetch()
    media = "select media from mensagens where author = 'customer' and media is not null"
    assert len(await house.database.fetch(media)) == 1


async def test_the_longer_a_chat_is_quiet_the_more_seldom_it_is_looked_into_and_none_is_left_out(
    house: House, portal: Portal, shop: Account
):
    """Fifty chats of each age through four hours of minutes, each named by its age in hours."""
    ages = [0, 5, 24, 100, 200]
    await house.database.execute(
        """insert into conversations (account_id, channel, chat_id, talk_id, last_customer_at, created_at)
        select $1, 'bitrix24', age || '-' || n, '7', now() - age * interval '1 hour', now() - interval '9 days'
        from generate_series(1, 50) n, unnest($2::int[]) age""",
        shop.id,
        ages,
    )
    start, chores, looked = datetime.now(UTC), Chores(house.database), dict.fromkeys(ages, 0)
    seen = set[str]()
    for minute in range(240):
        since = start + timedelta(minutes=minute)
        for chat in await chores.left_chats(shop.id, since, since + timedelta(minutes=1)):
            looked[int(chat.chat_id.partition("-")[0])] += 1
            seen.add(chat.chat_id)
    assert looked[5] / 50 == pytest.approx(240 / 8, rel=0.4)
    assert looked[24] / 50 == pytest.approx(240 / 32, rel=0.4)
    assert looked[200] == 0
    assert len(seen) == 200
