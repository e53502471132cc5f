"""Accounts of further channels that the environment names: what connecting each of them needs, and connecting them."""

import hashlib
import json
from urllib.parse import urlsplit

import structlog

from app.domain.errors import AppError, NeedsHuman
from app.services.accounts.connect import Connected
from app.settings import Settings, secret
from app.store.accounts import NewAccount
from app.wiring.house import House

_log = structlog.get_logger()


def named_accounts(settings: Settings) -> list[NewAccount]:
    """Those whose settings are there; each has a webhook secret of its own, which follows from PONTE_WEBHOOK_SECRET."""
    found = (_whatsapp(settings), _bitrix24(settings), _twilio(settings))
    return [one for one in found if one is not None]


def webhook_url(settings: Settings, new: NewAccount) -> str | None:
    """Where the vendor reaches us, if anybody can."""
    public = settings.public_url
    return f"{public.rstrip('/')}/webhooks/{new.channel}/{new.webhook_secret}" if public else None


async def connect_named(house: House) -> list[tuple[NewAccount, Connected]]:
    """Connect them all. One that cannot be connected now stops nothing: it is told, and `ponte doctor` shows it."""
    connected: list[tuple[NewAccount, Connected]] = []
    for new in named_accounts(house.settings):
        try:
            done = await house.connecting.connect(new, webhook_url=webhook_url(house.settings, new))
        except AppError as error:
            _log.warning("account.not_connected", channel=new.channel, reason=error.code)
        else:
            connected.append((new, done))
    return connected


def _whatsapp(settings: Settings) -> NewAccount | None:
    number, token = settings.whatsapp_phone_number_id, secret(settings.whatsapp_token)
    if not number or not token:
        return None
    keys = json.dumps({"token": token, "waba_id": settings.whatsapp_waba_id or ""})
    signing = secret(settings.whatsapp_app_secret) or ""
    hook = _hook(settings, "whatsapp", number)
    return NewAccount("WhatsApp", "whatsapp", number, settings.whatsapp_api_url, keys, hook, signing=signing)


def _bitrix24(settings: Settings) -> NewAccount | None:
    base = secret(settings.b24_webhook_base)
    if not base:
        return None
    parts = urlsplit(base)
    webhook = parts.path.strip("/").removeprefix("rest/")
    if not parts.hostname or webhook.count("/") != 1:
        hint = "It looks like https://portal.bitrix24.com/rest/1/secret/."
        raise NeedsHuman("B24_WEBHOOK_BASE is no incoming webhook.", hint=hint)
    bot = secret(settings.b24_bot_token) or ""
    token = json.dumps({"webhook": webhook, "mode": settings.b24_mode, "bot_token": bot})
    signing = secret(settings.b24_application_token) or ""
    address, hook = f"{parts.scheme}://{parts.netloc}", _hook(settings, "bitrix24", parts.hostname)
    return NewAccount(parts.hostname, "bitrix24", "", address, token, hook, signing=signing)


def _twilio(settings: Settings) -> NewAccount | None:
    account, token = settings.twilio_account_sid, secret(settings.twilio_auth_token)
    number = "".join(mark for mark in settings.twilio_whatsapp_number or "" if mark in "0123456789")
    if not account or not token or not number:
        return None
    reference = f"{account}:{number}"
    hook = _hook(settings, "twilio", reference)
    return NewAccount("Twilio", "twilio", reference, settings.twilio_api_url, token, hook, signing=token)


def _hook(settings: Settings, channel: str, reference: str) -> str:
    """The same at every start, so that what was pasted at the vendor stays good."""
    seed = f"{secret(settings.ponte_webhook_secret) or ''}:{channel}:{reference}"
    return f"hook_{hashlib.sha256(seed.encode()).hexdigest()}"
