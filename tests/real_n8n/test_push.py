"""`ponte n8n push` brings the workflows into a real n8n, once; `check` and `diff` find them well."""

from tests.real_n8n.conftest import Lab


async def test_a_push_published_every_workflow_with_its_credentials(lab: Lab):
    async with lab.n8n.api() as api:
        found = (await api.get("/workflows", params={"limit": 100})).json()["data"]
    ours = {one["name"]: one["active"] for one in found}
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
