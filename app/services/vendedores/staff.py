"""The services about salespeople, joined."""

from dataclasses import dataclass

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.ports import Notifier
from app.services.vendedores.owner import Ownership
from app.services.vendedores.roster import Roster
from app.services.vendedores.sync import Syncing
from app.services.vendedores.team import Team
from app.store.accounts import Accounts
from app.store.availability import Availabilities
from app.store.database import Database
from app.store.sellers import Sellers


@dataclass(frozen=True)
class Staff:
    """What doors, jobs and commands need to know of salespeople."""

    team: Team
    syncing: Syncing
    roster: Roster
    ownership: Ownership


def staff_of(
    database: Database, clock: Clock, accounts: Accounts, channels: dict[str, Channel], *, notifier: Notifier
) -> Staff:
    """Join the services; opens nothing."""
    sellers = Sellers(database)
    team = Team(database, clock)
    syncing = Syncing(clock, accounts, sellers, channels, notifier=notifier)
    return Staff(
        team,
        syncing,
        Roster(clock, accounts, sellers, availabilities=Availabilities(database), syncing=syncing, team=team),
        Ownership(database, clock, accounts, channels, sellers=sellers, syncing=syncing),
    )
