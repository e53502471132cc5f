"""The service rooms, from what they stand on to those that stand on others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.agents.assembly import AgentSetup
from app.agents.base import Brain
from app.channels.base import Channel
from app.channels.guard import Bounds
from app.domain.clock import Clock
from app.domain.ports import ErrandRunner
from app.domain.registration import SEND, VERIFY
from app.domain.turn_tokens import TurnTokens
from app.services.accounts.admission import Admission, admission_of
from app.services.accounts.connect import Connecting
from app.services.accounts.named import NamedAccounts
from app.services.accounts.notifying import Notifying
from app.services.agenda.assembly import Scheduling, scheduling_of
from app.services.agenda.knowing import Knowing
from app.services.conversation.asking import Ladder
from app.services.conversation.attachments import FETCH_BUDGET, TAKEN, Attachments
from app.services.conversation.hearing import Hearing, Limits
from app.services.conversation.steering import Steering
from app.services.flows.book import Book
from app.services.inbox_mirror.assembly import InboxMirroring, inbox_mirroring_of
from app.services.mirroring.assembly import Mirroring, mirroring_of
from app.services.proactive.assembly import Proactive, proactive_of
from app.services.provisioning.assembly import Provisioners, provisioners_of
from app.services.registration.codes import RegistrationCodes
from app.services.registration.sessions import SessionDesk
from app.services.tools.toolbox import Tools
from app.services.vendedores.staff import Staff, staff_of
from app.settings import Settings
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.knowledge import PostgresKnowledge
from app.store.manners import PostgresManners
from app.wiring.brains import ladder_of, own_brains
from app.wiring.keys import first_keys, keys_of, reply_secrets, service_account_key
from app.wiring.named_accounts import named
from app.wiring.outside import Outside, given_inbox


@dataclass(frozen=True)
class Ground:
    """What every room stands on."""

    settings: Settings
    database: Database
    clock: Clock
    accounts: Accounts
    outside: Outside

    @property
    def clocked(self) -> tuple[Database, Clock]:
        """What acts by time."""
        return self.database, self.clock

    @property
    def parts(self) -> tuple[Database, Clock, Accounts, dict[str, Channel]]:
        """In the order in which most services take them."""
        return self.database, self.clock, self.accounts, self.outside.channels


@dataclass(frozen=True)
class Rooms:
    """The services that others are built on."""

    notifying: Notifying
    staff: Staff
    connecting: Connecting
    named: NamedAccounts
    admission: Admission
    knowledge: PostgresKnowledge
    steering: Steering
    scheduling: Scheduling
    toolbox: Tools
    ladder: Ladder
    proactive: Proactive
    attachments: Attachments
    hearing: Hearing
    tokens: TurnTokens | None
    provisioning: Provisioners
    errand_runners: Mapping[str, ErrandRunner]
    mirroring: Mirroring
    inboxes: InboxMirroring
    sessions: SessionDesk

    @property
    def brains(self) -> list[Brain]:
        return [brain for brain, _ in self.ladder.rungs]


def rooms_of(ground: Ground, brains: Sequence[Brain] | None) -> Rooms:
    settings, database, clock, outside = ground.settings, ground.database, ground.clock, ground.outside
    parts = ground.parts
    notifying = Notifying(*parts, ways=outside.ways)
    staff = staff_of(*parts, notifier=notifying)
    connecting = Connecting(ground.accounts, staff.syncing.count, outside.channels, first_keys=first_keys(settings))
    setup = AgentSetup.model_validate(settings)
    knowledge = PostgresKnowledge(database, setup.embedder(outside.models))
    steering = Steering(database, clock, ground.accounts)
    knowing = Knowing(*parts)
    scheduling = scheduling_of(database, clock, knowing=knowing, messenger=steering, notifier=notifying)
    panels = provisioners_of(
        *(database, clock),
        vault=outside.granting.vault,
        guard=outside.guard,
        files=outside.files,
        most_names=settings.max_username_attempts,
        secrets=reply_secrets(settings),
    )
    toolbox = Tools(
        *(database, clock),
        scheduling=scheduling,
        ownership=staff.ownership,
        knowledge=knowledge,
        provisioner=panels.access,
    )
    codes = RegistrationCodes(database, clock, outside.codes, link=settings.web_app_url or "")
    own = brains or own_brains(setup, PostgresManners(database), outside.models, knowledge=knowledge, toolbox=toolbox)
    ladder = ladder_of(settings, own, webhook=None if brains else outside.webhook)
    known_as = settings.business_name
    where = settings.public_url
    tokens = TurnTokens(keys) if (keys := keys_of(settings)) else None
    return Rooms(
        notifying=notifying,
        staff=staff,
        connecting=connecting,
        named=_named(ground, connecting),
        admission=admission_of(*parts, granting=outside.granting, connecting=connecting, public_url=where),
        knowledge=knowledge,
        steering=steering,
        scheduling=scheduling,
        toolbox=toolbox,
        ladder=ladder,
        proactive=proactive_of(
            *parts, steering=steering, notifier=notifying, ladder=ladder, tokens=tokens, business=known_as
        ),
        attachments=_attachments(ground),
        hearing=_hearing(ground),
        tokens=tokens,
        provisioning=panels,
        errand_runners={"provision": panels.access, SEND: codes, VERIFY: codes},
        inboxes=_inboxes(ground),
        sessions=SessionDesk(database, clock, outside.channels),
        mirroring=_mirroring(ground),
    )


def _named(ground: Ground, connecting: Connecting) -> NamedAccounts:
    """Where a Kommo is named too, the keys of the settings are kept for it: it may be granted later."""
    keeps, known = ground.settings.has_real_kommo(), named(ground.settings)
    return NamedAccounts(ground.accounts, connecting, ground.clock, named=known, gives_keys=not keeps)


def _inboxes(ground: Ground) -> InboxMirroring:
    """Where conversations are shown besides their own channels."""
    outside = ground.outside
    vault, given = outside.granting.vault, given_inbox(ground.settings)
    return inbox_mirroring_of(*ground.parts, vault=vault, kinds=outside.inboxes, given=given)


def _mirroring(ground: Ground) -> Mirroring:
    """Where the record is shown in spreadsheets."""
    outside, key = ground.outside, service_account_key(ground.settings)
    return mirroring_of(*ground.clocked, vault=outside.granting.vault, sheets=outside.sheets, key=key, book=Book())


def _attachments(ground: Ground) -> Attachments:
    """What customers send besides words."""
    outside = ground.outside
    bounds = Bounds(ground.settings.media_max_mb * 2**20, FETCH_BUDGET, TAKEN)
    listens = outside.ears is not None
    return Attachments(*ground.parts, guard=outside.guard, store=outside.files, bounds=bounds, listens=listens)


def _hearing(ground: Ground) -> Hearing:
    """Voice messages as words, where somebody listens."""
    limits = Limits(patience=timedelta(seconds=ground.settings.ponte_hearing_wait_sec))
    return Hearing(*ground.clocked, ears=ground.outside.ears, store=ground.outside.files, limits=limits)
