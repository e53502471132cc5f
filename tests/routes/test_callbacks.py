"""A caller who is told later: the 202, then a POST to the caller's own address, signed, until it is taken."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from app.domain.errors import NotStarted
from app.n8n.signatures import HEADER, verify
from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House, open_house
from tests.house import serving, settings_for, until, working
from tests.routes.conftest import PANEL, USER, Key, Service

SECRETS = ("the-new-secret-of-forty-letters-and-more-01", "the-old-secret-of-forty-letters-and-more-01")
INTRANET = "10.0.0.7"


@dataclass(frozen=True)
class Told:
    """One POST, as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver(ThreadingHTTPServer):
    """Keeps what it is told; answers with these, one after the other, then with 200."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Taking)
        self.told: list[Told] = []
        self.answers: list[tuple[int, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Taking(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(Told(self.path, dict(self.headers), body))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def listening(port: int = 0) -> Iterator[Receiver]:
    with Receiver(port) as receiver:
        Thread(target=receiver.serve_forever, daemon=True).start()
        try:
            yield receiver
        finally:
            receiver.shutdown()


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str) -> AsyncIterator[House]:
    """One that signs, and whose operator has opened a way to a panel of the intranet."""
    known = {"n8n_reply_secrets": SecretStr(" ".join(SECRETS)), "panel_private_hosts": INTRANET}
    async with open_house(settings_for(database.dsn, secret_key, **known), brains=[]) as made:
        yield made


@dataclass
class Caller:
    """Who asks with a callback to an own address. The account lives there too, as in a sandbox."""

    web: httpx.AsyncClient
    node: Key
    receiver: Receiver
    database: Database
    asked: list[Any] = field(default_factory=list[Any])

    async def ask(self, **more: Any) -> httpx.Response:
        body = USER | {"callback_url": f"{self.receiver.url}/told?for=7"} | more
        return await self.web.post("/api/create-user", json=body, headers=self.node)

    async def called_back(self) -> bool:
        return await self.database.fetchval("select called_back_at is not null from provisionings")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


@pytest_asyncio.fixture
async def caller(
    web: httpx.AsyncClient,
    node: Key,
    panel: dict[str, Any],
    house: House,
    account: Account,
    receiver: Receiver,
) -> Caller:
    await house.database.execute("update accounts set base_url = $2 where id = $1", account.id, receiver.url)
    return Caller(web, node, receiver, house.database)


async def test_who_asks_with_a_callback_is_told_at_once_that_it_waits_and_then_what_came_of_it(
    caller: Caller, service: Service, house: House
):
    async with working(house):
        asked = await caller.ask()
        await until(caller.called_back)
    assert asked.status_code == 202
    assert asked.headers["Location"] == asked.json()["status_url"]
    (told,) = caller.receiver.told
    shown = (await caller.web.get(asked.json()["status_url"], headers=caller.node)).json()
    assert told.path == "/told?for=7"
    assert told.json == {
        "id": asked.json()["id"],
        "operation": "create_user",
        "conversation_id": "wa-1",
        "candidate_username": "sofia1234",
        "attempt_number": 1,
        "status": "success",
        "generated_username": "sofia1234",
        "response_message": shown["response_message"],
    }
    assert service.panels.passwords["sofia1234"] in told.json["response_message"]


async def test_a_callback_is_signed_with_both_secrets_and_says_by_what_a_repeat_is_known(
    caller: Caller, service: Service, house: House
):
    async with working(house):
        await caller.ask()
        await until(caller.called_back)
    (told,) = caller.receiver.told
    assert told.headers["Content-Type"] == "application/json"
    assert told.headers["Idempotency-Key"].startswith("provisioning-")
    for secret in SECRETS:
        assert verify(told.headers[HEADER], told.body, [secret], now=datetime.now(UTC))
    assert not verify(told.headers[HEADER], told.body + b" ", SECRETS, now=datetime.now(UTC))
    assert not verify(told.headers[HEADER], told.body, ["another"], now=datetime.now(UTC))


async def test_a_receiver_that_fails_is_told_again_with_the_same_key_until_it_takes_it(
    caller: Caller, service: Service, house: House
):
    caller.receiver.answers = [(503, {}), (500, {}), (429, {"Retry-After": "0"})]
    async with working(house):
        await caller.ask()
        await until(caller.called_back)
    assert len(caller.receiver.told) == 4
    assert len({told.headers["Idempotency-Key"] for told in caller.receiver.told}) == 1
    assert len({told.body for told in caller.receiver.told}) == 1


async def test_a_receiver_that_is_dead_loses_nothing_and_is_told_when_it_is_back(
    caller: Caller, service: Service, house: House, account: Account
):
    port = caller.receiver.server_port
    caller.receiver.shutdown()
    caller.receiver.server_close()
    asked = (await caller.ask()).json()

    async def over() -> bool:
        return (await caller.web.get(asked["status_url"], headers=caller.node)).json()["status"] == "success"

    await until(over)
    telling = house.workshop.provisioning.telling
    with pytest.raises(NotStarted):
        await telling.tell(account.id, asked["id"])
    assert not await caller.called_back()
    with listening(port) as back:
        await telling.tell(account.id, asked["id"])
        await telling.tell(account.id, asked["id"])
        assert len(back.told) == 1


async def test_a_receiver_that_leads_elsewhere_is_not_followed_and_not_asked_again(
    caller: Caller, service: Service, house: House
):
    with listening() as elsewhere:
        caller.receiver.answers = [(307, {"Location": f"{elsewhere.url}/told"})]
        async with working(house):
            await caller.ask()
            await until(caller.called_back)
        assert elsewhere.told == []
    assert len(caller.receiver.told) == 1


async def test_a_conflict_and_an_error_are_told_too(caller: Caller, service: Service, house: House):
    service.panels.users["sofia1234"] = 0
    async with working(house):
        await caller.ask()
        await until(caller.called_back)
    (told,) = caller.receiver.told
    assert (told.json["status"], told.json["response_message"]) == ("conflict", "Username already exists")


PRIVATE = ("https://10.0.0.5/told", f"https://{INTRANET}/told", "https://169.254.169.254/", "https://[::1]/told")


@pytest.mark.parametrize("url", [*PRIVATE, "http://127.0.0.1:9/told", "https://localhost/told"])
async def test_an_address_of_a_private_network_is_refused_also_where_a_panel_may_be(
    caller: Caller, service: Service, house: House, url: str
):
    answer = await caller.ask(callback_url=url)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "url_refused")
    assert await house.database.fetchval("select count(*) from provisionings") == 0
    assert service.panels.users == {}


async def test_a_name_that_has_become_private_since_is_not_called(
    caller: Caller, service: Service, house: House, account: Account
):
    asked = (await caller.ask()).json()
    await house.database.execute("update provisionings set callback_url = $1", f"https://{INTRANET}/told")
    async with working(house):
        await until(caller.called_back)
    assert caller.receiver.told == []
    assert asked["status"] == "waiting"


async def test_no_request_opens_a_way_into_the_intranet_to_a_panel(web: httpx.AsyncClient, admin: Key):
    answer = await web.put("/admin/panels", json=PANEL | {"base_url": f"https://{INTRANET}"}, headers=admin)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "url_refused")
    assert (await web.get("/admin/panels", headers=admin)).json() == {"panels": []}


async def test_without_a_secret_nothing_is_signed(
    database: Database, secret_key: str, account: Account, receiver: Receiver
):
    async with open_house(settings_for(database.dsn, secret_key), brains=[]) as plain, serving(plain):
        await database.execute("update accounts set base_url = $2 where id = $1", account.id, receiver.url)
        await database.execute(
            "insert into provisionings (account_id, operation, request_key, candidate, deadline, done_at, state,"
            " status, callback_url) values ($1, 'create_user', 'k', 'sofia1234', now(), now(), 'done', 'conflict', $2)",
            *(account.id, f"{receiver.url}/told"),
        )
        number = await database.fetchval("select id from provisionings")
        await plain.workshop.provisioning.telling.tell(account.id, number)
    (told,) = receiver.told
    assert HEADER not in told.headers
