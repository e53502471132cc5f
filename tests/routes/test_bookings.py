"""Bookings over HTTP once they stand: moved, cancelled, missed, listed, in a calendar; and the hours behind them."""

from datetime import UTC, datetime, timedelta

import httpx
from icalendar import Calendar

from app.wiring import House
from tests.routes.booking import MARIA, Key, ask, hours, slots
from tests.routes.calls import error_of


async def test_a_booking_is_moved_cancelled_and_missed(
    web: httpx.AsyncClient, house: House, node: Key, reader: Key, seller: str
):
    first, second, *_ = await slots(web, node)
    booked = (await ask(web, node, slot=first["slot"], confirm=True, **MARIA)).json()["booking"]
    where = f"/agenda/{booked['id']}"
    moved = (await web.post(f"{where}/move", json={"slot": second["slot"]}, headers=node)).json()
    assert (moved["start"], moved["receipt"], moved["moves"]) == (second["start"], booked["receipt"], 1)
    assert error_of(await web.post(f"{where}/no-show", headers=node), 409)["code"] == "not_yet"
    await house.database.execute(
        """update agenda set starts_at = now() - interval '1 hour', ends_at = now() - interval '30 minutes',
        taken = tstzrange(now() - interval '1 hour', now() - interval '30 minutes')"""
    )
    assert (await web.post(f"{where}/no-show", headers=node)).json()["state"] == "no_show"
    other = (await ask(web, node, slot=first["slot"], confirm=True, **MARIA)).json()["booking"]["id"]
    gone = await web.post(f"/agenda/{other}/cancel", json={"reason": "customer"}, headers=node)
    assert gone.json()["state"] == "cancelled"
    over = await web.post(f"/agenda/{other}/move", json={"slot": second["slot"]}, headers=node)
    assert error_of(over, 409)["code"] == "booking_cancelled"
    both = [await web.get("/agenda", params={"state": one}, headers=reader) for one in ("no_show", "cancelled")]
    params = {"from": (datetime.now(UTC) - timedelta(days=2)).isoformat()}
    both.append(await web.get("/agenda", params={**params, "contact_id": "802"}, headers=reader))
    assert [len(one.json()["bookings"]) for one in both] == [1, 1, 0]


async def test_pages_lead_through_the_whole_agenda(web: httpx.AsyncClient, node: Key, reader: Key, seller: str):
    for slot in await slots(web, node):
        await ask(web, node, slot=slot["slot"], confirm=True, **MARIA)
    seen, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await web.get("/agenda", params=params, headers=reader)).json()
        seen += [one["start"] for one in page["bookings"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert len(seen) == 5
    assert seen == sorted(seen)
    error_of(await web.get("/agenda", params={"cursor": "x"}, headers=reader), 422)


async def test_the_calendar_file_follows_its_booking(web: httpx.AsyncClient, node: Key, reader: Key, seller: str):
    first, second, *_ = await slots(web, node)
    booked = (await ask(web, node, slot=first["slot"], confirm=True, **MARIA)).json()["booking"]

    async def entry() -> tuple[str, str, int, datetime]:
        answer = await web.get(booked["calendar"], headers=reader)
        assert answer.headers["content-type"].startswith("text/calendar")
        calendar = Calendar.from_ical(answer.content)
        (event,) = calendar.events
        return str(event["uid"]), str(event["status"]), int(event["sequence"]), event.start

    uid, status, sequence, start = await entry()
    assert (status, sequence, start) == ("CONFIRMED", 0, datetime.fromisoformat(first["start"]))
    await web.post(f"/agenda/{booked['id']}/move", json={"slot": second["slot"]}, headers=node)
    assert await entry() == (uid, "CONFIRMED", 1, datetime.fromisoformat(second["start"]))
    await web.post(f"/agenda/{booked['id']}/cancel", json={}, headers=node)
    assert (await entry())[:3] == (uid, "CANCELLED", 2)


async def test_hours_are_set_and_shown_and_wrong_ones_refused(
    web: httpx.AsyncClient, admin: Key, reader: Key, node: Key, seller: str
):
    where = f"/vendedores/{seller}/disponibilidade"
    body = {"fuso": "Europe/Lisbon", "semana": {"segunda": ["09:00-12:00"]}, "feriados": "PT", "buffer_after": 10}
    assert (await web.put(where, json=body, headers=admin)).status_code == 200
    shown = (await web.get(where, headers=reader)).json()
    assert (shown["source"], shown["week"], shown["holidays"]) == ("own", {"mon": ["09:00-12:00"]}, "PT")
    error_of(await web.put(where, json=body, headers=node), 403)
    for wrong in (
        hours(week={"mon": ["9-18"]}),
        hours(holidays="XX"),
        hours(timezone="Nowhere"),
        hours(buffer_after=999),
    ):
        error_of(await web.put(where, json=wrong, headers=admin), 422)
    assert (await web.get(where, headers=reader)).json() == shown


async def test_free_times_are_listed_for_a_salesperson_and_a_zone(web: httpx.AsyncClient, reader: Key, seller: str):
    params = {"seller_id": seller, "timezone": "UTC", "limit": 7}
    found = (await web.get("/agenda/slots", params=params, headers=reader)).json()["slots"]
    assert len(found) == 7
    assert all(one["start"].endswith(("Z", "+00:00")) for one in found)
    error_of(await web.get("/agenda/slots", params={"timezone": "Nowhere"}, headers=reader), 422)
    backwards = {"from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    assert (await web.get("/agenda/slots", params=backwards, headers=reader)).json() == {"slots": []}


async def test_another_account_reaches_nothing_of_it(web: httpx.AsyncClient, node: Key, stranger: Key, seller: str):
    booked = (await ask(web, node, slot=(await slots(web, node))[0]["slot"], confirm=True, **MARIA)).json()["booking"]
    assert (await web.get("/agenda", headers=stranger)).json()["bookings"] == []
    for path in (f"/agenda/{booked['id']}", booked["calendar"], f"/vendedores/{seller}/disponibilidade"):
        error_of(await web.get(path, headers=stranger), 404)
    for act in ("confirm", "cancel", "no-show"):
        body = {"json": {}} if act == "cancel" else {}
        error_of(await web.post(f"/agenda/{booked['id']}/{act}", headers=stranger, **body), 404)
    error_of(await web.put(f"/vendedores/{seller}/disponibilidade", json=hours(), headers=stranger), 404)


async def test_a_cancel_needs_no_body(web: httpx.AsyncClient, node: Key, seller: str):
    booked = (await ask(web, node, slot=(await slots(web, node))[0]["slot"], confirm=True, **MARIA)).json()["booking"]
    for _ in range(2):
        gone = await web.post(f"/agenda/{booked['id']}/cancel", headers=node)
        assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")


def error_or_slots(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return answer.json()["error"]["code"]


async def test_days_and_local_times_are_read_in_the_accounts_zone(
    web: httpx.AsyncClient, admin: Key, node: Key, reader: Key, seller: str
):
    day = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%d")

    async def starts(path: str, **params: str) -> list[str]:
        answer = await web.get(path, params={"limit": "200", **params}, headers=reader)
        assert answer.status_code == 200, answer.text
        return [one["start"] for one in answer.json()["slots" if "slots" in path else "bookings"]]

    whole = await starts("/agenda/slots", **{"from": day, "until": day})
    assert (whole[0], whole[-1], len(whole)) == (f"{day}T00:00:00-03:00", f"{day}T23:30:00-03:00", 48)
    assert (await starts("/agenda/slots", **{"from": f"{day}T14:00"}))[0] == f"{day}T14:00:00-03:00"
    there = await starts("/agenda/slots", **{"from": f"{day}T14:00", "timezone": "Asia/Tokyo"})
    assert there[0] == f"{day}T14:00:00+09:00"
    await ask(web, node, slot=f"{day}T23:30", **MARIA)
    assert await starts("/agenda", **{"from": day, "until": day}) == [f"{day}T23:30:00-03:00"]
    gap = {"from": "2027-03-14T02:30", "timezone": "America/New_York"}
    assert error_or_slots(await web.get("/agenda/slots", params=gap, headers=reader)) == "no_such_time"
    for wrong in ("tomorrow", "2026-13-01", "0001-01-01", "9999-12-31T23:59"):
        assert (await web.get("/agenda/slots", params={"from": wrong}, headers=reader)).status_code == 422
