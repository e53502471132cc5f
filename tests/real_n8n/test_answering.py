"""A customer writes; the workflow in the real n8n answers, with Ponte's tools; and when n8n cannot, somebody does."""

import json
import re

from tests.e2e.play import fresh, until
from tests.real_n8n.conftest import Lab
from tests.real_n8n.model import Asked, Broken, Call, shaped


async def test_a_message_is_answered_by_the_workflow_once(lab: Lab):
    chat = fresh("nina")
    lab.model.plays["parcelar"] = lambda _: shaped(reply="Sim, em até três vezes.", tags=["parcelamento"])
    said = await lab.place.say(chat, "Vocês aceitam parcelar?")
    assert await lab.place.answered(chat) == ["Sim, em até três vezes."]
    found = await lab.place.settled(said)
    assert [(turn["brain"], turn["state"]) for turn in found["turns"]] == [("n8n", "admitted")]
    assert await lab.place.answers(chat) == ["Sim, em até três vezes."]


async def test_the_model_sees_ponte_s_tools_and_the_facts(lab: Lab):
    chat = fresh("otto")
    await lab.place.say(chat, "Bom dia, uma dúvida.")
    await lab.place.answered(chat)
    (asked,) = lab.model.asked
    assert {"Ponte_free_slots", "Ponte_confirm_slot", "Ponte_hand_over", "Ponte_lookup_knowledge"} <= set(asked.tools)
    system = asked.body["messages"][0]["content"]
    assert "America/Sao_Paulo" in system


def booking(asked: Asked) -> Call:
    """Looks, holds, confirms, and says so with the receipt."""
    match len(asked.told):
        case 0:
            return Call("Ponte_free_slots", {})
        case 1:
            slot = re.search(r"20\d\d-\d\d-\d\dT\d\d:\d\d", asked.told[0])
            assert slot, asked.told[0]
            return Call("Ponte_hold_slot", {"slot": slot[0]})
        case 2:
            return Call("Ponte_confirm_slot", {})
        case _:
            receipt = re.search(r"\bP[A-Z0-9-]{6,}\b|\"receipt\": ?\"([^\"]+)\"", asked.told[2].replace('\\"', '"'))
            assert receipt, asked.told[2]
            number = receipt[1] or receipt[0]
            return shaped(action="book", receipt=number, reply=f"Agendado! Seu comprovante: {number}.")


async def test_a_booking_is_made_by_the_tools_and_told_with_its_receipt(lab: Lab):
    chat = fresh("paula")
    lab.model.plays["agendar"] = booking
    said = await lab.place.say(chat, "Quero agendar uma visita.")
    (answer,) = await lab.place.answered(chat)
    assert answer.startswith("Agendado!"), json.dumps([one.told for one in lab.model.asked])
    conversation = (await lab.place.settled(said))["conversation_id"]
    sql = "select count(*) from agenda where conversation_id = $1 and state = 'booked'"
    assert await lab.running.ask(sql, conversation) == 1


async def test_a_reply_that_claims_a_booking_without_a_receipt_never_reaches_the_customer(lab: Lab):
    chat = fresh("quim")
    lab.model.plays["marcar"] = lambda _: shaped(reply="Pronto, está agendado para amanhã às 15h!")
    said = await lab.place.say(chat, "Quero marcar um horário.")
    await lab.place.settled(said)
    assert not [text for text in await lab.place.answers(chat) if "agendado" in text]


async def test_a_model_that_fails_in_n8n_is_told_and_the_next_rung_answers(lab: Lab):
    chat = fresh("rute")
    lab.model.plays["horário"] = lambda _: Broken(500)
    said = await lab.place.say(chat, "Qual o horário de funcionamento?")
    await lab.place.answered(chat)
    found = await lab.place.settled(said)
    (turn,) = found["turns"]
    failed, *others = turn["stages"]
    assert (failed["brain"], failed["outcome"]) == ("n8n", "http_502"), turn
    assert others[-1]["outcome"] == "answered", turn
    assert turn["brain"] == others[-1]["brain"] != "n8n"
    assert len(await lab.place.answers(chat)) == 1


async def test_a_person_is_called_when_the_workflow_says_so(lab: Lab):
    chat = fresh("saul")
    lab.model.plays["reclamar"] = lambda _: shaped(action="handoff", note="Quer reclamar de um atraso.")
    said = await lab.place.say(chat, "Quero reclamar do atraso.")
    found = await lab.place.bot(said, on=False)
    assert found["state"]["bot_on"] is False
    assert await lab.place.noted(chat, "Quer reclamar de um atraso.")


async def test_the_bot_is_paused_by_the_model_s_tool_and_its_answer_stays_here(lab: Lab):
    chat = fresh("tina")

    def hands_over(asked: Asked) -> Call:
        return shaped(reply="Já volto.") if asked.told else Call("Ponte_hand_over", {"summary": "Pede o gerente."})

    lab.model.plays["gerente"] = hands_over
    said = await lab.place.say(chat, "Chama o gerente, por favor.")
    await lab.place.bot(said, on=False)
    await lab.place.settled(said)
    assert "Já volto." not in await lab.place.answers(chat)


async def test_a_run_that_failed_in_n8n_is_counted_by_ponte(lab: Lab):
    async def counted() -> int:
        errors = (await lab.place.api.get("/stats")).json()["n8n_errors_24h"]
        mine = [one for one in errors if (one["workflow_name"], one["node"]) == ("Ponte · responder", "Failed")]
        return sum(one["n"] for one in mine)

    before, chat = await counted(), fresh("ugo")
    lab.model.plays["garantia"] = lambda _: Broken(500)
    await lab.place.say(chat, "Qual é a garantia?")
    await lab.place.answered(chat)

    async def told() -> bool:
        return await counted() > before

    assert await until(told)
