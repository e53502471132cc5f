"""The bodies of webhooks, as Meta's pages show them, and how they are signed. Pure."""

import hashlib
import hmac
from typing import Any

import orjson

from app.sandbox.whatsapp.world import Attachment, Group, Number, Person


def entry(number: Number, field: str, value: Group) -> Group:
    """One change of one number; the older hosts' shape has neither entry nor number."""
    if number.shape == "flat":
        return {key: one for key, one in value.items() if key not in ("messaging_product", "metadata")}
    head = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    change = {"field": field, "value": {**head, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, "changes": [change]}]}


def metadata(number: Number) -> Group:
    return {"display_phone_number": number.phone, "phone_number_id": number.id}


def together(bodies: list[Group]) -> Group:
    """Several bodies as one: Meta packs what comes at the same time."""
    return {"object": "whatsapp_business_account", "entry": [one for body in bodies for one in body["entry"]]}


def contact(person: Person) -> Group:
    known = {"wa_id": person.phone} if person.phone else {}
    return {"profile": {"name": person.name}, **known, "user_id": person.user_id}


def message(person: Person, message_id: str, at: float, *, kind: str, content: Any) -> Group:
    """What a customer wrote. Somebody with a username shows no phone: the key is not there."""
    sender = {"from": person.phone} if person.phone else {}
    body = {**sender, "from_user_id": person.user_id, "id": message_id, "timestamp": str(int(at)), "type": kind}
    return body if content is None else {**body, kind: content}


def echo(number: Number, person: Person, message_id: str, at: float, *, text: str) -> Group:
    """What somebody wrote on the phone, in WhatsApp's own app."""
    to = {"to": person.phone} if person.phone else {}
    said = {"id": message_id, "timestamp": str(int(at)), "type": "text", "text": {"body": text}}
    return {"from": number.phone, **to, "to_user_id": person.user_id, **said}


def status(person: Person, message_id: str, at: float, *, name: str, code: int = 0) -> Group:
    whom = {"recipient_id": person.phone} if person.phone else {}
    told = {"id": message_id, "status": name, "timestamp": str(int(at)), **whom, "recipient_user_id": person.user_id}
    if name != "failed":
        return told
    wrong = {"code": code, "title": "Failed", "message": "Failed", "error_data": {"details": "Simulated."}}
    return {**told, "errors": [wrong]}


def media(kind: str, file: Attachment, *, caption: str = "", name: str = "") -> Group:
    said = {"id": file.id, "mime_type": file.mime, "sha256": file.digest}
    said |= {"caption": caption} if caption else {}
    said |= {"filename": name} if name else {}
    return {**said, "voice": True} if kind == "audio" else said


def packed(body: Group) -> bytes:
    return orjson.dumps(body)


def signature(number: Number, body: bytes) -> dict[str, str]:
    """The header of whoever signs for this number."""
    made = hmac.new(number.app_secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "meta": {"X-Hub-Signature-256": f"sha256={made}"},
        "dialog": {"x-360dialog-signature": made},
        "nobody": {},
    }[number.signs]
