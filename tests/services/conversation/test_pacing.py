"""One message to the same person in so many seconds, whatever it belongs to: pure, and through the sender."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.channels.messengers import limits_of
from app.domain.account import Policy
from app.domain.conversation import OutboxRow, ReplyAwaited, RowState, TimerKind
from app.domain.ports import Slot
from app.services.conversation import delivery
from app.services.conversation.sending import after_claim
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_reply, written_by_ana
from tests.house import ScriptedBrain, company_said, conversation_of, customer_says, deliver, line_of, work_off
from tests.sandbox.player import Player
from tests.services.conversation.by_hand import Chat, seconds

SIX = timedelta(seconds=6)
SPACED = """update accounts set settings = settings || '{"balloon_spacing": 6}'"""
DUE = """update outbox set not_before = now() where not_before > now();
    update queue.pgqueuer set execute_after = now() where execute_after > now() and entrypoint = 'send'"""


def next_of(chat: Chat, stored: datetime | None = None, **policy: timedelta) -> OutboxRow:
    """The first that waits, as the sender looks at it."""
    row = next(row for row in chat.state.rows if row.state is RowState.PENDING)
    return delivery.spaced(chat.state, row, stored, Policy(**policy), now=chat.now)


# --- pure -------------------------------------------------------------------------------------------------------------


def test_the_first_message_of_all_waits_for_nothing():
    assert next_of(Chat().answered()).not_before is None


def test_the_answer_waits_for_the_notice_that_went_before_it():
    chat = Chat().asked()
    chat.does(ReplyAwaited(chat.open_turn, 0, notice_at=chat.now)).ring(TimerKind.NOTICE).sent(1)
    chat.later(seconds(2)).reply("Duzentos.")
    assert next_of(chat).not_before == chat.now + seconds(4)


def test_who_was_written_to_long_enough_ago_is_written_to_at_once():
    chat = Chat().answered()
    assert next_of(chat, chat.now - SIX).not_before is None


def test_what_a_caller_says_waits_for_the_answer_before_it():
    chat = Chat().answered("um").sent(1).later(seconds(1)).caller()
    assert next_of(chat).not_before == chat.now + seconds(5)


def test_an_echo_that_was_read_just_now_counts_though_nothing_of_it_is_stored_yet():
    chat = Chat().answered("um").caller()
    rows = (replace(chat.row(1), state=RowState.SENT, claimed_at=chat.now - SIX, sent_at=chat.now), chat.row(2))
    chat.state = replace(chat.state, rows=rows)
    assert next_of(chat, chat.now - SIX).not_before == chat.now + SIX


def test_a_longer_pause_of_its_own_is_kept():
    chat = Chat().answered("um", "x" * 4000).sent(1)
    assert next_of(chat).not_before == chat.now + seconds(9)


def test_where_no_pause_is_wanted_there_is_none():
    chat = Chat().answered()
    assert next_of(chat, chat.now, balloon_spacing=timedelta(0)).not_before is None


def test_a_clock_that_runs_ahead_does_not_stretch_it():
    chat = Chat().answered()
    assert next_of(chat, chat.now + timedelta(hours=1)).not_before == chat.now + SIX


@pytest.mark.parametrize(
    ("channel", "origin", "spaced"),
    [("kommo", "waba", True), ("kommo", "", True), ("kommo", "instagram_business", False), ("telegram", "", False)],
)
def test_only_messengers_that_want_it_are_slowed_down(channel: str, origin: str, *, spaced: bool):
    assert limits_of(channel, origin).spaced is spaced


def test_a_slot_does_not_go_stale_by_the_claim_that_it_is_for_but_by_one_that_hangs():
    slot = Slot(granted_at=100.0, good_for=0.08)
    assert not slot.is_fresh(100.9)
    assert after_claim(slot, 100.25).is_fresh(100.25)
    assert not after_claim(slot, 100.5).is_fresh(100.5)


# --- through the sender -----------------------------------------------------------------------------------------------


async def due_now(database: Database) -> None:
    """As if the pause were over."""
    for statement in DUE.split(";"):
        await database.execute(statement)


async def test_two_answers_leave_one_after_the_other_and_a_goodbye_after_both(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    said = await customer_says(sandbox, house, shop, "Quanto custa?")
    await house.database.execute(SPACED)
    await house.database.execute("""update accounts set settings = settings || '{"burst_scale": 0}'""")
    await work_off(house)
    await customer_says(sandbox, house, shop, "E a barba?")
    await work_off(house)
    assert [state for state, _ in await line_of(house.database)] == ["sent", "pending"]
    wait = "select not_before - (select max(sent_at) from outbox) from outbox where state = 'pending'"
    assert await house.database.fetchval(wait) <= SIX
    await house.database.execute(
        "update outbox set sent_at = sent_at - interval '6 s', claimed_at = claimed_at - interval '6 s'"
    )
    await due_now(house.database)
    await work_off(house)
    assert [state for state, _ in await line_of(house.database)] == ["sent", "sent"]
    await customer_says(sandbox, house, shop, "quero falar com um atendente")
    await work_off(house)
    assert [state for state, _ in await line_of(house.database)] == ["sent", "sent", "pending"]
    assert len(await company_said(sandbox, said)) == 2


async def test_a_take_over_stops_what_waits_for_its_pause(
    house: House, shop: Account, sandbox: Player, brain: ScriptedBrain
):
    brain.says = [a_reply("Duzentos."), a_reply("Cinquenta.")]
    await house.database.execute(SPACED)
    for text in ("Quanto custa?", "E a barba?"):
        said = await customer_says(sandbox, house, shop, text)
        await work_off(house)
    number = await conversation_of(house.database)
    chat = await house.database.fetchval("select chat_id from conversations where id = $1", number)
    await deliver(house.database, shop, written_by_ana(chat_id=chat))
    await work_off(house)
    await due_now(house.database)
    await work_off(house)
    assert [state for state, _ in await line_of(house.database)] == ["sent", "cancelled"]
    assert await company_said(sandbox, said) == ["Duzentos."]
