"""A dead request to a panel, tried again because a person says so.

Never past the cap of the day, never a second user for one conversation, never at another panel than the one at which it
may have written, and never beside another request that may be writing the same name.
"""

from decimal import Decimal

from asyncpg import UniqueViolationError

from app.domain.errors import Conflict
from app.domain.ids import AccountId
from app.domain.provisioning import Operation, Step, left_of
from app.store.database import Row, Tx
from app.store.panels import SQL as PANELS
from app.store.provisioning import SQL as PROVISIONING
from app.store.queries import statements

SQL = statements("dead")


async def replay_at_panel(tx: Tx, account_id: AccountId, number: int) -> bool:
    """Let it go on where it stands; False where there is no such dead request.

    Raises:
        Conflict: the panel is stopped, or was moved; another user was made for the conversation; the cap of the day;
            another request for the same name is in doubt.
    """
    dead = await tx.fetchrow(SQL["dead_provisioning"], account_id, number)
    if dead is None:
        return False
    if dead["conversation_id"] is not None:
        await tx.execute(PROVISIONING["lock_chat"], account_id, dead["conversation_id"])
    panel = await tx.fetchrow(PANELS["lock_panel"], account_id)
    if panel is None or panel["stopped_at"] is not None:
        hint = "Look at it (`ponte panels list`), mend it, let it go on (`ponte panels resume`), then replay."
        raise Conflict("The panel is stopped, or there is none.", hint=hint, code="panel_stopped")
    _check_place(dead, panel["base_url"])
    if Operation(dead["operation"]) is Operation.CREATE_USER:
        await _check_made(tx, account_id, number, dead)
    else:
        await _check_cap(tx, account_id, number, amount=dead["amount"], daily_cap=panel["daily_cap"])
    return await _replayed(tx, account_id, number)


async def _replayed(tx: Tx, account_id: AccountId, number: int) -> bool:
    try:
        return await tx.fetchval(SQL["replay_provisioning"], account_id, number) is not None
    except UniqueViolationError:
        said = "Another request for the same name may have written, and its end is still looked for."
        raise Conflict(said, hint="Wait until that one is over, then replay.", code="name_in_doubt") from None


def _check_place(dead: Row, base_url: str) -> None:
    if Step(dead["step"]).is_in_doubt and dead["site"] not in ("", base_url):
        hint = "Look at that panel what became of it, then discard this one."
        raise Conflict("It may have written at another panel than the account's.", hint=hint, code="panel_moved")


async def _check_made(tx: Tx, account_id: AccountId, number: int, dead: Row) -> None:
    told = (dead["conversation_id"], dead["conversation"])
    other = await tx.fetchval(SQL["made_besides"], account_id, number, *told)
    if other is not None:
        said = f"Another user was made for the same conversation, or may have been: provisioning {other}."
        raise Conflict(said, hint="Look at that one, and discard this one.", code="made_meanwhile")


async def _check_cap(tx: Tx, account_id: AccountId, number: int, *, amount: Decimal, daily_cap: Decimal) -> None:
    left = left_of(daily_cap, await tx.fetchval(SQL["given_besides"], account_id, number))
    if amount > left:
        said = f"It passes the cap of the day: {left} of {daily_cap} are left."
        hint = "Replay it tomorrow, or raise daily_cap (PUT /admin/panels)."
        raise Conflict(said, hint=hint, code="over_daily_cap")
