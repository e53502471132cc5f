"""The reference at /docs is whole: every operation says what it does, shows an example, and names its errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.main import create_app
from app.settings import Settings
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import conversation_of, customer_says, token_of, work_until_quiet
from tests.routes.calls import Json, knock, talk
from tests.sandbox.player import Player

Key = dict[str, str]
# Refusals that are the right answer to an example: it says "if you mean it", or the turn it names is over.
# What is shown well and refused here all the same: it wants a second word, or another channel than this account's.
ASKS_BACK = {(409, "confirm_needed"), (409, "turn_is_closed"), (422, "signs_nothing")}
DOCUMENT = create_app(Settings()).openapi()
OPEN = {"health", "release", "test_address", "check_bare", "check", "bare_kommo", "receive"}
OPEN |= {"oauth_start", "oauth_callback", "oauth_uninstall", "salesbot", "published_contract"}
OPEN |= {"bare_twilio", "bare_whatsapp", "check_whatsapp"}


def operations() -> Iterator[tuple[str, str, Json]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


EACH = pytest.mark.parametrize(
    "operation", [one for _, _, one in operations()], ids=[f"{method} {path}" for path, method, _ in operations()]
)


def examples(content: Json) -> list[Any]:
    """The examples of a body: its own, or those of its schema."""
    schema = content.get("schema", {})
    named = next((one["$ref"] for one in (schema, *schema.get("anyOf", ())) if "$ref" in one), None)
    found = DOCUMENT["components"]["schemas"][named.rpartition("/")[2]] if named else schema
    return [content["example"]] if "example" in content else found.get("examples", [])


def requests_of(operation: Json) -> list[Any]:
    """The bodies that the document shows; one call without a body where it takes none."""
    if "requestBody" not in operation:
        return [None]
    return examples(bodies(operation["requestBody"]))


def is_keyed(operation: Json) -> bool:
    return bool(operation.get("security"))


def is_good(status: str) -> bool:
    return status.startswith(("2", "3"))


def shows_itself(content: Json) -> bool:
    """An example, or bytes that nobody reads."""
    return bool(examples(content)) or content.get("schema", {}).get("format") == "binary"


def bodies(part: Json) -> Json:
    (content,) = part["content"].values()
    return content


@EACH
def test_it_says_what_it_does_under_a_name_of_its_own(operation: Json):
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    assert [other["operationId"] for _, _, other in operations()].count(operation["operationId"]) == 1
    assert "__" not in operation["operationId"]


@EACH
def test_it_shows_what_to_send(operation: Json):
    if "requestBody" in operation:
        assert examples(bodies(operation["requestBody"]))
    for parameter in operation.get("parameters", []):
        assert parameter.get("description") or parameter["schema"].get("description"), parameter["name"]


@EACH
def test_it_shows_what_comes_back(operation: Json):
    good = {status: answer for status, answer in operation["responses"].items() if is_good(status)}
    assert good
    for status, answer in good.items():
        assert status == "204" or status.startswith("3") or all(map(shows_itself, answer["content"].values())), status


@EACH
def test_it_names_its_errors_in_the_one_shape(operation: Json):
    errors = {status: answer for status, answer in operation["responses"].items() if not is_good(status)}
    if operation["operationId"] == "health":
        assert [list(example["components"]) for example in examples(bodies(errors["503"]))]
        return
    for status, answer in errors.items():
        (example,) = examples(bodies(answer))
        assert set(example["error"]) == {"code", "message", "hint"}, status
    has_input = "requestBody" in operation or operation.get("parameters")
    assert ("422" in errors) <= bool(has_input)
    is_open = operation["operationId"] in OPEN
    assert is_open or {"401", "403", "503"} <= set(errors)
    assert bool(operation.get("security")) != is_open
    assert ("requestBody" in operation) <= ("413" in errors)


def test_nothing_of_the_frameworks_own_shape_is_left():
    assert "HTTPValidationError" not in str(DOCUMENT)
    assert DOCUMENT["info"]["description"]


# Whose ids the document's examples show, by the places where they stand.
SHOWN_IDS = {"41800001": "lead", "59400001": "contact", "1": "conversation", "11087001": "seller"}
# Whom a path's `{id}` means.
MEANS = {"/test-kommo-lead/": "lead", "/vendedor/lead/": "lead", "/vendedor/contato/": "contact"}
MEANS |= {"/vendedor/conversa/": "conversation", "/vendedores/": "seller"}
NAMED = {"lead_id": "lead", "contact_id": "contact", "conversation_id": "conversation", "seller_id": "seller"}
NAMED |= {"booking_id": "booking", "key_id": "key", "trigger": "formulario", "view": "vw_latencia"}
NAMED |= {"key": "responder", "faq_id": "1", "broadcast_id": "broadcast"}
# Calls that cannot be played from the document alone, and where they are played instead.
ELSEWHERE = {
    "approve_faq_answer": "needs an answer that was learned: test_faq",
    "forget_faq_answer": "needs an answer that was learned: test_faq",
    "remove_sheet": "needs a spreadsheet: test_at_work",
    "check_sheet": "needs a spreadsheet: test_at_work",
    "read_words": "needs a spreadsheet: test_at_work",
    "set_inbox": "needs a second inbox: inbox_mirror/test_doors",
    "remove_inbox": "needs a second inbox: inbox_mirror/test_doors",
    "check_inbox": "needs a second inbox: inbox_mirror/test_doors",
    "make_labels": "needs a second inbox: inbox_mirror/test_doors",
    "attachment": "needs a stored file: test_media",
    "proactive_status": "needs an outreach: test_proactive",
    "mark_no_show": "needs a booking whose time has come: test_agenda",
    "replay_dead": "needs something dead: test_dead",
    "discard_dead": "needs something dead: test_dead",
    "move_booking": "needs a time that is still to come: test_agenda",
    "assign_balance": "needs a key and a browser: test_provisioning",
    "provisioning_status": "needs a request to a panel: test_provisioning",
    "check_panel": "needs a panel and a browser: test_provisioning",
    "resume_panel": "needs a panel that was stopped: test_provisioning",
    "read_session": "needs a customer in a plan: test_sessions",
    "evidence_of_request": "needs a request to a panel: test_evidence",
    "evidence_file": "needs a visit that has failed: test_evidence",
    "panel_evidence_file": "needs a check that has failed: test_evidence",
}

PLAYS = [
    (path, method, example)
    for path, method, operation in operations()
    if operation["operationId"] not in ELSEWHERE and is_keyed(operation)
    for example in requests_of(operation)
]


@dataclass(frozen=True)
class Stage:
    """A customer of the sandbox who has written, and whom the bot has answered."""

    ids: dict[str, str]

    def real(self, example: Any) -> Any:
        """The example with ids that mean something here."""
        if isinstance(example, dict):
            return {name: self.real(value) for name, value in example.items()}
        if isinstance(example, list):
            return [self.real(value) for value in example]
        if not isinstance(example, str):
            return example
        if example == "pt1...":
            return self.ids["token"]
        for shown in (one for one in SHOWN_IDS if len(one) > 1):
            example = example.replace(shown, self.ids[SHOWN_IDS[shown]])
        return self.ids["turn"] if example == "1:1" else self.ids["conversation"] if example == "1" else example

    def path(self, path: str) -> str:
        named = next((self.ids[what] for start, what in MEANS.items() if path.startswith(start)), "")
        return path.format_map({**{name: self.ids.get(what, what) for name, what in NAMED.items()}, "id": named})


@pytest_asyncio.fixture
async def stage(house: House, shop: Account, sandbox: Player) -> Stage:
    await house.accounts.add_key(shop.id, "ponte-shop", label="the shop", scopes=["admin"])
    said = await customer_says(sandbox, house, shop, "Oi, quanto custa?", phone="+5511900010001")
    await work_until_quiet(house)
    number = str(await conversation_of(house.database, said["chat_id"]))
    seller = await house.database.fetchval("select external_id from vendedores where is_active order by 1 limit 1")
    ids = {"lead": str(said["lead_id"]), "contact": str(said["contact_id"]), "seller": seller}
    turn = f"{number}:1"
    return Stage({**ids, "conversation": number, "turn": turn, "token": token_of(house, shop, turn)})


async def made(web: httpx.AsyncClient, stage: Stage, *, path: str, headers: Key) -> dict[str, str]:
    """What a path is about and a conversation does not bring along: made by the API itself."""
    if "{key_id}" in path:
        key = await web.post("/admin/keys", json={"label": "one more", "scopes": ["read"]}, headers=headers)
        return {"key": str(key.json()["id"])}
    if "{broadcast_id}" in path:
        asked = await web.post("/send-broadcast", json={"message": "Abrimos no domingo."}, headers=headers)
        return {"broadcast": str(asked.json()["id"])}
    if "{booking_id}" in path:
        free = (await web.get("/agenda/slots", headers=headers)).json()["slots"]
        assert "slot" in free[0], free[0]
        asked = {"contact_id": stage.ids["contact"], "slot": free[0]["slot"], "confirm": True}
        booked = await web.post("/agendamento/request", json=asked, headers=headers)
        assert "booking" in booked.json(), (free[0], booked.text)
        return {"booking": str(booked.json()["booking"]["id"])}
    return {}


@pytest.mark.parametrize(
    ("path", "method", "example"), PLAYS, ids=[f"{method}-{path}-{n}" for n, (path, method, _) in enumerate(PLAYS)]
)
async def test_every_call_works_as_it_is_shown(
    web: httpx.AsyncClient, stage: Stage, *, path: str, method: str, example: Json | None
):
    headers = {"X-API-Key": "ponte-shop"}
    stage.ids.update(await made(web, stage, path=path, headers=headers))
    answer = await web.request(method, stage.path(path), json=stage.real(example), headers=headers)
    described = DOCUMENT["paths"][path][method]["responses"]
    assert str(answer.status_code) in described, answer.text
    assert answer.is_success or (answer.status_code, answer.json()["error"]["code"]) in ASKS_BACK, answer.text


def same(shown: Any, real: Any) -> bool:
    """Whether an example has the names of the real answer; FastAPI leaves out of an example what is null."""
    if isinstance(shown, dict) and isinstance(real, dict):
        missing = [real[name] for name in set(real) - set(shown)]
        return set(shown) <= set(real) and not any(missing) and all(same(shown[name], real[name]) for name in shown)
    if isinstance(shown, list) and isinstance(real, list) and shown and real:
        return same(shown[0], real[0])
    return True


SHOWN = ["/health", "/version", "/stats", "/conversations/active", "/debug/conversations", "/webhooks/test"]


@pytest.mark.parametrize("path", SHOWN)
async def test_the_example_of_an_answer_has_the_fields_of_a_real_one(
    web: httpx.AsyncClient, house: House, account: Account, admin: Key, hook_secret: str, *, path: str
):
    number = await talk(web, house, hook_secret, a_kommo_body())
    query = {"id": str(number)} if path == "/debug/conversations" else {}
    real = (await web.get(path, params=query, headers=admin)).json()
    (shown,) = examples(bodies(DOCUMENT["paths"][path]["get"]["responses"]["200"]))
    assert same(shown, real), (shown, real)


async def test_the_example_of_a_webhook_is_read(
    web: httpx.AsyncClient, house: House, account: Account, hook_secret: str
):
    (example,) = examples(bodies(DOCUMENT["paths"]["/webhooks/{channel}/{secret}"]["post"]["requestBody"]))
    answer = await knock(web, f"kommo/{hook_secret}", example.encode())
    (shown,) = examples(bodies(DOCUMENT["paths"]["/webhooks/{channel}/{secret}"]["post"]["responses"]["200"]))
    assert answer.json() == shown
    assert await house.database.fetchval("select count(*) from inbox") == 1
