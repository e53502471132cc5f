"""The one place that names concrete classes: joins settings, store, channels and services into a house."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx2
from httpx import AsyncClient

from app.agents.assembly import AgentSetup
from app.agents.base import Brain
from app.agents.http import model_client
from app.agents.offline import OfflineBrain
from app.agents.probe import ModelLines
from app.alerts.base import AlertWay
from app.alerts.mail import AlertMail, mailbox
from app.alerts.webhook import AlertWebhook
from app.browser.finding import BrowserLines
from app.channels.base import Channel, Consent
from app.channels.guard import Bounds, Guard
from app.channels.http import new_client
from app.channels.knock import HttpKnock
from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.auth import KommoConsent
from app.channels.kommo.auth.botcalls import secret_of
from app.channels.kommo.client import KommoClient
from app.domain.checkup import Knock
from app.domain.clock import Clock, SystemClock
from app.domain.ports import Governor, MediaStore
from app.domain.turn_tokens import TurnTokens
from app.jobs.registry import Workshop
from app.n8n.brain import Endpoint, HttpBrain
from app.n8n.workflows.deployment import PLACEHOLDER_URL, Deployment
from app.routes.deps import Doors
from app.services.accounts.admission import Admission, Granting, admission_of, granting_of
from app.services.accounts.checks import Checks
from app.services.accounts.connect import Connecting, FirstKey
from app.services.accounts.dead import Dead
from app.services.accounts.directory import Directory
from app.services.accounts.doctor import Doctor, Surroundings
from app.services.accounts.health import Health
from app.services.accounts.keyring import Keyring
from app.services.accounts.notifying import Notifying
from app.services.accounts.preferences import Preferences
from app.services.accounts.reports import Reporting
from app.services.accounts.upkeep import AccountUpkeep
from app.services.agenda.assembly import Scheduling, scheduling_of
from app.services.agenda.knowing import Knowing
from app.services.conversation.answering import Answering
from app.services.conversation.apologising import Apologising
from app.services.conversation.asking import Asking, Ladder
from app.services.conversation.assigning import Assigning
from app.services.conversation.attachments import FETCH_BUDGET, TAKEN, Attachments
from app.services.conversation.callbacks import Callbacks
from app.services.conversation.crm import CrmWriter
from app.services.conversation.doubt import Doubts
from app.services.conversation.executions import Executions
from app.services.conversation.explain import Explaining
from app.services.conversation.intake import Intake
from app.services.conversation.sending import Sending
from app.services.conversation.steering import Steering
from app.services.conversation.upkeep import Patience, Upkeep
from app.services.conversation.waking import Waking
from app.services.conversation.webhooks import Webhooks
from app.services.erasure.erasing import Erasing
from app.services.proactive.assembly import Proactive, proactive_of
from app.services.tools.admittance import Admittance
from app.services.tools.toolbox import Tools
from app.services.vendedores.staff import Staff, staff_of
from app.services.workflows.library import Library
from app.settings import Settings, secret
from app.storage.folder import FolderStore
from app.storage.lines import SupabaseLines
from app.storage.supabase import SupabaseStore
from app.store.accounts import Accounts
from app.store.database import Database
from app.store.governor import PostgresGovernor
from app.store.knowledge import PostgresKnowledge
from app.store.knowledge_lines import KnowledgeLines
from app.store.manners import PostgresManners
from app.store.secrets import Vault
from app.store.signing import Signer


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
    )
    async with new_client() as http, new_client() as outside, model_client() as models:
        governor = PostgresGovernor(database, rate=settings.kommo_rate, egress=settings.egress_name)
        now = clock or SystemClock()
        granting = _granting(settings, database, governor, clock=now)
        client = KommoClient(http, governor, tokens=granting.renewal)
        channels: dict[str, Channel] = {"kommo": KommoChannel(client, bots=granting.waiting, guard=Guard(http))}
        try:
            yield build(
                *(settings, database, channels),
                brains=brains,
                webhook=_webhook_brain(settings, outside),
                models=models,
                clock=now,
                granting=granting,
                knock=HttpKnock(http),
                ways=_alert_ways(settings, http),
                guard=Guard(http),
                files=media_store(settings, http),
                around=_around(settings, http),
            )
        finally:
            await database.close()


def build(
    settings: Settings,
    database: Database,
    channels: dict[str, Channel],
    *,
    brains: Sequence[Brain] | None,
    webhook: Brain | None = None,
    models: httpx2.AsyncClient,
    clock: Clock,
    granting: Granting,
    knock: Knock,
    ways: Sequence[AlertWay] = (),
    guard: Guard,
    files: MediaStore,
    around: Surroundings,
) -> House:
    """Join the parts; opens nothing."""
    accounts = Accounts(database, granting.vault)
    parts = (database, clock, accounts, channels)
    notifying = Notifying(*parts, ways=ways)
    staff = staff_of(*parts, notifier=notifying)
    connecting = Connecting(accounts, staff.syncing.count, channels, first_keys=_first_keys(settings))
    setup = AgentSetup.model_validate(settings)
    knowledge = PostgresKnowledge(database, setup.embedder(models))
    admission = admission_of(*parts, granting=granting, connecting=connecting, public_url=settings.public_url)
    directory = Directory(accounts)
    tokens = TurnTokens(keys) if (keys := _keys(settings)) else None
    steering = Steering(database, clock, accounts)
    knowing = Knowing(database, clock, accounts, channels)
    scheduling = scheduling_of(database, clock, knowing=knowing, messenger=steering, notifier=notifying)
    toolbox = Tools(database, clock, scheduling=scheduling, ownership=staff.ownership, knowledge=knowledge)
    own = brains or _own_brains(setup, PostgresManners(database), models, knowledge=knowledge, toolbox=toolbox)
    asked = _ladder(settings, own, webhook=None if brains else webhook)
    ladder = [brain for brain, _ in asked.rungs]
    known_as = settings.business_name
    proactive = proactive_of(*parts, steering=steering, notifier=notifying, ladder=asked, business=known_as)
    bounds = Bounds(settings.media_max_mb * 2**20, FETCH_BUDGET, TAKEN)
    attachments = Attachments(database, clock, accounts, guard=guard, store=files, bounds=bounds)
    doors = Doors(
        directory=directory,
        staff=staff,
        preferences=Preferences(accounts),
        keyring=Keyring(accounts),
        webhooks=Webhooks(directory, Intake(database, clock), channels),
        steering=steering,
        callbacks=Callbacks(database, clock, accounts, tokens=tokens),
        executions=Executions(database, clock),
        explaining=Explaining(database, clock),
        attachments=attachments,
        reporting=Reporting(database, clock),
        health=Health(database, clock, brains=[brain.name for brain in ladder]),
        admission=admission,
        checks=Checks(database, accounts, channels),
        doctor=_doctor(*parts, knock=knock, around=around, ladder=ladder, knowledge=knowledge),
        proactive=proactive,
        workflows=Library(accounts, deployment_of(settings)),
        scheduling=scheduling,
        admittance=Admittance(directory, TurnTokens(_keys(settings)), clock, toolbox=toolbox),
        dead=Dead(database),
        erasing=_erasing(*parts, settings=settings, files=files),
    )
    workshop = _workshop(
        *(settings, database, accounts, channels),
        staff=staff,
        ladder=asked,
        tokens=tokens,
        clock=clock,
        connecting=connecting,
        notifying=notifying,
        admission=admission,
        attachments=attachments,
        proactive=proactive,
        scheduling=scheduling,
    )
    return House(
        *(settings, database, accounts, connecting, knowledge, doors, workshop, staff, channels, granting, toolbox),
        brains=ladder,
    )


def _own_brains(
    setup: AgentSetup,
    manners: PostgresManners,
    models: httpx2.AsyncClient,
    *,
    knowledge: PostgresKnowledge,
    toolbox: Tools,
) -> list[Brain]:
    """The agent, where a model is set, and behind it the brain that needs none."""
    agent = setup.brain(models, knowledge=knowledge, manners=manners, toolbox=toolbox)
    offline = OfflineBrain(knowledge, setup.business_name, manners=manners)
    return [offline] if agent is None else [agent, offline]


def _ladder(settings: Settings, own: Sequence[Brain], *, webhook: Brain | None) -> Ladder:
    """The brains in the order in which they are asked: the webhook, then our own."""
    patience = timedelta(seconds=settings.brain_timeout)
    first = [(webhook, timedelta(seconds=settings.n8n_reply_timeout_sec))] if webhook else []
    return Ladder([*first, *((brain, patience) for brain in own)])


def _webhook_brain(settings: Settings, http: AsyncClient) -> Brain | None:
    """n8n, or whatever else is set to write the replies."""
    if settings.n8n_reply_url is None:
        return None
    return brain_at(settings.n8n_reply_url, settings, http)


def brain_at(url: str, settings: Settings, http: AsyncClient, *, public_url: str | None = None) -> Brain:
    """Whatever speaks the reply contract under a URL; it knows us as the one of the settings does."""
    secrets = (secret(settings.n8n_reply_secrets) or "").replace(",", " ").split()
    ours = public_url or settings.public_url or "http://127.0.0.1:8000"
    return HttpBrain(http, Endpoint(url, ours, key=secret(settings.n8n_reply_key), secrets=secrets))


def _doctor(
    database: Database,
    clock: Clock,
    accounts: Accounts,
    channels: dict[str, Channel],
    *,
    knock: Knock,
    around: Surroundings,
    ladder: Sequence[Brain],
    knowledge: PostgresKnowledge,
) -> Doctor:
    probes = {**around.probes, "knowledge": KnowledgeLines(knowledge)}
    around = replace(around, brains=[brain.name for brain in ladder], probes=probes)
    return Doctor(database, clock, accounts=accounts, channels=channels, knock=knock, around=around)


def _erasing(
    database: Database,
    clock: Clock,
    accounts: Accounts,
    channels: dict[str, Channel],
    *,
    settings: Settings,
    files: MediaStore,
) -> Erasing:
    decode = Upkeep(database, clock, accounts, channels).decode
    return Erasing(
        database, clock, accounts, channels=channels, signer=Signer(_keys(settings)), decode=decode, files=files
    )


def deployment_of(settings: Settings) -> Deployment:
    """What is written into the workflows for n8n; a placeholder where nobody said under which address we are."""
    base = settings.public_url or PLACEHOLDER_URL
    return Deployment(base.rstrip("/"), model=settings.n8n_model)


def _first_keys(settings: Settings) -> list[FirstKey]:
    """Ours, and the one that n8n brings when it calls us."""
    known = ((settings.ponte_api_key, "API", "admin"), (settings.n8n_reply_key, "n8n", "node"))
    return [FirstKey(key.get_secret_value(), label, scope) for key, label, scope in known if key is not None]


def _keys(settings: Settings) -> list[str]:
    """The secret keys, the newest first."""
    return (secret(settings.ponte_secret_keys) or "").replace(",", " ").split()


def salesbot_address(settings: Settings) -> str | None:
    """What the step of our widget asks, if there is an integration that signs for it."""
    client_secret = secret(settings.kommo_client_secret)
    if not client_secret or not settings.kommo_client_id or not settings.public_url:
        return None
    return f"{settings.public_url.rstrip('/')}/kommo/salesbot/{secret_of(client_secret)}"


def _granting(settings: Settings, database: Database, governor: Governor, *, clock: Clock) -> Granting:
    """OAuth, as far as it is set up: what channels need of it."""
    vault = Vault(_keys(settings))
    consents: dict[str, Consent] = {}
    client_id, client_secret = settings.kommo_client_id, secret(settings.kommo_client_secret)
    if client_id and client_secret and settings.public_url:
        consents["kommo"] = KommoConsent(
            *(client_id, client_secret),
            redirect_uri=f"{settings.public_url.rstrip('/')}/oauth/kommo/callback",
            governor=governor,
            clock=clock,
            consent_url=settings.kommo_consent_url,
        )
    return granting_of(database, clock, vault=vault, consents=consents)


def _alert_ways(settings: Settings, http: AsyncClient) -> list[AlertWay]:
    """Where alerts go, as far as it is set up."""
    ways: list[AlertWay] = []
    if (url := secret(settings.alert_webhook_url)) is not None:
        ways.append(AlertWebhook(http, url))
    if (url := secret(settings.smtp_url)) is not None:
        box = mailbox(url, sender=settings.alert_mail_from or "", recipients=settings.alert_mail_to or "")
        ways.append(AlertMail(box))
    return ways


def _around(settings: Settings, http: AsyncClient) -> Surroundings:
    """What the doctor looks at besides the database and the accounts."""
    return Surroundings(
        pooled=settings.database_pooled,
        public_url=settings.public_url,
        n8n_url=settings.n8n_url,
        tells_operators=bool(settings.alert_webhook_url or settings.smtp_url),
        has_oauth=bool(settings.kommo_client_id and settings.kommo_client_secret),
        probes={
            "model": ModelLines(settings.openai_base_url, secret(settings.openai_api_key), settings.ponte_model, http),
            "browser": BrowserLines(),
            "supabase": SupabaseLines(settings.supabase_url, secret(settings.supabase_service_key), http),
        },
    )


def media_store(settings: Settings, http: AsyncClient) -> MediaStore:
    """Where files are kept: the Supabase project's bucket, else a folder beside the other data."""
    url, key = settings.supabase_url, secret(settings.supabase_service_key)
    if url and key:
        return SupabaseStore(url, key, bucket=settings.supabase_bucket, http=http)
    return FolderStore(settings.ponte_data / "media")


def _workshop(
    settings: Settings,
    database: Database,
    accounts: Accounts,
    channels: dict[str, Channel],
    *,
    staff: Staff,
    ladder: Ladder,
    tokens: TurnTokens | None,
    clock: Clock,
    connecting: Connecting,
    notifying: Notifying,
    admission: Admission,
    attachments: Attachments,
    proactive: Proactive,
    scheduling: Scheduling,
) -> Workshop:
    lease = timedelta(seconds=settings.send_lease_seconds)
    kept = replace(Patience(), lease=lease, asking=ladder.patience + timedelta(seconds=settings.heartbeat_seconds))
    second_look = timedelta(seconds=settings.second_look_seconds)
    return Workshop(
        proactive=proactive,
        scheduling=scheduling,
        waking=Waking(database, clock),
        asking=Asking(database, clock, ladder, tokens=tokens),
        sending=Sending(database, clock, accounts, channels),
        crm=CrmWriter(
            *(database, clock, accounts, channels),
            assigning=Assigning(database, staff.team, notifying, syncing=staff.syncing),
        ),
        answering=Answering(database, accounts, channels),
        apologising=Apologising(database, clock, scheduling.offering),
        doubts=Doubts(database, clock, accounts, channels, second_look=second_look),
        upkeep=Upkeep(database, clock, accounts, channels, patience=kept),
        attachments=attachments,
        accounts=AccountUpkeep(accounts, connecting),
        notifying=notifying,
        admission=admission,
    )
