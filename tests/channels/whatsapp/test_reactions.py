"""A thumb on a message of ours is what the customer makes of that answer; it asks nobody and waits for nothing."""

import time
from typing import Any

import pytest

from app.domain.feedback import Rating, Thumb
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_reply
from tests.channels.suite.whatsapp import signed
from tests.channels.whatsapp.conftest import SECRET, Phone, body_of, wrote
from tests.house import ScriptedBrain, conversation_of, state_of, work_until_quiet

LATER = int(time.time())


def reaction(about: str, emoji: str | None, at: int = LATER, number: str = "wamid.r") -> dict[str, Any]:
    change = wrote("", f"{number}-{at}-{emoji}")
    tap = {"message_id": about} if emoji is None else {"message_id": about, "emoji": emoji}
    change["value"]["messages"][0] |= {"timestamp": str(at), "type": "reaction", "reaction": tap}
    return change


async def hears(house: House, hook_secret: str, *changes: dict[str, Any]) -> None:
    body = signed(body_of(*changes), SECRET)
    await house.doors.webhooks.receive("whatsapp", hook_secret, body)
    await work_until_quiet(house)


async def answered(house: House, hook_secret: str, brain: ScriptedBrain) -> list[str]:
    """A customer was answered in two messages, whose ids these are."""
    brain.says = [a_reply("Atendemos das 8h às 19h.", "Mais alguma coisa?")]
    await hears(house, hook_secret, wrote("Qual o horário?"))
    rows = await house.database.fetch("select external_id from outbox where kind = 'message' order by number")
    return [row["external_id"] for row in rows]


async def shown(house: House) -> tuple[int, int]:
    """Thumbs up and down as the dashboard has them."""
    sql = "select coalesce(sum(thumbs_up), 0)::int as up, coalesce(sum(thumbs_down), 0)::int as down from vw_satisfacao"
    row = await house.database.fetchrow(sql)
    assert row is not None
    return row["up"], row["down"]


@pytest.mark.parametrize(
    ("emoji", "counted"),
    [("👍", (1, 0)), ("👍🏿", (1, 0)), ("👎", (0, 1)), ("👎🏽", (0, 1)), ("👍\ufe0f", (1, 0)), ("❤️", (0, 0))],
)
async def test_a_thumb_counts_for_the_turn_and_another_sign_is_only_kept(
    house: House,
    account: Account,
    phone: Phone,
    hook_secret: str,
    brain: ScriptedBrain,
    emoji: str,
    counted: tuple[int, int],
):
    ours, _ = await answered(house, hook_secret, brain)
    before = await state_of(house.database, await conversation_of(house.database))
    await hears(house, hook_secret, reaction(ours, emoji))
    assert await shown(house) == counted
    given = await house.database.fetchrow("select turn, brain from feedback where thumb is not null")
    assert (given["turn"], given["brain"]) == (1, "scripted") if given else counted == (0, 0)
    after = await state_of(house.database, await conversation_of(house.database))
    assert (after.turns, after.messages, after.folds) == (before.turns, before.messages, before.folds)
    assert after.last_customer_at == before.last_customer_at
    assert len(brain.asked) == 1
    assert await house.database.fetchval("select count(*) from inbox where folded_at is null") == 0


@pytest.mark.parametrize("then", [None, "", "❤️"])
async def test_a_reaction_that_is_taken_off_or_changed_to_another_sign_takes_the_thumb_back(
    house: House, account: Account, phone: Phone, hook_secret: str, brain: ScriptedBrain, then: str | None
):
    ours, _ = await answered(house, hook_secret, brain)
    await hears(house, hook_secret, reaction(ours, "👎"))
    assert await shown(house) == (0, 1)
    await hears(house, hook_secret, reaction(ours, then, LATER + 1))
    assert await shown(house) == (0, 0)
    assert (await house.doors.explaining.stats(account.id))["feedback_24h"]["thumbs_down"] == 0
    await hears(house, hook_secret, reaction(ours, "👍", LATER + 2))
    assert await shown(house) == (1, 0)


async def test_the_reaction_that_was_made_last_counts_in_whatever_order_they_come(
    house: House, account: Account, phone: Phone, hook_secret: str, brain: ScriptedBrain
):
    ours, second = await answered(house, hook_secret, brain)
    await hears(house, hook_secret, reaction(ours, None, LATER + 5))
    await hears(house, hook_secret, reaction(ours, "👎", LATER))
    assert await shown(house) == (0, 0)
    await hears(house, hook_secret, reaction(second, "👍", LATER + 9))
    await hears(house, hook_secret, reaction(ours, None, LATER + 12))  # off the first balloon: the second keeps its own
    assert await shown(house) == (1, 0)
    again = reaction(second, "👍", LATER + 9)
    await hears(house, hook_secret, again, again)
    assert await shown(house) == (1, 0)
    assert await house.database.fetchval("select count(*) from feedback") == 1


async def test_a_reaction_to_what_is_not_ours_or_of_a_stranger_counts_for_nothing_and_opens_no_chat(
    house: House, account: Account, phone: Phone, hook_secret: str, brain: ScriptedBrain
):
    await hears(house, hook_secret, reaction("wamid.unknown", "👍"))
    assert await house.database.fetchval("select count(*) from conversations") == 0
    await answered(house, hook_secret, brain)
    await hears(house, hook_secret, reaction("wamid.1", "👍", LATER + 1))  # the customer's own message
    assert await shown(house) == (0, 0)
    assert len(brain.asked) == 1


async def test_a_customers_thumb_down_stops_what_was_learned_but_no_thumb_of_theirs_approves_or_overrules_a_person(
    house: House, account: Account, phone: Phone, hook_secret: str, brain: ScriptedBrain
):
    ours, _ = await answered(house, hook_secret, brain)
    number = int(await conversation_of(house.database))
    await house.database.execute(
        """insert into faq_answers (account_id, locale, gist, question, balloons, brain, is_known, conversation_id,
                                    turn, expires_at)
        values ($1, 'pt-BR', 'g', 'q', '{x}', 'scripted', true, $2, 1, now() + interval '1 day')""",
        *(account.id, number),
    )
    state = "select refused_at is not null as refused, approved_at is not null as approved from faq_answers"

    async def judged() -> tuple[bool, bool]:
        row = await house.database.fetchrow(state)
        assert row is not None
        return row["refused"], row["approved"]

    await hears(house, hook_secret, reaction(ours, "👍", LATER))
    assert await judged() == (False, False)
    await hears(house, hook_secret, reaction(ours, "👎", LATER + 1))
    assert await judged() == (True, False)
    await hears(house, hook_secret, reaction(ours, None, LATER + 2))
    assert await judged() == (False, False)
    up = Rating(Thumb.UP)
    await house.doors.feedback.give(account.id, up, conversation=None, turn=f"{number}:1", who="ana")
    await hears(house, hook_secret, reaction(ours, "👎", LATER + 3))
    assert await judged() == (False, True)
