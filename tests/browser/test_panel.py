"""A real Chromium at the simulated panel: what it writes, what it reads, and what it says when the panel says no."""

from decimal import Decimal

import pytest

from app.domain.errors import NotFound, Rejected, Retryable
from app.domain.provisioning import (
    LoginRefused,
    NewUser,
    PanelDown,
    PanelRefused,
    SeenUser,
    UserExists,
)
from tests.browser.panelling import PASSWORD, Room, room_of

SOFIA = NewUser("sofia1234", PASSWORD)


async def test_a_user_is_made_once_and_read_back(room: Room):
    async with room.panels.open(room.account(), run="1") as panel:
        assert await panel.look("sofia1234") is None
        await panel.create_user(SOFIA)
        assert await panel.look("sofia1234") == SeenUser("sofia1234", Decimal("0.00"))
    assert [(write["username"], write["end"]) for write in await room.journal()] == [("sofia1234", "written")]


async def test_only_the_user_of_exactly_this_name_is_seen(room: Room):
    for name in ("sofia12345", "xsofia1234"):
        await room.box.steer("panel/users", {"username": name})
    async with room.panels.open(room.account(), run="2") as panel:
        assert await panel.look("sofia1234") is None
        assert await panel.look("xsofia1234") == SeenUser("xsofia1234", Decimal("0.00"))


async def test_a_panel_that_knows_no_capitals_shows_the_user_as_it_is_written_there(room: Room):
    await room.box.steer("panel/users", {"username": "Sofia1234"})
    async with room.panels.open(room.account(), run="21") as panel:
        assert await panel.look("sofia1234") == SeenUser("Sofia1234", Decimal("0.00"))


async def test_a_taken_name_is_a_conflict_in_the_panels_words(room: Room):
    await room.trouble(taken_names=["sofia1234"])
    async with room.panels.open(room.account(), run="3") as panel:
        with pytest.raises(UserExists, match=r"^Username already exists$"):
            await panel.create_user(SOFIA)
        assert await panel.look("sofia1234") is None
    assert await room.users() == []


async def test_what_the_panel_does_not_take_is_refused_in_its_words(room: Room):
    async with room.panels.open(room.account(), run="4") as panel:
        with pytest.raises(PanelRefused, match="al menos 6 caracteres"):
            await panel.create_user(NewUser("sofia1234", "abc"))
    assert await room.users() == []


async def test_a_balance_is_added_and_read_back_to_the_cent(room: Room):
    await room.box.steer("panel/users", {"username": "sofia1234", "balance": "1500.10"})
    async with room.panels.open(room.account(), run="5") as panel:
        before = await panel.look("sofia1234")
        await panel.assign_balance("sofia1234", Decimal("0.20"))
        after = await panel.look("sofia1234")
    assert before == SeenUser("sofia1234", Decimal("1500.10"))
    assert after == SeenUser("sofia1234", Decimal("1500.30"))


async def test_the_check_finds_every_form_and_writes_nothing(room: Room):
    async with room.panels.open(room.account(), run="6") as panel:
        await panel.check()
        await room.box.steer("panel/users", {"username": "sofia1234"})
        await panel.check()
    assert await room.journal() == []


async def test_one_login_serves_all_runs_until_the_session_ends(room: Room):
    for run in ("7", "8"):
        async with room.panels.open(room.account(), run=run) as panel:
            await panel.look("sofia1234")
    assert (await room.state())["logins"]["ok"] == 1
    await room.box.http.post("/_sandbox/panel/expire")
    async with room.panels.open(room.account(), run="9") as panel:
        await panel.create_user(SOFIA)
    assert (await room.state())["logins"] == {"ok": 2, "wrong": 0, "locked": 0}


async def test_a_log_out_in_the_middle_costs_one_login_and_no_user(room: Room):
    async with room.panels.open(room.account(), run="10") as panel:
        assert await panel.look("sofia1234") is None
        await room.box.http.post("/_sandbox/panel/expire")
        await panel.create_user(SOFIA)
    assert await room.users() == ["sofia1234"]
    assert (await room.state())["logins"]["ok"] == 2


async def test_a_stored_session_is_used_by_the_next_process(room: Room):
    async with room.panels.open(room.account(), run="11") as panel:
        await panel.look("sofia1234")
    other = room_of(room.box, room.folder)
    other.sessions.kept = room.sessions.kept
    async with other.panels.open(room.account(), run="12") as panel:
        await panel.look("sofia1234")
    await other.panels.close()
    assert (await room.state())["logins"]["ok"] == 1


async def test_a_wrong_password_is_tried_once(room: Room):
    async with room.panels.open(room.account(password="wrong-one"), run="13") as panel:
        for _ in range(3):
            with pytest.raises(LoginRefused) as refused:
                await panel.create_user(SOFIA)
    assert (await room.state())["logins"] == {"ok": 0, "wrong": 1, "locked": 0}
    assert refused.value.evidence
    assert room.sessions.kept == {}


async def test_an_unknown_recipe_is_refused_before_anything_starts(room: Room):
    with pytest.raises(NotFound):
        async with room.panels.open(room.account(recipe="nowhere"), run="14"):
            pass


@pytest.mark.parametrize(("answer", "means"), [(Rejected("private"), PanelRefused), (Retryable("no name"), PanelDown)])
async def test_an_address_that_the_guard_refuses_is_not_visited(room: Room, answer: Exception, means: type[Exception]):
    async def guard(url: str) -> list[str]:
        assert url == room.account().base_url
        raise answer

    guarded = room_of(room.box, room.folder)
    guarded.panels._may_visit = guard
    async with guarded.panels.open(room.account(), run="15") as panel:
        with pytest.raises(means):
            await panel.look("sofia1234")
    assert (await guarded.panels.component())["status"] == "idle"


async def test_what_the_panel_calls_its_users_is_text(room: Room):
    name = "<img src=x onerror=alert(1)>"
    await room.box.steer("panel/users", {"username": name})
    async with room.panels.open(room.account(), run="16") as panel:
        assert await panel.look(name) == SeenUser(name, Decimal("0.00"))


async def test_a_user_on_a_later_page_of_the_list_is_found(room: Room):
    await room.box.steer("panel/admin", {"page_size": 2})
    for number in range(5):
        await room.box.steer("panel/users", {"username": f"sofia{number}"})
    text = (room.folder / "short.yaml").read_text(encoding="utf-8").replace("&exacta=1", "").replace("{username}&", "")
    (room.folder / "loose.yaml").write_text(text.replace("buscar={username}", "buscar=sofia"), encoding="utf-8")
    async with room.panels.open(room.account(recipe="loose"), run="17") as panel:
        assert await panel.look("sofia0") == SeenUser("sofia0", Decimal("0.00"))
        assert await panel.look("sofia77") is None
