"""Everything about being let in at an account, joined: what channels need of it, and what doors and jobs do with it."""

from dataclasses import dataclass

from app.channels.base import Channel
from app.channels.consent import Consent
from app.domain.clock import Clock
from app.services.accounts.bots import BotCalls
from app.services.accounts.connect import Connecting
from app.services.accounts.consenting import Consenting
from app.services.accounts.directory import Directory
from app.services.accounts.rate_limit import Knocking
from app.services.accounts.renewal import Renewal
from app.services.accounts.settling import Settling
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.grants import Buckets, Grants, PostgresContinuations
from app.store.secrets import Vault


@dataclass(frozen=True)
class Granting:
    """What lets us in at the accounts: their grants, our integrations, and who renews."""

    vault: Vault
    grants: Grants
    consents: dict[str, Consent]
    renewal: Renewal
    waiting: PostgresContinuations


@dataclass(frozen=True)
class Admission:
    """Who takes grants in and sets accounts up, who counts strangers, who hears bots that wait."""

    consenting: Consenting
    settling: Settling
    renewal: Renewal
    knocking: Knocking
    bots: BotCalls


def granting_of(database: Database, clock: Clock, *, vault: Vault, consents: dict[str, Consent]) -> Granting:
    """The parts that channels are built with."""
    grants = Grants(database, vault)
    renewal = Renewal(database, grants, consents, clock=clock)
    return Granting(vault, grants, consents, renewal, PostgresContinuations(database))


def admission_of(
    database: Database,
    clock: Clock,
    accounts: Accounts,
    channels: dict[str, Channel],
    *,
    granting: Granting,
    connecting: Connecting,
    public_url: str | None,
) -> Admission:
    """The parts that are built with channels."""
    grants, consents = granting.grants, granting.consents
    parts = (database, accounts, grants, channels)
    return Admission(
        consenting=Consenting(*parts, consents=consents, vault=granting.vault),
        settling=Settling(*parts, connecting=connecting, clock=clock, public_url=public_url),
        renewal=granting.renewal,
        knocking=Knocking(Buckets(database)),
        bots=BotCalls(
            *(Directory(accounts), accounts, grants), waiting=granting.waiting, consents=consents, clock=clock
        ),
    )
