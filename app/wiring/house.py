"""The house: the doors and the jobs over the rooms, opened and closed as one."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from app.agents.base import Brain
from app.channels.base import Channel
from app.domain.checkup import Probe
from app.domain.clock import Clock, SystemClock
from app.domain.turn_tokens import TurnTokens
from app.jobs.registry import Workshop
from app.routes.doors import Doors
from app.services.accounts.admission import Granting
from app.services.accounts.checks import Checks
from app.services.accounts.connect import Connecting
from app.services.accounts.dead import Dead
from app.services.accounts.directory import Directory
from app.services.accounts.doctor import Doctor
from app.services.accounts.health import Health
from app.services.accounts.keyring import Keyring
from app.services.accounts.preferences import Preferences
from app.services.accounts.reports import Reporting
from app.services.accounts.rotating import Rotating
from app.services.accounts.upkeep import AccountUpkeep, Ages
from app.services.conversation.answering import Answering
from app.services.conversation.apologising import Apologising
from app.services.conversation.asking import Asking, WaitingLine
from app.services.conversation.assigning import Assigning
from app.services.conversation.callbacks import Callbacks
from app.services.conversation.crm import CrmWriter
from app.services.conversation.doubt import Doubts
from app.services.conversation.errands import RunningErrands
from app.services.conversation.executions import Executions
from app.services.conversation.explain import Explaining
from app.services.conversation.faq import FaqDesk
from app.services.conversation.feedback import Feedback
from app.services.conversation.fetching import Fetchers
from app.services.conversation.intake import Intake
from app.services.conversation.sending import Sending
from app.services.conversation.typing import ShowingTyping
from app.services.conversation.upkeep import Patience, Upkeep
from app.services.conversation.waking import Waking
from app.services.conversation.webhooks import Webhooks
from app.services.erasure.erasing import Erasing
from app.services.flows.book import Book
from app.services.inbox_mirror.symptoms import InboxMirrorLines
from app.services.mirroring.symptoms import SheetLines
from app.services.profiles.knowing import Knowing
from app.services.provisioning.symptoms import PanelLines
from app.services.retention.purging import Retaining
from app.services.tools.admittance import Admittance
from app.services.tools.toolbox import Tools
from app.services.vendedores.staff import Staff
from app.services.workflows.library import Library
from app.settings import Settings, secret
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.inboxes import InboxOverview
from app.store.knowledge import PostgresKnowledge
from app.store.knowledge_lines import KnowledgeLines
from app.store.panels import PanelOverview
from app.store.secrets import Vault
from app.store.sheets import SheetOverview
from app.store.signing import Signer
from app.wiring.brains import deployment_of
from app.wiring.keys import keys_of, service_account_key
from app.wiring.outside import outside_of
from app.wiring.rooms import Ground, Rooms, rooms_of


@dataclass(frozen=True)
class House:
    """An open installation: what the doors and the jobs need, and what the entry points close again."""

    settings: Settings
    database: Database
    accounts: Accounts
    connecting: Connecting
    knowledge: PostgresKnowledge
    doors: Doors
    workshop: Workshop
    staff: Staff
    channels: dict[str, Channel]
    granting: Granting
    toolbox: Tools
    brains: Sequence[Brain]


@asynccontextmanager
async def open_house(
    settings: Settings, *, brains: Sequence[Brain] | None = None, clock: Clock | None = None, role: str = "ponte"
) -> AsyncGenerator[House]:
    """Open everything, close it at the end. `brains` stands in for the ladder of the settings."""
    database = Database(
        secret(settings.database_url) or "",
        size=settings.database_pool_size,
        pooled=settings.database_pooled,
        role=role,
        vault=Vault(keys_of(settings)),
    )
    now = clock or SystemClock()
    try:
        async with outside_of(settings, database, now) as outside:
            accounts = Accounts(database, outside.granting.vault)
            yield _build(Ground(settings, database, now, accounts, outside), brains)
    finally:
        await database.close()


def _build(ground: Ground, brains: Sequence[Brain] | None) -> House:
    """Join the parts; opens nothing."""
    rooms = rooms_of(ground, brains)
    return House(
        *(ground.settings, ground.database, ground.accounts, rooms.connecting, rooms.knowledge),
        doors=_doors(ground, rooms),
        workshop=_workshop(ground, rooms),
        staff=rooms.staff,
        channels=ground.outside.channels,
        granting=ground.outside.granting,
        toolbox=rooms.toolbox,
        brains=rooms.brains,
    )


def _doors(ground: Ground, rooms: Rooms) -> Doors:
    """What the web process serves."""
    settings, database, clock, accounts = ground.settings, ground.database, ground.clock, ground.accounts
    directory = Directory(accounts, for_all=secret(settings.n8n_reply_key))
    return Doors(
        directory=directory,
        staff=rooms.staff,
        preferences=Preferences(accounts, flows=Book(ground.outside.around.lacking)),
        keyring=Keyring(accounts),
        rotating=Rotating(accounts, ground.outside.channels, clock, public_url=settings.public_url),
        webhooks=Webhooks(
            *(directory, Intake(database, clock), ground.outside.channels, clock), public_url=settings.public_url
        ),
        steering=rooms.steering,
        callbacks=Callbacks(database, clock, accounts, tokens=rooms.tokens),
        executions=Executions(database, clock),
        explaining=Explaining(database, clock),
        attachments=rooms.attachments,
        reporting=Reporting(database, clock),
        health=Health(
            database,
            clock,
            brains=[brain.name for brain in rooms.brains],
            others={"auth_api": ground.outside.auth_lines.lately} if ground.outside.auth_lines.is_set else {},
        ),
        admission=rooms.admission,
        checks=Checks(database, accounts, ground.outside.channels),
        doctor=_doctor(ground, rooms),
        proactive=rooms.proactive,
        workflows=Library(accounts, deployment_of(settings)),
        scheduling=rooms.scheduling,
        admittance=Admittance(directory, TurnTokens(keys_of(settings)), clock, toolbox=rooms.toolbox),
        dead=Dead(database),
        provisioning=rooms.provisioning,
        mirroring=rooms.mirroring,
        inboxes=rooms.inboxes,
        sessions=rooms.sessions,
        faq=FaqDesk(database),
        feedback=Feedback(database, clock),
        erasing=_erasing(ground),
        profiles=Knowing(*ground.parts),
        retention=Retaining(database, clock, accounts, files=ground.outside.files),
    )


def _doctor(ground: Ground, rooms: Rooms) -> Doctor:
    outside = ground.outside
    url = ground.settings.rpa_bot_url
    panels = PanelLines(PanelOverview(ground.database), ground.clock, knock=outside.knock, url=url)
    sheets = SheetLines(SheetOverview(ground.database), has_key=service_account_key(ground.settings) is not None)
    ours: dict[str, Probe] = {
        "auth_api": outside.auth_lines,
        "knowledge": KnowledgeLines(rooms.knowledge),
        "panels": panels,
        "sheets": sheets,
        "named": rooms.named,
        "inboxes": InboxMirrorLines(InboxOverview(ground.database)),
    }
    probes = {**outside.around.probes, **ours}
    around = replace(outside.around, brains=[brain.name for brain in rooms.brains], probes=probes)
    channels, knock = outside.channels, outside.knock
    return Doctor(*ground.clocked, accounts=ground.accounts, channels=channels, knock=knock, around=around)


def _erasing(ground: Ground) -> Erasing:
    decode = Upkeep(*ground.parts).decode
    channels, files = ground.outside.channels, ground.outside.files
    signer = Signer(keys_of(ground.settings))
    return Erasing(*ground.clocked, ground.accounts, channels=channels, signer=signer, decode=decode, files=files)


def _line(settings: Settings) -> WaitingLine:
    return WaitingLine(settings.asks_at_once, timedelta(seconds=settings.ask_wait_sec))


def _workshop(ground: Ground, rooms: Rooms) -> Workshop:
    """What the job process does."""
    settings, database, clock, accounts = ground.settings, ground.database, ground.clock, ground.accounts
    channels, patience = ground.outside.channels, rooms.ladder.patience
    lease, beat = timedelta(seconds=settings.send_lease_seconds), timedelta(seconds=settings.heartbeat_seconds)
    assigning = Assigning(database, rooms.staff.team, rooms.notifying, syncing=rooms.staff.syncing)
    return Workshop(
        proactive=rooms.proactive,
        scheduling=rooms.scheduling,
        waking=Waking(database, clock),
        asking=Asking(
            *(database, clock, rooms.ladder), tokens=rooms.tokens, line=_line(settings), hearing=rooms.hearing
        ),
        sending=Sending(*ground.parts),
        crm=CrmWriter(*ground.parts, assigning=assigning),
        answering=Answering(database, accounts, channels),
        apologising=Apologising(database, clock, rooms.scheduling.offering),
        doubts=Doubts(*ground.parts, second_look=timedelta(seconds=settings.second_look_seconds)),
        fetchers=Fetchers(*ground.parts),
        profiles=Knowing(*ground.parts),
        retention=Retaining(database, clock, accounts, files=ground.outside.files),
        typing=ShowingTyping(database, accounts, channels),
        errands=RunningErrands(database, clock, rooms.errand_runners),
        upkeep=Upkeep(*ground.parts, patience=replace(Patience(), lease=lease, asking=patience + beat)),
        attachments=rooms.attachments,
        hearing=rooms.hearing,
        accounts=AccountUpkeep(
            accounts, rooms.connecting, ages=Ages(database, clock, channels=channels, notifier=rooms.notifying)
        ),
        named=rooms.named,
        notifying=rooms.notifying,
        admission=rooms.admission,
        provisioning=rooms.provisioning,
        mirroring=rooms.mirroring,
        inboxes=rooms.inboxes,
        sessions=rooms.sessions,
    )
