"""What is older than the account keeps it goes by night; what is still open, or younger, never does."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.conversation import RowState
from app.domain.errors import NotFound, Rejected, Retryable
from app.domain.ids import ConversationId
from app.jobs.schedules import purge, schedules
from app.services.retention.purging import Retaining
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, work_off

ALL = {"history_days": 30, "media_days": 30, "profiles_days": 30, "events_days": 30}
AGES = st.sampled_from([0, 29, 31, 400])


async def keeps(house: House, account: Account, **days: int | None) -> None:
    await house.doors.preferences.change(account.id, {"retention": days or ALL}, who="Ana")


async def talked(house: House, account: Account, text: str = "Oi, sou a Filomena") -> ConversationId:
    await deliver(house.database, account, a_channel_event(text))
    await work_off(house, but=("send", "crm"))
    return await conversation_of(house.database)


async def a_message(database: Database, chat: ConversationId, *, days: int, answered: bool = True) -> int:
    return await database.fetchval(
        """insert into mensagens (account_id, conversation_id, author, kind, text, at, answered)
        select account_id, id, 'customer', 'text', 'Filomena', now() - make_interval(days => $2), $3
        from conversations where id = $1 returning id""",
        *(chat, days, answered),
    )


async def an_answer(database: Database, chat: ConversationId, *, days: int, state: str = "sent") -> int:
    return await database.fetchval(
        """insert into outbox (account_id, conversation_id, number, kind, epoch, body, words, state, created_at,
            attempt, claimed_at)
        select account_id, id, 1000 + (select count(*) from outbox), 'message', 0, 'Filomena', 'w', $3,
            now() - make_interval(days => $2), 1, now()
        from conversations where id = $1 returning id""",
        *(chat, days, state),
    )


async def an_event(database: Database, chat: ConversationId, *, days: int, details: dict[str, Any]) -> int:
    return await database.fetchval(
        """insert into event_log (account_id, conversation_id, who, what, why, details, at)
        select account_id, id, 'flow', 'captured', 'Filomena', $3, now() - make_interval(days => $2)
        from conversations where id = $1 returning id""",
        *(chat, days, orjson.dumps(details).decode()),
    )


async def kept(database: Database, table: str, column: str) -> set[int]:
    """The rows of a table that still tell something."""
    rows = await database.fetch(f"select id from {table} where {column} like '%Filomena%'")
    return {row["id"] for row in rows}


async def rest(database: Database, chat: ConversationId) -> None:
    """Nothing is under way in this conversation, and it is old."""
    await database.execute("update turns set state = 'closed' where conversation_id = $1", chat)
    await database.execute("update inbox set folded_at = coalesce(folded_at, now())")
    await database.execute("update conversations set created_at = created_at - interval '1000 days'")


def test_the_night_is_on_the_schedule():
    [found] = [schedule for schedule in schedules() if schedule.chore is purge]
    minute, hour, *rest_ = found.cron.split()
    assert (minute.isdecimal(), hour.isdecimal(), rest_) == (True, True, ["*", "*", "*"])


async def test_unless_the_account_says_so_nothing_ever_goes(house: House, account: Account):
    chat = await talked(house, account)
    old = await a_message(house.database, chat, days=3_000)
    await rest(house.database, chat)
    await purge(house.workshop)
    assert old in await kept(house.database, "mensagens", "text")
    assert await house.database.fetchval("select count(*) from event_log where what = 'purged'") == 0


LINES = st.lists(st.tuples(AGES, st.booleans()), max_size=4)
ROWS = st.lists(st.tuples(AGES, st.sampled_from([state.value for state in RowState])), max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, rows=ROWS, events=st.lists(AGES, max_size=3), booked=st.booleans())
async def test_what_is_open_or_younger_is_never_touched_and_all_else_goes_once(
    house: House,
    account: Account,
    *,
    lines: list[tuple[int, bool]],
    rows: list[tuple[int, str]],
    events: list[int],
    booked: bool,
):
    database = house.database
    for table in ("event_log", "agenda", "conversations", "inbox"):
        await database.execute(f"delete from {table}")
    chat = await talked(house, account, "Oi")
    await keeps(house, account)
    await rest(database, chat)
    said = [(await a_message(database, chat, days=days, answered=done), days, done) for days, done in lines]
    sent = [(await an_answer(database, chat, days=days, state=state), days, state) for days, state in rows]
    told = [(await an_event(database, chat, days=days, details={"name": "Filomena"}), days) for days in events]
    if booked:
        await a_booking(database, account, chat)
    would = await house.doors.retention.preview(account.id)
    assert await kept(database, "mensagens", "text") == {number for number, *_ in said}
    done = await house.doors.retention.purge(account.id, who="Ana")
    assert done == would
    stays = {number for number, days, answered in said if booked or days < 30 or not answered}
    assert await kept(database, "mensagens", "text") == stays
    left = {number for number, days, state in sent if booked or days < 30 or state not in ("sent", "cancelled")}
    assert await kept(database, "outbox", "body") == left
    assert await kept(database, "event_log", "why") == {number for number, days in told if days < 30}
    assert not any((await house.doors.retention.purge(account.id, who="Ana")).counts.values())


async def a_booking(database: Database, account: Account, chat: ConversationId) -> None:
    await database.execute(
        """insert into vendedores (account_id, external_id, name) values ($1, '7', 'Ana') on conflict do nothing""",
        account.id,
    )
    await database.execute(
        """insert into agenda (account_id, seller_id, conversation_id, contact_id, state, starts_at, ends_at, taken,
            timezone, receipt, booked_at)
        select $1, '7', $2, '501', 'booked', at, at + interval '1 hour', tstzrange(at, at + interval '1 hour'), 'UTC',
            'AG-1', now() from (select now() + interval '1 day' as at) t""",
        *(account.id, chat),
    )


async def test_words_in_the_mailbox_go_and_its_numbers_still_know_a_repeat(house: House, account: Account):
    event = a_channel_event("Oi, sou a Filomena")
    await deliver(house.database, account, event)
    await work_off(house, but=("send", "crm"))
    await rest(house.database, await conversation_of(house.database))
    await house.database.execute("update inbox set folded_at = now() - interval '9 days'")
    await keeps(house, account, history_days=8)
    await purge(house.workshop)
    assert await house.database.fetchval("select count(*) from inbox where body::text like '%Filomena%'") == 0
    await deliver(house.database, account, event)
    await work_off(house, but=("send", "crm"))
    assert await house.database.fetchval("select count(*) from mensagens where author = 'customer'") == 1


async def test_profiles_go_with_those_who_do_not_write_any_more_but_not_while_they_wait(house: House, account: Account):
    chat = await talked(house, account)
    await house.database.execute("update profiles set seen_at = now() - interval '31 days'")
    waiting = await a_message(house.database, chat, days=0, answered=False)
    await keeps(house, account)
    await purge(house.workshop)
    assert await house.database.fetchval("select count(*) from profiles") == 1
    await house.database.execute("update mensagens set answered = true where id = $1 or true", waiting)
    await a_booking(house.database, account, chat)
    await purge(house.workshop)
    assert await house.database.fetchval("select count(*) from profiles") == 1
    await house.database.execute("delete from agenda")
    await purge(house.workshop)
    assert await house.database.fetchval("select count(*) from profiles") == 0


async def test_feedback_goes_with_the_words_of_its_age_and_known_answers_when_they_hold_no_more(
    house: House, account: Account
):
    chat = await talked(house, account)
    for days, turn in ((31, 1), (29, 2)):
        await house.database.execute(
            """insert into feedback (account_id, conversation_id, source, turn, given_by, thumb, created_at)
            values ($1, $2, 'api', $3, 'Ana', 'up', now() - make_interval(days => $4))""",
            *(account.id, chat, turn, days),
        )
        await house.database.execute(
            """insert into faq_answers (account_id, locale, gist, question, balloons, brain, is_known, conversation_id,
                                        turn, expires_at)
            values ($1, 'pt-BR', $5, 'q', '{x}', 'agent', true, $2, $3, now() + make_interval(days => $4))""",
            *(account.id, chat, turn, 30 - days, f"g{turn}"),
        )
    left = "select (select array_agg(turn) from feedback) || (select array_agg(turn) from faq_answers)"
    await purge(house.workshop)
    assert await house.database.fetchval(left) == [1, 2, 1, 2]  # for ever, where nothing is set
    await keeps(house, account)
    would = (await house.doors.retention.preview(account.id)).counts
    assert (would["feedback"], would["faq"], await house.database.fetchval(left)) == (1, 1, [1, 2, 1, 2])
    done = (await house.doors.retention.purge(account.id, who="Ana")).counts
    assert (done["feedback"], done["faq"], await house.database.fetchval(left)) == (1, 1, [2, 2])


async def test_an_account_that_keeps_no_profiles_loses_those_it_had(house: House, account: Account):
    await talked(house, account)
    await house.database.execute("update mensagens set answered = true")
    await house.doors.preferences.change(account.id, {"profiles": "none"}, who="Ana")
    await purge(house.workshop)
    assert await house.database.fetchval("select count(*) from profiles") == 0


async def test_the_audit_keeps_who_did_what_and_what_the_dashboards_read(house: House, account: Account):
    chat = await talked(house, account)
    details = {"after": {"reason": "human"}, "name": "Filomena"}
    number = await an_event(house.database, chat, days=31, details=details)
    await house.database.execute(
        """insert into event_log (account_id, who, what, details, at)
        values ($1, 'Ana', 'account_changed', '{"locale": "es"}', now() - interval '400 days')""",
        account.id,
    )
    await keeps(house, account)
    await purge(house.workshop)
    row = await house.database.fetchrow("select who, what, why, details::text from event_log where id = $1", number)
    assert row is not None
    assert tuple(row) == ("flow", "captured", "", '{"after": {"reason": "human"}}')
    sql = (
        "select details ->> 'locale' from event_log where what = 'account_changed' and who = 'Ana' order by id limit 1"
    )
    assert await house.database.fetchval(sql) == "es"


async def test_files_go_before_their_rows_and_what_is_gone_is_said(house: House, account: Account):
    chat = await talked(house, account)
    line = await a_message(house.database, chat, days=31)
    number = await a_file(house, chat, line)
    await keeps(house, account, media_days=30)
    await purge(house.workshop)
    row = await house.database.fetchrow("select state, reason, place from media where id = $1", number)
    assert row is not None
    assert tuple(row) == ("refused", "retention", None)
    assert await house.database.fetchval("select discarded_at is not null from media")  # nobody need look at it


async def a_file(house: House, chat: ConversationId, line: int) -> int:
    place = f"1/media/{line}"
    return await house.database.fetchval(
        """insert into media (account_id, conversation_id, mensagem_id, state, place, content_type, stored_at)
        select account_id, id, $2, 'stored', $3, 'image/png', now() - interval '31 days'
        from conversations where id = $1 returning id""",
        *(chat, line, place),
    )


async def test_what_was_heard_goes_with_its_line_but_not_while_it_is_being_heard(house: House, account: Account):
    chat = await talked(house, account)
    lines = [await a_message(house.database, chat, days=31) for _ in range(2)]
    heard, hearing = [await a_file(house, chat, line) for line in lines]
    sql = "update media set transcript = 'Filomena', hearing = $2, stored_at = now() where id = $1"
    await house.database.execute(sql, heard, "heard")
    await house.database.execute(sql, hearing, "waiting")
    await rest(house.database, chat)
    await keeps(house, account)
    await purge(house.workshop)
    assert await kept(house.database, "media", "transcript") == {hearing}
    assert await kept(house.database, "mensagens", "text") >= {lines[1]}
    assert lines[0] not in await kept(house.database, "mensagens", "text")


async def test_a_dry_run_tries_other_numbers_and_refuses_what_cannot_be(house: House, account: Account):
    chat = await talked(house, account)
    await a_message(house.database, chat, days=20)
    await rest(house.database, chat)
    tried = await house.doors.retention.preview(account.id, {"history_days": 10})
    assert tried.history >= 1
    assert (await house.doors.retention.preview(account.id)).history == 0
    with pytest.raises(Rejected):
        await house.doors.retention.preview(account.id, {"history_days": 1})


async def test_trouble_with_the_files_keeps_their_rows_for_the_next_night(house: House, account: Account):
    class Down:
        async def put(self, place: str, body: bytes, *, content_type: str) -> None: ...

        async def get(self, place: str) -> bytes:
            raise NotFound(place)

        async def remove(self, places: Sequence[str]) -> None:
            del places
            raise Retryable("The store is away.", code="storage_down")

    chat = await talked(house, account)
    await a_file(house, chat, await a_message(house.database, chat, days=31))
    await keeps(house, account)
    retaining = Retaining(house.database, _Now(), house.accounts, files=Down())
    done = await retaining.purge(account.id, who="Ana", within=timedelta(seconds=20))
    assert (done.trouble, done.is_done, done.media) == ("storage_down", False, 0)
    assert await house.database.fetchval("select state from media") == "stored"


class _Now:
    def now(self) -> Any:
        return datetime.now(UTC)
