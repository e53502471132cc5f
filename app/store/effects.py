"""Writes what the decisions on a conversation asked for: the history, the turns and the audit."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.conversation import (
    AnswerAtOnce,
    AskReply,
    CloseTurn,
    Log,
    Notify,
    Rated,
    Remember,
    RunErrand,
    SetOptOut,
    Surveyed,
    Thumbed,
    Told,
)
from app.domain.messages import Author
from app.store.conversations import SQL, Loaded
from app.store.database import Tx
from app.store.errands import begin_errand
from app.store.feedback import save_rating
from app.store.json_text import to_json
from app.store.media import expect
from app.store.notices import News, tell
from app.store.optouts import opt_in, opt_out


async def save_effects(
    tx: Tx, loaded: Loaded, effects: Sequence[object], *, after: dict[str, object], now: datetime
) -> None:
    """Write the history, the turns and the audit that the decisions asked for.

    The audit keeps the visible state `after` it all: clocks and read-backs change it without an event in the mailbox.
    """
    for effect in effects:
        match effect:
            case Remember():
                await _remember(tx, loaded, effect)
            case AskReply() | AnswerAtOnce() | CloseTurn() | Told():
                await _save_turn(tx, loaded, effect, now)
            case SetOptOut(opted_out=True) if loaded.contact_id:
                await opt_out(tx, loaded.account_id, loaded.contact_id, now)
            case SetOptOut() if loaded.contact_id:
                await opt_in(tx, loaded.account_id, loaded.contact_id)
            case Surveyed() | Rated() | Thumbed():
                await save_rating(tx, loaded.account_id, loaded.id, effect, now)
            case Log():
                args = (effect.who, effect.what, effect.why, to_json({**effect.details, "after": after}))
                await tx.execute(SQL["log"], loaded.account_id, loaded.id, *args)
            case RunErrand(errand):
                await begin_errand(tx, loaded.account_id, loaded.id, errand)
            case Notify(cause):
                await tx.execute(SQL["log"], loaded.account_id, loaded.id, "ponte", "alert", cause, "{}")
                news = News(loaded.account_id, cause, conversation_id=loaded.id, lead_id=loaded.lead_id)
                await tell(tx, news, now)
            case _:
                pass


async def _save_turn(tx: Tx, loaded: Loaded, effect: AskReply | AnswerAtOnce | CloseTurn | Told, now: datetime) -> None:
    match effect:
        case AnswerAtOnce(turn) | AskReply(turn) if turn.rung == 0:
            args = (turn.number, turn.epoch, turn.watermark, sorted(turn.answers), now)
            await tx.execute(SQL["open_new_turn"], loaded.account_id, loaded.id, *args)
        case AnswerAtOnce(turn) | AskReply(turn):
            await tx.execute(SQL["raise_rung"], loaded.id, turn.number, turn.rung)
        case CloseTurn():
            await tx.execute(SQL["close_turn"], loaded.id, effect.number, effect.state, effect.reason, now)
        case Told(number):
            await tx.execute(SQL["told"], loaded.id, number, now)


async def _remember(tx: Tx, loaded: Loaded, line: Remember) -> None:
    await tx.execute(
        SQL["remember"],
        loaded.account_id,
        loaded.id,
        line.fold,
        line.author.value,
        line.author_id,
        line.kind.value,
        line.text,
        to_json(line.media) if line.media else None,
        line.external_id,
        line.at,
        line.received_at or line.at,
        line.fold is None,
        line.choice,
    )
    if line.media and line.author is Author.CUSTOMER:
        await expect(tx, loaded.id)
