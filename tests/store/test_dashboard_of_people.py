"""Who writes, as the dashboard counts it: by day, language, place, topic and consent, and by no name."""

import json
from datetime import date

import pytest

from app.store.database import Database

SEEN = "2026-11-21 01:30+00"  # still the evening before in São Paulo
PEOPLE = (
    # contact, phone, language, place, topics
    ("c1", "5511987654321", "pt-BR", "Santos", ["price"]),
    ("c2", "5511987654321", "pt-BR", "", ["price", "hours"]),
    ("c3", None, "", "Santos", []),
)


async def met(database: Database, settings: dict[str, str]) -> None:
    insert = """insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash, timezone, settings)
                values ('Loja', 'kommo', 'x', 'http://127.0.0.1:9', $1, 'America/Sao_Paulo', $2)"""
    await database.execute(insert, b"x", json.dumps(settings))
    for contact, phone, language, place, topics in PEOPLE:
        await database.execute(
            """insert into profiles (account_id, contact_id, phone_key, name, language, place, topics, seen_at)
               values (1, $1, $2, 'Maria', $3, $4, $5, $6::text::timestamptz)""",
            *(contact, phone, language, place, json.dumps(dict.fromkeys(topics, SEEN)), SEEN),
        )
    await database.execute(
        "insert into contacts (account_id, external_id, opted_out_at) values (1, 'c3', now()), (1, 'c1', null)"
    )
    await database.execute(
        "insert into consents (account_id, contact_id, granted, source) values (1, 'c1', true, 'form')"
    )


async def counted(database: Database) -> dict[tuple[str, str], int]:
    rows = await database.fetch("select * from vw_perfis")
    assert {row["day"] for row in rows} == {date(2026, 11, 20)}
    assert "Maria" not in str([dict(row) for row in rows])
    return {(row["about"], row["value"]): row["people"] for row in rows}


@pytest.mark.parametrize(("kept", "prices", "speakers"), [("by_contact", 2, 2), ("by_phone", 1, 1)])
async def test_people_are_counted_by_what_is_known_of_them(database: Database, kept: str, prices: int, speakers: int):
    await met(database, {"profiles": kept})
    assert await counted(database) == {
        ("language", "pt-BR"): speakers,
        ("language", ""): 1,
        ("place", "Santos"): 2,
        ("place", ""): 1,
        ("topic", "price"): prices,
        ("topic", "hours"): 1,
        ("consent", "granted"): 1,
        ("consent", "refused"): 1,
        ("consent", "unknown"): 1,
    }
