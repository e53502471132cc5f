"""What a workflow may answer, and what its builder hears of an answer that cannot be used."""

import json

import pytest

from app.domain.brain import AnswersLater, BrainFailed, Proposal, ReplyAction, Usage, failed_execution
from app.n8n.reading import MOST_BYTES, read_answer

SECRET = "o cliente disse xpto"


def read(body: object, status: int = 200, kind: str = "application/json") -> Proposal:
    return read_answer(status, kind, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_text_is_one_balloon_and_a_list_is_several():
    assert read({"reply": "Oi!"}).balloons == ("Oi!",)
    assert read({"reply": ["Oi!", "", "Tudo bem?"]}).balloons == ("Oi!", "Tudo bem?")


def test_every_action_and_what_comes_with_it():
    usage = {"model": "m-1", "input_tokens": 10, "output_tokens": 4}
    found = read({"action": "book", "reply": "Agendado!", "receipt": "AG-7KM2Q9XD", "tags": ["agenda"], "usage": usage})
    assert found == Proposal(
        *(ReplyAction.BOOK, ("Agendado!",)),
        tags=("agenda",),
        receipt="AG-7KM2Q9XD",
        usage=Usage("m-1", 10, 4),
    )
    assert read({"action": "handoff", "note": "Quer negociar.", "reason": "asked_for_person"}).note == "Quer negociar."
    assert read({"action": "none"}).action is ReplyAction.NONE
    assert read({"action": "note", "note": "Ligar amanhã."}).action is ReplyAction.NOTE


@pytest.mark.parametrize(
    "wrapped",
    [
        *([{"reply": "Oi!"}], {"output": "Oi!"}, {"output": {"reply": "Oi!"}}, [{"output": {"reply": ["Oi!"]}}]),
        *({"output": json.dumps({"reply": "Oi!"})}, json.dumps({"reply": "Oi!"}), {"reply": '{"reply": "Oi!"}'}),
        *({"output": '```json\n{"reply": "Oi!"}\n```'}, {"output": '{"output": {"reply": "Oi!", "tags": ["a"]}}'}),
    ],
)
def test_what_an_n8n_node_wraps_around_an_answer_is_taken_off(wrapped: object):
    assert read(wrapped).balloons == ("Oi!",)


@pytest.mark.parametrize("words", ["[foto] Veja esta.", "Use {nome} no cupom", "Não é null.", "1 < 2", "```oi```"])
def test_words_that_only_look_a_little_like_code_are_sent_as_they_are(words: str):
    assert read({"output": words}).balloons == (words,)


def test_nulls_and_a_cost_in_another_form_cost_nobody_a_good_answer():
    nothing = {"tags": None, "note": None, "receipt": None, "action": None, "reason": None, "usage": None}
    assert read({"reply": "Oi!", **nothing}) == Proposal(ReplyAction.REPLY, ("Oi!",))
    assert read({"reply": ["Oi!", None], "tags": [None, "a"]}).tags == ("a",)
    assert read({"reply": "Oi!", "usage": {"input_tokens": None}}).usage == Usage()
    for odd in ({"input_tokens": 12.5}, {"input_tokens": 2**40}, "12", []):
        assert read({"reply": "Oi!", "usage": odd}).usage is None


@pytest.mark.parametrize("depth", [70, 500, 900])
def test_an_answer_that_is_nested_too_deeply_is_told_to_its_builder(depth: int):
    deep: object = "x"
    for level in range(depth):
        deep = [deep] if level % 2 else {"a": deep}
    for body in ({"reply": "Oi!", "x": deep}, {"reply": "Oi!", "usage": deep}, {"output": deep}, {"reply": deep}):
        with pytest.raises(BrainFailed) as told:
            read(body)
        assert (told.value.code, told.value.detail) == ("bad_answer", "nested too deeply")


@pytest.mark.parametrize("blank", ["\u200b", "\ufeff \u2060", "\u3164", ["", "\u200d"], "\u2800\ufe0f", "\x00\u00ad"])
def test_an_answer_in_which_nothing_can_be_seen_is_no_answer(blank: object):
    with pytest.raises(BrainFailed) as told:
        read({"reply": blank})
    assert told.value.code == "no_text"


def test_a_reason_is_a_code_in_which_no_number_can_be_told():
    told = read({"action": "none", "reason": "Cliente 11 98888-7777: preço_alto" + "x" * 50}).reason
    assert told == ("cliente:preo_alto" + "x" * 50)[:40]


@pytest.mark.parametrize(
    ("status", "body"),
    [(202, b""), (200, b'{"action": "later"}'), (200, b'{"message": "Workflow was started"}')],
)
def test_an_answer_may_come_later_by_callback(status: int, body: bytes):
    with pytest.raises(AnswersLater):
        read(body, status)


BAD = {
    "empty": (200, b"", "empty", "Respond to Webhook"),
    "blank": (200, b" \n", "empty", "Respond to Webhook"),
    "unpublished": (404, b'{"code": 404}', "http_404", "published"),
    "forbidden": (403, b"Authorization data is wrong!", "http_403", "N8N_REPLY_KEY"),
    "redirect": (302, b"", "http_302", "302"),
    "failed": (500, b'{"message": "Error in workflow"}', "http_500", "execution"),
    "page": (200, b"<!DOCTYPE html><p>Sign in</p>", "html", "production URL"),
    "broken": (200, b'{"reply": "Oi', "not_json", "line 1"),
    "list": (200, b"[1, 2]", "bad_answer", "object"),
    "typo": (200, b'{"replly": "Oi"}', "no_text", "1 unknown"),
    "words as a name": (200, json.dumps({SECRET: "x", "note": "n"}).encode(), "no_text", "has note, 1 unknown"),
    "page as a text": (200, b'{"reply": "<!DOCTYPE html><p>Sign in</p>"}', "bad_answer", "web page"),
    "page as output": (200, b'{"output": " <html><body>502</body></html>"}', "bad_answer", "web page"),
    "object": (200, b'{"reply": ["Oi", "[object Object]"]}', "bad_answer", "field of the object"),
    "undefined": (200, b'{"reply": "undefined"}', "bad_answer", "empty value"),
    "unfilled": (200, b'{"reply": "Oi {{ $json.output }}"}', "bad_answer", "not filled in"),
    "JSON of another form": (200, b'{"reply": "{\\"answer_text\\": 1}"}', "bad_answer", "JSON inside"),
    "JSON cut short": (200, b'{"output": "```json\\n{\\"reply\\": \\"oi"}', "bad_answer", "JSON inside"),
    "no text": (200, b'{"action": "reply", "reply": "  "}', "no_text", "needs reply"),
    "action": (200, b'{"action": "dance"}', "bad_answer", "one of reply"),
    "type": (200, json.dumps({"reply": {SECRET: SECRET}}).encode(), "bad_answer", "reply"),
    "flood": (200, json.dumps({"reply": ["x"] * 21}).encode(), "bad_answer", "20 balloons"),
    "huge": (200, json.dumps({"reply": "x" * MOST_BYTES}).encode(), "too_long", "bytes"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_told_to_its_builder_by_a_code_and_a_sentence(name: str):
    status, body, code, word = BAD[name]
    with pytest.raises(BrainFailed) as told:
        read(body, status, "text/html" if name == "page" else "application/json")
    assert told.value.code == code
    assert word in told.value.detail
    assert SECRET not in told.value.detail


def test_the_run_that_failed_is_told_if_the_answer_names_it_and_nothing_else_of_it():
    body = b'{"error": {"code": "workflow_failed", "execution": "231", "message": "Filomena said"}}'
    with pytest.raises(BrainFailed) as failed:
        read(body, 502)
    assert failed.value.code == "http_502"
    assert failed.value.detail == "the webhook answered 502" + failed_execution("231")


@pytest.mark.parametrize("named", ['"Filomena"', '"+55 11"', '""', '["231"]', "null", '"231\\n"'])
def test_what_is_no_number_of_a_run_is_not_told(named: str):
    with pytest.raises(BrainFailed) as failed:
        read(f'{{"error": {{"execution": {named}}}}}'.encode(), 502)
    assert failed.value.detail == "the webhook answered 502"
