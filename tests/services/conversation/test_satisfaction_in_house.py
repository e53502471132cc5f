"""The question after a hand-over, from the salesperson's `/liberar` to the dashboard."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from app.domain.conversation import Command, Verb
from app.domain.messages import Author, ChannelEvent
from app.services.bot_control.address import Named
from app.services.conversation.wording import Phrase, say
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import an_id
from tests.house import (
    ScriptedBrain,
    conversation_of,
    customer_says,
    deliver,
    heard,
    line_of,
    state_of,
    work_off,
    work_until_quiet,
)
from tests.sandbox.player import Json, Player

ALWAYS = {
    "week": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "holidays": "",
}
QUESTION, THANKS = say(Phrase.SURVEY_SCORE, "pt-BR"), say(Phrase.SURVEY_THANKS, "pt-BR")


@pytest_asyncio.fixture
async def asking(house: House, shop: Account) -> AsyncIterator[None]:
    await house.doors.preferences.change(shop.id, {"satisfaction": "score", "hours": ALWAYS}, who="test")
    yield


async def rings(database: Database) -> None:
    """As if the time after the release had passed."""
    await database.execute("update timers set due_at = now() where kind = 'survey'")


def by_ana(said: Json, text: str, **fields: Any) -> ChannelEvent:
    """Ana writes in the same chat."""
    return heard(said, text, external_id=an_id(), author=Author.HUMAN, author_id="1", author_name="Ana", **fields)


async def handed_back(house: House, shop: Account, sandbox: Player) -> Json:
    """The customer was helped by Ana, who lets the chat go; the question is on its way."""
    said = await customer_says(sandbox, house, shop, "Quero falar com uma pessoa")
    await deliver(house.database, shop, by_ana(said, "Pronto, resolvido."))
    await work_off(house, but=("send", "crm"))
    named = Named(conversation_id=str(await conversation_of(house.database)))
    command = Command(Verb.RELEASE, "Ana", datetime.now(UTC) + timedelta(seconds=2), exact=True)
    await house.doors.steering.command(shop.id, named, command, key="release-1")
    await rings(house.database)
    await house.workshop.waking.wake(await conversation_of(house.database))
    return said


async def test_from_the_release_to_the_dashboard(
    house: House, shop: Account, sandbox: Player, asking: None, brain: ScriptedBrain, database: Database
):
    said = await handed_back(house, shop, sandbox)
    assert (await line_of(database))[-1] == ("pending", QUESTION)
    await work_until_quiet(house)
    state = await state_of(database, await conversation_of(database))
    assert state.survey is not None
    assert state.survey.asked_at is not None
    asked = len(brain.asked)
    await deliver(
        database, shop, heard(said, "nota 5!", external_id=an_id(), at=datetime.now(UTC) + timedelta(seconds=3))
    )
    await work_off(house, but=("send", "crm"))
    assert (await line_of(database))[-1] == ("pending", THANKS)
    assert len(brain.asked) == asked
    row = await database.fetchrow("select source, score, thumb, given_at is not null as given from feedback")
    assert row is not None
    assert dict(row) == {"source": "survey", "score": 5, "thumb": "up", "given": True}
    view = "select asked, answered, thumbs_up, thumbs_down, score::float8 as score from vw_satisfacao"
    day = await database.fetchrow(view)
    assert day is not None
    assert dict(day) == {"asked": 1, "answered": 1, "thumbs_up": 1, "thumbs_down": 0, "score": 5.0}
    stats = (await house.doors.explaining.stats(shop.id))["feedback_24h"]
    assert stats == {"asked": 1, "answered": 1, "thumbs_up": 1, "thumbs_down": 0, "score": 5.0}


async def test_a_take_over_in_between_takes_the_question_back_and_it_counts_for_nothing(
    house: House, shop: Account, sandbox: Player, asking: None, database: Database
):
    said = await handed_back(house, shop, sandbox)
    await deliver(database, shop, by_ana(said, "Mais uma coisa...", at=datetime.now(UTC) + timedelta(seconds=5)))
    await work_off(house, but=("crm",))
    assert ("cancelled", QUESTION) in await line_of(database)
    assert await database.fetchval("select count(*) from vw_satisfacao") == 0


async def test_without_the_setting_nobody_is_asked(house: House, shop: Account, sandbox: Player, database: Database):
    await handed_back(house, shop, sandbox)
    assert QUESTION not in [text for _, text in await line_of(database)]
