"""From a customer's words at a portal to the answer there, and what happens when something is in the way."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.brain import Proposal, ReplyAction
from app.domain.clock import SystemClock
from app.domain.conversation import Command, PauseReason, Verb
from app.domain.ids import ChatId, LeadId
from app.domain.knocking import Knocked
from app.domain.messages import Address, words_of
from app.services.accounts.directory import Unauthorised
from app.services.bot_control.address import Named
from app.services.conversation.fetching import Fetchers
from app.store.accounts import Account
from app.store.positions import Overtaken, Positions
from app.wiring import House
from tests.builders import a_reply
from tests.channels.bitrix24.conftest import Fetch, Portal
from tests.house import (
    ScriptedBrain,
    conversation_of,
    let_leases_end,
    line_of,
    state_of,
    until,
    work_off,
    work_until_quiet,
)
from tests.house import serving as serve

ANSWER = "Atendemos das 8h às 19h."


@pytest.fixture(autouse=True)
def answers(brain: ScriptedBrain) -> None:
    brain.says = [a_reply(ANSWER)]


async def is_on(house: House) -> bool:
    return (await state_of(house.database, await conversation_of(house.database))).bot_on


async def test_a_customer_is_answered_by_the_bot_and_sees_that_it_writes(house: House, portal: Portal, fetch: Fetch):
    said = await portal.say("Oi, qual o horário?")
    await fetch()
    assert await portal.answers() == [ANSWER]
    shown = {one["what"] for one in (await portal.state())["seen"]}
    assert shown == {"read", "typing"}
    row = await house.database.fetchrow("select chat_id, talk_id, contact_id, lead_id, origin from conversations")
    assert row is not None
    assert row["chat_id"] == f"chat{said['chat_id']}"
    assert row["talk_id"] == str(said["session_id"])
    assert row["lead_id"] == f"chat:{said['chat_id']}"
    assert row["origin"] == "livechat"


async def test_news_are_stored_with_their_position_so_a_crash_between_loses_and_repeats_nothing(
    house: House, portal: Portal, shop: Account, fetch: Fetch
):
    await portal.say("um")
    await fetch()
    position = await house.database.fetchval("select position from fetch_positions")
    # As if the process had died after its transaction and the portal had not been told: the same comes again.
    await house.database.execute("update fetch_positions set position = null")
    await fetch()
    assert await house.database.fetchval("select count(*) from mensagens where author = 'customer'") == 1
    assert int(await house.database.fetchval("select position from fetch_positions")) >= int(position)


async def test_whoever_was_overtaken_stores_nothing(house: House, portal: Portal, shop: Account):
    positions = Positions(house.database)
    first = await positions.take_turn(shop.id, timedelta(0))
    second = await positions.take_turn(shop.id, timedelta(seconds=30))
    assert first is not None
    assert second is not None
    assert await positions.take_turn(shop.id, timedelta(seconds=30)) is None
    with pytest.raises(Overtaken):
        async with house.database.transaction() as tx:
            await positions.move_on(tx, first, "7", timedelta(seconds=30))
    assert await house.database.fetchval("select position from fetch_positions") != "7"


async def test_two_processes_that_fetch_at_once_store_everything_once(house: House, portal: Portal, shop: Account):
    for number in range(12):
        await portal.say(f"mensagem {number}", chat=f"Cliente {number}")
    parts = (house.database, SystemClock(), house.accounts, house.channels)
    one, other = Fetchers(*parts), Fetchers(*parts)
    for _ in range(3):
        await asyncio.gather(one.fetch_all(), other.fetch_all())
    await work_off(house)
    assert await house.database.fetchval("select count(*) from mensagens where author = 'customer'") == 12
    assert await house.database.fetchval("select count(*) from conversations") == 12


async def test_a_portal_that_is_down_is_left_alone_for_a_while_and_told_of_once(
    house: House, portal: Portal, shop: Account
):
    await portal.order("trouble", fault="query_limit", method="imbot.v2.Event.get", times=3)
    for _ in range(2):
        await house.database.execute("update fetch_positions set not_before = '-infinity'")
        await house.workshop.fetchers.fetch(shop)
    assert await house.database.fetchval("select not_before > now() from fetch_positions")
    assert await house.database.fetchval("select count(*) from event_log where what = 'fetch'") == 1


async def test_a_salesperson_who_writes_has_the_chat_and_a_new_session_gives_it_back(
    house: House, portal: Portal, fetch: Fetch
):
    await portal.say("oi")
    await fetch()
    await portal.order("write", text="Deixa comigo, Maria.")
    await house.workshop.upkeep.poll_people()
    await work_off(house)
    assert not await is_on(house)
    await portal.say("obrigada")
    await fetch()
    assert await portal.answers() == [ANSWER]
    await asyncio.sleep(1.1)  # a portal tells time by the second, and what is as old as the take-over comes too late
    await portal.order("finish")
    await portal.say("voltei")
    await fetch()
    assert await is_on(house)
    assert await portal.answers() == [ANSWER, ANSWER]


async def test_whoever_asks_for_a_person_gets_the_line_s_queue(
    house: House, portal: Portal, fetch: Fetch, brain: ScriptedBrain
):
    brain.says = [Proposal(ReplyAction.HANDOFF)]
    await portal.say("quero falar com uma pessoa")
    await fetch()
    await work_until_quiet(house)
    state = await state_of(house.database, await conversation_of(house.database))
    assert not state.bot_on
    assert state.pause is not None
    assert state.pause.reason is not PauseReason.COMMAND
    chat = await portal.chat()
    assert chat["operator"] in {1, 2}
    # A second hand-over finds that a person has the chat, which is as it shall be.
    channel = house.channels["bitrix24"]
    account = (await house.accounts.all_live())[0]
    await channel.hand_over(await house.accounts.connection(account.id), Address(ChatId(f"chat{chat['id']}")))


async def test_a_chat_with_a_lead_is_given_to_the_lead_s_salesperson(house: House, portal: Portal, fetch: Fetch):
    await portal.say("oi", cards={"lead": 12})
    await fetch()
    connection = await house.accounts.connection((await house.accounts.all_live())[0].id)
    channel = house.channels["bitrix24"]
    await channel.assign(connection, LeadId("lead:12"), "2")
    await channel.hand_over(
        connection, Address(ChatId(f"chat{(await portal.chat())['id']}"), lead_id=LeadId("lead:12"))
    )
    assert (await portal.chat())["operator"] == 2
    assert (await portal.state())["cards"]["lead"]["12"]["ASSIGNED_BY_ID"] == "2"


async def test_that_the_bot_answered_stands_on_the_card_s_timeline(portal: Portal, fetch: Fetch):
    await portal.say("oi", cards={"lead": 12, "deal": 34})
    await fetch()
    comments = (await portal.state())["comments"]
    assert [(one["ENTITY_TYPE"], one["ENTITY_ID"]) for one in comments] == [("deal", "34")]
    assert comments[0]["COMMENT"].startswith("[Ponte] ")
    assert await portal.answers() == [ANSWER]


async def test_a_send_whose_answer_was_lost_is_found_in_the_history_and_not_said_again(
    house: House, portal: Portal, fetch: Fetch
):
    await portal.order("trouble", fault="lost", method="imbot.v2.Chat.Message.send")
    await portal.say("oi")
    await fetch()
    assert [state for state, _ in await line_of(house.database)] == ["sending"]
    await let_leases_end(house.database)
    await house.workshop.upkeep.sweep()
    await work_until_quiet(house)
    assert [state for state, _ in await line_of(house.database)] == ["sent"]
    assert await portal.answers() == [ANSWER]


async def test_a_bucket_that_is_full_delays_the_answer_and_loses_nothing(house: House, portal: Portal, fetch: Fetch):
    await portal.order("trouble", fault="query_limit", method="imbot.v2.Chat.Message.send")
    await portal.say("oi")
    await fetch()
    assert await portal.answers() == []
    await house.database.execute("update governor set held_until = '-infinity', next_at = '-infinity'")
    await work_until_quiet(house)
    assert await portal.answers() == [ANSWER]


async def test_a_portal_without_bots_is_polled_and_answered_as_its_user(house: House, portal: Portal, hook_secret: str):
    account = await portal.connected(house, hook_secret, mode="poll")
    await house.workshop.fetchers.fetch(account)
    for number in range(3):
        await portal.say(f"oi {number}")
    await house.workshop.fetchers.fetch(account)
    await work_off(house)
    texts = [one["text"] for one in (await portal.chat())["messages"]]
    assert texts == ["oi 0", "oi 1", "oi 2", ANSWER]
    await house.workshop.fetchers.fetch(account)
    await work_off(house)
    assert await is_on(house)  # our own message came back, and was known
    await portal.order("write", text="Eu respondo.", user=1)
    await house.workshop.fetchers.fetch(account)
    await work_off(house)
    assert not await is_on(house)


async def test_a_portal_that_calls_us_is_answered_once_however_often_it_calls(
    house: House, portal: Portal, hook_secret: str
):
    async with serve(house) as url:
        await portal.connected(house, hook_secret, mode="push", webhook_url=f"{url}/webhooks/bitrix24/{hook_secret}")
        await portal.order("hooks", faults=["duplicate", "duplicate"])
        await portal.say("Oi")

        async def answered() -> list[str]:
            await work_until_quiet(house)
            return await portal.answers()

        await until(answered)  # that the bot has joined the chat comes by a call of its own, perhaps before the words
        assert await answered() == [ANSWER]


async def test_a_forged_webhook_is_refused_and_nothing_of_it_is_stored(house: House, portal: Portal, hook_secret: str):
    await portal.connected(house, hook_secret)
    door = house.doors.webhooks
    forged = b"event=ONIMBOTV2MESSAGEADD&data[bot][auth][application_token]=application-token-of-the-sandbox"
    for body in (forged, forged + b"&auth[application_token]=another", b'{"fetched": []}', b"", b"\xff\x00"):
        with pytest.raises(Unauthorised):
            await door.receive("bitrix24", hook_secret, _knocked(body))
    assert await house.database.fetchval("select count(*) from deliveries") == 0


def _knocked(body: bytes) -> Knocked:
    return Knocked(body, {"content-type": "application/x-www-form-urlencoded"}, "https://ponte.example/x")


async def test_push_that_was_lost_is_made_good_by_reconciliation(house: House, portal: Portal, hook_secret: str):
    await portal.connected(house, hook_secret, mode="push", webhook_url="http://127.0.0.1:9/hook")
    await portal.order("hooks", faults=["drop", "drop"])
    await portal.say("Oi")
    await portal.order("write", text="já vejo", user=1)  # the webhook's user is in the chat now, and sees it
    await house.workshop.upkeep.reconcile()
    await work_off(house)
    authors = [r["author"] for r in await house.database.fetch("select author from mensagens order by at, id")]
    assert authors[:2] == ["customer", "human"]


async def paused(house: House, shop: Account, named: Named, until: datetime | None = None) -> None:
    """A person orders it; the portal's times are in whole seconds."""
    order = Command(Verb.TAKE, "gerente", datetime.now(UTC), exact=True, until=until)
    await house.doors.steering.command(shop.id, named, order, key=None)
    await asyncio.sleep(1.1)


async def test_a_contact_who_was_paused_before_writing_stays_so_though_the_bot_joins_the_new_chat(
    house: House, portal: Portal, shop: Account, fetch: Fetch
):
    await paused(house, shop, Named(contact_id="contact:55"))
    await portal.say("oi", cards={"contact": 55})
    await fetch()
    await work_until_quiet(house)
    assert not await is_on(house)
    assert await portal.answers() == []


async def test_a_pause_until_a_time_outlasts_the_session(house: House, portal: Portal, shop: Account, fetch: Fetch):
    await portal.say("oi")
    await fetch()
    number = await conversation_of(house.database)
    await paused(house, shop, Named(conversation_id=str(number)), datetime.now(UTC) + timedelta(days=7))
    await portal.order("finish")
    await portal.say("voltei")
    await fetch()
    assert not await is_on(house)
    assert await portal.answers() == [ANSWER]


async def test_of_two_chats_on_one_deal_the_one_that_asks_for_a_person_gets_one(
    house: House, portal: Portal, fetch: Fetch, brain: ScriptedBrain
):
    for chat in ("Maria", "João"):
        await portal.say("oi", chat=chat, cards={"deal": 34})
        await fetch()
    brain.says = [Proposal(ReplyAction.HANDOFF)]
    await portal.say("quero falar com uma pessoa", chat="Maria")
    await fetch()
    await work_until_quiet(house)
    people = {1, 2}
    assert (await portal.chat("Maria"))["operator"] in people
    assert (await portal.chat("João"))["operator"] not in people


async def test_lines_that_the_portal_tells_with_its_own_mark_are_known_again_as_ours(
    house: House, portal: Portal, fetch: Fetch, brain: ScriptedBrain
):
    brain.says = [a_reply("linha um\nlinha dois")]
    said = await portal.say("oi")
    await fetch()
    to = Address(ChatId(f"chat{said['chat_id']}"), str(said["session_id"]))
    connection = await house.accounts.connection((await house.accounts.all_live())[0].id)
    back = await house.channels["bitrix24"].read_back(connection, to, since=datetime.now(UTC) - timedelta(minutes=5))
    assert words_of("linha um\nlinha dois") in [words_of(one.text) for one in back.messages]
