"""Thumbs and scores in Postgres: what customers answer after a hand-over, and what others say by API."""

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from app.domain.conversation import Conversation, Rated, Survey, Surveyed, Thumbed
from app.domain.feedback import Rating, Thumb
from app.domain.ids import AccountId, ConversationId
from app.store.database import Database, Tx
from app.store.faq import doubt, judge
from app.store.json_text import to_json
from app.store.queries import statements

SQL = statements("feedback")
_SURVEY = TypeAdapter(Survey)


def survey_of(stored: str | None) -> Survey | None:
    """The question as it is kept; one that another release has written in its own way is over."""
    try:
        return _SURVEY.validate_json(stored) if stored else None
    except ValidationError:
        return None


async def save_survey(tx: Tx, conversation_id: ConversationId, state: Conversation) -> None:
    """How far the question has come."""
    await tx.execute(SQL["save_survey"], conversation_id, to_json(state.survey) if state.survey else None)


async def save_rating(
    tx: Tx, account_id: AccountId, conversation_id: ConversationId, effect: Surveyed | Rated | Thumbed, now: datetime
) -> None:
    """The customer is asked, has answered, or has put a sign on a message."""
    if isinstance(effect, Surveyed):
        asked = (effect.epoch, effect.line, effect.seller, now)
        await tx.execute(SQL["surveyed"], account_id, conversation_id, *asked)
    elif isinstance(effect, Thumbed):
        await _save_thumb(tx, account_id, conversation_id, effect)
    else:
        given = effect.rating
        await tx.execute(SQL["rated"], conversation_id, effect.epoch, given.thumb, given.score, now)


async def _save_thumb(tx: Tx, account_id: AccountId, conversation_id: ConversationId, effect: Thumbed) -> None:
    """A reaction as the customer left it last; what was learned from the answer hears of it, as far as it may."""
    thumb = (effect.turn, effect.line, effect.thumb, effect.at)
    kept = await tx.fetchrow(SQL["react"], account_id, conversation_id, *thumb)
    if kept is not None and Thumb.DOWN in (kept["thumb"], kept["was"]):
        await doubt(tx, account_id, (conversation_id, effect.turn), is_bad=kept["thumb"] == Thumb.DOWN)


class FeedbackRows:
    """What others than the customer say."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_turn(self, account_id: AccountId, turn: tuple[int, int]) -> bool:
        return bool(await self._database.fetchval(SQL["turn"], account_id, *turn))

    async def give(
        self, account_id: AccountId, about: tuple[int, int | None], rating: Rating, *, who: str, now: datetime
    ) -> int:
        """Keep it; a thumb about a turn is heard by the answer that was learned from it, or given in it."""
        conversation, turn = about
        async with self._database.transaction() as tx:
            given = (rating.thumb, rating.score, now)
            number = await tx.fetchval(SQL["give"], account_id, conversation, turn, who, *given)
            if turn is not None and rating.thumb is not None:
                await judge(tx, account_id, (conversation, turn), is_good=rating.thumb is Thumb.UP, who=who)
        return number
