"""One browser for all panels: shared, fenced in, renewed, and not started for nothing."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
from playwright.async_api import Error as PlaywrightError

from app.browser.chromium import BrowserOptions
from app.browser.chromium.panels import NoBrowser
from app.browser.chromium.process import Chromium
from app.browser.finding import chromium
from app.browser.loading import Recipes
from app.domain.provisioning import NewUser, PanelAccount, PanelDown
from tests.browser.panelling import OURS, PASSWORD, Room, anywhere, room_of


class Server(ThreadingHTTPServer):
    """Answers every path, and keeps which were asked for."""

    def __init__(self, page: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.page = page
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        away = self.path.partition("?to=")[2]
        self.send_response(302 if away else 200)
        self.send_header("Location", away) if away else self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.page.encode())

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@contextmanager
def serving(page: str = "") -> Iterator[Server]:
    with Server(page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Chromium]:
    path = chromium(os.environ)
    if path is None:
        pytest.skip("no Chromium here")
    made = await Chromium.start(path, BrowserOptions(), may_visit=anywhere)
    yield made
    await made.close()


async def test_nothing_but_the_panel_is_reached(browser: Chromium):
    with serving() as other, serving(f'<img src="{other.url}/img"><iframe src="{other.url}/frame"></iframe>') as panel:
        account = PanelAccount(OURS, "sandbox", panel.url, "admin", "x")
        context = await browser.context(account, Recipes().get("sandbox"), state=None)
        page = await context.new_page()
        await page.goto(f"{panel.url}/page", wait_until="load")
        with pytest.raises(PlaywrightError, match="ERR_SOCKS_CONNECTION_FAILED"):
            await page.goto(f"{panel.url}/go?to={other.url}/redirected")
        with pytest.raises(PlaywrightError, match="ERR_SOCKS_CONNECTION_FAILED"):
            await page.goto(f"{other.url}/typed")
    assert {"/page", "/go?to=" + other.url + "/redirected"} <= set(panel.asked)
    assert other.asked == []


async def test_two_accounts_are_served_in_parallel_each_with_a_session_of_its_own(room: Room):
    accounts = [room.account(), room.account(host="localhost")]

    async def visit(number: int) -> None:
        async with room.panels.open(accounts[number], run=str(number)) as panel:
            await asyncio.wait_for(met.wait(), 30)
            await panel.create_user(NewUser(f"sofia{number}", PASSWORD))

    met = asyncio.Barrier(2)
    await asyncio.gather(visit(0), visit(1))
    assert sorted(await room.users()) == ["sofia0", "sofia1"]
    assert {write["session"] for write in await room.journal()} == {1, 2}


async def test_two_runs_of_one_account_wait_for_each_other(room: Room):
    inside: list[str] = []

    async def visit(run: str) -> None:
        async with room.panels.open(room.account(), run=run) as panel:
            inside.append(run)
            await panel.look("sofia1234")
            inside.append(run)

    await asyncio.gather(visit("1"), visit("2"), visit("3"))
    assert inside[::2] == inside[1::2]


async def test_a_worn_browser_is_renewed_and_sessions_live_on(room: Room):
    fresh = room_of(room.box, room.folder, BrowserOptions(max_runs=2))
    pids: list[int | None] = []
    for run in range(5):
        async with fresh.panels.open(room.account(), run=str(run)) as panel:
            await panel.look("sofia1234")
            pids.append(fresh.panels.pid)
    assert [pids.index(pid) for pid in pids] == [0, 0, 2, 2, 4]
    assert (await room.state())["logins"]["ok"] == 1
    told = await fresh.panels.component()
    assert (told["status"], told["runs"]) == ("up", 5)
    await fresh.panels.close()
    assert not any(alive(pid) for pid in pids)


async def test_many_runs_leave_no_page_and_no_context_behind(room: Room):
    for run in range(12):
        async with room.panels.open(room.account(), run=str(run)) as panel:
            await panel.look("sofia1234")
    browser = room.panels._current
    assert browser is not None
    assert browser.active == 0
    context = browser.kept(room.account())
    assert context is not None
    assert len(context.pages) == 1


async def test_the_sessions_that_stay_open_are_bounded(room: Room):
    few = room_of(room.box, room.folder, BrowserOptions(max_sessions=1))
    for host in ("", "localhost", ""):
        async with few.panels.open(room.account(host=host), run="1") as panel:
            await panel.look("sofia1234")
    assert few.panels._current is not None
    assert len(few.panels._current._contexts) == 1
    assert (await room.state())["logins"]["ok"] == 2
    await few.panels.close()


async def test_without_a_chromium_it_is_said_what_to_do(room: Room, tmp_path: Path):
    none = room_of(room.box, room.folder, BrowserOptions(path=tmp_path / "none"))
    async with none.panels.open(room.account(), run="1") as panel:
        with pytest.raises(NoBrowser) as missing:
            await panel.look("sofia1234")
    assert "ponte doctor" in missing.value.hint
    assert (await none.panels.component())["status"] == "down"


def test_who_does_not_use_it_does_not_load_playwright():
    code = (
        "import sys, app.main, app.worker, app.browser.chromium; print([n for n in sys.modules if 'playwright' in n])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def alive(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_a_context_that_cannot_be_opened_leaves_no_listener_behind(room: Room):
    fresh, account, counts = room_of(room.box, room.folder), room.account(), list[int]()
    for number in range(4):
        fresh.sessions.kept[account.key] = '{"cookies": [{"name": "x", "value": "y", "domain": 7}]}'
        async with fresh.panels.open(account, run=str(number)) as panel:
            with pytest.raises(PanelDown):
                await panel.look("nobody99")
        counts.append(open_files())
    await fresh.panels.close()
    assert counts[-1] <= counts[0]
