"""The workflows are what they promise: the files of the repository are theirs, small, without secrets, and safe."""

import json
import re
from typing import Any

import pytest

from app.main import create_app
from app.n8n.workflows.canvas import Target, Workflow, short_id
from app.n8n.workflows.catalogue import catalogue
from app.n8n.workflows.comparison import differences, fingerprint, is_touched, stamp_of
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.rendering import canonical, render
from app.settings import Settings
from tests.conftest import ROOT

FOLDER = ROOT / "n8n_workflows"
OURS = catalogue(Deployment())
# What loads on n8n 1.123, 2.0 and 2.41.
SAFE = {
    "n8n-nodes-base.webhook": 2.1, "n8n-nodes-base.respondToWebhook": 1.4, "n8n-nodes-base.httpRequest": 4.2,
    "n8n-nodes-base.if": 2.2, "n8n-nodes-base.switch": 3.2, "n8n-nodes-base.set": 3.4, "n8n-nodes-base.merge": 3.2,
    "n8n-nodes-base.scheduleTrigger": 1.2, "n8n-nodes-base.errorTrigger": 1, "n8n-nodes-base.stickyNote": 1,
    "n8n-nodes-base.stopAndError": 1, "n8n-nodes-base.supabase": 1, "n8n-nodes-base.splitOut": 1,
    "@n8n/n8n-nodes-langchain.agent": 3, "@n8n/n8n-nodes-langchain.lmChatOpenAi": 1.3,
    "@n8n/n8n-nodes-langchain.outputParserStructured": 1.3, "@n8n/n8n-nodes-langchain.chainLlm": 1.7,
    "@n8n/n8n-nodes-langchain.mcpClientTool": 1.2,
}  # fmt: skip
Json = dict[str, Any]

each = pytest.mark.parametrize("workflow", OURS, ids=lambda one: one.key)


def nodes(workflow: Workflow) -> list[Json]:
    return render(workflow)["nodes"]


@each
def test_the_file_in_the_repository_is_up_to_date(workflow: Workflow):
    """If not: `ponte n8n export --base-url https://ponte.example --out n8n_workflows`."""
    assert (FOLDER / f"{workflow.key}.json").read_text(encoding="utf-8") == canonical(render(workflow))


def test_there_is_no_other_file():
    assert {path.name for path in FOLDER.glob("*.json")} == {f"{one.key}.json" for one in OURS}


@each
def test_rendering_twice_gives_the_same(workflow: Workflow):
    again = next(one for one in catalogue(Deployment()) if one.key == workflow.key)

    assert canonical(render(again)) == canonical(render(workflow))


@each
def test_only_versions_that_every_supported_n8n_has(workflow: Workflow):
    assert not [
        (one["type"], one["typeVersion"]) for one in nodes(workflow) if SAFE.get(one["type"]) != one["typeVersion"]
    ]


@each
def test_it_is_small(workflow: Workflow):
    assert len(workflow.nodes) <= 8


@each
def test_its_guide_is_in_three_languages(workflow: Workflow):
    (guide,) = [one for one in nodes(workflow) if one["type"].endswith("stickyNote")]

    assert all(f"### {name}\n" in guide["parameters"]["content"] for name in ("Português", "Español", "English"))
    assert all((workflow.purpose.pt, workflow.purpose.es, workflow.purpose.en))


@each
def test_every_webhook_wants_the_key_and_keeps_its_address(workflow: Workflow):
    hooks = [one for one in nodes(workflow) if one["type"].endswith(".webhook")]

    assert all(one["parameters"]["authentication"] == "headerAuth" for one in hooks)
    assert all(one["webhookId"] and one["credentials"]["httpHeaderAuth"]["id"] for one in hooks)


@each
def test_every_credential_has_an_id_and_a_name(workflow: Workflow):
    """Without an id n8n silently takes another credential of that type."""
    refs = [ref for one in nodes(workflow) for ref in one.get("credentials", {}).values()]

    assert refs
    assert all(ref["id"] and ref["name"] for ref in refs)


@each
def test_it_keeps_nothing_of_what_went_well(workflow: Workflow):
    settings = render(workflow)["settings"]

    assert (settings["executionOrder"], settings["saveDataSuccessExecution"]) == ("v1", "none")
    assert settings["timezone"] == "America/Sao_Paulo"
    assert workflow.is_error_flow or settings["errorWorkflow"] == short_id("erros")


@each
def test_for_the_api_it_brings_no_key_that_is_read_only_there(workflow: Workflow):
    assert set(render(workflow, Target.API)) == {"name", "nodes", "connections", "settings"}


@each
def test_everything_it_calls_is_a_path_of_ours(workflow: Workflow):
    known = set(create_app(Settings()).openapi()["paths"]) | {"/reports/vw_atendimento_diario", "/reports/vw_latencia"}
    # Built with provisioning, which is still to come.
    known.add("/api/create-user")
    called = [one["parameters"]["url"] for one in nodes(workflow) if one["type"].endswith(".httpRequest")]

    assert not [url for url in called if url.removeprefix("https://ponte.example") not in known]


@each
def test_every_failure_has_a_way_out(workflow: Workflow):
    """What can fail has its error output wired: to an answer where somebody waits for one, else to an end in red."""
    if workflow.is_error_flow:  # nobody comes after it
        return
    body = render(workflow)
    failing = [one["name"] for one in body["nodes"] if one.get("onError") == "continueErrorOutput"]
    calls = [
        one["name"] for one in body["nodes"] if re.search(r"\.(httpRequest|supabase|agent|chainLlm)$", one["type"])
    ]

    assert set(calls) <= set(failing)
    assert all(len(body["connections"][name]["main"]) == 2 and body["connections"][name]["main"][1] for name in failing)


@each
def test_a_run_that_ended_in_an_error_is_kept_by_n8n_and_told_to_ponte(workflow: Workflow):
    """An error that was answered is a success to n8n, of which nothing is kept: after the answer the run must fail."""
    body = render(workflow)
    answers = [one["name"] for one in body["nodes"] if one["parameters"].get("options", {}).get("responseCode") == 502]
    stops = {one["name"] for one in body["nodes"] if one["type"].endswith("stopAndError")}

    assert body["settings"]["saveDataErrorExecution"] == "all"
    assert all({wire["node"] for wire in body["connections"][name]["main"][0]} <= stops for name in answers)


def test_the_model_is_asked_the_way_every_server_knows():
    models = [one for flow in OURS for one in nodes(flow) if one["type"].endswith("lmChatOpenAi")]

    assert models
    assert all(one["parameters"]["responsesApiEnabled"] is False for one in models)


def test_the_tools_come_from_the_address_of_the_turn():
    responder = next(one for one in OURS if one.key == "responder")
    (tools,) = [one for one in nodes(responder) if one["type"].endswith("mcpClientTool")]

    assert tools["parameters"]["endpointUrl"] == "={{ $('Turn').first().json.body.mcp_url }}"
    assert tools["parameters"]["authentication"] == "headerAuth"


@each
def test_it_knows_itself_again(workflow: Workflow):
    body = render(workflow)

    assert stamp_of(body) == (fingerprint(body), {})
    assert not is_touched(body)
    assert differences(body, body) == []


def test_what_a_person_changes_is_seen_and_where_she_puts_it_is_not():
    responder = next(one for one in OURS if one.key == "responder")
    ours, live = render(responder), json.loads(canonical(render(responder)))
    live["nodes"][1]["position"] = [1, 1]
    assert not is_touched(live)

    live["nodes"][1]["parameters"]["options"]["maxIterations"] = 3
    live["nodes"] = [one for one in live["nodes"] if one["name"] != "Ponte"]
    live["connections"].pop("Ponte")
    live["settings"]["timezone"] = "UTC"
    assert is_touched(live)
    assert differences(live, ours) == [
        "node 'Ponte' is missing",
        "node 'Agent': parameters.options.maxIterations: 3 instead of 8",
        "wire 'Ponte' -> 'Agent' (ai_tool, output 0) is missing",
        'setting timezone: "UTC" instead of "America/Sao_Paulo"',
    ]
