"""The parts of provisioning that need no browser, as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.channels.guard import Guard
from app.domain.clock import Clock
from app.domain.ports import MediaStore
from app.services.provisioning.access import Access
from app.services.provisioning.desk import Desk, Patience
from app.services.provisioning.evidence import EvidenceDesk
from app.services.provisioning.panels import PanelDesk
from app.services.provisioning.telling import Telling
from app.store.database import Database
from app.store.provisioning import Provisionings
from app.store.secrets import Vault


@dataclass(frozen=True)
class Provisioners:
    """What doors and jobs are given."""

    desk: Desk
    access: Access
    panels: PanelDesk
    telling: Telling
    evidence: EvidenceDesk


def provisioners_of(
    database: Database,
    clock: Clock,
    *,
    vault: Vault,
    guard: Guard,
    files: MediaStore,
    most_names: int = 10,
    patience: Patience | None = None,
    secrets: Sequence[str] = (),
) -> Provisioners:
    desk = Desk(database, clock, vault=vault, guard=guard, patience=patience)
    return Provisioners(
        desk=desk,
        access=Access(database, desk=desk, vault=vault, most_names=most_names),
        panels=PanelDesk(database, clock, vault=vault, guard=guard),
        telling=Telling(Provisionings(database, vault), guard, clock, secrets=secrets),
        evidence=EvidenceDesk(database, vault=vault, files=files),
    )
