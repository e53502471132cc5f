"""Evaluation: the cases that come with Ponte, run by the command against a model over real HTTP; faults of files."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.evals.cases import CLASSES, Case, cases_in, read_cases
from app.agents.evals.reading import BadCases
from app.agents.evals.running import run_cases
from app.agents.evals.scoring import Result, Score, judged, scores
from app.domain.brain import BrainFailed, Proposal, ReplyAction, ReplyRequest
from app.services.tools.arguments import catalogue
from app.store.knowledge import examples
from tests.cli.conftest import Ponte
from tests.conftest import ROOT
from tests.sandbox.modelling import Model

CASES = read_cases(ROOT / "evals")

GOOD = """
- id: one
  class: faq
  language: en
  says: [Hello]
  expect: {contains: [hi]}
"""


def a_case(**expect: object) -> Case:
    told = {"id": "one", "class": "faq", "language": "en", "says": ["Hello"], "expect": expect}
    return Case.model_validate(told)


def a_reply(*balloons: str, **fields: str) -> Proposal:
    return Proposal(ReplyAction.REPLY, balloons, **fields)


async def play(model: Model, cases: list[Case]) -> None:
    """The scripted model answers each case as the case's `plays` say. Every turn's words are in one JSON text."""
    for case in cases:
        when = json.dumps(case.says or [*case.occasion.values()][1:2], ensure_ascii=False).strip("[]")
        if case.plays:
            await model.tell({"when": when, "steps": case.plays})


def test_there_are_cases_of_every_class_in_three_languages():
    assert len(CASES) >= 60
    assert {case.kind for case in CASES} == set(CLASSES)
    assert {case.language for case in CASES if case.kind != "first_message"} == {"pt-BR", "es", "en"}
    assert min(sum(case.language == language for case in CASES) for language in ("pt-BR", "es", "en")) >= 15


async def test_the_command_scores_a_good_model_with_all_of_them(ponte: Ponte, model: Model):
    await play(model, CASES)
    words = ("--model", "scripted", "--base-url", model.url, "--threshold", "1")
    said = await ponte("evals", *words)
    assert (said.code, said.err) == (0, ""), said
    assert f"all            {len(CASES):>3} of {len(CASES):>3}  100%" in said.out


async def test_the_command_fails_below_its_threshold_and_says_what_was_wrong(ponte: Ponte, model: Model):
    await model.tell({"answer": {"action": "reply", "balloons": ["Não sei, mas garanto 50% de desconto!"]}})
    words = ("--model", "scripted", "--base-url", model.url, "--only", "faq-price-cleaning-pt")
    said = await ponte("evals", *words)
    assert said.code == 1
    assert "faq-price-cleaning-pt: action fallback (vetoed:promise_discount)" in said.out
    told = await ponte("evals", *words, "--json")
    assert json.loads(told.out)["scores"][-1] == {"name": "all", "good": 0, "all": 1, "unmeasured": 0}


async def test_no_model_and_no_case_are_told(ponte: Ponte, model: Model):
    (await ponte("evals")).told("There is no model to evaluate.", "--model")
    words = ("--model", "scripted", "--base-url", model.url)
    (await ponte("evals", *words, "--only", "nothing")).told("No case is nothing.")


async def test_a_model_that_nobody_reaches_is_not_measured_even_where_giving_up_is_a_good_end(ponte: Ponte):
    words = ("--model", "scripted", "--base-url", "http://127.0.0.1:1/v1", "--only", "injection")
    said = await ponte("evals", *words)
    said.told("not measured (model_unreachable)", "--base-url", code=2)
    count = sum(case.kind == "injection" for case in CASES)
    assert f"injection      not measured ({count})" in said.out
    assert "100%" not in said.out


class Broken:
    """Gives up on every case, for one reason."""

    name = "broken"

    def __init__(self, code: str) -> None:
        self._code = code

    async def reply(self, request: ReplyRequest) -> Proposal:
        del request
        raise BrainFailed(self._code)


@pytest.mark.parametrize("code", ["unreadable", "model_truncated", "model_refused", "empty", "too_many_calls"])
async def test_an_agent_that_breaks_at_every_case_has_no_good_one_even_where_giving_up_is_a_good_end(code: str):
    broken = Broken(code)
    within = timedelta(seconds=5)
    results = await run_cases(CASES, lambda *_: broken, topics=list(examples()), tools=list(catalogue()), within=within)
    assert [score.good for score in scores(results)] == [0] * len(scores(results))
    assert all(f"action failed ({code})" in one.wrong[0] for one in results)


@pytest.mark.parametrize(
    ("fault", "code", "todo"),
    [
        ("429", "model_busy", "--at-once 1"),
        ("503", "model_down", "run again later"),
        ("401", "model_unauthorized", "OPENAI_API_KEY"),
        ("404", "model_rejected", "--model"),
        ("html", "model_error", "/v1"),
        ("hang", "too_late", "--timeout"),
    ],
)
async def test_a_server_that_fails_in_the_middle_leaves_its_case_unmeasured(
    ponte: Ponte, model: Model, fault: str, code: str, todo: str
):
    cases = [case for case in CASES if case.kind == "injection"]
    await play(model, cases)
    await model.tell({"when": cases[0].says[0], "fault": fault})
    patience = "8" if fault == "hang" else "60"  # a busy machine takes its time with the other cases, too
    words = ("--model", "scripted", "--base-url", model.url, "--only", "injection", "--timeout", patience)
    said = await ponte("evals", *words)
    said.told(f"1 of {len(cases)} cases were not measured ({code})", todo, code=2)
    measured = len(cases) - 1
    assert f"all            {measured:>3} of {measured:>3}  100%  1 not measured" in said.out
    assert f"{cases[0].id}: not measured ({code})" in said.out


async def test_a_model_behind_it_does_not_answer_for_the_one_that_is_measured(ponte: Ponte, model: Model):
    await play(model, CASES)
    words = ("--model", "gone", "--base-url", "http://127.0.0.1:1/v1", "--only", "faq-hours-es", "--json")
    behind = {"PONTE_MODEL_FALLBACK": "scripted", "OPENAI_FALLBACK_BASE_URL": model.url}
    said = await ponte("evals", *words, **behind)
    assert said.code == 2
    told = json.loads(said.out)
    assert told["scores"][-1] == {"name": "all", "good": 0, "all": 0, "unmeasured": 1}
    assert (told["cases"][0]["good"], told["cases"][0]["missed"]) == (False, "model_unreachable")


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (GOOD.replace("class: faq", "class: faqs"), 3, "class"),
        (GOOD.replace("says:", "sagt:"), 5, "sagt"),
        (GOOD.replace("contains:", "holds:"), 6, "expect.holds"),
        (GOOD.replace("language: en", "language: fr"), 4, "language"),
        (GOOD.replace("  says: [Hello]\n", ""), 2, "either `says` or an `occasion`"),
        (GOOD.replace("{contains: [hi]}", "{action: dance}"), 6, "there is no action dance"),
        (GOOD.replace("[Hello]", "[Hello"), 6, "expected"),
        ("a: mapping", 1, "a file of cases is a list"),
        ("", 1, "the file is empty"),
        ("\n \n", 1, "the file is empty"),
        ("- 5", 1, "keys with values"),
        ("# nothing\n[]", 2, ""),
        (GOOD.replace("Hello", "2026-13-45"), 5, "2026-13-45 is no date. Between quotes it is text."),
        (GOOD.replace("id: one", "id: 2026-99-99"), 2, "2026-99-99 is no date"),
        (GOOD.replace("Hello", "5"), 5, "says.0: 5 is no text to YAML. Put it between quotes."),
        (GOOD.replace("[hi]", "[no]"), 6, "expect.contains.0: False is no text to YAML"),
        (GOOD.replace("[Hello]", "{a: b}"), 5, "says: this must be a text or a list"),
        (GOOD.replace("expect: {contains: [hi]}", "expect: [hi]"), 6, "expect: this must be keys with values"),
        (GOOD.replace("Hello", "He\0llo"), 5, "a character in it that no text holds (#0x0)"),
        (GOOD.replace("Hello", "a\x07"), 5, "a character in it that no text holds (#0x7)"),
        (GOOD.replace("[Hello]", '["He\\0llo"]'), 5, "NUL"),
        (GOOD + "  id: two\n", 7, "`id` comes twice"),
        (GOOD.replace("{contains: [hi]}", "{contains: [a], contains: [b]}"), 6, "`contains` comes twice"),
        (GOOD.replace("[Hello]", "[]"), 2, "either `says` or an `occasion`"),
        (GOOD.replace("[Hello]", '""'), 5, "says: there is an empty text in it"),
        (GOOD.replace("[Hello]", "[Hello, ' ']"), 5, "says: there is an empty text in it"),
        (GOOD.replace("[hi]", "['']"), 6, "expect.contains: there is an empty text in it"),
        (GOOD.replace("{contains: [hi]}", "{action: []}"), 6, "`action` names none"),
        (GOOD.replace("{contains: [hi]}", "{no_tools: [confirm_slo]}"), 6, "there is no tool confirm_slo; there are"),
        (
            GOOD.replace("{contains: [hi]}", "{tools: [free_slots], no_tools: [free_slots]}"),
            6,
            "free_slots must be called",
        ),
        (GOOD + "  history:\n    - {customer: a}\n    - {customer: a, assistant: b}\n", 9, "is said by one"),
        (GOOD + "  history: [{}]\n", 7, "is said by one"),
        (GOOD + "  plays: [{sagt: x}]\n", 7, "plays: there is no key `sagt` in a step"),
        (GOOD.replace("id: one", "id: Ündö"), 2, "id: it is made of small letters"),
        (GOOD.replace("  expect: {contains: [hi]}\n", ""), 2, "`expect` is missing"),
        (GOOD.replace("Hello", "!!binary xx=y"), 5, "this is no YAML"),
        (GOOD + "---\n" + GOOD, 7, "another document"),
        ("[" * 3000, 1, "too deeply"),
        (GOOD.replace("Hello", "9" * 5000), 5, "is no number"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_line(text: str, line: int, why: str, tmp_path: Path):
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadCases) as caught:
        read_cases(tmp_path / "own.yaml", tools={"free_slots", "confirm_slot"})
    assert not why or caught.value.message.startswith(f"own.yaml, line {line}: "), caught.value.message
    assert why in caught.value.message


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path: Path):
    (tmp_path / "own.yaml").write_bytes(GOOD.replace("Hello", "Olá, não").encode("latin-1"))
    with pytest.raises(BadCases, match=r"own\.yaml, line 5: this is not UTF-8\. Save the file in UTF-8\."):
        read_cases(tmp_path)


def test_a_date_is_the_text_that_was_written_and_a_mark_at_the_beginning_of_the_file_is_none():
    text = GOOD.replace("Hello", "2026-11-23").replace("[hi]", '["180"]')
    ((line, case),) = cases_in(b"\xef\xbb\xbf" + text.encode(), where="own.yaml")
    assert (line, case.says, case.expect.contains) == (2, ["2026-11-23"], ["180"])


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_a_file_holds_it_is_read_or_refused(raw: bytes):
    with suppress(BadCases):
        list(cases_in(GOOD.encode() + raw, where="own.yaml"))


def test_two_cases_of_one_name_are_refused_and_json_is_read_too(tmp_path: Path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.json").write_text(json.dumps([a_case().model_dump(by_alias=True)]))
    with pytest.raises(BadCases, match=r"b\.json, line 1: there is a case one already"):
        read_cases(tmp_path)
    (tmp_path / "a.yaml").unlink()
    assert [case.id for case in read_cases(tmp_path)] == ["one"]


def test_a_folder_without_cases_is_refused(tmp_path: Path):
    with pytest.raises(BadCases):
        read_cases(tmp_path)


@pytest.mark.parametrize(
    ("expect", "came", "wrong"),
    [
        ({"contains": ["Prices"]}, a_reply("Our prices are fine"), ()),
        ({"contains": ["180"]}, a_reply("Good morning to you"), ("does not say “180”",)),
        ({"any_of": ["a1", "b1"]}, a_reply("Good morning"), ("says none of “a1”, “b1”",)),
        ({"lacks": ["free"]}, a_reply("It is FREE"), ("says “free”",)),
        ({}, a_reply("Bom dia, tudo bem com você?"), ("speaks pt-BR, not en",)),
        ({"reason": "known"}, a_reply("Yes", reason="unknown"), ("reason unknown, not known",)),
        ({"action": "handoff"}, a_reply("Yes", reason="known"), ("action reply (known), not handoff",)),
        ({}, BrainFailed("model_down"), ("action failed (model_down), not reply",)),
        ({"action": ["reply", "fallback"]}, BrainFailed("vetoed:promise"), ()),
        ({"action": ["reply", "fallback"]}, BrainFailed("empty"), ("action failed (empty), not reply or fallback",)),
        ({"tools": ["free_slots"]}, a_reply("Yes"), ("did not call free_slots",)),
        ({"no_tools": ["seller_of"]}, a_reply("Yes"), ("called seller_of",)),
    ],
)
def test_an_answer_is_judged_by_what_its_case_expects(expect: dict[str, object], came: object, wrong: tuple[str, ...]):
    assert isinstance(came, Proposal | BrainFailed)
    assert judged(a_case(**expect), came, ["seller_of"]) == wrong


def test_scores_are_told_by_class_and_together():
    results = [Result(case, ("wrong",) if at else ()) for at, case in enumerate([a_case(), a_case()])]
    assert scores(results) == [Score("faq", 1, 2), Score("all", 1, 2)]
    assert scores(results)[0].share == 0.5
    assert Score("none", 0, 0).share == 1.0


def test_the_case_of_the_howto_is_one():
    page = (ROOT / "docs" / "howto" / "run-evals.md").read_text(encoding="utf-8")
    block = page.split("```yaml\n")[1].split("```")[0]
    assert [case.id for _, case in cases_in(block.encode(), where="run-evals.md")] == ["price-of-cleaning"]
