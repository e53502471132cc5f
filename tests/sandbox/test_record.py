"""The record keeps everything, in order, in little space."""

import orjson

from app.sandbox.record import BLOCK, Record, masked_path
from tests.sandbox.player import Player


def filled(count: int) -> Record:
    record = Record()
    for n in range(count):
        record.add({"at": n, "kind": "call", "request": {"text": f"message {n}"}})
    return record


def seqs(record: Record, *, after: int = 0, limit: int | None = None) -> list[int]:
    return [orjson.loads(entry)["seq"] for entry in record.read(after=after, limit=limit)]


def test_entries_are_read_in_order_across_packed_blocks() -> None:
    record = filled(BLOCK * 5 + 7)

    assert seqs(record) == list(range(1, BLOCK * 5 + 8))
    assert seqs(record, after=BLOCK - 1, limit=3) == [BLOCK, BLOCK + 1, BLOCK + 2]
    assert seqs(record, after=BLOCK * 5 + 6) == [BLOCK * 5 + 7]
    assert seqs(record, after=BLOCK * 9) == []


def test_a_reader_never_passes_what_is_still_under_way() -> None:
    record = filled(3)
    slow = record.begin()
    record.add({"kind": "call"})

    assert seqs(record) == [1, 2, 3]
    record.end(slow, {"kind": "hook"})
    assert seqs(record, after=3) == [4, 5]


def test_half_a_million_entries_fit() -> None:
    record = filled(500_000)

    assert record.last_seq == 500_000
    assert seqs(record, after=499_998) == [499_999, 500_000]


def test_long_segments_of_a_path_are_taken_for_secrets() -> None:
    assert masked_path("/webhooks/kommo/abcdefghij0123456789") == "/webhooks/kommo/***"


async def test_calls_are_recorded_with_what_was_asked_and_answered(player: Player) -> None:
    said = await player.say("maria", "Oi")
    sent = await player.api("POST", f"talks/{said['talk_id']}/send_message", {"text": "Olá"})
    await player.api("GET", "account", token="wrong")

    first, second = await player.record()

    assert (first["seq"], first["kind"], first["method"], first["status"]) == (1, "call", "POST", 202)
    assert first["path"] == f"/api/v4/talks/{said['talk_id']}/send_message"
    assert (first["request"], first["response"]) == ({"text": "Olá"}, sent.json())
    assert first["at"] <= second["at"]
    assert (second["status"], second["account_id"]) == (401, None)
    assert await player.record(after=2) == []
