"""What a keyed caller can do to conversations: pause, release, ask, send through the fence, start over."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from app.channels.messengers import limits_of
from app.domain.clock import Clock
from app.domain.content import Content
from app.domain.conversation import Command, Conversation, Event, SendRequested, Verb
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.ids import AccountId, ConversationId
from app.services.bot_control import commands
from app.services.bot_control.address import Named, choose
from app.services.conversation.course import snapshot
from app.services.conversation.mailbox import begin, finish, process
from app.services.conversation.notes import state_text
from app.services.conversation.splitting import pieces_of, shown_by
from app.services.conversation.steered import Answer, Steered, ahead, told
from app.services.conversation.translate import command_of, reason_for
from app.services.conversation.wording import Phrase, say
from app.store import control
from app.store.accounts import Account, Accounts
from app.store.conversations import SQL as CONVERSATIONS
from app.store.conversations import standing_pause
from app.store.database import Database, Tx
from app.store.events import encode
from app.store.overview import Overview
from app.store.turns import SQL as TURNS

_RELEASE_FIRST = (
    "Release the bot first (a note with /liberar in the CRM, or POST /bot-control with the action resume), "
    "or leave the chat to the salesperson."
)


class Steering:
    """Commands by API, through the same mailboxes as those that are typed."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._overview = Overview(database)

    async def command(self, account_id: AccountId, named: Named, command: Command, *, key: str | None = None) -> Answer:
        """Carry out a command now; a second one with the same key changes nothing.

        Raises:
            NotFound, Conflict: the id means nothing, or several things.
        """
        account = await self._accounts.get(account_id)
        async with self._database.transaction() as tx:
            scope, typed = named.scope_and_id
            target = choose(await control.find_targets(tx, account_id, typed), named)
            if scope is None and not typed:
                raise Rejected(
                    "Say which conversation, contact or lead.", hint="Give conversation_id, contact_id or lead_id."
                )
            by = await tx.fetchval(control.SQL["seller_name"], account_id, command.by) or command.by
            command = replace(command, by=by, reason=reason_for(target.scope))
            await tx.execute(control.SQL["lock_all"], list(target.conversations))
            await control.give(tx, account_id, target, command, channel=account.channel, key=key or f"api:{uuid4()}")
            steered = [await self._steer(tx, account, number) for number in target.conversations]
            message = steered[0].state if steered else await self._without_chat(tx, account, target)
        which = f"{target.scope}_id {target.ref}"
        warning = "" if steered else say(Phrase.NO_CHAT_YET, account.locale, which=which)
        return Answer(target.scope, target.ref, message, tuple(steered), warning)

    async def _steer(self, tx: Tx, account: Account, number: ConversationId) -> Steered:
        course = await process(tx, number, self._clock.now())
        if course is None:
            raise NotFound(f"Conversation {number} is gone.")
        return told(number, ahead(course), account)

    async def _without_chat(self, tx: Tx, account: Account, target: control.Target) -> str:
        """A contact or lead that has not written yet: what the first message will meet."""
        contact, lead = (target.ref if target.scope == scope else None for scope in ("contact", "lead"))
        pause = await standing_pause(tx, account.id, contact=contact, lead=lead)
        return state_text(Conversation(pause=pause), locale=account.locale, timezone=account.timezone)

    async def seller_of(self, account_id: AccountId, seller_id: str) -> str:
        """The salesperson of this id, who gives a command.

        Raises:
            NotFound: nobody here has it.
        """
        if await self._database.fetchval(control.SQL["seller_name"], account_id, seller_id) is None:
            raise NotFound(f"There is no salesperson {seller_id}.", hint="GET /vendedores shows those there are.")
        return seller_id

    async def typed(
        self, account_id: AccountId, text: str, *, by: str, conversation_id: str | None, key: str | None
    ) -> Answer:
        """A command as a salesperson types it, such as "/assumir 41800001"."""
        account = await self._accounts.get(account_id)
        parsed = commands.parse(text)
        command = command_of(parsed, by=by, at=self._clock.now(), locale=account.locale, exact=True)
        if parsed is None or command.verb is Verb.UNKNOWN:
            raise Rejected(
                command.hint or "This is no command.",
                hint="Known: /assumir, /liberar, /status, /pular, /reiniciar, /ajuda.",
                code="unknown_command",
            )
        if command.verb is Verb.HELP:
            return Answer("help", "", say(Phrase.HELP, account.locale), ())
        named = Named(any_id=parsed.target) if parsed.target else Named(conversation_id=conversation_id)
        if not parsed.target and not conversation_id:
            hint = say(Phrase.MISSING_ID, account.locale, command=text.split(maxsplit=1)[0])
            raise Rejected(hint, hint="Give conversation_id, or an id behind the command.", code="missing_id")
        return await self.command(account_id, named, command, key=key)

    async def send(
        self,
        account_id: AccountId,
        named: Named,
        text: str,
        *,
        key: str | None,
        quiet_since: datetime | None = None,
        content: Content | None = None,
    ) -> dict[str, object]:
        """Send a message to the customer through the fence, once for each key; a long one in pieces.

        With a `content` the text is the same in words, for channels that show no such thing.

        Raises:
            Conflict: the bot is off here, a person has the chat; or somebody has written after `quiet_since`.
            Rejected: it is too long even for ten.
        """
        account = await self._accounts.get(account_id)
        token = key or hashlib.sha256(f"{named}{text}{self._clock.now()}".encode()).hexdigest()
        async with self._database.transaction() as tx:
            target = choose(await control.find_targets(tx, account_id, named.scope_and_id[1]), named)
            if not target.conversations:
                raise NotFound(
                    f"{target.scope.capitalize()} {target.ref} has no conversation yet.",
                    hint="Only somebody who has written can be written to.",
                )
            first, *others = target.conversations
            if others:
                raise Conflict(
                    f"{target.scope} {target.ref} has {len(target.conversations)} conversations.",
                    hint="Name the one by conversation_id.",
                )
            once = f"send:{first}:{token}"
            origin = await tx.fetchval(control.SQL["origin"], account_id, first)
            limits = limits_of(account.channel, origin or "", shows=account.capabilities.shows)
            shown = shown_by(limits, content)
            pieces = () if shown else pieces_of(text, limits)
            event = SendRequested(text, once, quiet_since, pieces, shown)
            return await self._through_fence(tx, account, first, event, once)

    async def _through_fence(
        self, tx: Tx, account: Account, number: ConversationId, event: Event, key: str
    ) -> dict[str, object]:
        """Put an event into the mailbox under the lock and fold it, once for its key; tells what became of it."""
        await tx.execute(TURNS["lock"], number)
        text = event.text if isinstance(event, SendRequested) else None
        fate = await tx.fetchrow(control.SQL["fate"], account.id, account.channel, key, text)
        if fate is not None and text is not None and not fate["is_same"]:
            raise Rejected(
                "This key was used for another text.", hint="A new message needs a new key.", code="key_reused"
            )
        verdict: str | None = fate["verdict"] if fate else None
        if verdict is None:
            kind, body = encode(event)
            args = (account.id, account.channel, key, number, kind, body, self._clock.now())
            added = await tx.fetchval(CONVERSATIONS["add_event"], *args)
            course = await process(tx, number, self._clock.now())
            verdict = next((f.verdict for f in course.folded if f.inbox_id == added), "queued") if course else ""
        else:  # a repeat only looks: were it to read on and be refused, it would take back what it read
            course = await begin(tx, number, self._clock.now())
            verdict = "repeated" if verdict == "admitted" else verdict
        if course is None:
            raise NotFound(f"Conversation {number} is gone.")
        state = ahead(course)
        if verdict not in ("admitted", "queued", "repeated"):
            raise Conflict(
                f"Not sent: {state_text(state, locale='en', timezone=account.timezone)} ({verdict}).",
                hint=_RELEASE_FIRST,
                code=verdict,
            )
        return {"conversation_id": number, "status": verdict, **snapshot(state)}

    async def reset(self, account_id: AccountId, *, who: str) -> int:
        """Lift every pause, raise every epoch, cancel what waits; history and audit stay. Returns how many."""
        numbers = await self._overview.all_ids(account_id)
        async with self._database.transaction() as tx:
            await tx.execute(control.SQL["lift_all"], account_id)
        for number in numbers:
            async with self._database.transaction() as tx:
                await self._start_over(tx, number, who)
        return len(numbers)

    async def _start_over(self, tx: Tx, number: ConversationId, who: str) -> None:
        """Stop and go, both newer than every word so far: between words of one time a pause would win."""
        now = self._clock.now()
        course = await begin(tx, number, now)
        if course is None:
            return
        stop, go = _two_moments_after(max(now, course.state.control_at or now))
        course.take(Command(Verb.TAKE, who, stop, exact=True, why="reset", silent=True))
        course.take(Command(Verb.RELEASE, who, go, exact=True, why="reset", silent=True, anew=True))
        await finish(tx, course)

    async def name_lead(self, account_id: AccountId, number: int, lead_id: str, *, who: str) -> None:
        """A person says which lead a conversation belongs to; what was held for it is written."""
        if not await self._overview.owns(account_id, number):
            raise NotFound(f"There is no conversation {number}.", hint="See GET /conversations/active.")
        await self._overview.name_lead(account_id, number, lead_id, who=who)


def _two_moments_after(moment: datetime) -> tuple[datetime, datetime]:
    """The first is told exactly: one without a fraction would be taken for a channel's whole second."""
    first = moment + timedelta(microseconds=1)
    first += timedelta(microseconds=0 if first.microsecond else 1)
    return first, first + timedelta(microseconds=1)
