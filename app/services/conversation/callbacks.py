"""Answers that come by callback: with the API key and the turn's token, through the same mailbox, the first one wins.

What is missing, stale, spent or of somebody else's turn gets one and the same 401; the operator sees which on the turn.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from app.channels.messengers import limits_of
from app.domain.brain import AnswersLater, BrainFailed, Proposal
from app.domain.clock import Clock
from app.domain.conversation import ReplyProposed
from app.domain.errors import Conflict, NotFound, Rejected, Untrusted
from app.domain.ids import AccountId
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens
from app.n8n.reading import proposal_of
from app.services.accounts.directory import Identity, Unauthorised
from app.services.conversation.course import snapshot
from app.services.conversation.ladder import ANSWERED, checked
from app.services.conversation.mailbox import process
from app.services.conversation.notes import state_text
from app.store.accounts import Account, Accounts
from app.store.breakers import close as close_breaker
from app.store.callbacks import CallbackRows, Called
from app.store.database import Database, Tx
from app.store.turns import Turns

# What an answer that counts comes to.
COUNTS: Final = frozenset({"admitted", "quiet", "handed_over", "queued"})

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _refused() -> Unauthorised:
    return Unauthorised(
        "This callback is not good.",
        hint="Send the API key, and the token that came with the turn as X-Ponte-Turn, before the turn's deadline.",
    )


class Callbacks:
    """Takes answers to turns that were asked for."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts, *, tokens: TurnTokens | None) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._tokens = tokens
        self._turns = Turns(database)
        self._rows = CallbackRows(database)

    def whose(self, who: Identity, token: str | None) -> AccountId:
        """Whose turn a caller answers: their own account's; with n8n's key for all of them the token says it."""
        turn = self._signed(token) if who.is_of_all and token else None
        return turn.account_id if turn else who.account_id

    async def answer(
        self, account_id: AccountId, given: Mapping[str, Any], *, token: str | None, turn_id: str | None
    ) -> dict[str, object]:
        """Take an answer; a repeat of the same one changes nothing.

        Raises:
            Unauthorised: no token, or one that is stale, spent or foreign.
            Conflict: the token is of another turn; or the turn is over, a person has the chat.
            Rejected: the answer cannot be used; the message is for the builder.
        """
        account = await self._accounts.get(account_id)
        turn = await self._turn(account, token, turn_id)
        called = await self._rows.turn(account_id, turn.conversation_id, turn.turn)
        if called is None:
            raise NotFound("There is no such turn.", hint="Send back the turn_id that you were given.")
        try:
            async with self._database.transaction() as tx:
                return await self._take(tx, account, called, _proposal(given, account, called))
        except (Conflict, Rejected) as error:
            await self._rows.log(called, error.code)
            raise

    async def _turn(self, account: Account, token: str | None, turn_id: str | None) -> TurnRef:
        turn, trouble = self._read(token)
        if turn is not None and turn.account_id != account.id:
            turn, trouble = None, "foreign"
        if turn is None:
            await self._rows.log_stranger(account.id, turn_id or "", trouble)
            raise _refused()
        if turn_id is not None and turn_id != f"{turn.conversation_id}:{turn.turn}":
            await self._rows.log_stranger(account.id, turn_id, "other_turn")
            raise Conflict(
                f"The token is of turn {turn.conversation_id}:{turn.turn}, not of {turn_id[:40]}.",
                hint="Each turn brings its own token; send back the two that came together.",
                code="other_turn",
            )
        if turn.dry_run:
            await self._rows.log_stranger(account.id, f"{turn.conversation_id}:{turn.turn}", "dry_run")
            raise Conflict("This turn is a replay: nothing is sent.", hint="Answer in the response.", code="dry_run")
        return turn

    def _read(self, token: str | None) -> tuple[TurnRef | None, str]:
        """The turn of a token, or a word for the operator; the caller does not hear which."""
        if not token or self._tokens is None:
            return None, "no_token"
        try:
            return self._tokens.read(token, self._clock.now()), ""
        except Untrusted:
            return None, "stale" if self._signed(token) else "bad_token"

    def _signed(self, token: str) -> TurnRef | None:
        """The turn of a token that is or was good."""
        try:
            return self._tokens.read(token, _LONG_AGO) if self._tokens else None
        except Untrusted:
            return None

    async def _take(self, tx: Tx, account: Account, called: Called, proposal: Proposal) -> dict[str, object]:
        await self._turns.lock(tx, called.conversation_id)
        event, now = ReplyProposed(called.number, proposal), self._clock.now()
        added = await self._rows.add(tx, called, event, now)
        if added is None and not await self._rows.is_same(tx, called, event):
            raise _refused()
        course = await process(tx, called.conversation_id, now)
        if course is None:
            raise NotFound(f"Conversation {called.conversation_id} is gone.")
        verdict = next((f.verdict for f in course.folded if f.inbox_id == added), "queued")
        if added is None:
            verdict = "repeated"
        elif verdict not in COUNTS:
            raise Conflict(
                f"Not sent: {state_text(course.state, locale='en', timezone=account.timezone)} ({verdict}).",
                hint="The turn is over: it was answered otherwise, or a person has the chat.",
                code=verdict,
            )
        else:
            ids = called.conversation_id, called.number
            brain = await self._turns.called_back(tx, *ids, at=now, outcome=ANSWERED, usage=proposal.usage)
            await close_breaker(
                tx, account.id, brain or "", now
            )  # a promise that was kept is a probe that was answered
        return {"conversation_id": called.conversation_id, "status": verdict, **snapshot(course.state)}


def _proposal(given: Mapping[str, Any], account: Account, called: Called) -> Proposal:
    try:
        shows = account.capabilities.shows
        return checked(proposal_of(given), limits_of(account.channel, called.origin, shows=shows))
    except AnswersLater:
        raise Rejected("A callback is the answer itself.", hint="Send reply or another action.", code="later") from None
    except BrainFailed as error:
        raise Rejected(
            error.detail or error.code, hint="See /n8n/contract.json for what an answer is.", code=error.code
        ) from None
