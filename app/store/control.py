"""Commands on their way to the mailboxes they mean, and the pauses of whole contacts and leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.conversation import Command, Verb
from app.domain.ids import AccountId, ConversationId
from app.store.conversations import SQL as CONVERSATIONS
from app.store.database import Tx
from app.store.events import encode
from app.store.json_text import to_json
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue

SQL = statements("control")


@dataclass(frozen=True, slots=True)
class Target:
    """What a command means: one conversation, or all of a contact or lead, future ones too."""

    scope: str
    ref: str
    conversations: tuple[ConversationId, ...]


async def find_targets(tx: Tx, account_id: AccountId, typed: str) -> list[Target]:
    """Everything that the id may mean, in the order conversation, contact, lead."""
    rows = await tx.fetch(SQL["targets"], account_id, typed)
    keys = dict.fromkeys((row["scope"], row["ref"]) for row in rows)
    return [
        Target(
            scope,
            ref,
            tuple(sorted({row["conversation_id"] for row in rows if (row["scope"], row["ref"]) == (scope, ref)})),
        )
        for scope, ref in keys
    ]


async def target_of(tx: Tx, account_id: AccountId, scope: str, ref: str) -> Target:
    """A contact or lead with the conversations that it has so far."""
    rows = await tx.fetch(SQL["of_contact" if scope == "contact" else "of_lead"], account_id, ref)
    return Target(scope, ref, tuple(ConversationId(row["id"]) for row in rows))


async def is_new(tx: Tx, account_id: AccountId, order: Command, *, channel: str, key: str) -> bool:
    """Whether an order is told for the first time: a hook and the reconciliation both tell of it."""
    kind, body = encode(order)
    return bool(await tx.fetchval(SQL["remember_order"], account_id, channel, f"{key}:told", kind, body, order.at))


async def give(tx: Tx, account_id: AccountId, target: Target, command: Command, *, channel: str, key: str) -> list[Job]:
    """Put the command into every mailbox that it means, in this transaction; a second one with this key is none.

    The insert waits for a claim that has begun, and a claim that begins later sees it. Returns the wake-ups, which are
    enqueued already.
    """
    kind, body = encode(command)
    if target.scope != "conversation" and command.verb in (Verb.TAKE, Verb.RELEASE):
        order = (account_id, channel, f"{key}:{target.scope}:{target.ref}", kind, body, command.at)
        if not await tx.fetchval(SQL["remember_order"], *order):
            return []
        await set_pause(tx, account_id, target, command)
    jobs: list[Job] = []
    for conversation in target.conversations:
        added = await tx.fetchval(
            CONVERSATIONS["add_event"],
            *(account_id, channel, f"{key}:{conversation}", conversation, kind, body, command.at),
        )
        if added:
            jobs.append(Job(JobName.WAKE, {"conversation": conversation}, urgent=True))
    await enqueue(tx, jobs)
    return jobs


async def set_pause(tx: Tx, account_id: AccountId, target: Target, command: Command) -> None:
    """Remember the newest word about a whole contact or lead, and in the audit who said it."""
    paused = command.verb is Verb.TAKE
    args: Sequence[object] = (paused, command.by, command.why, command.until, command.at)
    if await tx.fetchval(SQL["set_pause"], account_id, target.scope, target.ref, *args):
        what, details = "paused" if paused else "released", to_json({target.scope: target.ref})
        await tx.execute(CONVERSATIONS["log"], account_id, None, command.by, what, command.why, details)
