"""`ponte n8n push` brings the workflows into a real n8n, once; `check` and `diff` find them well."""

from app.n8n.workflows.nodes import MODEL
from tests.real_n8n.conftest import Lab


async def test_a_push_published_every_workflow_with_its_credentials(lab: Lab):
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
    ours = {one["name"]: one["active"] for one in found if one["name"].startswith("Ponte")}
    assert len(ours) == 9
    assert all(ours.values()), ours


async def test_a_second_push_changes_nothing_and_a_diff_finds_nothing(lab: Lab):
    code, said = await lab.push()
    assert (code, "Nothing was changed." in said) == (0, True), said
    code, said = await lab.ponte("n8n", "diff", "--base-url", lab.running.url)
    assert code == 0, said


async def test_the_check_finds_the_live_responder_well(lab: Lab):
    code, said = await lab.ponte("n8n", "check", "--base-url", lab.running.url)
    assert code == 0, said + lab.n8n.log.read_text()[-2000:]


async def test_a_check_tells_of_a_workflow_that_is_not_published(lab: Lab):
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
        number = next(one["id"] for one in found if one["name"] == "Ponte · responder")
        assert (await api.post(f"/workflows/{number}/deactivate")).is_success
        code, said = await lab.ponte("n8n", "check", "--base-url", lab.running.url)
        assert code == 1, said
    code, said = await lab.push()
    assert (code, "Ponte · responder: published" in said) == (0, True), said


async def test_a_model_that_comes_later_is_bound_by_one_push_and_the_next_changes_nothing(lab: Lab):
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
        for one in found:
            if one["name"] in ("Ponte · responder", "Ponte · proativo"):
                await lab.n8n.drop(api, one["id"])
        known = (await api.get("/credentials", params={"limit": 100})).json()["data"]
        (model,) = [one["id"] for one in known if one["name"] == MODEL.name]
        assert (await api.delete(f"/credentials/{model}")).is_success
    code, said = await lab.ponte("n8n", "push", "--base-url", lab.running.url)
    assert (code, "Ponte · responder: not published, it needs the credential" in said) == (0, True), said
    code, said = await lab.push()
    assert (code, f"credential {MODEL.name}: created" in said) == (0, True), said
    code, said = await lab.push()
    assert (code, "Nothing was changed." in said) == (0, True), said
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
        known = (await api.get("/credentials", params={"limit": 100})).json()["data"]
    (model,) = [one["id"] for one in known if one["name"] == MODEL.name]
    responder = next(one for one in found if one["name"] == "Ponte · responder")
    used = next(node for node in responder["nodes"] if node["name"] == "Model")["credentials"]["openAiApi"]["id"]
    assert (responder["active"], used) == (True, model)


async def test_beside_a_running_ponte_no_address_need_be_named(lab: Lab):
    code, said = await lab.ponte("n8n", "diff")
    assert (code, said.splitlines()[-1]) == (0, "n8n has what this release would push."), said
