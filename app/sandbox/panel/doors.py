"""The panel's addresses under /panel/."""

import asyncio
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from app.sandbox.panel import pages
from app.sandbox.panel.journal import Operation
from app.sandbox.panel.pages import Notice
from app.sandbox.panel.panel import Panel, Written
from app.sandbox.panel.sessions import Session
from app.sandbox.panel.users import PanelUser
from app.sandbox.panel.visit import COOKIE, HEADERS, Answered, Visit, broken, sent_to, shown, visited

SHEET = Path(__file__).parent / "panel.css"
LOGIN = "/panel/ingresar"
Kind = Literal["reads", "writes", "login"]


class Doors:
    """Each page runs through the trouble in force: it may break before, and is slow after."""

    def __init__(self, panel: Panel, stopping: asyncio.Event) -> None:
        self._panel = panel
        self._stopping = stopping
        self.router = APIRouter(prefix="/panel", include_in_schema=False)
        self.router.add_api_route("/panel.css", sheet, methods=["GET"])
        self._add("", home)
        self._add("/", home)
        self._add("/ingresar", login_form)
        self._add("/ingresar", log_in, kind="login")
        self._add("/salir", log_out, kind="reads", method="POST")
        self._add("/usuarios", user_list)
        self._add("/usuarios/{name:path}", one_user)
        self._add("/crear", create_form)
        self._add("/crear", create, kind="writes")
        self._add("/saldo/{name:path}", balance_form)
        self._add("/saldo/{name:path}", charge, kind="writes")

    def _add(self, path: str, answer: Answered, *, kind: Kind = "reads", method: str = "") -> None:
        async def answered(request: Request) -> Response:
            visit = await visited(self._panel, request, stopping=self._stopping)
            if self._panel.trouble.breaks(kind):
                note_unwritten(visit, "error_500")
                made = broken()
            else:
                made = await answer(visit)
            await visit.wait(self._panel.trouble.slow_ms / 1000)
            return made

        self.router.add_api_route(path, answered, methods=[method or ("GET" if kind == "reads" else "POST")])


def panel_router(panel: Panel, stopping: asyncio.Event) -> APIRouter:
    """All pages of one panel; `stopping` lets every caller go that is kept waiting."""
    return Doors(panel, stopping).router


async def sheet() -> Response:
    return FileResponse(SHEET, headers={**HEADERS, "Cache-Control": "no-cache"})


async def home(visit: Visit) -> Response:
    return sent_to("/panel/usuarios" if visit.session else LOGIN)


async def login_form(visit: Visit) -> Response:
    motive = visit.request.query_params.get("motivo") == "sesion"
    return login_answer(visit, pages.EXPIRED if motive else "")


async def log_in(visit: Visit) -> Response:
    said = visit.layout("login").login.read(visit.said)
    end, token = visit.panel.sessions.log_in(said["user"].strip(), said["password"])
    if end != "ok":
        return login_answer(visit, pages.LOCKED if end == "locked" else pages.WRONG, user=said["user"])
    made = sent_to("/panel/usuarios")
    made.set_cookie(COOKIE, token, path="/panel", httponly=True, samesite="lax")
    return made


def login_answer(visit: Visit, words: str, *, user: str = "") -> Response:
    sessions = visit.panel.sessions
    hint = (sessions.user, sessions.password) if sessions.is_fresh else None
    return shown(pages.login_page(visit.layout("login"), Notice(words), hint=hint, user=user))


async def log_out(visit: Visit) -> Response:
    if visit.session is not None and visit.said.get("csrf") == visit.session.csrf:
        visit.panel.sessions.log_out(visit.token)
    return sent_to(LOGIN)


async def user_list(visit: Visit) -> Response:
    if visit.session is None:
        return turned_away(visit)
    page = pages.list_page(visit.layout("list"), visit.found(), visit.notice(), csrf=visit.session.csrf)
    return shown(page)


async def one_user(visit: Visit) -> Response:
    user = named(visit)
    if visit.session is None or user is None:
        return turned_away(visit)
    return shown(pages.user_page(visit.layout("user"), user, visit.notice(), csrf=visit.session.csrf))


async def create_form(visit: Visit) -> Response:
    if visit.session is None:
        return turned_away(visit)
    return shown(pages.create_page(visit.layout("create"), visit.notice(), csrf=visit.session.csrf))


async def create(visit: Visit) -> Response:
    session, layout = visit.session, visit.layout("create")
    said = layout.create.read(visit.said)
    if session is None or visit.said.get("csrf") != session.csrf:
        return refused_write(visit)
    written = visit.panel.create(said, session)
    if written.end != "written":
        page = pages.create_page(layout, Notice(written.message), csrf=session.csrf, username=said["username"])
        return shown(page)
    user = visit.panel.users.find(said["username"].strip())
    return await done(visit, session, written, path=pages.user_path(user) if user else "/panel/usuarios")


async def balance_form(visit: Visit) -> Response:
    user = named(visit)
    if visit.session is None or user is None:
        return turned_away(visit)
    return shown(pages.balance_page(visit.layout("balance"), user, visit.notice(), csrf=visit.session.csrf))


async def charge(visit: Visit) -> Response:
    session, user, layout = visit.session, named(visit), visit.layout("balance")
    if session is None or visit.said.get("csrf") != session.csrf:
        return refused_write(visit)
    if user is None:
        return turned_away(visit)
    written = visit.panel.charge(user, layout.balance.read(visit.said).get("amount", ""), session)
    if written.end != "written":
        return shown(pages.balance_page(layout, user, Notice(written.message), csrf=session.csrf))
    return await done(visit, session, written, path=pages.user_path(user))


async def done(visit: Visit, session: Session, written: Written, *, path: str) -> Response:
    if written.lost is not None:
        return await visit.lose(written.lost)
    session.flash = written.message
    return sent_to(path)


def named(visit: Visit) -> PanelUser | None:
    return visit.panel.users.find(visit.request.path_params["name"])


def turned_away(visit: Visit) -> Response:
    """Without a session to the login; with one, there is no such user."""
    if visit.session is None:
        return sent_to(f"{LOGIN}?motivo=sesion" if visit.token else LOGIN)
    return shown(pages.plain_page("Error 404", pages.NO_SUCH_USER), 404)


def refused_write(visit: Visit) -> Response:
    note_unwritten(visit, "bad_token" if visit.session else "no_session")
    if visit.session is None:
        return turned_away(visit)
    return shown(pages.plain_page("Error 403", pages.STALE_FORM), 403)


def note_unwritten(visit: Visit, end: Literal["error_500", "bad_token", "no_session"]) -> None:
    """A write that did nothing is in the journal like one that did."""
    operation = operation_of(visit)
    if operation is None:
        return
    typed = visit.layout("create").create.read(visit.said) if operation == "create_user" else visit.request.path_params
    name = str(typed.get("username", typed.get("name", "")))
    visit.panel.journal.add(visit.panel.entry(operation, end, username=name, session=visit.session))


def operation_of(visit: Visit) -> Operation | None:
    path = visit.request.url.path
    if visit.request.method != "POST" or path == LOGIN:
        return None
    return "create_user" if path == "/panel/crear" else "assign_balance" if path.startswith("/panel/saldo/") else None
