"""Whether approved templates arrived: what the messenger tells by their ids.

In whatever order, even before the answer of the call that sent them. A wish, or a rung of its ladder, becomes that.
"""

from collections.abc import Sequence

from app.domain.ids import AccountId, ExternalId
from app.domain.messages import Landing
from app.domain.outreach import REOPENING
from app.store.database import Tx
from app.store.queries import statements
from app.store.queue import Job, JobName, enqueue

SQL = statements("landings")


async def tell(tx: Tx, landings: Sequence[tuple[AccountId, Landing]]) -> None:
    """Keep what became of messages; of those that are no template of ours nothing is kept.

    First for the calls that are still out, then by the ids: a call that ends between the two is found by one of them.
    """
    if not landings:
        return
    told = sorted({(account, one.message_id, one.trouble.value if one.trouble else "") for account, one in landings})
    rows = [list(column) for column in zip(*told, strict=True)]
    await tx.execute(SQL["note_early"], *rows)
    await _landed(tx, *rows)


async def name_outreach(tx: Tx, account_id: AccountId, outreach_id: int, message_id: ExternalId) -> None:
    """Under this id it left; the wish has just been ended in this transaction, and so is locked."""
    early = await tx.fetchval(SQL["name_outreach"], account_id, outreach_id, message_id)
    await _heard(tx, account_id, message_id, early or [])


async def name_follow_up(tx: Tx, account_id: AccountId, rung: tuple[int, int], message_id: ExternalId) -> None:
    """The same for a rung: its outreach and step."""
    early = await tx.fetchval(SQL["name_follow_up"], *rung, message_id)
    await _heard(tx, account_id, message_id, early or [])


async def _heard(tx: Tx, account_id: AccountId, message_id: ExternalId, early: Sequence[str]) -> None:
    """What was told of it while its call was out."""
    said = [each.partition(":") for each in early]
    about = [trouble for trouble, _, number in said if number == message_id]
    if about:
        await _landed(tx, [account_id] * len(about), [message_id] * len(about), about)


async def _landed(tx: Tx, accounts: Sequence[AccountId], message_ids: Sequence[str], troubles: Sequence[str]) -> None:
    """What became of each; whom a template was to ask back and has not, somebody still owes an answer."""
    unasked = await tx.fetch(SQL["landed"], accounts, message_ids, troubles, REOPENING)
    ids = [{"account": row["account_id"], "outreach": row["id"]} for row in unasked]
    await enqueue(tx, [Job(JobName.UNASKED, each) for each in ids])
