"""Every request that we can make is valid by the vendor's own specification, where the server and it agree."""

import base64
import email
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.channels.chatwoot.adapter import ChatwootChannel
from app.channels.chatwoot.adapter.mirror import ChatwootMirror
from app.channels.chatwoot.client import ChatwootClient
from app.channels.http import new_client
from app.domain.account import Lane
from app.domain.content import Choice, Content, Form, Section
from app.domain.ids import ChatId, LeadId
from app.domain.inbox import By, Line, NewLabel, Someone
from app.domain.messages import Address
from app.domain.phones import understand
from tests.channels.chatwoot.conftest import World

SPEC = Path("contracts/chatwoot/application_swagger-v4.15.1.json")
# What the server has and its specification has not.
ABSENT = ("bulk_actions", "/notes")
# The specification wants a person's token where the server takes the bot's too, and the other way round.
HEADER = "api_access_token"


@dataclass
class Request:
    """A recorded call, in the words of openapi-core."""

    host_url: str
    path: str
    method: str
    parameters: Any
    body: bytes | None
    content_type: str = "application/json"
    full_url_pattern: str = field(init=False)

    def __post_init__(self) -> None:
        self.full_url_pattern = self.host_url + self.path


def request_of(call: dict[str, Any]) -> Request:
    from openapi_core.datatypes import RequestParameters  # noqa: PLC0415 - only where the contract is looked at
    from werkzeug.datastructures import Headers, ImmutableMultiDict  # noqa: PLC0415 - comes with it

    parameters = RequestParameters(
        query=ImmutableMultiDict(call["query"]),
        header=Headers({HEADER: call["token"]}),
        cookie=ImmutableMultiDict({}),
    )
    body = None if call["body"] is None else json.dumps(call["body"]).encode()
    path = f"/api/v1/accounts/{call['path']}".rstrip("/")
    return Request("https://app.chatwoot.com", path, call["method"].lower(), parameters, body)


async def everything(chatwoot: World, live: ChatwootChannel, mirror: ChatwootMirror) -> None:
    """Every call that the channel and the mirror can make."""
    there, said = chatwoot.connection, await chatwoot.say("Oi")
    lead, since = LeadId(str(said["conversation"])), datetime(2026, 1, 1, tzinfo=UTC)
    to = Address(ChatId(lead))
    await live.subscribe(there, "https://ponte.example.com/webhooks/chatwoot/x")
    slot = await live.slot(there, Lane.REPLY)
    await live.send(there, to, "Bom dia!", way="session", slot=slot)
    asking = Content(Form.BUTTONS, "Qual?", (Section("", (Choice("10h"), Choice("15h", "slot-15"))),))
    slot = await live.slot(there, Lane.REPLY)
    await live.send(there, to, asking.written, way="session", slot=slot, content=asking)
    shop = f"{chatwoot.http.base_url}".rstrip("/")
    for form, ending in ((Form.IMAGE, "png"), (Form.AUDIO, "ogg"), (Form.VIDEO, "mp4"), (Form.DOCUMENT, "pdf")):
        file = Content(form, "" if form is Form.AUDIO else "Veja.", link=f"{shop}/shop.{ending}")
        slot = await live.slot(there, Lane.REPLY)
        await live.send(there, to, file.written, way="session", slot=slot, content=file)
    await live.read_back(there, to, since=since)
    assert [one async for one in live.missed(there, since=since)]
    await live.note(there, lead, "nota")
    await live.tag(there, lead, add=["vip"], remove=["old"])
    await live.fill(there, lead, "plano", "ouro")
    await live.assign(there, lead, "2")
    await live.hand_over(there, Address(ChatId(lead)))
    await live.add_task(there, "Responda", due=since, lead_id=lead, seller_id="2")
    phone = understand("+5511988887777", None)
    contact = await live.create_contact(there, phone, name="João")
    await live.add_task(there, "Responda", due=since, contact_id=contact)
    await live.create_lead(there, contact, name="")
    await live.find_contacts_by_phone(there, phone)
    assert [one async for one in live.sellers(there)]
    await live.open_leads_of(there, ["2"])
    await live.capabilities(there)
    await live.look(there)
    await live.hooks(there)
    await live.subscriptions(there, "https://")
    await live.unsubscribe(there, "https://ponte.example.com/webhooks/chatwoot/x")
    someone = Someone("ponte:+31612345678", "Jan", "+31612345678", ("31612345678@c.us",), {"cidade": "Utrecht"})
    assert await mirror.check(there) == "WhatsApp"
    assert await mirror.find(there, someone) is None
    known = await mirror.introduce(there, someone)
    await mirror.improve(
        there, known.person_id, Someone(someone.identifier, "Jan de Vries", someone.phone, called="Jan")
    )
    chat = await mirror.open_chat(there, known.person_id, "7")
    assert await mirror.find_chat(there, known.person_id, "7") == chat
    for by in By:
        await mirror.show(there, chat, Line(f"ponte:m:{by}", by, "Oi"))
    assert await mirror.shown(there, chat, ["ponte:m:bot"]) == {"ponte:m:bot"}
    await mirror.make_labels(there, [NewLabel("journey-first-contact", "x", "#1f93ff")])
    await mirror.forget(there, known.person_id)


MESSAGES = "/api/v1/accounts/{account_id}/conversations/{conversation_id}/messages"


def form_of(call: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A form as it came, each part by the type that the specification gives it; a file by its name."""
    head = f"Content-Type: {call['content_type']}\r\n\r\n".encode()
    found: dict[str, Any] = {}
    parts: Any = email.message_from_bytes(head + base64.b64decode(call["raw"])).get_payload()
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        kind = schema["properties"][name]["type"]  # one that the specification does not know fails here
        if kind == "array":
            found.setdefault(name, []).append(part.get_filename())
        else:
            words = part.get_payload(decode=True).decode()
            found[name] = json.loads(words) if kind == "boolean" else words
    return found


async def test_every_file_is_posted_as_the_vendors_specification_has_it(
    chatwoot: World, live: ChatwootChannel, governor: Any, shared: Path
):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    told = json.loads((shared / SPEC).read_text(encoding="utf-8"))
    content = told["paths"][MESSAGES]["post"]["requestBody"]["content"]["multipart/form-data"]
    async with new_client() as http:
        await everything(chatwoot, live, ChatwootMirror(ChatwootClient(http, governor)))
    forms = [one for one in await chatwoot.calls() if "raw" in one]

    assert [call["status"] for call in forms] == [200] * 4
    for call in forms:
        assert call["content_type"].startswith("multipart/form-data; boundary=")
        found = form_of(call, content["schema"])
        jsonschema.validate(found, content["schema"])
        assert len(found["attachments[]"]) == 1
        assert found["private"] is False


async def test_every_request_is_valid_by_the_vendors_specification(
    chatwoot: World, live: ChatwootChannel, governor: Any, shared: Path
):
    openapi_core = pytest.importorskip("openapi_core", reason="openapi-core is not installed")
    spec = openapi_core.OpenAPI.from_dict(json.loads((shared / SPEC).read_text(encoding="utf-8")))
    async with new_client() as http:
        await everything(chatwoot, live, ChatwootMirror(ChatwootClient(http, governor)))
    calls = [one for one in await chatwoot.calls() if not any(part in one["path"] for part in ABSENT)]
    calls = [one for one in calls if "raw" not in one]  # forms, of which this checker makes no values: see above

    for call in calls:
        assert call["status"] < 300, call
        spec.validate_request(request_of(call))
    assert len({(one["method"], one["path"]) for one in calls}) > 20
