"""A month of traffic, counted by the views and by Python: the same numbers."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.store.database import Database
from tests.database import Server, fresh
from tests.store.traffic import EXCEPTIONS, SELLERS, WEEK, Month, a_month, day_of

Rows = list[dict[str, Any]]


@pytest_asyncio.fixture(scope="module")
async def stage(postgres: Server) -> AsyncIterator[tuple[Database, Month]]:
    """A month of one account, beside another account with a month of its own."""
    async with fresh(postgres) as database:
        for name in ("a", "b"):
            await database.execute(
                "insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash) "
                "values ($1, 'kommo', $1, 'http://127.0.0.1:9', $2)",
                *(name, name.encode()),
            )
        month = await a_month(database, 1)
        await a_month(database, 2, seed=8, conversations=10)
        yield database, month


async def rows_of(stage: tuple[Database, Month], view: str) -> Rows:
    found = await stage[0].fetch(f"select * from {view} where account_id = 1 order by day")
    return [dict(row) for row in found]


def as_float(number: Any) -> float | None:
    return None if number is None else float(number)


def quantile(values: Iterable[float], share: float) -> float:
    """As `percentile_cont` has it: between the two nearest."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


async def test_the_days_work_is_what_python_counts(stage: tuple[Database, Month]):
    month = stage[1]
    expected: dict[date, Counter[str]] = defaultdict(Counter)
    talked: dict[date, set[int]] = defaultdict(set)
    for line in month.messages:
        if line["author"] != "bot":  # another program's words are nobody's of ours
            expected[day_of(line["at"])][f"{line['author']}_messages"] += 1
        else:
            expected[day_of(line["at"])]["seen"] += 0
        if line["author"] == "customer":
            talked[day_of(line["at"])].add(line["conversation"])
    for send in month.sends:
        if send["state"] == "sent":
            expected[day_of(send["at"])]["bot_messages"] += 1
    for entry in month.log:
        if entry["what"] in ("handed_over", "opted_out"):
            expected[day_of(entry["at"])][entry["what"]] += 1
    for born in month.conversations.values():
        expected[day_of(born)]["new_conversations"] += 1
    names = ("new_conversations", "customer_messages", "bot_messages", "human_messages", "handed_over", "opted_out")
    found = {row["day"]: row for row in await rows_of(stage, "vw_atendimento_diario")}
    assert {day: [row[name] for name in names] for day, row in found.items()} == {
        day: [counts[name] for name in names] for day, counts in expected.items()
    }
    assert {day: row["conversations"] for day, row in found.items()} == {day: len(talked[day]) for day in found}


async def test_latency_is_attributed_to_its_stages(stage: tuple[Database, Month]):
    stages = {
        "total": ("received_at", "delivered_at"),
        "burst_wait": ("received_at", "settled_at"),
        "queue": ("settled_at", "asked_at"),
        "brain": ("asked_at", "answered_at"),
        "admission": ("answered_at", "admitted_at"),
        "channel": ("admitted_at", "delivered_at"),
    }
    times: dict[tuple[date, str], list[float]] = defaultdict(list)
    for turn in stage[1].turns:
        if turn["delivered_at"]:
            for name, (begin, end) in stages.items():
                times[day_of(turn["settled_at"]), name].append((turn[end] - turn[begin]).total_seconds())
    found = {(row["day"], row["stage"]): row for row in await rows_of(stage, "vw_latencia")}
    assert found.keys() == times.keys()
    for key, values in times.items():
        row = found[key]
        assert row["turns"] == len(values)
        figures = [float(row[name]) for name in ("p50_seconds", "p95_seconds", "max_seconds")]
        assert figures == pytest.approx([quantile(values, 0.5), quantile(values, 0.95), max(values)], abs=0.0011)


async def test_take_overs_tell_who_and_for_how_long(stage: tuple[Database, Month]):
    log = stage[1].log
    by_name = {name: number for number, name in SELLERS.items()}
    found = {row["id"]: row for row in await rows_of(stage, "vw_takeovers")}
    taken = [entry for entry in log if entry["what"] in ("paused", "handed_over")]
    assert found.keys() == {entry["id"] for entry in taken}
    for entry in taken:
        later = [
            other
            for other in log
            if other["conversation"] == entry["conversation"]
            and other["id"] > entry["id"]
            and other["what"] == "released"
        ]
        quiet = (later[0]["at"] - entry["at"]).total_seconds() if later else None
        row = found[entry["id"]]
        seller = entry["who"].removeprefix("user:") if entry["who"].startswith("user:") else by_name.get(entry["who"])
        assert (row["seller_id"], row["kind"] == "taken") == (seller, entry["what"] == "paused")
        assert row["reason"] == entry["reason"]
        assert as_float(row["quiet_seconds"]) == (None if quiet is None else pytest.approx(quiet, abs=0.001))


async def test_satisfaction_is_what_customers_answered(stage: tuple[Database, Month]):
    expected: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for given in stage[1].feedback:
        counts = expected[day_of(given["at"]), given["seller"]]
        counts["asked"] += 1
        counts["answered"] += given["score"] is not None
        counts["thumbs_up"] += given["thumb"] == "up"
        counts["thumbs_down"] += given["thumb"] == "down"
        counts["sum"] += given["score"] or 0
    found = {(row["day"], row["seller_id"]): row for row in await rows_of(stage, "vw_satisfacao")}
    assert found.keys() == expected.keys()
    for key, counts in expected.items():
        row = found[key]
        names = ("asked", "answered", "thumbs_up", "thumbs_down")
        assert [row[name] for name in names] == [counts[name] for name in names]
        mean = counts["sum"] / counts["answered"] if counts["answered"] else None
        assert as_float(row["score"]) == (None if mean is None else pytest.approx(mean, abs=0.006))
        assert row["seller"] == SELLERS[key[1]]


async def test_the_hit_rate_is_of_all_first_questions(stage: tuple[Database, Month]):
    for place, row in enumerate(await rows_of(stage, "vw_faq")):
        missed = 10 if place % 3 else 0
        assert (row["exact"], row["near"], row["missed"]) == (place, 2 * place, missed)
        share = 3 * place / (3 * place + missed) if place or missed else None
        assert as_float(row["hit_rate"]) == (None if share is None else pytest.approx(share, abs=0.001))


async def test_what_each_salesperson_did(stage: tuple[Database, Month]):
    month = stage[1]
    by_name = {name: number for number, name in SELLERS.items()}
    expected: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    answered: dict[tuple[date, str], list[float]] = defaultdict(list)
    for line in month.messages:
        if line["author"] == "human":
            expected[day_of(line["at"]), line["seller"]]["messages"] += 1
    for entry in month.log:
        seller = by_name.get(entry["who"]) or entry["who"].removeprefix("user:")
        if entry["what"] == "paused" and seller in SELLERS:
            expected[day_of(entry["at"]), seller]["takeovers"] += 1
    for given in month.handovers:
        key = day_of(given["at"]), given["seller"]
        expected[key]["handovers"] += 1
        words = [
            line["at"]
            for line in month.messages
            if (line["conversation"], line["seller"]) == (given["conversation"], given["seller"])
            and line["author"] == "human"
            and line["at"] >= given["at"]
        ]
        if words:
            answered[key].append((min(words) - given["at"]).total_seconds())
    for visit in month.agenda:
        if visit["booked_at"]:
            expected[day_of(visit["booked_at"]), visit["seller"]]["bookings"] += 1
    found = {(row["day"], row["seller_id"]): row for row in await rows_of(stage, "vw_vendedor_desempenho")}
    names = ("messages", "takeovers", "handovers", "bookings")
    assert {key: [row[name] for name in names] for key, row in found.items()} == {
        key: [counts[name] for name in names] for key, counts in expected.items()
    }
    for key, row in found.items():
        assert row["handovers_answered"] == len(answered[key])
        middle = pytest.approx(quantile(answered[key], 0.5), abs=0.001) if answered[key] else None
        assert as_float(row["answered_in_p50_seconds"]) == middle


def minutes_on(day: date, seller: str) -> int:
    """What the seller offers: 11 has hours of her own, the others keep office hours."""
    office = ["09:00-18:00"] if day.weekday() < 5 else []
    own = EXCEPTIONS.get(day.isoformat(), WEEK.get(day.strftime("%a").lower(), []))
    spans = own if seller == "11" else office
    total = 0
    for span in spans:
        (opens, o), (closes, c) = (part.split(":") for part in span.split("-"))
        total += int(closes) * 60 + int(c) - int(opens) * 60 - int(o)
    return total


async def test_how_full_the_days_are(stage: tuple[Database, Month]):
    visits = stage[1].agenda
    days = [day_of(visit["start"]) for visit in visits]
    span = [min(days) + timedelta(days=n) for n in range((max(days) - min(days)).days + 1)]
    expected: dict[tuple[date, str], list[Any]] = {}
    for day in span:
        for seller in SELLERS:
            mine = [v for v in visits if v["seller"] == seller and day_of(v["start"]) == day]
            sat = [v for v in mine if v["state"] in ("booked", "no_show")]
            offered, booked = minutes_on(day, seller), sum(v["minutes"] for v in sat)
            if offered or mine:
                states = Counter(v["state"] for v in mine)
                occupancy = pytest.approx(booked / offered, abs=0.0005) if offered else None
                expected[day, seller] = [offered, booked, len(sat), states["cancelled"], states["no_show"], occupancy]
    names = ("offered_minutes", "booked_minutes", "bookings", "cancelled", "no_shows", "occupancy")
    found = {
        (row["day"], row["seller_id"]): [row[name] for name in names]
        for row in await rows_of(stage, "vw_agenda_ocupacao")
    }
    plain = {key: [*map(int, row[:5]), as_float(row[5])] for key, row in found.items()}
    assert plain == expected


async def test_what_waits_and_what_died(stage: tuple[Database, Month]):
    month = stage[1]
    found = {(row["kind"], row["state"]): 0 for row in await rows_of(stage, "vw_fila_e_mortos")}
    dead = set[tuple[str, str]]()
    for row in await rows_of(stage, "vw_fila_e_mortos"):
        found[row["kind"], row["state"]] += row["count"]
        dead |= {(row["kind"], row["state"])} if row["is_dead"] else set()
    failed = sum(send["state"] == "failed" for send in month.sends)
    assert found == {("inbox", "unread"): 2, ("delivery", "quarantined"): 1, ("outbox_message", "failed"): failed}
    assert dead == {("delivery", "quarantined"), ("outbox_message", "failed")}


SNIPPETS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[2] / "supabase" / "snippets").glob("*.sql"))
}


@pytest.mark.parametrize("name", SNIPPETS)
async def test_every_snippet_runs_as_it_stands_in_the_sql_editor(stage: tuple[Database, Month], name: str):
    text = SNIPPETS[name]
    assert text.startswith("-- ")
    async with stage[0].transaction() as tx:
        if "auth.users" in text:  # Supabase's own
            await tx.execute("create table if not exists auth.users (id uuid, email text)")
            assert await tx.execute(text) == "INSERT 0 0"
        else:
            await tx.fetch(text)


async def test_the_cost_counts_the_templates_of_follow_ups_and_the_tokens_of_models(postgres: Server):
    async with fresh(postgres) as database:
        await database.execute(COSTLY)
        found = {row["what"]: (float(row["amount"]), row["month"]) for row in await database.fetch(SNIPPETS["cost"])}
    month = date(2026, 3, 1)
    assert found == {
        "answer by a model": (1, month),
        "million tokens read by a model": (1.5, month),
        "million tokens written by a model": (0.25, month),
        "template sent outside the window": (2, month),
    }


COSTLY = """
with a as (
    insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash)
    values ('a', 'kommo', 'a', 'http://127.0.0.1:9', 'a') returning id
),
c as (insert into conversations (account_id, channel, chat_id) select id, 'kommo', 'x' from a returning id, account_id),
t as (
    insert into turns (account_id, conversation_id, number, epoch, watermark, answers, state, brain, settled_at,
        asked_at, answered_at, model, input_tokens, output_tokens)
    select account_id, id, n, 0, 1, '{1}', 'admitted', 'agent', at, at, case when n = 1 then at end, 'm', read, written
    from c, (values (1, 1000000, 250000), (2, 500000, null)) as spent (n, read, written),
        (values ('2026-03-05 12:00+00'::timestamptz)) as moment (at)
),
o as (
    insert into outreaches (account_id, trigger, subject, day, due_at, state, way, sent_at)
    select id, 'formulario', 'phone:1', '2026-03-05', '2026-03-05', 'sent', 'template', '2026-03-05 12:00+00' from a
    returning id, account_id
)
insert into follow_ups (account_id, outreach_id, step, contact_id, due_at, state, way, sent_at)
select account_id, id, step, '7', '2026-03-06', state, way, sent_at::timestamptz
from o, (values (1, 'sent', 'template', '2026-03-06 12:00+00'), (2, 'sent', 'text', '2026-03-07 12:00+00'),
    (3, 'cancelled', 'template', null)) as rung (step, state, way, sent_at)
"""


def test_there_is_a_snippet_for_each_question():
    names = {"replies_per_day", "latency_by_stage", "takeovers_by_seller", "bookings", "escalations", "cost"}
    assert SNIPPETS.keys() == {*names, "writing_too_fast", "satisfaction_by_seller", "known_answers", "add_a_member"}
