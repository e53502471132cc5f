"""Accounts of further channels that the environment names: what connecting each of them needs."""

import hashlib
import json
from collections.abc import Callable
from urllib.parse import urlsplit

from app.domain.errors import NeedsHuman
from app.services.accounts.named import Named
from app.settings import Settings, secret
from app.store.accounts import NewAccount


def named(settings: Settings) -> list[Named]:
    """Those of which something is set. What one of them lacks is told with it, and hides no other."""
    found = (_named(settings, channel, *known) for channel, known in _READ.items())
    return [one for one in found if one is not None]


def webhook_url(settings: Settings, new: NewAccount) -> str | None:
    """Where the vendor reaches us, if anybody can."""
    public = settings.public_url
    return f"{public.rstrip('/')}/webhooks/{new.channel}/{new.webhook_secret}" if public else None


def _named(settings: Settings, channel: str, title: str, read: Callable[[Settings], NewAccount | None]) -> Named | None:
    try:
        new = read(settings)
    except NeedsHuman as error:
        return Named(channel, title, problem=error)
    return Named(channel, title, new, webhook_url(settings, new)) if new else None


def _whatsapp(settings: Settings) -> NewAccount | None:
    number, token = settings.whatsapp_phone_number_id or "", secret(settings.whatsapp_token) or ""
    if not _all_or_none("whatsapp", WHATSAPP_PHONE_NUMBER_ID=number, WHATSAPP_TOKEN=token):
        return None
    keys = json.dumps({"token": token, "waba_id": settings.whatsapp_waba_id or ""})
    signing = secret(settings.whatsapp_app_secret) or ""
    hook = _hook(settings, "whatsapp", number)
    return NewAccount("WhatsApp", "whatsapp", number, settings.whatsapp_api_url, keys, hook, signing=signing)


def _bitrix24(settings: Settings) -> NewAccount | None:
    base = secret(settings.b24_webhook_base)
    if not base:
        return None
    address, host, webhook = _portal(base)
    bot = secret(settings.b24_bot_token) or ""
    token = json.dumps({"webhook": webhook, "mode": settings.b24_mode, "bot_token": bot})
    signing = secret(settings.b24_application_token) or ""
    reference, hook = urlsplit(address).netloc.lower(), _hook(settings, "bitrix24", host)
    return NewAccount(host, "bitrix24", reference, address, token, hook, signing=signing)


def _portal(base: str) -> tuple[str, str, str]:
    """The portal's address, its host, and the user and secret of the webhook."""
    try:
        parts = urlsplit(base)
        host, webhook = parts.hostname or "", parts.path.strip("/").removeprefix("rest/")
    except ValueError:
        host, webhook, parts = "", "", urlsplit("")
    if not host or parts.scheme not in {"http", "https"} or webhook.count("/") != 1:
        hint = "It looks like https://portal.bitrix24.com/rest/1/secret/."
        raise NeedsHuman("B24_WEBHOOK_BASE is no incoming webhook.", hint=hint)
    return f"{parts.scheme}://{parts.netloc}", host, webhook


def _twilio(settings: Settings) -> NewAccount | None:
    account, token = settings.twilio_account_sid or "", secret(settings.twilio_auth_token) or ""
    number = "".join(mark for mark in settings.twilio_whatsapp_number or "" if mark in "0123456789")
    known = {"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": token, "TWILIO_WHATSAPP_NUMBER": number}
    if not _all_or_none("twilio", **known):
        return None
    reference = f"{account}:{number}"
    hook = _hook(settings, "twilio", reference)
    return NewAccount("Twilio", "twilio", reference, settings.twilio_api_url, token, hook, signing=token)


def _all_or_none(channel: str, **values: str) -> bool:
    """Whether the settings are there. Half of them is a slip.

    Raises:
        NeedsHuman: some are set and some are not.
    """
    lacking = [name for name, value in values.items() if not value]
    if lacking and len(lacking) < len(values):
        there = next(name for name, value in values.items() if value)
        hint = f"Set all of them or none; docs/howto/connect-{channel}.md says where they stand."
        raise NeedsHuman(f"{there} is set, but not {', '.join(lacking)}.", hint=hint)
    return not lacking


def _hook(settings: Settings, channel: str, reference: str) -> str:
    """The same at every start, so that what was pasted at the vendor stays good."""
    seed = f"{secret(settings.ponte_webhook_secret) or ''}:{channel}:{reference}"
    return f"hook_{hashlib.sha256(seed.encode()).hexdigest()}"


_READ = {"whatsapp": ("WhatsApp", _whatsapp), "bitrix24": ("Bitrix24", _bitrix24), "twilio": ("Twilio", _twilio)}
