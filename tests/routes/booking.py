"""Asking for a time over HTTP: what the tests of the agenda's paths share."""

import httpx

from app.domain.ids import ChatId, ContactId, LeadId
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off
from tests.routes.calls import Json

Key = dict[str, str]
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
MARIA, JOAO = {"contact_id": "801"}, {"contact_id": "802"}


def hours(**changes: object) -> Json:
    return {"timezone": "America/Sao_Paulo", "week": ALWAYS, "holidays": "", **changes}


async def known(house: House, account: Account, contact_id: str) -> None:
    sql = "insert into contacts (account_id, external_id) values ($1, $2)"
    await house.database.execute(sql, account.id, contact_id)


async def two_on_one_lead(house: House, account: Account) -> list[int]:
    """Maria and João have written about the same lead, each in a chat of their own."""
    for one in (MARIA, JOAO):
        contact = one["contact_id"]
        ids = {"contact_id": ContactId(contact), "lead_id": LeadId("555"), "chat_id": ChatId(f"chat-{contact}")}
        await deliver(house.database, account, a_channel_event("oi", **ids, talk_id=f"t{contact}"))
    await work_off(house, but=("send", "crm", "ask"))
    rows = await house.database.fetch("select id from conversations order by contact_id")
    return [row["id"] for row in rows]


async def ask(web: httpx.AsyncClient, key: Key, *, once: str = "", **body: object) -> httpx.Response:
    headers = {**key, "Idempotency-Key": once} if once else key
    return await web.post("/agendamento/request", json=body, headers=headers)


async def slots(web: httpx.AsyncClient, node: Key, wish: str = "amanhã à tarde") -> list[Json]:
    answer = await ask(web, node, wish=wish, **MARIA)
    assert answer.status_code == 200, answer.text
    return answer.json()["slots"]


def refused(answer: httpx.Response, status: int) -> tuple[str, list[Json]]:
    """The code of a refusal that is about a time, and the slots beside it."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body["error"]) == {"code", "message", "hint"}
    return body["error"]["code"], body["slots"]
