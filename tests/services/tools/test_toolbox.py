"""The toolbox as a whole: what models see, what they may get wrong, and what is kept of their calls."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.ids import AccountId, ConversationId
from app.domain.tools import Toolbox
from app.services.tools.arguments import MODELS
from app.store.tool_calls import ToolCalls
from app.wiring import House
from tests.services.tools.conftest import Ask, Open, tomorrow

ELEVEN = {
    *("seller_of", "free_slots", "hold_slot", "confirm_slot", "cancel_booking", "pause_bot", "hand_over", "add_note"),
    *("set_tags", "lookup_knowledge", "provision_user"),
}


def test_every_tool_has_a_description_and_a_flat_schema_that_names_no_account_and_no_conversation(house: House):
    box: Toolbox = house.toolbox
    assert {tool.name for tool in box.tools()} == ELEVEN == set(MODELS)
    for tool in box.tools():
        assert 20 < len(tool.description) < 200
        assert tool.parameters["type"] == "object"
        for name, schema in tool.parameters["properties"].items():
            assert schema["type"] in ("string", "integer", "array")
            assert schema["description"]
            assert not {"$ref", "anyOf", "allOf", "title", "default"} & {*schema, *schema.get("items", {})}
            assert not {"account", "conversation", "contact", "lead", "turn"} & set(name.split("_"))


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("book_flight", {}, "seller_of, free_slots"),
        ("hold_slot", {}, "slot: Field required"),
        ("hold_slot", {"slot": ["a"]}, "slot: Input should be a valid string"),
        ("pause_bot", {"minutes": "soon"}, "minutes: Input should be a valid integer"),
        ("pause_bot", {"minutes": -1}, "greater than or equal to 0"),
        ("hand_over", {"reason": "bored"}, "'asked_for_person', 'unknown' or 'media'"),
        ("pause_bot", {"minutes": True}, "minutes: Value error, Input should be a whole number"),
        ("pause_bot", {"minutes": 1.5}, "minutes (integer, optional)"),
        ("free_slots", {"seller_id": {"id": 77}}, "when (string, optional); seller_id (string, optional)"),
        ("hand_over", {"reason": 7}, "reason (asked_for_person or unknown or media, optional)"),
        ("set_tags", {"tags": {"a": 1}}, "tags (a list of strings, required)"),
        ("set_tags", {"tags": []}, "at least 1 item"),
        ("set_tags", {"tags": ["x" * 100]}, "at most 60 characters"),
        ("add_note", {"text": "   "}, "at least 1 character"),
        ("add_note", {"text": "x" * 3000}, "at most 2000 characters"),
    ],
)
async def test_what_a_model_gets_wrong_is_answered_with_what_to_do(
    ask: Ask, name: str, arguments: dict[str, Any], said: str
):
    turn = await ask()
    answer = await turn.call(name, **arguments)
    assert not answer.ok
    assert answer.data["code"] in ("unknown_tool", "wrong_arguments")
    assert said in answer.text
    assert "arguments" not in answer.data


async def test_nulls_numbers_as_text_and_what_a_client_adds_of_its_own_do_no_harm(ask: Ask):
    turn = await ask()
    extra = {"sessionId": "x", "action": "sendMessage", "account_id": 999, "conversation_id": 1, "toolCallId": "c"}
    assert (await turn.call("pause_bot", minutes="15", reason=None, **extra)).ok
    assert await turn.house.database.fetchval("select bot_on from conversations") is False


async def test_a_number_that_is_an_empty_text_is_as_good_as_none(ask: Ask):
    turn = await ask()
    assert (await turn.call("pause_bot", minutes=" ")).text.startswith("The bot is paused in this chat until a sales")


@pytest.mark.usefixtures("seller")
@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        (
            "free_slots",
            {"seller_id": "Ana", "when": tomorrow()},
            "Take an id from free_slots or seller_of, or name no salesperson.",
        ),
        ("hold_slot", {"slot": "Ana@2030-01-10T15:00:00Z"}, "Take an id from free_slots or seller_of"),
        ("hold_slot", {"slot": "77@"}, "Call free_slots, and send back the id of one of its slots"),
        ("hold_slot", {"slot": "77@9999-12-31T23:59:59-23:59"}, "Call free_slots, and send back the id"),
    ],
)
async def test_an_id_that_a_model_made_up_is_answered_with_where_to_get_one(
    ask: Ask, name: str, arguments: dict[str, Any], said: str
):
    answer = await (await ask()).call(name, **arguments)
    assert not answer.ok
    assert said in answer.text
    assert "hand_over" not in answer.text


async def test_tags_may_come_as_one_text(ask: Ask):
    turn = await ask()
    assert (await turn.call("set_tags", tags="quente, visita")).ok
    assert [json.loads(more) for _, more in await turn.rows("tags")] == [{"add": ["quente", "visita"]}]


async def test_a_turn_of_another_account_or_of_a_chat_that_is_gone_finds_nothing(ask: Ask, house: House):
    turn = await ask()
    for stranger in ((AccountId(999), turn.number), (turn.account.id, ConversationId(999))):
        ref = type(turn.turn)(*stranger, turn.turn.turn, turn.turn.expires_at)
        for name in MODELS:
            needed = {"hold_slot": {"slot": "2030-01-10T15:00"}, "add_note": {"text": "x"}, "set_tags": {"tags": ["x"]}}
            answer = await house.toolbox.call(ref, name, needed.get(name, {"question": "preço"}))
            assert isinstance(answer.text, str)
            if name not in ("lookup_knowledge", "free_slots"):
                assert not answer.ok
    assert (await house.database.fetchval("select count(*) from outbox where kind <> 'message'")) == 0
    assert (await house.database.fetchval("select count(*) from tool_calls")) == 0


async def test_of_every_call_is_kept_which_tool_it_was_and_what_came_of_it_but_no_word_of_the_arguments(ask: Ask):
    turn = await ask()
    await turn.call("lookup_knowledge", question="segredo de Maria")
    await turn.call("add_note", text="segredo de Maria")
    await turn.call("add_note", text="segredo de Maria")
    await turn.call("hold_slot", slot="segredo de Maria")
    ref, now = turn.turn, datetime.now(UTC)
    made = await ToolCalls(turn.house.database).of_turns(ref.account_id, ref.conversation_id, [ref.turn], until=now)
    assert [(one.tool, one.ok, one.code, one.calls) for one in made[ref.turn]] == [
        ("lookup_knowledge", True, "", 1),
        ("add_note", True, "", 2),
        ("hold_slot", False, "not_clear", 1),
    ]
    rows = await turn.house.database.fetch("select to_jsonb(t)::text as row from tool_calls t")
    assert not any("segredo" in row["row"] for row in rows)


async def test_an_operator_sees_on_the_turn_which_tools_it_called_and_no_word_of_the_arguments(ask: Ask):
    turn = await ask()
    explaining, ref = turn.house.doors.explaining, turn.turn
    before = datetime.now(UTC)
    await turn.call("lookup_knowledge", question="segredo de Maria")
    await turn.call("hold_slot", slot="segredo de Maria")
    found = await explaining.debug(ref.account_id, str(ref.conversation_id), None)
    [shown] = found["turns"]
    assert [(one["tool"], one["ok"], one["code"]) for one in shown["tools"]] == [
        ("lookup_knowledge", True, ""),
        ("hold_slot", False, "not_clear"),
    ]
    assert all(before <= one["at"] <= datetime.now(UTC) for one in shown["tools"])
    assert "segredo" not in str(found)
    [looked_back] = (await explaining.debug(ref.account_id, str(ref.conversation_id), before))["turns"]
    assert looked_back["tools"] == []


async def test_without_anybody_who_provisions_the_brain_is_told_to_hand_over(ask: Ask):
    turn = await ask()
    answer = await turn.call("provision_user", name="Maria", email="maria@example.com")
    assert answer.data["code"] == "not_set_up"
    assert answer.text == "No panel is set up. Promise the customer nothing; call hand_over."


async def test_what_the_company_never_said_is_not_invented(ask: Ask):
    turn = await ask()
    answer = await turn.call("lookup_knowledge", question="Vocês vendem helicópteros?")
    assert answer.data["found"] is False
    assert "Do not invent" in answer.text


async def test_what_the_company_said_is_quoted(ask: Ask, house: House):
    turn = await ask()
    await house.knowledge.add_examples(turn.account.id)
    answer = await turn.call("lookup_knowledge", question="Qual o horário de funcionamento?")
    assert answer.data["found"] is True
    assert answer.data["passages"][0]["text"] in answer.text


async def test_a_database_that_does_not_answer_is_an_answer_too(ask: Ask, house: House):
    turn: Open = await ask()
    await house.database.execute("alter table tool_calls rename to elsewhere")
    answer = await turn.call("seller_of")
    await house.database.execute("alter table elsewhere rename to tool_calls")
    assert not answer.ok
    assert "hand_over" in answer.text


@pytest.mark.parametrize("mark", ["\x00", "\ud83d"])
async def test_arguments_with_what_no_database_can_store_are_read_without_it(ask: Ask, mark: str):
    turn = await ask()
    assert (await turn.call("add_note", text=f"Quer{mark} visita")).ok
    assert (await turn.call("set_tags", tags=[f"quente{mark}"])).ok
    assert (await turn.call("lookup_knowledge", question=f"{mark}preço")).data.get("code") != "internal"
    assert "text: " in (await turn.call("add_note", text=mark)).text
    assert "Quer visita" in str(await turn.rows("note"))
