"""Evaluation: the cases that come with Ponte, run by the command against a model over real HTTP; faults of files."""

import json
from pathlib import Path

import pytest

from app.agents.evals.cases import CLASSES, BadCases, Case, cases_in, read_cases
from app.agents.evals.scoring import Result, Score, judged, scores
from app.domain.brain import BrainFailed, Proposal, ReplyAction
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
    words = ("--model", "scripted", "--base-url", model.url, "--only", "injection", "--timeout", "1.5")
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
        ("", 1, "a file of cases is a list"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_line(text: str, line: int, why: str):
    with pytest.raises(BadCases) as caught:
        list(cases_in(text, where="own.yaml"))
    assert caught.value.message.startswith(f"own.yaml, line {line}: ")
    assert why in caught.value.message


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
        ({}, BrainFailed("model_down"), ("action fallback (model_down), not reply",)),
        ({"action": ["reply", "fallback"]}, BrainFailed("vetoed"), ()),
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
    assert [case.id for _, case in cases_in(block, where="run-evals.md")] == ["price-of-cleaning"]
