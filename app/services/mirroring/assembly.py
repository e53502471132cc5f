"""The parts of mirroring as one."""

from dataclasses import dataclass
from random import Random

from app.domain.clock import Clock
from app.domain.ports import FlowBook
from app.services.accounts.preferences import Preferences
from app.services.mirroring.desk import SheetDesk
from app.services.mirroring.mirror import Mirror
from app.services.mirroring.reception import Reception
from app.services.mirroring.words import SheetWords
from app.sheets.base import Sheets
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.secrets import Vault


@dataclass(frozen=True)
class Mirroring:
    """What doors and jobs are given."""

    desk: SheetDesk
    mirror: Mirror
    words: SheetWords


def mirroring_of(
    database: Database,
    clock: Clock,
    *,
    vault: Vault,
    sheets: Sheets,
    key: str | None,
    book: FlowBook,
    chance: Random | None = None,
) -> Mirroring:
    """`key`: the service account of the installation, as its file holds it."""
    reception = Reception(sheets, key=key)
    preferences = Preferences(Accounts(database, vault), flows=book)
    return Mirroring(
        desk=SheetDesk(database, clock, vault=vault, reception=reception),
        mirror=Mirror(database, clock, vault=vault, reception=reception, chance=chance),
        words=SheetWords(*(database, clock), vault=vault, reception=reception, book=book, preferences=preferences),
    )
