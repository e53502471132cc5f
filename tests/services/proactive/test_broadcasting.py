"""One message to many: only to who may be written to, once to each, in the lowest lane, whatever dies in between."""

import pytest

from app.domain.account import Lane
from app.domain.broadcasts import Broadcast, NewBroadcast, Progress
from app.domain.errors import Rejected
from app.domain.ids import ConversationId
from app.services.conversation.sending import lane_of
from app.services.proactive.broadcasting import Broadcasting
from app.store.accounts import Account
from app.store.outbox import Outbox
from app.wiring import House
from tests.house import company_said, conversation_of, customer_says, jobs_of, sends, work_off, work_until_quiet
from tests.sandbox.player import Json, Player

WORDS = "Abrimos no domingo."


@pytest.fixture
def desk(house: House) -> Broadcasting:
    return house.doors.proactive.broadcasting


async def talked(sandbox: Player, house: House, account: Account, *chats: str) -> dict[str, Json]:
    """Each has written and was answered."""
    found: dict[str, Json] = {}
    for number, chat in enumerate(chats):
        phone = f"+55119876500{number:02}"
        found[chat] = await customer_says(sandbox, house, account, "Oi", chat=chat, name=chat, phone=phone)
    await work_until_quiet(house)
    return found


async def carried(house: House, desk: Broadcasting, account: Account, one: Broadcast) -> Progress:
    """Until nothing is left to do for it now."""
    for _ in range(8):
        await house.database.execute(
            "update broadcasts set due_at = now() - interval '1 hour', claimed_until = '-infinity'"
        )
        await desk.carry_on(account.id, one.id)
        await work_until_quiet(house)
    return (await desk.status(account.id, one.id))[1]


async def awake(house: House, account: Account) -> None:
    """It is noon where these people are."""
    noon = """select name from pg_timezone_names
        where name like 'Etc/GMT%' and extract(hour from now() at time zone name) = 12 limit 1"""
    await house.database.execute(f"update accounts set timezone = ({noon}) where id = $1", account.id)
    await house.database.execute("update contacts set phones = '{}'")


async def test_everybody_who_may_be_written_to_gets_it_once(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    said = await talked(sandbox, house, shop, "maria", "joao", "rita")
    await awake(house, shop)
    before = len(await sends(sandbox))
    one, progress = await desk.start(shop.id, NewBroadcast(WORDS, key="k-1", requested_by="test"))
    assert (one.state, progress.total, progress.states) == ("running", 3, {"waiting": 3})
    again, _ = await desk.start(shop.id, NewBroadcast(WORDS, key="k-1", requested_by="test"))
    assert again.id == one.id
    progress = await carried(house, desk, shop, one)
    assert progress.states == {"sent": 3}
    assert len(await sends(sandbox)) - before == 3
    for each in said.values():
        assert (await company_said(sandbox, each)).count(WORDS) == 1
    assert (await desk.status(shop.id, one.id))[0].state == "done"
    told = await house.database.fetch("select what from event_log where what like 'broadcast%' order by id")
    assert [row["what"] for row in told] == ["broadcast_started", *["broadcast"] * 3, "broadcast_done"]


async def test_who_may_not_be_written_to_is_skipped_and_it_is_told_why(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    chats = ("maria", "optedout", "late", "human", "paused", "enough", "step", "refused")
    await talked(sandbox, house, shop, *chats)
    await awake(house, shop)
    rows = await house.database.fetch("select id from conversations order by id")
    ids = dict(zip(chats, (row["id"] for row in rows), strict=True))
    change = {
        "optedout": "opted_out = true",
        "late": "last_customer_at = now() - interval '25 hours'",
        "human": "last_human_at = now() - interval '1 hour'",
        "paused": "bot_on = false, pause_reason = 'command'",
    }
    for chat, what in change.items():
        await house.database.execute(f"update conversations set {what} where id = $1", ids[chat])
    await house.database.execute(
        "update conversations set flow = 'registration', flow_step = 'name' where id <> $1", ids["step"]
    )
    await house.database.execute(
        """insert into consents (account_id, contact_id, granted, source)
        select account_id, contact_id, false, 'x' from conversations where id = $1""",
        ids["refused"],
    )
    await house.database.execute(
        """insert into outreaches (account_id, trigger, subject, day, contact_id, due_at, state, sent_at)
        select account_id, 'x' || n, 'contact:' || n, current_date, contact_id, now(), 'sent', now()
        from conversations, generate_series(1, 3) n where id = $1""",
        ids["enough"],
    )
    new = NewBroadcast(WORDS, target_step="name", requested_by="test")
    would = await desk.rehearse(shop.id, new)
    assert (would.total, would.eligible) == (7, 1)
    one, _ = await desk.start(shop.id, new)
    progress = await carried(house, desk, shop, one)
    rows = await house.database.fetch("select conversation_id, state, reason from broadcast_recipients")
    names = {number: chat for chat, number in ids.items()}
    assert {names[row["conversation_id"]]: row["reason"] or row["state"] for row in rows} == {
        "maria": "sent",
        "optedout": "opted_out",
        "late": "window",
        "human": "human_talking",
        "paused": "bot_off",
        "enough": "contact_cap",
        "refused": "refused_consent",
    }
    assert would.reasons == progress.reasons


async def test_who_wants_no_more_messages_gets_none_by_another_card_with_the_same_phone_either(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    await talked(sandbox, house, shop, "joao", "maria", "rita")
    await awake(house, shop)
    rows = await house.database.fetch("select contact_id from conversations order by id")
    first, second, third = (row["contact_id"] for row in rows)
    same = """insert into contacts (account_id, external_id, phones)
        select $1, c, '{+447700900123}' from unnest($2::text[]) c
        on conflict (account_id, external_id) do update set phones = excluded.phones"""
    await house.database.execute(same, shop.id, [first, second])
    await house.database.execute("update contacts set opted_out_at = now() where external_id = $1", first)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    assert (await carried(house, desk, shop, one)).reasons == {"opted_out": 1}
    rows = await house.database.fetch("select contact_id, state from broadcast_recipients order by state desc")
    assert [(row["contact_id"], row["state"]) for row in rows] == [(second, "skipped"), (third, "sent")]


@pytest.mark.parametrize(
    ("stands", "reason"),
    [
        ("bot_on = false, pause_reason = 'command'", "bot_off"),
        ("last_human_at = now() - interval '1 hour'", "human_talking"),
    ],
)
async def test_whoever_a_person_has_in_another_chat_is_left_to_them(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting, stands: str, reason: str
):
    await talked(sandbox, house, shop, "joao", "maria")
    await awake(house, shop)
    rows = await house.database.fetch("select contact_id from conversations order by id")
    first, second = (row["contact_id"] for row in rows)
    same = """insert into contacts (account_id, external_id, phones)
        select $1, c, '{+447700900123}' from unnest($2::text[]) c
        on conflict (account_id, external_id) do update set phones = excluded.phones"""
    await house.database.execute(same, shop.id, [first, second])
    await house.database.execute(f"update conversations set {stands} where contact_id = $1", first)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    assert (await carried(house, desk, shop, one)).reasons == {reason: 1}


async def test_somebody_who_is_being_answered_is_answered_first(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    said = await talked(sandbox, house, shop, "maria")
    await awake(house, shop)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    await customer_says(sandbox, house, shop, "E o preço?")
    await desk.carry_on(shop.id, one.id)
    row = await house.database.fetchrow("select state, reason from broadcast_recipients")
    assert row is not None
    assert (row["state"], row["reason"]) == ("waiting", "busy")
    await work_until_quiet(house)
    await house.database.execute("update broadcast_recipients set due_at = now() - interval '1 hour'")
    assert (await carried(house, desk, shop, one)).states == {"sent": 1}
    told = await company_said(sandbox, said["maria"])
    assert told[-1] == WORDS
    assert len(told) == 3


async def test_it_leaves_in_the_lowest_lane_until_somebody_writes(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    await talked(sandbox, house, shop, "maria")
    await awake(house, shop)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    await desk.carry_on(shop.id, one.id)
    number = await conversation_of(house.database)
    line = await Outbox(house.database).next_in_line(ConversationId(number))
    assert line is not None
    assert lane_of(line) is Lane.BROADCAST
    await house.database.execute("update conversations set last_customer_at = now() + interval '1 minute'")
    line = await Outbox(house.database).next_in_line(ConversationId(number))
    assert line is not None
    assert lane_of(line) is Lane.REPLY


async def test_a_customer_who_writes_meanwhile_gets_an_answer_in_its_place(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    said = await talked(sandbox, house, shop, "maria")
    await awake(house, shop)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    await desk.carry_on(shop.id, one.id)
    await house.database.execute("update broadcast_recipients set quiet_since = quiet_since - interval '1 minute'")
    await house.database.execute(
        "update outbox set quiet_since = quiet_since - interval '1 minute' where state = 'pending'"
    )
    await customer_says(sandbox, house, shop, "E o preço?")
    await work_until_quiet(house)
    progress = await carried(house, desk, shop, one)
    assert (progress.states, progress.reasons) == ({"skipped": 1}, {"customer_wrote": 1})
    assert WORDS not in await company_said(sandbox, said["maria"])


async def test_whoever_dies_in_the_middle_leaves_nothing_out_and_says_nothing_twice(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    said = await talked(sandbox, house, shop, "maria", "joao")
    await awake(house, shop)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    await desk.carry_on(shop.id, one.id)
    await house.database.execute("delete from queue.pgqueuer where entrypoint in ('broadcast', 'send')")
    assert (
        await house.database.fetchval("select count(*) from outbox where state = 'pending' and kind = 'message'") == 2
    )
    await house.database.execute(
        "update broadcasts set claimed_until = '-infinity', due_at = now() - interval '1 hour'"
    )
    await house.database.execute("update outbox set created_at = created_at - interval '1 hour'")
    await house.workshop.upkeep.sweep()
    await desk.work()
    progress = await carried(house, desk, shop, one)
    assert progress.states == {"sent": 2}
    for each in said.values():
        assert (await company_said(sandbox, each)).count(WORDS) == 1


async def test_cancelled_it_goes_to_nobody_else(house: House, shop: Account, sandbox: Player, desk: Broadcasting):
    said = await talked(sandbox, house, shop, "maria", "joao")
    await awake(house, shop)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    stopped, progress = await desk.cancel(shop.id, one.id, who="test")
    assert (stopped.state, progress.states) == ("cancelled", {"cancelled": 2})
    await work_off(house)
    assert "broadcast" not in await jobs_of(house.database)
    assert not (await desk.status(shop.id, one.id))[0].is_open
    for each in said.values():
        assert WORDS not in await company_said(sandbox, each)


async def test_one_person_with_two_chats_gets_it_in_the_later_one(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    await talked(sandbox, house, shop, "maria", "joao")
    await house.database.execute(
        """insert into contacts (account_id, external_id, phones)
        select account_id, contact_id, array['+55 11 98765-0001'] from conversations
        on conflict (account_id, external_id) do update set phones = excluded.phones"""
    )
    _, progress = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    assert progress.total == 1


async def test_the_night_and_a_tripped_breaker_are_waited_for(
    house: House, shop: Account, sandbox: Player, desk: Broadcasting
):
    await talked(sandbox, house, shop, "maria")
    await awake(house, shop)
    await house.database.execute("insert into outreach_breakers (account_id, tripped_at) values ($1, now())", shop.id)
    one, _ = await desk.start(shop.id, NewBroadcast(WORDS, requested_by="test"))
    progress = await carried(house, desk, shop, one)
    assert (progress.states, progress.reasons) == ({"waiting": 1}, {"breaker": 1})
    await house.doors.proactive.breakers.reset(shop.id, who="test")
    await house.database.execute("update broadcast_recipients set due_at = now() - interval '1 hour'")
    assert (await carried(house, desk, shop, one)).states == {"sent": 1}


@pytest.mark.parametrize(
    ("text", "code"), [("\u200b", "empty"), ("Seu horário está agendado para amanhã às 10h.", "unproven_booking")]
)
async def test_what_cannot_be_said_is_refused(shop: Account, desk: Broadcasting, text: str, code: str):
    with pytest.raises(Rejected) as told:
        await desk.start(shop.id, NewBroadcast(text, requested_by="test"))
    assert told.value.code == code


async def test_a_key_is_good_for_one_broadcast(shop: Account, desk: Broadcasting):
    await desk.start(shop.id, NewBroadcast(WORDS, key="k-2"))
    with pytest.raises(Rejected) as told:
        await desk.start(shop.id, NewBroadcast(WORDS, target_step="name", key="k-2"))
    assert told.value.code == "key_reused"


async def test_a_day_has_an_end(house: House, shop: Account, sandbox: Player, desk: Broadcasting):
    await talked(sandbox, house, shop, "maria", "joao", "rita")
    await awake(house, shop)
    await house.doors.preferences.change(shop.id, {"broadcast_per_day": 2}, who="test")
    new = NewBroadcast(WORDS, requested_by="test")
    would = await desk.rehearse(shop.id, new)
    assert (would.eligible, would.reasons) == (2, {"day_cap": 1})
    one, _ = await desk.start(shop.id, new)
    assert (await carried(house, desk, shop, one)).states == {"sent": 2, "skipped": 1}


async def test_a_step_that_no_plan_has_is_refused_in_a_dry_run_too(house: House, shop: Account, desk: Broadcasting):
    new = NewBroadcast(WORDS, target_step="nosuch", requested_by="test")
    for asked in (desk.rehearse, desk.start):
        with pytest.raises(Rejected) as refused:
            await asked(shop.id, new)
        assert refused.value.code == "unknown_step"
        assert "registration: welcome, name" in refused.value.hint
    assert await house.database.fetchval("select count(*) from broadcasts") == 0
