"""Twilio's bodies: messages as its REST shows them, webhooks as forms, and how those are signed. Pure."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from app.sandbox.twilio.world import Account, Group, Message, Pairs

API_VERSION = "2010-04-01"


def when(at: float | None) -> str | None:
    """As RFC 2822 writes it."""
    return None if at is None else format_datetime(datetime.fromtimestamp(int(at), UTC))


def message(account: Account, one: Message) -> Group:
    """A message of the list; every key is there, as the contract has them."""
    path = f"/{API_VERSION}/Accounts/{account.sid}/Messages/{one.sid}"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "body": one.body,
        "date_created": when(one.created),
        "date_sent": when(one.sent),
        "date_updated": when(one.sent or one.created),
        "direction": "inbound" if one.inbound else "outbound-api",
        "error_code": one.error,
        "error_message": None,
        "from": one.sender,
        "messaging_service_sid": None,
        "num_media": str(len(one.files) + bool(one.media_url)),
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": one.sid,
        "status": one.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": one.to,
        "uri": f"{path}.json",
    }


def media(account: Account, one: Message) -> list[Group]:
    path = f"/{API_VERSION}/Accounts/{account.sid}/Messages/{one.sid}/Media"
    return [
        {
            "account_sid": account.sid,
            "content_type": file.mime,
            "date_created": when(one.created),
            "date_updated": when(one.created),
            "parent_sid": one.sid,
            "sid": file.sid,
            "uri": f"{path}/{file.sid}.json",
        }
        for file in one.files
    ]


def sender(account: Account) -> Group:
    """The number as Twilio's sender."""
    webhook = {
        "callback_url": account.webhook or None,
        "callback_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback_url": account.status_webhook or None,
        "status_callback_method": "POST",
    }
    return {
        "sid": account.sender_sid,
        "status": "ONLINE",
        "sender_id": account.address,
        "configuration": {"waba_id": "100200300400500"},
        "webhook": webhook,
        "profile": {"name": "Loja Exemplo"},
        "url": f"https://messaging.twilio.com/v2/Channels/Senders/{account.sender_sid}",
    }


def content(account: Account, sid: str) -> Group:
    """A template of the Content API with what WhatsApp has said of it."""
    is_waiting = sid in account.unapproved
    approval = {"name": "oferta", "category": "UTILITY", "content_type": "twilio/text", "rejection_reason": ""}
    return {
        "sid": sid,
        "account_sid": account.sid,
        "friendly_name": "oferta",
        "language": "pt_BR",
        "variables": {str(number): "" for number in range(1, account.templates[sid] + 1)},
        "types": {"twilio/text": {"body": "Oi"}},
        "approval_requests": {**approval, "status": "pending" if is_waiting else "approved"},
    }


def received(account: Account, one: Message, *, name: str, home: str, more: Pairs = ()) -> Pairs:
    """What a customer wrote, as the number's address is told. A person without a phone has no digits to show."""
    bare = one.sender.removeprefix("whatsapp:")
    digits = bare.removeprefix("+") if bare.startswith("+") else ""
    attached = [
        pair
        for number, file in enumerate(one.files)
        for pair in (
            (f"MediaUrl{number}", f"{home}/{API_VERSION}/Accounts/{account.sid}/Messages/{one.sid}/Media/{file.sid}"),
            (f"MediaContentType{number}", file.mime),
        )
    ]
    known = [(key, one.sid) for key in ("MessageSid", "SmsSid", "SmsMessageSid")]
    said = [
        *known,
        ("AccountSid", account.sid),
        ("From", one.sender),
        ("To", one.to),
        ("Body", one.body),
        ("NumMedia", str(len(one.files))),
        ("NumSegments", "1"),
        ("SmsStatus", "received"),
        ("ApiVersion", API_VERSION),
        ("ProfileName", name),
        ("MessageType", one.files[0].mime.partition("/")[0] if one.files else "text"),
        *attached,
        *([("WaId", digits)] if digits else [("ExternalUserId", one.sender)]),
    ]
    changed = dict(more)
    return [pair for pair in said if pair[0] not in changed] + list(more)


def status(account: Account, one: Message) -> Pairs:
    """What became of a message of ours."""
    wrong = [("ErrorCode", str(one.error))] if one.error else []
    return [
        ("MessageSid", one.sid),
        ("SmsSid", one.sid),
        ("MessageStatus", one.status),
        ("SmsStatus", one.status),
        ("To", one.to),
        ("From", one.sender),
        ("AccountSid", account.sid),
        ("ApiVersion", API_VERSION),
        ("ChannelPrefix", "whatsapp"),
        ("ChannelToAddress", one.to),
        *wrong,
    ]


def packed(pairs: Pairs) -> bytes:
    return urlencode(list(pairs)).encode()


def signature(token: str, url: str, pairs: Pairs) -> str:
    """Over the address and the form's fields in the order of their names."""
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
