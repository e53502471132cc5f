"""Who switched the bot off, since when, by what and until when: one sentence for every kind of pause."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.conversation import Command, PauseReason, Verb
from app.domain.messages import Author, EventKind
from app.services.bot_control.address import Named
from app.services.conversation.paused import pause_told
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off

AT = datetime(2026, 11, 22, 17, 3, tzinfo=UTC)
SINCE = "since 2026-11-22 14:03 -03:00"


@pytest.mark.parametrize(
    ("reason", "by", "command", "expected"),
    [
        ("lead", "Ana", {"exact": False}, f"The whole lead is paused: by Ana, {SINCE}, with a typed command, until a"),
        ("contact", "n8n", {"exact": True}, f"The whole contact is paused: by n8n, {SINCE}, through the API, until a"),
        ("command", "Ana", {}, f"A salesperson took over: by Ana, {SINCE}, until a person releases it."),
        ("human", "Ana", {}, f"A salesperson wrote to the customer: by Ana, {SINCE}, with a message, until a person"),
        (
            "human",
            "Ana",
            {"exact": False, "wordless": True},
            f"by Ana, {SINCE}, with the messenger's own button, until",
        ),
        ("asked_for_person", "", {}, f"The customer asked for a person: {SINCE}, by a hand-over, until a person"),
        ("opt_out", "", {}, f"The customer wants no more messages: {SINCE}, until the customer takes it back."),
    ],
)
def test_every_kind_of_pause_names_who_since_when_and_by_what(
    reason: str, by: str, command: dict[str, bool], expected: str
):
    after = {"reason": reason, "by": by, "until": None}
    assert expected in pause_told(after, {"at": AT, **command}, "America/Sao_Paulo")


def test_the_end_is_told_in_the_accounts_zone_and_what_nobody_kept_is_left_out():
    after = {"reason": "command", "by": None, "until": "2026-11-22T18:03:00+00:00"}
    assert pause_told(after, {}, "America/Sao_Paulo") == "A salesperson took over: until 2026-11-22 15:03 -03:00."


@pytest.mark.parametrize("reason", PauseReason)
def test_no_reason_for_a_pause_is_without_its_words(reason: PauseReason):
    assert pause_told({"reason": reason.value}, {}, "America/Sao_Paulo").partition(":")[0] != "The bot is off"


async def why(house: House, account: Account) -> str:
    found = await house.doors.explaining.debug(account.id, "chat-1", None)
    return found["why_quiet"]


async def test_a_lead_paused_by_a_note_names_the_salesperson_and_the_command(house: House, account: Account):
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    note = a_channel_event("/assumir", kind=EventKind.NOTE, author=Author.HUMAN, author_name="Ana")
    await deliver(house.database, account, note)
    await work_off(house, but=("send", "crm"))
    told = await why(house, account)
    assert told.startswith("The whole lead is paused: by Ana, since 20")
    assert "with a typed command, until a person releases it." in told


async def test_a_pause_from_before_the_first_message_began_when_it_was_ordered(house: House, account: Account):
    ordered = datetime.now(UTC) - timedelta(hours=3)
    pause = Command(Verb.TAKE, "Ana", ordered, exact=True)
    await house.doors.steering.command(account.id, Named(lead_id="901"), pause)
    await deliver(house.database, account, a_channel_event())
    await work_off(house, but=("send", "crm"))
    began = pause_told({"reason": "lead", "by": "Ana", "until": None}, {"at": ordered}, account.timezone)
    assert began.partition(", until")[0] in await why(house, account)
