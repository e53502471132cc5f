"""The notifier: keeps what is to be told, and carries it by every way that is configured (a job's work).

Operators hear of a cause once an hour and once when it is well again; a salesperson gets one task for a lead. At least
once each: a way whose answer was lost is asked again with the same id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.alerts.base import AlertWay
from app.channels.base import Channel
from app.domain.alerts import Alert
from app.domain.clock import Clock
from app.domain.errors import AppError, NeedsHuman, OutcomeUnknown, Rejected, Retryable
from app.domain.ids import AccountId, ConversationId, LeadId
from app.domain.inspection import Guide
from app.domain.ports import Notifier
from app.services.accounts.alert_texts import alarm, task
from app.store import notices
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.notices import News, Notice, Notices
from app.store.queue import enqueue
from app.store.upkeep import Chores

# By when a salesperson should have answered, where nobody says otherwise.
TASK_DUE = timedelta(minutes=10)
# What cannot be carried for so long is left to the audit.
GIVE_UP_AFTER = timedelta(hours=6)


class Notifying(Notifier):
    """What services call, and what the job and the sweep call."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: Accounts,
        channels: dict[str, Channel],
        *,
        ways: Sequence[AlertWay] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._ways = ways
        self._notices = Notices(database)
        self._chores = Chores(database)

    async def tell(self, account_id: AccountId, cause: str, *, conversation_id: ConversationId | None = None) -> bool:
        news = News(account_id, cause, conversation_id=conversation_id)
        async with self._database.transaction() as tx:
            return await notices.tell(tx, news, self._clock.now())

    async def well(self, account_id: AccountId, cause: str) -> bool:
        async with self._database.transaction() as tx:
            return await notices.well(tx, account_id, cause, self._clock.now())

    async def tell_of_chat(self, account_id: AccountId, cause: str, conversation_id: ConversationId) -> bool:
        news = News(account_id, cause, f"conversation:{conversation_id}", conversation_id=conversation_id)
        async with self._database.transaction() as tx:
            return await notices.tell_of_chat(tx, news, self._clock.now())

    async def well_with_chat(self, account_id: AccountId, cause: str, conversation_id: ConversationId) -> bool:
        async with self._database.transaction() as tx:
            about = f"conversation:{conversation_id}"
            return await notices.well(tx, account_id, cause, self._clock.now(), about=about)

    async def tell_seller(
        self,
        account_id: AccountId,
        seller_id: str,
        cause: str,
        *,
        lead_id: LeadId,
        conversation_id: ConversationId | None = None,
        due: datetime | None = None,
    ) -> bool:
        now = self._clock.now()
        details = {"due": (due or now + TASK_DUE).isoformat()}
        news = News(account_id, cause, f"lead:{lead_id}:{seller_id}", seller_id, lead_id, conversation_id, details)
        async with self._database.transaction() as tx:
            return await notices.tell(tx, news, now)

    async def carry(self, notice_id: int, number: int) -> bool:
        """The job: one telling by each of its ways; safe to run twice. False: something is left for another try."""
        notice = await self._notices.get(notice_id, number)
        if notice is None:
            return True
        failed = await self._by_task(notice) if notice.seller_id else await self._by_ways(notice)
        if failed and self._clock.now() - notice.round_at < GIVE_UP_AFTER:
            return False
        for way, error in failed.items():
            await self._notices.refused_by(notice, way, error.code)
        await self._notices.done(notice, self._clock.now())
        return True

    async def retell(self) -> None:
        """The chore: another try for every telling that is not through and has no job."""
        jobs = await self._notices.untold(self._clock.now())
        jobs = await self._chores.not_queued(jobs)
        async with self._database.transaction() as tx:
            await enqueue(tx, jobs)

    async def _by_ways(self, notice: Notice) -> dict[str, AppError]:
        """By all ways that have not carried it yet; those that failed, and how."""
        said = _alert(notice, self._channels[notice.channel].guide)
        tried = {way.name: await self._by(way, notice, said) for way in self._ways if way.name not in notice.sent}
        return {name: error for name, error in tried.items() if error is not None}

    async def _by(self, way: AlertWay, notice: Notice, said: Alert) -> AppError | None:
        try:
            await way.tell(said)
        except (NeedsHuman, Rejected) as error:
            await self._notices.refused_by(notice, way.name, error.code)
        except AppError as error:
            return error
        else:
            await self._notices.sent_by(notice, way.name)
        return None

    async def _by_task(self, notice: Notice) -> dict[str, AppError]:
        """A task on the lead. One that an earlier try left is found by its words."""
        try:
            await self._add_task(notice)
        except (Retryable, OutcomeUnknown) as error:
            return {"task": error}
        except AppError as error:
            await self._notices.refused_by(notice, "task", error.code)
        return {}

    async def _add_task(self, notice: Notice) -> None:
        connection = await self._accounts.connection(notice.account_id)
        channel, lead_id = self._channels[notice.channel], LeadId(notice.lead_id or "")
        text = f"{task(notice.cause, notice.locale)} (#{notice.id}.{notice.round})"  # no other telling has these words
        if "trying" in notice.sent and await channel.find_tasks(connection, text, lead_id=lead_id):
            return
        await self._notices.sent_by(notice, "trying")
        due = datetime.fromisoformat(notice.details["due"]).astimezone(ZoneInfo(notice.timezone))
        await channel.add_task(connection, text, due=due, lead_id=lead_id, seller_id=notice.seller_id)


def _alert(notice: Notice, guide: Guide) -> Alert:
    """A telling as it travels. Pure."""
    return Alert(
        id=f"notice-{notice.id}-{notice.round}",
        account_id=notice.account_id,
        account_name=notice.account_name,
        cause=notice.cause,
        text=alarm(notice.cause, notice.locale, guide, is_well=not notice.is_open),
        is_well=not notice.is_open,
        at=notice.round_at,
        conversation_id=notice.conversation_id,
        lead_id=notice.lead_id,
    )
