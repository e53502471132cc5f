"""The parts of the agenda, joined: what the doors and the chores need."""

from dataclasses import dataclass

from app.domain.clock import Clock
from app.domain.ports import Notifier
from app.services.agenda.booking import Agenda
from app.services.agenda.finding import Finding
from app.services.agenda.knowing import Knowing
from app.services.agenda.offering import Offering
from app.services.agenda.reminders import Messenger, Reminders
from app.services.agenda.requesting import Requesting
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Scheduling:
    """The agenda of all accounts."""

    agenda: Agenda
    requesting: Requesting
    reminders: Reminders
    offering: Offering

    async def tick(self) -> None:
        """The chore of every minute: holds that are over end, reminders that are due leave."""
        await self.agenda.expire()
        await self.reminders.remind()


def scheduling_of(
    database: Database, clock: Clock, *, knowing: Knowing, messenger: Messenger, notifier: Notifier
) -> Scheduling:
    """Join the parts; opens nothing."""
    finding = Finding(database, clock, knowing)
    agenda = Agenda(database, clock, finding)
    reminders = Reminders(database, clock, messenger, notifier)
    return Scheduling(agenda, Requesting(finding, agenda), reminders, Offering(finding))
