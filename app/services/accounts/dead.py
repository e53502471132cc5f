"""Dead things of any kind: jobs, messages, CRM writes, webhooks, attachments, alerts, first messages, users.

Listed page by page, tried again or dropped, by `/admin/dead` and by `ponte dead` alike.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId
from app.store.database import Database
from app.store.dead import DeadThing, DeadThings, Place


class Kind(StrEnum):
    """What can be dead."""

    JOB = "job"  # its tries are used up
    MESSAGE = "message"  # refused by the channel, or nobody can tell whether it arrived
    WRITE = "write"  # a note, tags or an assignment that the CRM does not take
    DELIVERY = "delivery"  # a webhook that cannot be read
    MEDIA = "media"  # an attachment that could not be fetched
    NOTICE = "notice"  # an alert that has reached nobody
    OUTREACH = "outreach"  # a wish to write first that has failed, or of which nobody can tell whether it left
    PROVISIONING = "provisioning"  # a user or a balance that a panel was asked for, and that ended in an error


_ID = re.compile(rf"({'|'.join(Kind)})-([0-9]{{1,18}})", re.ASCII)
_CURSOR = re.compile(rf"([0-9]{{1,17}})_({'|'.join(Kind)})_([0-9]{{1,18}})", re.ASCII)
_END = Place(datetime.max.replace(tzinfo=UTC), "~", 2**62)
_MICRO = 1_000_000


class Dead:
    """Looks after what is dead in an account."""

    def __init__(self, database: Database) -> None:
        self._things = DeadThings(database)

    async def page(
        self, account_id: AccountId, kind: Kind | None, *, cursor: str | None, limit: int
    ) -> tuple[list[DeadThing], str | None]:
        """Newest first, and where the rest begins if there is any."""
        before = _read(cursor) if cursor else _END
        found = await self._things.page(account_id, kind, before=before, limit=limit + 1)
        page = found[:limit]
        return page, _written(page[-1]) if len(found) > limit else None

    async def replay(self, account_id: AccountId, named: str, *, who: str) -> None:
        """Have it tried again.

        Raises:
            NotFound: nothing dead has this id here.
            Conflict: a message to a chat in which the bot is quiet; a wish in whose place another stands; a request
                to a panel that may not be tried again.
        """
        kind, number = _parts(named)
        if not await self._things.replay(account_id, kind, number, who=who):
            raise _nothing(named)

    async def discard(self, account_id: AccountId, named: str, *, who: str) -> None:
        """Drop it for good: it is shown as dead no more.

        Raises:
            NotFound: nothing dead has this id here.
        """
        kind, number = _parts(named)
        if not await self._things.discard(account_id, kind, number, who=who):
            raise _nothing(named)


def _parts(named: str) -> tuple[str, int]:
    found = _ID.fullmatch(named)
    if found is None:
        raise _nothing(named)
    return found[1], int(found[2])


def _nothing(named: str) -> NotFound:
    hint = "Use an id from GET /admin/dead, such as message-17; what was replayed or dropped is not there any more."
    return NotFound(f"Nothing dead has the id {named[:40]}.", hint=hint)


def _written(last: DeadThing) -> str:
    seconds = int(last.since.replace(microsecond=0).timestamp())
    return f"{seconds * _MICRO + last.since.microsecond}_{last.kind}_{last.number}"


def _read(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Rejected("That cursor is not from here.", hint="Use the `cursor` of the answer before.")
    seconds, micro = divmod(int(found[1]), _MICRO)
    return Place(datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro), found[2], int(found[3]))
