"""Every request that we can make, held against the vendor's own method schemas; their samples, read by our shapes."""

import inspect
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest

from app.channels.bitrix24.client import Call, calls
from app.channels.bitrix24.client.transport import query_of, shaped, shaped_all
from app.channels.bitrix24.payloads import Shape
from app.channels.bitrix24.payloads.bots import BotsShape, EventsShape, LinkShape, SentShape
from app.channels.bitrix24.payloads.chats import DialogShape, RecentsShape, UserShape
from app.channels.bitrix24.payloads.credentials import Credentials
from app.channels.bitrix24.payloads.crm import CardShape, CommentShape, FieldShape, PersonShape
from app.domain.account import Lane
from app.sandbox.bitrix24.doors import tree_of
from app.sandbox.bitrix24.schema import TAKEN, wrong

KNOWN = Credentials(webhook="1/sandboxsecret")
LANE = Lane.CRM
EVERY: list[Call] = [
    calls.register_bot(KNOWN),
    calls.register_bot(KNOWN, webhook_url="https://ponte.example/webhooks/bitrix24/x"),
    calls.bot(KNOWN),
    calls.update_bot(KNOWN, 456),
    calls.update_bot(KNOWN, 456, webhook_url="https://ponte.example/webhooks/bitrix24/x"),
    calls.fetch(KNOWN, 456, offset=None),
    calls.fetch(KNOWN, 456, offset=1002),
    calls.say_as_bot(KNOWN, 456, dialog_id="chat5", text="Olá! a&b=[c] ção"),
    calls.read_as_bot(KNOWN, 456, dialog_id="chat5"),
    calls.type_as_bot(KNOWN, 456, dialog_id="chat5"),
    calls.file_link(KNOWN, 456, file_id="5437"),
    calls.say_as_user(dialog_id="chat5", text="Olá"),
    calls.read_as_user(dialog_id="chat5"),
    calls.type_as_user(dialog_id="chat5"),
    calls.me(),
    calls.users(start=50),
    calls.recents(offset=200, lane=LANE),
    calls.dialog(dialog_id="chat5", after=84871, lane=LANE),
    calls.history(dialog_id="chat5", session_id="321", lane=LANE),
    calls.history(dialog_id="chat5", session_id=None, lane=LANE),
    calls.to_the_queue(chat=5),
    calls.to_a_person(KNOWN, chat=5, user_id="2"),
    calls.from_user_to_person(chat=5, user_id="2"),
    *(calls.card(kind, "12", lane=LANE) for kind in ("lead", "deal", "contact")),
    *(calls.change_card(kind, "12", {"ASSIGNED_BY_ID": 2, "UF_CRM_1": "x"}, lane=LANE) for kind in ("lead", "deal")),
    calls.add_card("deal", {"TITLE": "Maria", "CONTACT_ID": 55, "ASSIGNED_BY_ID": 2}, lane=LANE),
    calls.add_card("contact", {"NAME": "Maria", "PHONE": [{"VALUE": "+5511", "VALUE_TYPE": "WORK"}]}, lane=LANE),
    calls.fields_of("lead"),
    calls.fields_of("deal"),
    *(calls.open_cards(kind, {"ASSIGNED_BY_ID": [1, 2]}, lane=LANE) for kind in ("lead", "deal")),
    calls.by_phone(["+5511999990000"], lane=LANE),
    calls.comment("deal", "34", "olá"),
    calls.comments("deal", "34"),
]
# What a schema tells of the answer in place of the parameters: its page has no table of them.
MISREAD = {"crm.deal.fields", "crm.lead.fields"}


@pytest.fixture(scope="module")
def schemas(shared: Path) -> dict[str, Any]:
    folder = shared / "contracts" / "bitrix24" / "spec" / "methods"
    if not folder.is_dir():
        pytest.skip("the vendor's method schemas in ../shared/contracts/bitrix24 are not here")
    return {one.stem: json.loads(one.read_text(encoding="utf-8")) for one in folder.glob("*.json")}


def trouble(schema: dict[str, Any], fields: list[dict[str, Any]], given: dict[str, Any], *, is_open: bool) -> list[str]:
    known = {one["name"]: one for one in fields}
    found = [f"lacks {name}" for name, one in known.items() if one["required"] is True and name not in given]
    for name, value in given.items():
        one = known.get(name) or next((known[key] for key in known if _opens(key, name)), None)
        if one is None:
            found += [] if is_open else [f"unknown {name}"]
        elif not fits(value, one["base"]):
            found.append(f"{name} is no {one['base']}")
        elif "ref" in one and isinstance(value, dict):
            group = schema["defs"][one["ref"].rpartition("/")[2]]
            found += trouble(schema, group["fields"], value, is_open=group["dynamic"]["allowed"])
    return found


def _opens(key: str, name: str) -> bool:
    return key.endswith("...") and name.startswith(key.removesuffix("..."))


def fits(value: object, base: str) -> bool:
    kinds: dict[str, Any] = {"integer": int, "string": str, "object": dict, "array": list, "char": str}
    if base == "boolean":
        return isinstance(value, bool) or value in {"Y", "N"}
    return base == "any" or (isinstance(value, kinds.get(base, str)) and not isinstance(value, bool))


@pytest.mark.parametrize("call", EVERY, ids=lambda call: call.method)
def test_a_request_has_only_known_names_of_the_right_types_and_all_that_is_required(
    schemas: dict[str, Any], call: Call
):
    schema = schemas[call.method]
    fields = [] if call.method in MISREAD else schema["params"]
    assert trouble(schema, fields, call.params, is_open=False) == []


@pytest.mark.parametrize("call", EVERY, ids=lambda call: call.method)
def test_a_request_is_the_same_when_it_travels_in_a_batch(call: Call):
    assert tree_of(query_of(call.params)) == _texts(call.params)
    assert wrong(call.method, tree_of(query_of(call.params))) == ""


def _texts(node: Any) -> Any:
    if isinstance(node, list):
        node = {str(place): one for place, one in enumerate(cast("list[Any]", node))}
    if isinstance(node, dict):
        return {key: _texts(value) for key, value in cast("dict[str, Any]", node).items()}
    return str(int(node)) if isinstance(node, bool) else str(node)


def test_every_request_that_the_client_can_build_is_looked_at():
    builders = {name for name, one in inspect.getmembers(calls, inspect.isfunction) if _builds_a_call(one)}
    looked_at = set(re.findall(r"calls\.(\w+)\(", Path(__file__).read_text(encoding="utf-8")))
    assert builders
    assert builders <= looked_at


def _builds_a_call(one: Any) -> bool:
    return inspect.signature(one).return_annotation is Call


def test_the_simulator_is_as_strict_as_the_schemas(schemas: dict[str, Any]):
    """Names and what is required; of the fields of cards it knows those that we use."""
    for name, rules in TAKEN.items():
        if name.endswith(".fields") and name.rpartition(".")[0] in TAKEN:
            continue
        schema = schemas[name]
        theirs = {} if name in MISREAD else {one["name"]: one["required"] is True for one in schema["params"]}
        pairs = [one.partition(":")[0] for one in rules.split()]
        assert {one.rstrip("*"): one.endswith("*") for one in pairs} == theirs, name


SAMPLES: list[tuple[str, type[Shape]]] = [
    ("imbot.v2.Bot.register", BotsShape),
    ("imbot.v2.Bot.get", BotsShape),
    ("imbot.v2.Event.get", EventsShape),
    ("imbot.v2.Chat.Message.send", SentShape),
    ("imbot.v2.File.download", LinkShape),
    ("im.user.get", UserShape),
    ("im.recent.list", RecentsShape),
    ("im.dialog.messages.get", DialogShape),
    ("crm.lead.get", CardShape),
    ("crm.deal.get", CardShape),
    ("crm.contact.get", CardShape),
]


@pytest.mark.parametrize(("method", "shape"), SAMPLES, ids=lambda one: getattr(one, "__name__", one))
def test_the_vendor_s_samples_are_read(schemas: dict[str, Any], method: str, shape: type[Shape]):
    assert shaped(schemas[method]["resultExample"]["result"], Call(method), shape)


def test_the_vendor_s_lists_are_read(schemas: dict[str, Any]):
    def sample(method: str) -> Any:
        return schemas[method]["resultExample"]["result"]

    assert shaped_all(sample("user.get"), Call("user.get"), PersonShape)[0].id == "1"
    assert shaped_all(sample("crm.timeline.comment.list"), Call("x"), CommentShape)[0].id == "999"
    assert shaped_all(sample("crm.deal.list"), Call("x"), CardShape)[0].id == "37"
    assert shaped(sample("crm.deal.fields")["TITLE"], Call("x"), FieldShape).type == "string"
    chat = shaped(sample("im.recent.list"), Call("x"), RecentsShape)
    assert all(item.message.id for item in chat.items)
