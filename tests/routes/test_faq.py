"""Known answers and feedback over HTTP, and by command: who may, what comes back, what is refused."""

import httpx
import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import conversation_of, deliver, work_off
from tests.routes.calls import error_of

Key = dict[str, str]
LEARN = """
insert into faq_answers (account_id, locale, gist, question, balloons, brain, is_known, conversation_id, turn,
expires_at) values ($1, 'pt-BR', $2, $2, '{Das 9h às 18h.}', 'agent', true, $3, 1, now() + interval '1 day')"""


async def learned(house: House, account: Account, *gists: str) -> int:
    """A conversation that was answered once, and answers that were learned from it."""
    await deliver(house.database, account, a_channel_event("Qual o horário de funcionamento?"))
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(house.database)
    for gist in gists:
        await house.database.execute(LEARN, account.id, gist, number)
    return int(number)


async def test_answers_are_listed_approved_and_forgotten(
    web: httpx.AsyncClient, admin: Key, house: House, account: Account
):
    await learned(house, account, "qual horario", "qual endereco")
    first = (await web.get("/admin/faq", params={"limit": 1}, headers=admin)).json()
    [newest] = first["answers"]
    assert (newest["question"], newest["state"], newest["balloons"]) == ("qual endereco", "waiting", ["Das 9h às 18h."])
    [older] = (await web.get("/admin/faq", params={"cursor": first["cursor"]}, headers=admin)).json()["answers"]
    assert older["question"] == "qual horario"
    assert (await web.post(f"/admin/faq/{older['id']}/approve", headers=admin)).status_code == 204
    assert (await web.delete(f"/admin/faq/{newest['id']}", headers=admin)).status_code == 204
    [left] = (await web.get("/admin/faq", headers=admin)).json()["answers"]
    assert (left["id"], left["state"]) == (older["id"], "approved")
    assert (await web.delete("/admin/faq", headers=admin)).json() == {"forgotten": 1}
    error_of(await web.delete(f"/admin/faq/{older['id']}", headers=admin), 404)
    error_of(await web.post(f"/admin/faq/{older['id']}/approve", headers=admin), 404)


async def test_only_who_may_change_settings_sees_them(web: httpx.AsyncClient, reader: Key, account: Account):
    error_of(await web.get("/admin/faq", headers=reader), 403)
    error_of(await web.delete("/admin/faq", headers=reader), 403)


async def test_a_thumb_or_a_score_is_kept_and_a_second_takes_its_place(
    web: httpx.AsyncClient, admin: Key, house: House, account: Account
):
    number = await learned(house, account)
    given = (await web.post("/feedback", json={"turn_id": f"{number}:1", "thumbs": "up"}, headers=admin)).json()
    assert given == {"id": given["id"], "conversation_id": number, "turn": 1, "thumbs": "up", "score": None}
    again = (await web.post("/feedback", json={"turn_id": f"{number}:1", "thumbs": "down"}, headers=admin)).json()
    assert (again["id"], again["thumbs"]) == (given["id"], "down")
    whole = (await web.post("/feedback", json={"conversa_id": str(number), "nota": 4}, headers=admin)).json()
    assert (whole["turn"], whole["score"], whole["thumbs"]) == (None, 4, "up")
    rows = await house.database.fetch("select turn, brain, thumb, score from feedback order by id")
    assert [tuple(row) for row in rows] == [(1, "scripted", "down", None), (None, "scripted", "up", 4)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"turn_id": "1:1"},
        {"thumbs": "up"},
        {"turn_id": "1:1", "conversation_id": "1", "thumbs": "up"},
        {"turn_id": "1:1", "thumbs": "up", "score": 5},
        {"turn_id": "1:1", "score": 6},
        {"turn_id": "1:1", "score": 0},
        {"turn_id": "1:1", "thumbs": "sideways"},
        {"turn_id": "x", "thumbs": "up"},
        {"turn_id": "1:1", "thumbs": "up", "comment": "x"},
    ],
)
async def test_what_says_too_little_or_too_much_is_refused(
    web: httpx.AsyncClient, admin: Key, account: Account, body: dict[str, object]
):
    error_of(await web.post("/feedback", json=body, headers=admin), 422)


async def test_about_nobody_there_is_nothing_to_say(web: httpx.AsyncClient, admin: Key, reader: Key, account: Account):
    error_of(await web.post("/feedback", json={"turn_id": "999:1", "thumbs": "up"}, headers=admin), 404)
    error_of(await web.post("/feedback", json={"turn_id": f"{10**17}:{10**8}", "thumbs": "up"}, headers=admin), 404)
    error_of(await web.post("/feedback", json={"conversation_id": "999", "score": 5}, headers=admin), 404)
    error_of(await web.post("/feedback", json={"turn_id": "1:1", "thumbs": "up"}, headers=reader), 403)


async def test_the_settings_are_kept_and_shown(web: httpx.AsyncClient, admin: Key):
    wanted = {"faq_cache": True, "faq_days": 7, "satisfacao": "thumbs"}
    changed = (await web.patch("/admin/account", json=wanted, headers=admin)).json()
    assert (changed["faq_cache"], changed["faq_days"], changed["satisfaction"]) == (True, 7, "thumbs")
    back = (await web.patch("/admin/account", json={"satisfaction": "off", "faq_cache": False}, headers=admin)).json()
    assert (back["faq_cache"], back["satisfaction"]) == (False, "off")
    error_of(await web.patch("/admin/account", json={"satisfaction": "always"}, headers=admin), 422)
    error_of(await web.patch("/admin/account", json={"faq_days": 0}, headers=admin), 422)
