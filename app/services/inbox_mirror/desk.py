"""The second inbox of an account as people see and change it. No token is ever shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from app.domain.clock import Clock
from app.domain.errors import NotFound, Rejected
from app.domain.ids import AccountId
from app.domain.inbox import InboxMirror
from app.services.inbox_mirror.labels import all_labels
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.inbox_lines import InboxLines
from app.store.inboxes import Inbox, InboxBook
from app.store.secrets import Vault

NONE: Final = NotFound("The account is mirrored into no inbox.", hint="Set one with `ponte inbox set`.")


@dataclass(frozen=True, slots=True)
class InboxChange:
    """What somebody wants: the inbox as its vendor names it, and the tokens to write there with."""

    kind: str
    base_url: str
    external_ref: str
    token: str = field(repr=False)
    since: datetime | None = None  # also show what was said from then on


@dataclass(frozen=True, slots=True)
class InboxView:
    """A second inbox as people see it. `twins`: people with the same phone there, whom somebody should merge."""

    kind: str
    base_url: str
    external_ref: str
    chats: int
    waiting: int
    twins: int
    mirrored_at: datetime | None
    failing_since: datetime | None
    failed_as: str


class InboxDesk:
    """Looks after second inboxes. `given` is the one of the environment, for the first account."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        vault: Vault,
        kinds: Mapping[str, InboxMirror],
        given: InboxChange | None = None,
    ) -> None:
        self._clock = clock
        self._kinds = kinds
        self._given = given
        self._accounts = Accounts(database, vault)
        self._book = InboxBook(database, vault)
        self._lines = InboxLines(database)

    async def adopt(self) -> None:
        """The inbox of the environment becomes the first account's, which has none; once in a process."""
        if self._given is None:
            return
        account_id = await self._book.first_without(self._given.kind)
        if account_id is not None:
            await self._save(account_id, self._given, who="environment")
            self._given = None

    async def listing(self, account_id: AccountId) -> list[InboxView]:
        found = await self._book.get(account_id)
        return [] if found is None else [await self._view(found)]

    async def set(self, account_id: AccountId, change: InboxChange, *, who: str) -> InboxView:
        """Looked at before it is kept. Another inbox begins empty.

        Raises:
            Rejected, NeedsHuman: it cannot be one.
        """
        account = await self._accounts.get(account_id)
        if change.kind not in self._kinds:
            raise Rejected("There is no such kind of inbox.", hint=f"There are: {', '.join(sorted(self._kinds))}.")
        if account.channel == change.kind:
            raise Rejected("The account's chats are there already.", hint="It comes by such an inbox itself.")
        draft = Inbox(account_id, change.kind, change.base_url, change.external_ref, change.token)
        await self._kinds[change.kind].check(draft.connection)
        await self._require_own(self._kinds[change.kind], draft)
        await self._save(account_id, change, who=who)
        return await self.view(account_id)

    async def _require_own(self, there: InboxMirror, draft: Inbox) -> None:
        """That no other account is written to by it: its bot would answer what is shown there."""
        other = await self._accounts.by_ref(there.kind, there.reference(draft.connection))
        if other is not None and other.state == "live":
            hint = "Make another inbox of the type API there, without a bot, and name its number."
            raise Rejected(f"By this inbox account {other.id} is written to, and its bot would answer.", hint=hint)

    async def _save(self, account_id: AccountId, change: InboxChange, *, who: str) -> None:
        before = await self._book.get(account_id)
        inbox = Inbox(account_id, change.kind, change.base_url, change.external_ref, change.token)
        same = before is not None and replace(before.connection, token="") == replace(inbox.connection, token="")
        await self._book.save(inbox, anew=not same, who=who, since=change.since)

    async def check(self, account_id: AccountId) -> InboxView:
        """Read the inbox, writing nothing; if it answers, what waits goes on at once."""
        inbox = await self._inbox(account_id)
        await self._kinds[inbox.kind].check(inbox.connection)
        await self._book.try_now(account_id)
        return await self.view(account_id)

    async def remove(self, account_id: AccountId, *, who: str) -> None:
        """Mirror no more; what is there stays there."""
        if not await self._book.drop(account_id, self._clock.now(), who=who):
            raise NONE

    async def make_labels(self, account_id: AccountId) -> list[str]:
        """Make the labels of the table that the inbox lacks, in the account's language; their titles."""
        inbox = await self._inbox(account_id)
        account = await self._accounts.get(account_id)
        return await self._kinds[inbox.kind].make_labels(inbox.connection, all_labels(account.locale))

    async def view(self, account_id: AccountId) -> InboxView:
        return await self._view(await self._inbox(account_id))

    async def _inbox(self, account_id: AccountId) -> Inbox:
        found = await self._book.get(account_id)
        if found is None:
            raise NONE
        return found

    async def _view(self, one: Inbox) -> InboxView:
        chats, twins = await self._lines.figures(one.account_id)
        return InboxView(
            *(one.kind, one.base_url, one.external_ref, chats),
            waiting=await self._lines.pending(one.account_id),
            twins=twins,
            mirrored_at=one.mirrored_at,
            failing_since=one.failing_since,
            failed_as=one.failed_as,
        )
