"""A panel on its bad days: before the write nothing is written, after it nothing is claimed."""

import asyncio
from decimal import Decimal

import pytest

from app.domain.provisioning import NewUser, PanelChanged, PanelDown, SeenUser, WriteInDoubt
from tests.browser.panelling import PASSWORD, Room

SOFIA = NewUser("sofia1234", PASSWORD)


@pytest.mark.parametrize(
    ("trouble", "missing"),
    [
        ({"layout": "renamed", "layout_on": ["create"]}, "new_name"),
        ({"layout": "field_missing", "layout_on": ["create"]}, "new_password_again"),
    ],
)
async def test_a_changed_form_is_not_sent(room: Room, trouble: dict[str, object], missing: str):
    await room.trouble(**trouble)
    async with room.panels.open(room.account(recipe="short"), run="1") as panel:
        with pytest.raises(PanelChanged, match=missing) as changed:
            await panel.create_user(SOFIA)
    assert await room.journal() == []
    assert set(await room.evidence(changed.value.evidence)) == {"page.txt", "screenshot.png", "trace.json"}


async def test_a_changed_list_says_of_nobody_that_he_is_not_there(room: Room):
    await room.trouble(layout="renamed", layout_on=["list"])
    async with room.panels.open(room.account(recipe="short"), run="2") as panel:
        with pytest.raises(PanelChanged):
            await panel.look("sofia1234")


@pytest.mark.parametrize("layout", ["renamed", "field_missing"])
async def test_a_form_that_looked_changed_once_is_looked_at_again_on_a_fresh_page_and_sent_once(
    room: Room, layout: str
):
    """As a machine that is starved shows it: too late for the budget."""
    await room.trouble(layout=layout, layout_on=["create"], layout_times=1)
    async with room.panels.open(room.account(recipe="short"), run="21") as panel:
        await panel.create_user(SOFIA)
    assert [(write["username"], write["end"]) for write in await room.journal()] == [("sofia1234", "written")]


async def test_a_list_that_looked_changed_once_is_looked_at_again(room: Room):
    async with room.panels.open(room.account(recipe="short"), run="22") as panel:
        await panel.look("sofia1234")  # the login shows a list too
        await room.trouble(layout="renamed", layout_on=["list"], layout_times=1)
        assert await panel.look("sofia1234") is None


async def test_what_looks_changed_twice_has_changed(room: Room):
    async with room.panels.open(room.account(recipe="short"), run="23") as panel:
        await panel.look("sofia1234")
        await room.trouble(layout="renamed", layout_on=["list"], layout_times=2)
        with pytest.raises(PanelChanged):
            await panel.look("sofia1234")


async def test_once_something_was_written_what_looks_changed_is_taken_at_its_word(room: Room):
    async with room.panels.open(room.account(recipe="short"), run="24") as panel:
        await panel.create_user(SOFIA)
        await room.trouble(layout="renamed", layout_on=["list"], layout_times=1)
        with pytest.raises(PanelChanged):
            await panel.look("sofia1234")
    assert len(await room.journal()) == 1


async def test_the_check_tells_of_a_form_that_has_changed(room: Room):
    await room.box.steer("panel/users", {"username": "someone"})
    await room.trouble(layout="field_missing", layout_on=["balance"])
    async with room.panels.open(room.account(recipe="short"), run="3") as panel:
        with pytest.raises(PanelChanged, match="balance_amount"):
            await panel.check()


async def test_a_panel_that_is_too_slow_is_down(room: Room):
    async with room.panels.open(room.account(recipe="hasty"), run="4") as panel:
        await room.trouble(slow_ms=20_000)
        with pytest.raises(PanelDown, match="too long"):
            await panel.create_user(SOFIA)
    assert await room.journal() == []


async def test_a_panel_that_is_a_little_slow_is_waited_for(room: Room):
    await room.trouble(slow_ms=300)
    async with room.panels.open(room.account(), run="5") as panel:
        await panel.create_user(SOFIA)
    assert await room.users() == ["sofia1234"]


async def test_an_error_before_the_write_is_down_and_nothing_is_written(room: Room):
    await room.trouble(errors={"on": "reads"})
    async with room.panels.open(room.account(), run="6") as panel:
        with pytest.raises(PanelDown, match="500") as down:
            await panel.create_user(SOFIA)
    assert await room.journal() == []
    assert down.value.evidence


async def test_nobody_at_the_address_is_down(room: Room):
    account = room.account()
    gone = type(account)(account.account_id, "sandbox", "http://127.0.0.1:1/panel", "admin", "x")
    async with room.panels.open(gone, run="7") as panel:
        with pytest.raises(PanelDown):
            await panel.look("sofia1234")


async def test_an_error_as_the_answer_to_a_write_leaves_it_in_doubt(room: Room):
    await room.trouble(errors={"on": "writes", "times": 1})
    async with room.panels.open(room.account(), run="8") as panel:
        with pytest.raises(WriteInDoubt):
            await panel.create_user(SOFIA)
        assert await panel.look("sofia1234") is None
    assert [write["end"] for write in await room.journal()] == ["error_500"]


@pytest.mark.parametrize("how", ["error", "hang"])
async def test_a_lost_answer_leaves_a_write_in_doubt_that_the_next_look_clears(room: Room, how: str):
    await room.trouble(lost_answers={"times": 1, "how": how, "seconds": 20})
    async with room.panels.open(room.account(recipe="short"), run="9") as panel:
        with pytest.raises(WriteInDoubt) as doubt:
            await panel.create_user(SOFIA)
    assert doubt.value.evidence
    async with room.panels.open(room.account(), run="10") as panel:
        assert isinstance(await panel.look("sofia1234"), SeenUser)
    assert len(await room.journal()) == 1


async def test_a_form_whose_line_is_cut_is_not_sent_again(room: Room):
    """A browser does that on its own, on a line that it has used before: a balance would be given twice."""
    await room.box.steer("panel/users", {"username": "sofia1234"})
    async with room.panels.open(room.account(), run="20") as panel:
        await panel.look("sofia1234")
        await room.trouble(lost_answers={"times": 1, "how": "cut"})
        with pytest.raises(WriteInDoubt):
            await panel.assign_balance("sofia1234", Decimal("10.00"))
        assert await panel.look("sofia1234") == SeenUser("sofia1234", Decimal("10.00"))
    assert [write["amount"] for write in await room.journal()] == ["10.00"]


async def test_a_login_that_does_not_answer_is_down_and_no_refusal(room: Room):
    await room.trouble(errors={"on": "login", "times": 1})
    async with room.panels.open(room.account(), run="11") as panel:
        with pytest.raises(PanelDown):
            await panel.look("sofia1234")
        assert await panel.look("sofia1234") is None


async def test_a_browser_that_is_killed_before_the_write_wrote_nothing_and_the_next_run_works(room: Room):
    async with room.panels.open(room.account(), run="12") as panel:
        await panel.look("sofia1234")
        await room.trouble(slow_ms=20_000)
        visit = asyncio.create_task(panel.create_user(SOFIA))
        await asyncio.sleep(0.3)
        room.kill()
        with pytest.raises(PanelDown):
            await visit
    await room.trouble(slow_ms=0)
    async with room.panels.open(room.account(), run="13") as panel:
        await panel.create_user(SOFIA)
    assert await room.users() == ["sofia1234"]


async def test_a_browser_that_is_killed_after_the_write_leaves_it_in_doubt(room: Room):
    await room.trouble(lost_answers={"times": 1, "how": "hang", "seconds": 20})
    async with room.panels.open(room.account(), run="14") as panel:
        visit = asyncio.create_task(panel.create_user(SOFIA))
        while not await room.users():  # noqa: ASYNC110 - the panel is another process
            await asyncio.sleep(0.02)
        room.kill()
        with pytest.raises(WriteInDoubt):
            await visit
    async with room.panels.open(room.account(), run="15") as panel:
        assert isinstance(await panel.look("sofia1234"), SeenUser)
    assert len(await room.journal()) == 1
