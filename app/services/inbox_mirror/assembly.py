"""The parts of mirroring into a second inbox as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.inbox import InboxMirror
from app.services.inbox_mirror.acquainting import Acquainting
from app.services.inbox_mirror.desk import InboxChange, InboxDesk
from app.services.inbox_mirror.mirror import Mirror
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.secrets import Vault


@dataclass(frozen=True)
class InboxMirroring:
    """What doors and jobs are given."""

    desk: InboxDesk
    mirror: Mirror


def inbox_mirroring_of(
    database: Database,
    clock: Clock,
    accounts: Accounts,
    channels: Mapping[str, Channel],
    *,
    vault: Vault,
    kinds: Mapping[str, InboxMirror],
    given: InboxChange | None = None,
    chance: Random | None = None,
) -> InboxMirroring:
    acquainting = Acquainting(database, clock, accounts, channels)
    return InboxMirroring(
        desk=InboxDesk(database, clock, vault=vault, kinds=kinds, given=given),
        mirror=Mirror(database, clock, vault=vault, kinds=kinds, acquainting=acquainting, chance=chance),
    )
