"""The reference at /docs is whole: every operation says what it does, shows an example, and names its errors."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_kommo_body
from tests.routes.calls import Json, knock, talk

Key = dict[str, str]
DOCUMENT = create_app(Settings()).openapi()
OPEN = {"health", "release", "test_address", "check_bare", "check", "bare_kommo", "receive"}


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
    found = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return [content["example"]] if "example" in content else found.get("examples", [])


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
    good = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    assert len(good) == 1
    for status, answer in good.items():
        assert status == "204" or examples(bodies(answer))


@EACH
def test_it_names_its_errors_in_the_one_shape(operation: Json):
    errors = {status: answer for status, answer in operation["responses"].items() if not status.startswith("2")}
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


REQUESTS = [
    (path, method, example)
    for path, method, operation in operations()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
    for example in examples(bodies(operation["requestBody"]))
]


@pytest.mark.parametrize(
    ("path", "method", "example"), REQUESTS, ids=[f"{path}-{n}" for n, (path, *_) in enumerate(REQUESTS)]
)
async def test_every_example_can_be_sent_as_it_stands(
    web: httpx.AsyncClient,
    house: House,
    account: Account,
    admin: Key,
    hook_secret: str,
    *,
    path: str,
    method: str,
    example: Json,
):
    number = await talk(web, house, hook_secret, a_kommo_body(entity_id="41800001"))
    answer = await web.request(method, path.format(conversation_id=number), json=example, headers=admin)
    assert answer.status_code in (200, 204, 409), answer.text


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
