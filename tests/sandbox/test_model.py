"""The simulated model over real HTTP: what it is told it says, whole, streamed and broken."""

import json
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio

from app.sandbox.model_play import SHAPED
from tests.sandbox.modelling import Model, running


@pytest_asyncio.fixture(scope="module")
async def process() -> AsyncIterator[Model]:
    async with running() as model:
        yield model


@pytest_asyncio.fixture
async def model(process: Model) -> Model:
    await process.reset()
    return process


def message(answer: httpx.Response) -> dict[str, object]:
    return answer.json()["choices"][0]["message"]


async def test_it_says_what_the_newest_matching_play_says_and_its_default_else(model: Model):
    await model.tell({"when": "preço", "say": "R$ 180"}, {"when": "preço", "say": "R$ 200"})
    assert message(await model.complete())["content"] == "Recebi a sua mensagem."
    asked = await model.complete(messages=[{"role": "user", "content": "Qual o PREÇO?"}])
    assert message(asked)["content"] == "R$ 200"
    assert [entry["played"] for entry in await model.record()] == [None, "preço"]


async def test_the_steps_of_a_play_come_one_after_the_other_and_the_last_one_stays(model: Model):
    await model.tell({"when": "", "steps": [{"say": "1"}, {"say": "2"}]})
    assert [message(await model.complete())["content"] for _ in range(3)] == ["1", "2", "2"]


async def test_a_play_for_once_is_gone_after_its_last_step(model: Model):
    await model.tell({"say": "once", "once": True})
    said = [message(await model.complete())["content"] for _ in range(2)]
    assert said == ["once", "Recebi a sua mensagem."]


async def test_an_answer_goes_to_the_tool_for_it_or_out_as_json(model: Model):
    await model.tell({"answer": {"action": "reply", "balloons": ["Olá"]}})
    tool = {"type": "function", "function": {"name": "answer_customer", "parameters": {"type": "object"}}}
    called = await model.complete(tools=[tool])
    (call,) = message(called)["tool_calls"]
    assert json.loads(call["function"]["arguments"])["balloons"] == ["Olá"]
    assert called.json()["choices"][0]["finish_reason"] == "tool_calls"
    assert json.loads(str(message(await model.complete())["content"]))["action"] == "reply"


async def test_a_stream_ends_with_a_finish_reason_and_done(model: Model):
    await model.tell({"say": "uma resposta em pedaços"})
    lines = [line.removeprefix("data: ") for line in (await model.complete(stream=True)).text.split("\n\n") if line]
    assert lines.pop() == "[DONE]"
    pieces = [json.loads(line)["choices"][0] for line in lines]
    assert "".join(piece["delta"].get("content", "") for piece in pieces) == "uma resposta em pedaços"
    assert [piece["finish_reason"] for piece in pieces][-2:] == [None, "stop"]


@pytest.mark.parametrize(("fault", "reason"), [("length", "length"), ("no_finish", None)])
async def test_it_can_end_before_its_time(model: Model, fault: str, reason: str | None):
    await model.tell({"say": "uma resposta", "fault": fault})
    assert (await model.complete()).json()["choices"][0]["finish_reason"] == reason
    streamed = (await model.complete(stream=True)).text
    assert ("[DONE]" in streamed) is (fault == "length")


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_it_refuses_with_a_status_and_says_when_to_come_back(model: Model, status: int):
    await model.tell({"fault": str(status), "retry_after": 7})
    answer = await model.complete()
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert answer.json()["error"]["message"] == f"Simulated {status}."


async def test_it_can_die_in_the_middle_of_an_answer(model: Model):
    await model.tell({"fault": "cut"})
    with pytest.raises(httpx.RemoteProtocolError):
        await model.complete()


async def test_it_can_hang_be_empty_and_be_no_model_at_all(model: Model):
    await model.tell({"fault": "html"}, {"when": "vazio", "fault": "empty"}, {"when": "nunca", "fault": "hang"})
    assert (await model.complete()).headers["content-type"].startswith("text/html")
    empty = await model.complete(messages=[{"role": "user", "content": "vazio"}])
    assert empty.json()["choices"] == []
    with pytest.raises(httpx.ReadTimeout):
        await model.http.post(
            "/v1/chat/completions",
            json={"model": "m", "messages": [{"role": "user", "content": "nunca"}]},
            timeout=0.3,
        )


async def test_texts_that_share_words_have_vectors_near_to_each_other(model: Model):
    texts = ["horário de atendimento", "qual o horário de atendimento", "carpetes persas"]
    answer = await model.http.post("/v1/embeddings", json={"model": "e", "input": texts})
    ours, near, far = (one["embedding"] for one in answer.json()["data"])
    assert sum(a * b for a, b in zip(ours, near, strict=True)) > sum(a * b for a, b in zip(ours, far, strict=True))


async def test_a_step_with_an_unknown_word_is_refused(model: Model):
    answer = await model.http.put("/_model/script", json={"plays": [{"sagt": "x"}]})
    assert (answer.status_code, "sagt" in answer.text) == (400, True)


async def test_with_a_key_only_who_brings_it_is_answered():
    async with running("--key", "k", "--says", "Pronto") as model:
        assert (await model.complete()).status_code == 401
        model.http.headers["Authorization"] = "Bearer k"
        assert message(await model.complete())["content"] == "Pronto"
        assert (await model.http.get("/v1/models")).json()["data"][0]["id"] == "simulated"


async def test_in_the_exported_responder_it_answers_of_itself_and_offers_the_times_that_a_tool_told(model: Model):
    tools = [{"type": "function", "function": {"name": name}} for name in ("free_slots", "lookup_knowledge", SHAPED)]

    async def asked(said: str, *told: str) -> dict[str, Any]:
        user = f'What the customer wrote, oldest first, as JSON: [{{"kind":"text","text":"{said}"}}]\nOccasion: null'
        answers = [{"role": "tool", "tool_call_id": "1", "content": one} for one in told]
        answer = await model.complete(tools=tools, messages=[{"role": "user", "content": user}, *answers])
        (call,) = cast("list[Any]", message(answer)["tool_calls"])
        return {"name": call["function"]["name"], **json.loads(call["function"]["arguments"])}

    assert await asked("Quero marcar um horário") == {"name": "free_slots"}
    offered = await asked(
        "Quero marcar um horário", "The next free times:\n- seg 10:00 with Ana, id 1\n- seg 15:00 with Ana, id 2"
    )
    assert offered["output"]["action"] == "reply"
    assert "seg 10:00, seg 15:00" in offered["output"]["reply"]
    assert (await asked("Quanto custa a limpeza?"))["name"] == "lookup_knowledge"
    known = "The company says:\n\nPreços\nA limpeza custa R$ 180.\n\nAnswer from this only."
    assert (await asked("Quanto custa a limpeza?", known))["output"]["reply"] == "A limpeza custa R$ 180."
    assert (await asked("Quanto custa?", "The company has said nothing."))["output"]["action"] == "handoff"
    assert (await asked("quero falar com um atendente"))["output"] == {"action": "handoff", "reply": ""}
    await model.tell({"when": "limpeza", "say": "R$ 200"})
    told = await model.complete(tools=tools, messages=[{"role": "user", "content": "limpeza"}])
    assert message(told)["content"] == "R$ 200"
