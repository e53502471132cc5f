"""Pause, hand over, note and tags: through the engine, once, and never over a person's head."""

import asyncio
from typing import Any

import pytest

from app.domain.conversation import PauseReason
from app.store.database import Database
from tests.builders import a_reply
from tests.house import ScriptedBrain, company_said, line_of, notes_on, state_of, work_off
from tests.sandbox.player import Player
from tests.services.tools.conftest import Ask, Open, ana_writes, tomorrow

WRITES: list[tuple[str, dict[str, Any]]] = [
    ("hold_slot", {"slot": tomorrow()}),
    ("confirm_slot", {}),
    ("cancel_booking", {}),
    ("pause_bot", {}),
    ("hand_over", {}),
    ("add_note", {"text": "Quer visita"}),
    ("set_tags", {"tags": ["quente"]}),
]


async def audit(open_turn: Open, what: str) -> int:
    sql = "select count(*) from event_log where conversation_id = $1 and what = $2"
    return await open_turn.house.database.fetchval(sql, open_turn.number, what)


async def test_a_hand_over_says_one_goodbye_closes_the_turn_and_briefs_with_the_summary(ask: Ask):
    turn = await ask()
    first = await turn.call("hand_over", reason="asked_for_person", summary="Quer falar com a Ana.")
    again = await turn.call("hand_over", reason="unknown", summary="De novo.")
    assert first.ok
    assert first == again
    state = await state_of(turn.house.database, turn.number)
    assert state.turn is None
    assert state.pause is not None
    assert state.pause.reason is PauseReason.ASKED
    assert len(await line_of(turn.house.database)) == 1
    briefs = [text for _, text in await turn.rows("note")]
    assert sum("Quer falar com a Ana." in text for text in briefs) == 1
    assert not any("De novo" in text for text in briefs)
    assert await audit(turn, "handed_over") == 1


async def test_after_its_own_hand_over_a_turn_may_still_leave_a_note_but_speak_or_book_no_more(ask: Ask):
    turn = await ask()
    await turn.call("hand_over")
    assert (await turn.call("add_note", text="Orçamento até mil")).ok
    for name in ("hold_slot", "pause_bot"):
        answer = await turn.call(name, **dict(WRITES)[name])
        assert answer.data["code"] == "bot_off"
        assert "answer with the action none" in answer.text


async def test_a_pause_is_one_pause_with_the_time_that_was_named(ask: Ask):
    turn = await ask()
    first, again = [await turn.call("pause_bot", minutes=30) for _ in range(2)]
    assert first.ok
    assert "paused" in again.text
    state = await state_of(turn.house.database, turn.number)
    assert state.pause is not None
    assert (state.pause.reason, state.pause.fixed) == (PauseReason.COMMAND, True)
    assert await audit(turn, "paused") == 1


async def test_notes_and_tags_reach_the_lead_once(ask: Ask, sandbox: Player):
    turn = await ask()
    for _ in range(2):
        assert (await turn.call("add_note", text="Quer visita no sábado")).data["held"] is False
        assert (await turn.call("set_tags", tags=["quente", "visita"])).data["held"] is False
    await work_off(turn.house, but=("ask",))
    lead = int(await turn.house.database.fetchval("select lead_id from conversations"))
    assert [text for text in await notes_on(sandbox, lead) if "sábado" in text] == ["[Ponte] Quer visita no sábado"]
    tags = (await sandbox.api("GET", f"leads/{lead}")).json()["_embedded"]["tags"]
    assert {one["name"] for one in tags} >= {"quente", "visita"}
    assert [state for state, _ in await turn.rows("tags")] == ["sent"]


async def test_two_askers_of_one_turn_at_the_same_moment_leave_one_note_and_one_hand_over(ask: Ask):
    turn = await ask()
    await asyncio.gather(*(turn.call("add_note", text="Quer visita") for _ in range(4)))
    answers = await asyncio.gather(*(turn.call("hand_over") for _ in range(4)))
    assert all(answer.ok for answer in answers)
    assert len([text for _, text in await turn.rows("note") if text == "[Ponte] Quer visita"]) == 1
    assert await audit(turn, "handed_over") == 1


async def test_two_different_notes_are_two_notes(ask: Ask):
    turn = await ask()
    for text in ("Um", "Dois"):
        await turn.call("add_note", text=text)
    assert [text for _, text in await turn.rows("note")] == ["[Ponte] Um", "[Ponte] Dois"]


async def test_with_several_open_leads_a_note_is_held_and_the_answer_says_so(ask: Ask, database: Database):
    turn = await ask()
    await database.execute("update conversations set lead_id = null")
    await database.execute("update contacts set open_leads = '{901,902}'")
    if not await database.fetchval("select count(*) from contacts"):
        await database.execute(
            "insert into contacts (account_id, external_id, open_leads) "
            "select account_id, contact_id, '{901,902}' from conversations"
        )
    answer = await turn.call("add_note", text="Quer visita")
    assert answer.ok
    assert answer.data["held"] is True
    assert "several open leads" in answer.text
    assert [state for state, _ in await turn.rows("note")] == ["held"]


@pytest.mark.parametrize(("name", "arguments"), WRITES)
async def test_after_a_take_over_nothing_is_changed_and_the_brain_is_told_to_be_quiet(
    ask: Ask, name: str, arguments: dict[str, Any]
):
    turn = await ask()
    await ana_writes(turn)
    before = await turn.house.database.fetchval("select count(*) from outbox")
    answer = await turn.call(name, **arguments)
    assert not answer.ok
    assert answer.data["code"] == "bot_off"
    assert answer.text.startswith("A person has taken over this chat.")
    assert "answer with the action none" in answer.text
    assert await turn.house.database.fetchval("select count(*) from outbox") == before
    assert await turn.house.database.fetchval("select count(*) from agenda") == 0


@pytest.mark.usefixtures("seller")
async def test_after_a_take_over_what_only_reads_still_answers(ask: Ask):
    turn = await ask()
    await ana_writes(turn)
    assert (await turn.call("free_slots")).ok
    assert (await turn.call("seller_of")).ok
    assert (await turn.call("lookup_knowledge", question="preço")).ok


async def test_a_turn_that_was_answered_or_superseded_changes_nothing(ask: Ask):
    turn = await ask()
    for number, code in ((turn.turn.turn + 1, "turn_is_over"), (0, "first_message")):
        answer = await turn.of_turn(number).call("hand_over")
        assert answer.data["code"] == code
    assert (await state_of(turn.house.database, turn.number)).bot_on


async def test_what_the_brain_answers_after_its_hand_over_is_never_sent(
    ask: Ask, brain: ScriptedBrain, sandbox: Player
):
    turn = await ask()
    brain.says = [a_reply("Claro, eu mesmo resolvo!")]
    await turn.call("hand_over")
    await work_off(turn.house)
    said = await turn.house.database.fetchrow("select talk_id from conversations")
    assert said is not None
    assert "Claro, eu mesmo resolvo!" not in await company_said(sandbox, {"talk_id": int(said["talk_id"])})


@pytest.mark.usefixtures("seller")
@pytest.mark.parametrize(("name", "arguments"), WRITES)
async def test_a_dry_run_says_what_it_would_do_and_changes_nothing(ask: Ask, name: str, arguments: dict[str, Any]):
    turn = await ask()
    database = turn.house.database
    tables = ("outbox", "agenda", "event_log", "tool_calls", "inbox")
    before = [await database.fetchval(f"select count(*) from {table}") for table in tables]
    answer = await turn.dry().call(name, **arguments)
    assert answer.ok
    assert answer.data["dry_run"] is True
    assert [await database.fetchval(f"select count(*) from {table}") for table in tables] == before
    assert (await state_of(database, turn.number)).bot_on
