"""Promise 13, on a real conversation in which all that can fail does: what is not the conversation holds ids only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest_asyncio

from app.store.accounts import Account
from app.store.database import Database
from app.store.secrets import new_token
from app.wiring import House
from tests.builders import a_kommo_body
from tests.house import connect, conversation_of, until
from tests.jobs.processes import Running, Starter
from tests.sandbox.player import Json, Player

NAME, PHONE = "Zuleica Quirino", "+5511987650001"
QUESTION, SECOND = "Quanto custa a limpeza xpto?", "e o peeling zyx?"
JUNK = b"%ZZ&&[[[=\xff\x00segredo " + PHONE.encode()
# Any of these outside the conversation is a leak, in whatever form the rest of it comes.
PRIVATE = ("Zuleica", "Quirino", "98765", "xpto", "zyx", "segredo", "Failing row")
FORM = {"content-type": "application/x-www-form-urlencoded"}
# A statement that fails tells the whole row that it failed on: the worst that can come out of a database.
TRIP = "alter table {table} add constraint trip check (false) not valid"
MEND = "alter table {table} drop constraint trip"


@dataclass(frozen=True)
class Scene:
    """API and worker as processes of their own that write down all they can, beside the simulated Kommo."""

    database: Database
    account: Account
    http: httpx.AsyncClient
    api: Running
    worker: Running
    secret: str

    async def post(self, body: bytes, *, secret: str = "") -> int:
        return (
            await self.http.post(f"/webhooks/kommo/{secret or self.secret}", content=body, headers=FORM)
        ).status_code

    async def trip(self, table: str) -> None:
        await self.database.execute(TRIP.format(table=table))

    async def mend(self, table: str) -> None:
        await self.database.execute(MEND.format(table=table))

    async def sent(self, count: int) -> bool:
        sql = "select count(*) from outbox where kind = 'message' and state = 'sent'"
        return await self.database.fetchval(sql) >= count

    async def note_written(self) -> bool:
        return await self.database.fetchval("select exists (select from outbox where kind = 'note' and state = 'sent')")


@pytest_asyncio.fixture
async def scene(ponte: Starter, house: House, sandbox: Player, hook_secret: str) -> AsyncIterator[Scene]:
    key = new_token("ponte")
    async with ponte.api(LOG_LEVEL="DEBUG") as (url, api), ponte.worker(LOG_LEVEL="DEBUG") as worker:
        account = await connect(house, sandbox, hook_secret, webhook=f"{url}/webhooks/kommo/{hook_secret}")
        await house.accounts.add_key(account.id, key, label="test", scopes=["admin"])
        await house.knowledge.add_examples(account.id)
        async with httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}, trust_env=False, timeout=30) as http:
            yield Scene(house.database, account, http, api, worker, hook_secret)


async def play(scene: Scene, sandbox: Player) -> Json:
    """The worker's statements, the vendor and the hooks fail one after the other; then it is all made good."""
    await scene.trip("mensagens")
    said = await sandbox.say("zu", QUESTION, name=NAME, phone=PHONE)
    await scene.worker.says("job.failed")
    faults = [
        {"fault": "error_500", "path": "send_message", "times": 1},
        {"fault": "rate_429", "path": "send_message", "times": 1},
        {"fault": "error_500", "path": "notes", "times": 1},
    ]
    await sandbox.steer("faults", {"faults": faults})
    await scene.mend("mensagens")
    await until(lambda: scene.sent(1))
    await sandbox.say("zu", SECOND)
    await sandbox.say("zu", f"/status {PHONE}", **{"as": "user:1"})
    await malformed(scene)
    await until(lambda: scene.sent(2))
    await until(scene.note_written)
    return said


async def malformed(scene: Scene) -> None:
    """What knocks and is not as it should be."""
    assert await scene.post(JUNK) == 200
    assert await scene.post(a_kommo_body(QUESTION + "\x00", created_at="segredo", chat_id="")) == 200
    assert await scene.post(a_kommo_body(QUESTION), secret="segredo") == 401
    await scene.trip("inbox")
    assert await scene.post(a_kommo_body(f"{QUESTION} {NAME} {PHONE}")) >= 500
    await scene.mend("inbox")


async def rows(database: Database, where: str) -> str:
    """Every row of these tables as text, what is packed as bytes as well."""
    names = await database.fetch(f"select oid::regclass::text as name from pg_class where relkind = 'r' and {where}")
    found = [await database.fetch(f"select t::text from {row['name']} t") for row in names]
    assert names
    packed = await database.fetch("select payload from queue.pgqueuer")
    payloads = [(row["payload"] or b"").decode("utf-8", "replace") for row in packed]
    return "\n".join([str(row["t"]) for table in found for row in table] + payloads)


async def test_no_customer_text_name_phone_or_token_in_queue_logs_metrics_or_audit(scene: Scene, sandbox: Player):
    await play(scene, sandbox)
    database = scene.database
    places = {
        "the queue": await rows(database, "relnamespace = 'queue'::regnamespace"),
        "the audit": await rows(database, "relname = 'event_log'"),
        "the log of the API": scene.api.said(),
        "the log of the worker": scene.worker.said(),
        "the metrics": (await scene.http.get("/metrics")).text,
        "the health": (await scene.http.get("/health")).text,
        "what operators see": (
            await scene.http.get("/debug/conversations", params={"id": str(await conversation_of(database))})
        ).text,
    }
    secrets = (*PRIVATE, sandbox.account["token"], scene.secret, scene.http.headers["X-API-Key"])
    assert [(place, one) for place, text in places.items() for one in secrets if one in text] == []
    # And these were the places to look at: each of them knows of the trouble.
    assert "traceback" in places["the queue"]
    assert "job.failed" in places["the log of the worker"]
    assert "request.failed" in places["the log of the API"]
    assert "ponte_webhooks_total" in places["the metrics"]
    history = await rows(database, "relname = 'mensagens'")
    assert QUESTION in history
    assert SECOND in history
