"""Messages of callers that are longer than the channel carries: several rows of one line under one key."""

from datetime import UTC, datetime, timedelta

import pytest

from app.channels.messengers import Limits
from app.domain.conversation import DeliveryReported, Outcome, SendRequested
from app.domain.errors import Conflict, Rejected
from app.domain.ids import ExternalId
from app.services.bot_control.address import Named
from app.services.conversation.mailbox import process
from app.services.conversation.splitting import MOST_BALLOONS, pieces_of
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event, written_by_ana
from tests.house import conversation_of, deliver, line_of

SENTENCE = "Este produto vem com garantia de um ano e manual em português. "
LONG = (SENTENCE * 200).strip()
FLOOD = "x" * 16_000


async def here(house: House, account: Account, origin: str = "") -> Named:
    """A conversation in which nothing waits, behind some messenger."""
    await deliver(house.database, account, a_channel_event("Oi"))
    await house.database.execute("update conversations set origin = $1", origin)
    return Named(conversation_id=str(await conversation_of(house.database)))


@pytest.mark.parametrize("text", ["", "Oi", "x" * 4096, "a\n\nb. " * 500])
def test_what_the_channel_carries_goes_as_it_is(text: str):
    assert pieces_of(text, Limits()) == ()


def test_a_long_text_is_cut_at_ends_of_sentences_and_loses_no_word():
    pieces = pieces_of(LONG, Limits())
    assert len(pieces) == 4
    assert all(piece.endswith(".") and len(piece) <= 4096 for piece in pieces)
    assert " ".join(pieces).split() == LONG.split()


def test_more_than_ten_messages_are_refused_with_their_number():
    with pytest.raises(Rejected, match=r"16 messages of at most 1000") as refused:
        pieces_of(FLOOD, Limits(1000, 600))
    assert (refused.value.code, str(MOST_BALLOONS) in refused.value.hint) == ("too_long", True)


async def test_a_long_message_is_rows_of_one_line_once_for_its_key(house: House, account: Account):
    named = await here(house, account)
    said = [await house.doors.steering.send(account.id, named, LONG, key="k-1") for _ in range(3)]
    assert [one["status"] for one in said] == ["admitted", "repeated", "repeated"]
    line = await line_of(house.database)
    assert [state for state, _ in line] == ["pending"] * 4
    assert " ".join(text for _, text in line).split() == LONG.split()


async def test_its_key_is_known_after_the_mailbox_has_forgotten_it(house: House, account: Account):
    named = await here(house, account)
    await house.doors.steering.send(account.id, named, LONG, key="k-1")
    await house.database.execute("delete from inbox")
    said = await house.doors.steering.send(account.id, named, LONG, key="k-1")
    assert said["status"] == "repeated"
    with pytest.raises(Rejected, match="another text"):
        await house.doors.steering.send(account.id, named, "Outra coisa.", key="k-1")
    assert len(await line_of(house.database)) == 4


async def test_what_the_messenger_carries_decides_and_a_flood_changes_nothing(house: House, account: Account):
    named = await here(house, account, "instagram_business")
    with pytest.raises(Rejected, match="at most 1000"):
        await house.doors.steering.send(account.id, named, FLOOD, key="k-1")
    assert await line_of(house.database) == []
    await house.doors.steering.send(account.id, named, LONG[:3000], key="k-1")
    assert len(await line_of(house.database)) >= 3


async def test_what_has_not_left_stays_when_a_person_takes_over(house: House, account: Account):
    named = await here(house, account)
    await house.doors.steering.send(account.id, named, LONG, key="k-1")
    await deliver(house.database, account, written_by_ana())
    with pytest.raises(Conflict):
        await house.doors.steering.send(account.id, named, LONG, key="k-2")
    assert {state for state, _ in await line_of(house.database)} == {"pending"}
    number = await conversation_of(house.database)
    async with house.database.transaction() as tx:
        await process(tx, number, datetime.now(UTC))
    assert {state for state, _ in await line_of(house.database)} == {"cancelled"}


async def test_its_pieces_are_paced_and_two_messages_are_not(house: House, account: Account):
    named = await here(house, account)
    await house.database.execute("""update accounts set settings = settings || '{"balloon_spacing": 6}'""")
    number, now = await conversation_of(house.database), datetime.now(UTC)
    for text, key in ((LONG, "k-1"), ("Obrigado!", "k-2")):
        await house.doors.steering.send(account.id, named, text, key=key)
    async with house.database.transaction() as tx:
        for row in (1, 4):
            await tx.execute(
                "update outbox set state = 'sending', attempt = 1, claimed_at = $2 where number = $1", row, now
            )
            sent = DeliveryReported(row, 1, Outcome.ACCEPTED, ExternalId(f"x{row}"), at=now)
            await process(tx, number, now, sent)
    rows = await house.database.fetch("select number, not_before from outbox where kind = 'message' order by number")
    waits = {row["number"]: row["not_before"] for row in rows}
    assert waits[2] is not None
    assert waits[2] - now >= timedelta(seconds=6)
    assert waits[5] is None


def test_an_event_of_before_has_no_pieces():
    assert SendRequested("Oi", "send:1:k").pieces == ()
