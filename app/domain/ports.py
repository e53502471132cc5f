"""What one world needs of another, said as protocols. Implemented in `store`, joined in `wiring`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from app.domain.account import Connection, Lane
from app.domain.brain import Passage
from app.domain.flows import Errand, ErrandDone
from app.domain.ids import AccountId, ConversationId, LeadId
from app.domain.sound import Recording


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to make one call now. A slot that is used late would break the even spacing: give it back."""

    granted_at: float  # seconds of time.monotonic() in this process
    good_for: float  # seconds

    def is_fresh(self, now: float) -> bool:
        return now - self.granted_at <= self.good_for


class Governor(Protocol):
    """Spaces the calls of all processes to one vendor account, in the order of the lanes."""

    async def slot(self, connection: Connection, lane: Lane) -> Slot:
        """Wait for the right to make one call. Cancelling the wait gives the place up."""
        ...

    async def slow_down(self, connection: Connection, after: timedelta) -> None:
        """The vendor said 429: nobody calls for `after`, and the pace is halved for a while."""
        ...

    async def hold(self, connection: Connection, until: datetime) -> None:
        """The vendor said 403 to everything: all lanes wait until then."""
        ...


class TokenStore(Protocol):
    """Where a channel gets another token when the vendor refuses the one it has."""

    async def renewed(self, account_id: AccountId, refused: str) -> str | None:
        """A token in place of a refused one: renewed by this process or, meanwhile, by another; stored already.

        None where there is none to be had, for the account's token is not one that is renewed.

        Raises:
            GrantLost: only the account's administrator can help.
            NotStarted: not now.
        """
        ...


class Continuations(Protocol):
    """The Salesbots that have stopped at our step and wait for the text they shall say."""

    async def take(self, account_id: AccountId, lead_id: str) -> str | None:
        """The address at which the bot on this lead waits; whoever takes it must speak there, for it works once."""
        ...


class KnowledgeSearch(Protocol):
    """Full-text search over the account's own knowledge."""

    async def search(self, account_id: AccountId, question: str, *, locale: str, limit: int = 3) -> list[Passage]:
        """The passages nearest to the question, best first; empty when nothing fits."""
        ...

    async def look_up(
        self, account_id: AccountId, questions: Sequence[str], *, locales: Sequence[str], limit: int = 3
    ) -> list[list[Passage]]:
        """The same for every question of a turn at once: of each language its best, in the order of the languages."""
        ...

    async def topics(self, account_id: AccountId, *, locale: str, limit: int = 4) -> list[str]:
        """What the account knows about, for a greeting that promises no more than that."""
        ...


# How a transaction is opened by who must see to something in it.
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What came of creating somebody's access. `outcome` is a code; `text` is what a brain may tell the customer."""

    ok: bool
    outcome: str
    text: str


class Provisioner(Protocol):
    """Creates a customer's access to the account's own platform."""

    async def provision(
        self,
        account_id: AccountId,
        conversation_id: ConversationId,
        *,
        name: str,
        email: str,
        key: str,
        within: Opening,
    ) -> Provisioned:
        """Create it, once for each key; a second call tells what came of the first.

        That it is to be made is kept in the store's transaction that `within` opens, which may refuse; whatever has to
        leave the house for it leaves afterwards.
        """
        ...


class FlowBook(Protocol):
    """Which flows there are, and what an account may have them say."""

    def flows(self) -> Sequence[str]: ...

    def trouble_in(self, words: Mapping[str, Sequence[str]]) -> str:
        """Why an account's own words cannot be said, naming the key; empty when they can."""
        ...

    def lacks(self, flow: str) -> str | None:
        """What this installation lacks for a flow and what to set, in one sentence; None: nothing."""
        ...


class ErrandRunner(Protocol):
    """Does one kind of errand for flows."""

    async def run(self, account_id: AccountId, conversation_id: ConversationId, errand: Errand) -> ErrandDone:
        """Do it, once for its key; a second call tells what came of the first.

        Raises:
            Retryable: it goes on, or could not begin; ask again.
        """
        ...


class Notifier(Protocol):
    """Tells people what needs one. Nothing here waits for a network: what is told is kept, and a job carries it."""

    async def tell(self, account_id: AccountId, cause: str, *, conversation_id: ConversationId | None = None) -> bool:
        """Tell the operators, once per cause an hour; False when they know already. A cause is a code, never a text."""
        ...

    async def well(self, account_id: AccountId, cause: str) -> bool:
        """What they were told of is over; told once. False when there is nothing to take back."""
        ...

    async def tell_of_chat(self, account_id: AccountId, cause: str, conversation_id: ConversationId) -> bool:
        """Tell the operators of this one chat, once an hour for it; False when they have heard of it already."""
        ...

    async def well_with_chat(self, account_id: AccountId, cause: str, conversation_id: ConversationId) -> bool:
        """What they were told of this chat is over; told once. False when there is nothing to take back."""
        ...

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
        """A task in the CRM for a salesperson, once for a lead, a cause and an hour."""
        ...


class MediaStore(Protocol):
    """Keeps files under places of our own making, such as `1/media/57`; what they are is known in Postgres."""

    async def put(self, place: str, body: bytes, *, content_type: str) -> None:
        """Keep a file, whole or not at all; what was there before is replaced."""
        ...

    async def get(self, place: str) -> bytes:
        """The file.

        Raises:
            NotFound: there is none.
        """
        ...

    async def remove(self, places: Sequence[str]) -> None:
        """Let files go for good; one that is not there is no error."""
        ...


class Ears(Protocol):
    """Hears what is said in a recording."""

    async def hear(self, recording: Recording) -> str:
        """What was heard, as it was written down; empty where nobody speaks.

        Raises:
            Retryable: not now.
            NeedsHuman: the settings are wrong, so that nothing is heard until somebody mends them.
            Rejected: this recording cannot be heard.
        """
        ...
