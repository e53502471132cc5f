"""The /_sandbox/panel routes: order the panel's trouble, read who is in it and what was asked of it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.sandbox.panel.journal import Write
from app.sandbox.panel.panel import Panel
from app.sandbox.panel.trouble import TroubleOrder, TroubleReport
from app.sandbox.panel.users import PanelUser, amount_of, money
from app.sandbox.steering.orders import Order
from app.sandbox.steering.say import OrderError


class AdminOrder(Order):
    """Changes the administrator's account; what is not named stays."""

    user: str | None = Field(default=None, min_length=1, max_length=64)
    password: str | None = Field(default=None, min_length=1, max_length=128)
    session_seconds: float | None = Field(default=None, gt=0, description="How long a session lives unused.")
    page_size: int | None = Field(default=None, ge=1, le=1000, description="Users on a page of the list.")
    unlock: bool = Field(default=False, description="Forgive the wrong tries.")
    end_sessions: bool = Field(default=False, description="Log everybody out, as a changed password often does.")


class AdminView(BaseModel):
    user: str
    password: str
    session_seconds: float
    page_size: int
    locked: bool


class UserGiven(Order):
    """A user who is there already; the name is taken as it is, even one that the panel's form would refuse."""

    username: str = Field(min_length=1, max_length=200)
    password: str = "not-told"  # noqa: S105  # opens nothing
    balance: str = Field(default="0", examples=["1500.50"])


class UserView(BaseModel):
    username: str
    password: str
    balance: str
    created_at: float


class Logins(BaseModel):
    ok: int
    wrong: int
    locked: int


class PanelView(BaseModel):
    """The panel at a glance; `writes` counts the journal's entries as `create_user.written`."""

    users: int
    logins: Logins
    writes: dict[str, int]
    admin: AdminView
    trouble: TroubleReport


class EndedSessions(BaseModel):
    sessions: int


def panel_steering(panel: Panel) -> APIRouter:
    """All steering routes of one panel."""
    router = APIRouter(prefix="/_sandbox/panel", tags=["panel"])
    add_reading(router, panel)
    add_orders(router, panel)
    return router


def add_reading(router: APIRouter, panel: Panel) -> None:
    @router.get("", summary="The panel at a glance: logins, writes, trouble")
    async def _panel() -> PanelView:
        return PanelView(
            users=len(panel.users),
            logins=Logins.model_validate(panel.sessions.counts, from_attributes=True),
            writes=panel.journal.counts(),
            admin=admin_view(panel),
            trouble=panel.trouble.report(),
        )

    @router.get("/users", summary="Every user of the panel, the eldest first")
    async def _users() -> list[UserView]:
        return [user_view(user) for user in panel.users]

    @router.get("/journal", summary="Every write that was asked of the panel, also those that did nothing")
    async def _journal(
        after: Annotated[int, Query(ge=0, description="Only what has a higher number.")] = 0,
    ) -> list[Write]:
        return panel.journal.read(after=after)


def add_orders(router: APIRouter, panel: Panel) -> None:
    @router.post("/trouble", summary="Slow, changed, broken, forgetful: order the panel's bad days")
    async def _trouble(order: TroubleOrder) -> TroubleReport:
        return panel.trouble.order(order)

    @router.delete("/trouble", status_code=204, summary="The panel is well again")
    async def _well() -> None:
        panel.trouble.clear()

    @router.post("/expire", summary="All sessions end now")
    async def _expire() -> EndedSessions:
        return EndedSessions(sessions=panel.sessions.end_all())

    @router.post("/admin", summary="Change the administrator's name, password or sessions")
    async def _admin(order: AdminOrder) -> AdminView:
        return change_admin(panel, order)

    @router.post("/users", status_code=201, summary="A user who is there already")
    async def _user(order: UserGiven) -> UserView:
        return add_user(panel, order)

    @router.post("/reset", status_code=204, summary="An empty panel with its first password")
    async def _reset() -> None:
        panel.reset()


def change_admin(panel: Panel, order: AdminOrder) -> AdminView:
    sessions = panel.sessions
    sessions.user = order.user or sessions.user
    sessions.password = order.password or sessions.password
    sessions.seconds = order.session_seconds or sessions.seconds
    panel.page_size = order.page_size or panel.page_size
    if order.unlock:
        sessions.unlock()
    if order.end_sessions:
        sessions.end_all()
    return admin_view(panel)


def add_user(panel: Panel, order: UserGiven) -> UserView:
    if panel.users.find(order.username) is not None:
        raise OrderError(409, "The panel has a user of that name.")
    user = PanelUser(order.username, order.password, panel.clock.now())
    balance = amount_of(order.balance)
    user.balance += balance if balance is not None else 0
    panel.users.add(user)
    return user_view(user)


def admin_view(panel: Panel) -> AdminView:
    sessions = panel.sessions
    return AdminView(
        user=sessions.user,
        password=sessions.password,
        session_seconds=sessions.seconds,
        page_size=panel.page_size,
        locked=sessions.is_locked,
    )


def user_view(user: PanelUser) -> UserView:
    return UserView(
        username=user.username, password=user.password, balance=money(user.balance), created_at=user.created_at
    )
