"""The outside worlds as the settings have them: channels, alerts, probes, files."""

import json
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from httpx import AsyncClient

from app.agents.assembly import AgentSetup
from app.agents.base import Brain
from app.agents.http import model_client
from app.agents.probe import ModelLines
from app.alerts.base import AlertWay
from app.alerts.mail import AlertMail, mailbox
from app.alerts.webhook import AlertWebhook
from app.authapi.client import AuthApi
from app.browser.finding import SETTING, BrowserLines
from app.browser.loading import Recipes
from app.channels.base import Channel
from app.channels.bitrix24.adapter import Bitrix24Channel
from app.channels.bitrix24.client import BitrixClient
from app.channels.chatwoot.adapter import ChatwootChannel
from app.channels.chatwoot.adapter.mirror import ChatwootMirror
from app.channels.chatwoot.client import ChatwootClient
from app.channels.consent import Consent
from app.channels.guard import Guard
from app.channels.http import new_client
from app.channels.knock import HttpKnock
from app.channels.kommo.adapter import KommoChannel
from app.channels.kommo.auth import KommoConsent
from app.channels.kommo.auth.botcalls import secret_of
from app.channels.kommo.client import KommoClient
from app.channels.twilio.adapter import TwilioChannel
from app.channels.twilio.client import TwilioClient, status_callback
from app.channels.whatsapp.adapter import WhatsAppChannel
from app.channels.whatsapp.client import WhatsAppClient
from app.domain.checkup import Knock
from app.domain.clock import Clock
from app.domain.inbox import InboxMirror
from app.domain.ports import Ears, Governor, MediaStore
from app.domain.registration import OneTimeCodes
from app.hearing.assembly import HearingSetup
from app.hearing.probe import HearingLines
from app.services.accounts.admission import Granting, granting_of
from app.services.accounts.doctor import Surroundings
from app.services.accounts.workflow_lines import WorkflowLines
from app.services.flows.registration import KEY as REGISTRATION
from app.services.inbox_mirror.desk import InboxChange
from app.services.registration.symptoms import AuthApiLines, lacks
from app.settings import Settings, secret
from app.sheets.base import Sheets
from app.sheets.google import GoogleSheets
from app.storage.folder import FolderStore
from app.storage.lines import SupabaseLines
from app.storage.supabase import SupabaseStore
from app.store.database import Database
from app.store.governor import PostgresGovernor
from app.store.secrets import Vault
from app.wiring.brains import webhook_brain
from app.wiring.keys import keys_of

BITRIX24_BURST = 50  # the bucket of a portal on a normal plan


@dataclass(frozen=True)
class Outside:
    """All that has somebody else at its other end: the channels, the brains, the doctor's probes, alerts, files."""

    channels: dict[str, Channel]
    granting: Granting
    webhook: Brain | None
    models: httpx2.AsyncClient
    knock: Knock
    ways: Sequence[AlertWay]
    guard: Guard
    files: MediaStore
    sheets: Sheets
    inboxes: Mapping[str, InboxMirror]
    codes: OneTimeCodes | None
    auth_lines: AuthApiLines
    ears: Ears | None
    around: Surroundings


@asynccontextmanager
async def outside_of(settings: Settings, database: Database, clock: Clock) -> AsyncGenerator[Outside]:
    """Open the clients, close them at the end. A slow webhook takes no connection from a channel: it has its own."""
    async with new_client() as http, new_client() as webhooks, new_client() as google, model_client() as models:
        governor = PostgresGovernor(database, rate=settings.kommo_rate, egress=settings.egress_name)
        granting = _granting(settings, database, governor, clock=clock)
        client = KommoClient(http, governor, tokens=granting.renewal)
        chatwoot = _chatwoot(settings, database, http)
        ears = HearingSetup.model_validate(settings).ears(models)
        yield Outside(
            channels={
                "whatsapp": _whatsapp(settings, database, http),
                "twilio": _twilio(settings, database, http),
                "kommo": KommoChannel(client, bots=granting.waiting, guard=Guard(http)),
                "bitrix24": _bitrix24(settings, database, http, clock=clock),
                "chatwoot": ChatwootChannel(chatwoot, files=_own_files(http), links=Guard(http)),
            },
            granting=granting,
            webhook=webhook_brain(settings, webhooks),
            models=models,
            knock=HttpKnock(http),
            ways=_alert_ways(settings, http),
            guard=Guard(http),
            files=media_store(settings, http),
            inboxes={"chatwoot": ChatwootMirror(chatwoot)},
            codes=_auth_api(settings, http),
            auth_lines=AuthApiLines(HttpKnock(http), settings.auth_api_url),
            sheets=GoogleSheets(google, clock, base_url=settings.google_sheets_url),
            ears=ears,
            around=_around(settings, http, HearingLines(ears), clock),
        )


def _chatwoot(settings: Settings, database: Database, http: AsyncClient) -> ChatwootClient:
    """Its calls have a pace of their own: another vendor's refusal slows nobody down there."""
    egress = f"{settings.egress_name}:chatwoot"
    return ChatwootClient(http, PostgresGovernor(database, rate=settings.chatwoot_rate, egress=egress))


def _bitrix24(settings: Settings, database: Database, http: AsyncClient, *, clock: Clock) -> Bitrix24Channel:
    """A portal counts for itself: two calls a second, and fifty at once after a quiet time."""
    egress = f"{settings.egress_name}:bitrix24"
    governor = PostgresGovernor(database, rate=settings.b24_rate, egress=egress, burst=BITRIX24_BURST, per_account=True)
    return Bitrix24Channel(BitrixClient(http, governor, clock=clock), guard=Guard(http))


def _auth_api(settings: Settings, http: AsyncClient) -> OneTimeCodes | None:
    """Who sends one-time passwords, if that is set up."""
    url = settings.auth_api_url
    return AuthApi(http, url, secret(settings.auth_api_key)) if url else None


def given_inbox(settings: Settings) -> InboxChange | None:
    """The second inbox that the environment names for the first account, if it names all of it."""
    url, account, inbox = settings.chatwoot_base_url, settings.chatwoot_account_id, settings.chatwoot_whatsapp_inbox_id
    user, bot = secret(settings.chatwoot_api_token), secret(settings.chatwoot_bot_token)
    if not (url and account and inbox and user):
        return None
    tokens = {"user": user, "bot": bot or "", "bot_id": settings.chatwoot_bot_id or ""}
    return InboxChange("chatwoot", url, f"{account}:{inbox}", json.dumps(tokens))


def _own_files(http: AsyncClient) -> Guard:
    """For files of an installation to whose address our tokens travel as well: it may be in a private network."""
    return Guard(http, may_call=lambda _: True)


def _whatsapp(settings: Settings, database: Database, http: AsyncClient) -> WhatsAppChannel:
    """Meta counts by number, not by address: its calls have a pace of their own."""
    governor = PostgresGovernor(database, rate=settings.whatsapp_rate, egress=f"{settings.egress_name}:whatsapp")
    return WhatsAppChannel(WhatsAppClient(http, governor, guard=Guard(http)))


def _twilio(settings: Settings, database: Database, http: AsyncClient) -> TwilioChannel:
    """Twilio counts by account; its calls have a pace of their own."""
    egress = f"{settings.egress_name}:twilio"
    governor = PostgresGovernor(database, rate=settings.twilio_rate, egress=egress, per_account=True)
    told = status_callback(settings.public_url)
    return TwilioChannel(TwilioClient(http, governor, guard=Guard(http), status_callback=told))


def _granting(settings: Settings, database: Database, governor: Governor, *, clock: Clock) -> Granting:
    """OAuth, as far as it is set up: what channels need of it."""
    vault = Vault(keys_of(settings))
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


def salesbot_address(settings: Settings) -> str | None:
    """What the step of our widget asks, if there is an integration that signs for it."""
    client_secret = secret(settings.kommo_client_secret)
    if not client_secret or not settings.kommo_client_id or not settings.public_url:
        return None
    return f"{settings.public_url.rstrip('/')}/kommo/salesbot/{secret_of(client_secret)}"


def _alert_ways(settings: Settings, http: AsyncClient) -> list[AlertWay]:
    """Where alerts go, as far as it is set up."""
    ways: list[AlertWay] = []
    if (url := secret(settings.alert_webhook_url)) is not None:
        ways.append(AlertWebhook(http, url))
    if (url := secret(settings.smtp_url)) is not None:
        box = mailbox(url, sender=settings.alert_mail_from or "", recipients=settings.alert_mail_to or "")
        ways.append(AlertMail(box))
    return ways


def _around(settings: Settings, http: AsyncClient, hearing: HearingLines, clock: Clock) -> Surroundings:
    """What the doctor looks at besides the database and the accounts."""
    return Surroundings(
        pooled=settings.database_pooled,
        public_url=settings.public_url,
        n8n_url=settings.n8n_url,
        tells_operators=bool(settings.alert_webhook_url or settings.smtp_url),
        has_oauth=bool(settings.kommo_client_id and settings.kommo_client_secret),
        has_redis=settings.redis_url is not None,
        lacking={REGISTRATION: lack} if (lack := lacks(settings.auth_api_url, settings.web_app_url)) else {},
        probes={
            "reply": WorkflowLines(
                HttpKnock(http), clock, reply_url=settings.n8n_reply_url, api_key=secret(settings.n8n_api_key)
            ),
            "model": ModelLines(AgentSetup.model_validate(settings).models(), http),
            "hearing": hearing,
            "browser": BrowserLines(chromium_place(settings), Recipes(settings.ponte_recipes)),
            "supabase": SupabaseLines(settings.supabase_url, secret(settings.supabase_service_key), http),
        },
    )


def chromium_place(settings: Settings) -> dict[str, str]:
    """The environment in which a Chromium is looked for: the setting may stand in `.env` alone."""
    return {**os.environ, SETTING: settings.ponte_chromium or ""}


def media_store(settings: Settings, http: AsyncClient) -> MediaStore:
    """Where files are kept: the Supabase project's bucket, else a folder beside the other data."""
    url, key = settings.supabase_url, secret(settings.supabase_service_key)
    if url and key:
        return SupabaseStore(url, key, bucket=settings.supabase_bucket, http=http)
    return FolderStore(settings.ponte_data / "media")
