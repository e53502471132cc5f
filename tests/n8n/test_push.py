"""A push brings an n8n up to what Ponte has, says what it did, and where it cannot, changes nothing."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.domain.errors import Conflict, NeedsHuman, Retryable
from app.n8n.client import N8n
from app.n8n.workflows.canvas import Workflow
from app.n8n.workflows.catalogue import catalogue
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import MODEL, PONTE, SUPABASE
from app.services.workflows.planning import Secret
from app.services.workflows.pushing import Pushing, PushStopped, Report
from tests.n8n.stand_in import KEY, SCOPES, StandIn, http, standing_in

OURS = catalogue(Deployment("https://bot.example.com"))
RESPONDER, ERRORS = "Ponte · responder", "Ponte · erros"
PATIENCE = 3.0


def secrets(value: str = "ponte_one") -> list[Secret]:
    return [
        Secret(PONTE, {"name": "X-API-Key", "value": value}),
        Secret(MODEL, {"apiKey": "sk-made-up", "url": "https://models.example.com/v1"}),
        Secret(SUPABASE, {"host": "https://x.supabase.example", "serviceRole": "made-up"}),
    ]


@pytest_asyncio.fixture
async def n8n() -> AsyncIterator[StandIn]:
    async with standing_in() as made:
        yield made


async def push(
    n8n: StandIn,
    given: list[Secret] | None = None,
    *,
    key: str = KEY,
    overwrite: bool = False,
    ours: list[Workflow] = OURS,
) -> Report:
    async with http() as client:
        pushing = Pushing(N8n(client, n8n.url, key), patience=PATIENCE, look_every=0.01)
        return await pushing.push(ours, secrets() if given is None else given, overwrite=overwrite)


async def test_a_first_push_makes_everything_and_publishes_it(n8n: StandIn):
    report = await push(n8n)

    assert {one["name"] for one in n8n.workflows.values()} == {one.name for one in OURS}
    assert all(one["active"] for one in n8n.workflows.values())
    assert all(one["tags"][0]["name"] == "Ponte" for one in n8n.workflows.values())
    assert len(report.done) == len(OURS) + 3
    assert (report.kept, report.undone, report.failed) == ([], [], False)


async def test_what_others_point_at_comes_first(n8n: StandIn):
    await push(n8n)

    errors = n8n.named(ERRORS)["id"]
    assert [one.split()[1] for one in n8n.writes][:4] == ["credentials", "credentials", "credentials", "workflows"]
    assert "errorWorkflow" not in n8n.named(ERRORS)["settings"]
    assert n8n.named(RESPONDER)["settings"]["errorWorkflow"] == errors
    used = n8n.node(RESPONDER, "Model")["credentials"]["openAiApi"]
    assert n8n.credentials[used["id"]]["name"] == used["name"] == MODEL.name


async def test_a_second_push_changes_nothing_and_says_so(n8n: StandIn):
    await push(n8n)
    n8n.writes.clear()

    report = await push(n8n)

    assert n8n.writes == []
    assert not report.changed
    assert len(report.kept) == len(OURS) + 3


async def test_no_secret_is_in_a_workflow(n8n: StandIn):
    await push(n8n)

    shown = json.dumps(list(n8n.workflows.values()))
    assert not [word for word in ("ponte_one", "sk-made-up", "made-up") if word in shown]


async def test_a_new_key_changes_its_credential_and_no_other(n8n: StandIn):
    await push(n8n)
    n8n.writes.clear()

    report = await push(n8n, secrets("ponte_two"))

    number = next(number for number, one in n8n.credentials.items() if one["name"] == PONTE.name)
    assert n8n.held[number]["value"] == "ponte_two"
    assert [one for one in n8n.writes if "credentials" in one] == [f"PATCH credentials/{number}"]
    assert report.done == [f"credential {PONTE.name}: updated", f"workflow {ERRORS}: updated"]
    assert not (await push(n8n, secrets("ponte_two"))).changed


async def test_another_release_replaces_what_nobody_touched(n8n: StandIn):
    await push(n8n)
    n8n.node(RESPONDER, "Agent")["position"] = [7, 7]
    newer = catalogue(Deployment("https://elsewhere.example.com", model="other"))

    report = await push(n8n, ours=newer)

    assert n8n.node(RESPONDER, "Model")["parameters"]["model"]["value"] == "other"
    assert n8n.node(RESPONDER, "Agent")["position"] == [7, 7]
    assert f"workflow {RESPONDER}: updated" in report.done


async def test_what_a_person_changed_is_left_alone_unless_told_otherwise(n8n: StandIn):
    await push(n8n)
    n8n.node(RESPONDER, "Agent")["parameters"]["options"]["systemMessage"] = "Só fale de gatos."

    report = await push(n8n)
    assert n8n.node(RESPONDER, "Agent")["parameters"]["options"]["systemMessage"] == "Só fale de gatos."
    assert [line for line in report.undone if RESPONDER in line and "changed by a person" in line]

    await push(n8n, overwrite=True)
    assert "gatos" not in n8n.node(RESPONDER, "Agent")["parameters"]["options"]["systemMessage"]


async def test_an_error_workflow_that_a_person_changed_still_keeps_what_credentials_hold(n8n: StandIn):
    await push(n8n)
    n8n.node(ERRORS, "Tell Ponte")["parameters"]["options"]["timeout"] = 5000
    report = await push(n8n, secrets("ponte_two"))
    assert f"credential {PONTE.name}: updated" in report.done
    assert n8n.node(ERRORS, "Tell Ponte")["parameters"]["options"]["timeout"] == 5000
    n8n.writes.clear()
    again = await push(n8n, secrets("ponte_two"))
    assert (n8n.writes, again.done) == ([], [])
    assert [line for line in again.undone if ERRORS in line and "changed by a person" in line]


async def test_a_workflow_that_a_person_changed_gets_the_credential_that_comes_later_and_nothing_else(n8n: StandIn):
    await push(n8n, secrets()[:1])
    n8n.node(RESPONDER, "Agent")["parameters"]["options"] = {"maxIterations": 3}
    n8n.named(RESPONDER)["settings"]["saveExecutionProgress"] = True
    before = n8n.named(RESPONDER)["active"]
    report = await push(n8n)
    assert f"workflow {RESPONDER}: bound to its credentials" in report.done
    used = n8n.node(RESPONDER, "Model")["credentials"]["openAiApi"]
    assert n8n.credentials[used["id"]]["name"] == MODEL.name
    assert n8n.node(RESPONDER, "Agent")["parameters"]["options"] == {"maxIterations": 3}
    assert n8n.named(RESPONDER)["settings"]["saveExecutionProgress"] is True
    assert n8n.named(RESPONDER)["active"] == before
    assert (await push(n8n)).done == []


async def test_a_changed_workflow_that_n8n_will_not_have_back_is_told_and_the_push_goes_on(n8n: StandIn):
    await push(n8n, secrets()[:1])
    n8n.node(RESPONDER, "Agent")["parameters"]["options"] = {"maxIterations": 3}
    n8n.refuse = {f"workflows/{n8n.named(RESPONDER)['id']}"}
    report = await push(n8n)
    assert [line for line in report.undone if RESPONDER in line and "not bound" in line]
    assert all(one["active"] for one in n8n.workflows.values() if one["name"] != RESPONDER)


async def test_a_workflow_that_somebody_unpublished_is_published_again(n8n: StandIn):
    await push(n8n)
    n8n.named(RESPONDER)["active"] = False

    assert (await push(n8n)).done == [f"workflow {RESPONDER}: published"]


async def test_without_a_credential_it_is_made_but_not_published(n8n: StandIn):
    report = await push(n8n, secrets()[:1])

    assert not n8n.named(RESPONDER)["active"]
    assert n8n.named("Ponte · agendamento")["active"]
    assert [line for line in report.undone if RESPONDER in line and MODEL.name in line]
    assert not report.failed

    n8n.credentials["by-hand"] = {"id": "by-hand", "name": MODEL.name, "type": MODEL.kind}
    await push(n8n, secrets()[:1])
    assert n8n.named(RESPONDER)["active"]
    assert n8n.node(RESPONDER, "Model")["credentials"]["openAiApi"]["id"] == "by-hand"


async def test_a_credential_that_comes_later_is_bound_at_once_and_the_push_after_it_changes_nothing(n8n: StandIn):
    await push(n8n, secrets()[:1])
    await push(n8n)

    assert n8n.named(RESPONDER)["active"]
    used = n8n.node(RESPONDER, "Model")["credentials"]["openAiApi"]
    assert n8n.credentials[used["id"]]["name"] == MODEL.name
    n8n.writes.clear()
    report = await push(n8n)
    assert (report.done, n8n.writes) == ([], [])


@pytest.mark.parametrize("missing", ["workflow:create", "credential:create", "workflow:activate", "workflow:list"])
async def test_a_key_that_may_not_do_it_all_changes_nothing(missing: str):
    async with standing_in(scopes=SCOPES - {missing}) as n8n:
        with pytest.raises(NeedsHuman) as refused:
            await push(n8n)

        assert missing in refused.value.message
        assert n8n.writes == []


async def test_an_old_n8n_changes_nothing():
    async with standing_in(is_old=True) as n8n:
        with pytest.raises(NeedsHuman) as refused:
            await push(n8n)

        assert refused.value.code == "n8n_old"
        assert n8n.writes == []


async def test_a_wrong_key_and_an_n8n_that_is_down_change_nothing(n8n: StandIn):
    with pytest.raises(NeedsHuman) as refused:
        await push(n8n, key="wrong")
    assert refused.value.code == "n8n_key"
    assert n8n.writes == []

    n8n.url = "http://127.0.0.1:9"
    with pytest.raises(Retryable):
        await push(n8n)


async def test_two_of_one_name_are_not_guessed_between(n8n: StandIn):
    await push(n8n)
    n8n.workflows["copy"] = {**n8n.named(RESPONDER), "id": "copy"}
    n8n.writes.clear()

    with pytest.raises(Conflict):
        await push(n8n)
    assert n8n.writes == []

    n8n.workflows["copy"]["tags"] = []
    assert not (await push(n8n)).changed


async def test_a_refusal_in_the_middle_says_how_far_it_came_and_the_next_push_goes_on(n8n: StandIn):
    n8n.refuse.add("workflows")

    with pytest.raises(PushStopped) as stopped:
        await push(n8n)

    report = stopped.value.report
    assert len(report.done) == 3
    assert [line for line in report.undone if RESPONDER in line]
    n8n.refuse.clear()
    again = await push(n8n)
    assert [line for line in again.done if "workflow" in line] == [f"workflow {one.name}: created" for one in OURS]
    assert len(n8n.credentials) == 3


async def test_tags_are_a_courtesy():
    async with standing_in(scopes=SCOPES - {"tag:create", "tag:list", "workflowTags:update"}) as n8n:
        report = await push(n8n)

        assert len(report.done) == len(OURS) + 3
        assert not (await push(n8n)).changed


async def test_a_publication_that_n8n_refuses_is_told_and_the_others_go_on(n8n: StandIn):
    await push(n8n)
    n8n.named(RESPONDER)["active"] = False
    n8n.refuse.add(f"workflows/{n8n.named(RESPONDER)['id']}/activate")

    report = await push(n8n)

    assert report.failed
    assert [line for line in report.undone if RESPONDER in line and "not published" in line]
