"""Commands that mean something else than the chat they were typed in, put into the mailboxes they mean."""

from collections.abc import Sequence
from dataclasses import replace

from app.domain.conversation import Command, Verb
from app.domain.errors import AppError
from app.domain.ids import AccountId
from app.services.bot_control.address import Named, choose
from app.services.conversation.translate import Order, reason_for
from app.services.conversation.wording import Phrase, say
from app.store import control
from app.store.database import Tx
from app.store.inbox import MailboxEvent, store_events
from app.store.queue import Job, JobName, enqueue


async def carry_out(tx: Tx, account_id: AccountId, channel: str, orders: Sequence[Order], locale: str) -> None:
    """Put orders into the mailboxes that they mean; what means nothing is answered where it was typed."""
    for order in orders:
        if not await control.is_new(tx, account_id, order.command, channel=channel, key=order.key):
            continue
        command = replace(order.command, by=await _name(tx, account_id, order.command.by))
        try:
            target = await _target(tx, account_id, order)
        except AppError as error:
            await _explain(tx, account_id, channel, order, _hint(error, order, locale))
            continue
        command = replace(command, reason=reason_for(target.scope))
        await control.give(tx, account_id, target, command, channel=channel, key=order.key)
        await enqueue(tx, _answer(account_id, target, command.verb))


def _answer(account_id: AccountId, target: control.Target, verb: Verb) -> list[Job]:
    """Conversations answer for themselves; a lead without one is answered by a note of its own."""
    if target.conversations or target.scope != "lead" or not target.ref.isdecimal():
        return []
    return [
        Job(
            JobName.ANSWER,
            {"account": account_id, "lead": int(target.ref), "help": int(verb in (Verb.HELP, Verb.UNKNOWN))},
        )
    ]


async def _target(tx: Tx, account_id: AccountId, order: Order) -> control.Target:
    if order.scope is not None:
        return await control.target_of(tx, account_id, order.scope, order.ref)
    return choose(await control.find_targets(tx, account_id, order.ref), Named(any_id=order.ref))


async def _name(tx: Tx, account_id: AccountId, by: str) -> str:
    return await tx.fetchval(control.SQL["seller_name"], account_id, by) or by


def _hint(error: AppError, order: Order, locale: str) -> str:
    if error.code == "ambiguous_id":
        return say(Phrase.SEVERAL_MATCHES, locale, id=order.ref, candidates=error.message.partition(": ")[2])
    return say(Phrase.UNKNOWN_ID, locale, id=order.ref)


async def _explain(tx: Tx, account_id: AccountId, channel: str, order: Order, hint: str) -> None:
    if order.typed_in is None:
        return
    command = Command(Verb.UNKNOWN, order.command.by, order.command.at, hint=hint)
    event = MailboxEvent(order.typed_in, order.key, command, order.command.at)
    await enqueue(tx, await store_events(tx, [(account_id, channel, event)]))
