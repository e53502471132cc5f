"""The panel's bad days, ordered by a test and seen by whoever works there."""

import asyncio

import pytest

from tests.sandbox.panel.clerk import PASSWORD, Clerk
from tests.sandbox.player import Player, running


async def test_sessions_that_end_send_everybody_to_the_login_and_say_why(clerk: Clerk):
    await clerk.log_in()
    assert await clerk.steer("expire") == {"sessions": 1}

    assert "Su sesión ha expirado" in await clerk.open("usuarios")


async def test_a_session_ends_by_itself_when_it_is_not_used(clerk: Clerk):
    await clerk.steer("admin", {"session_seconds": 0.001})
    await clerk.log_in()

    assert "Su sesión ha expirado" in await clerk.open("usuarios")


async def test_a_changed_password_takes_hold_at_the_next_login(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("admin", {"password": "changed-panel"})
    assert "Buscar usuario" in await clerk.open("usuarios")

    await clerk.steer("admin", {"end_sessions": True})
    assert "Usuario o contraseña incorrectos" in await clerk.log_in()
    assert "Buscar usuario" in await clerk.log_in("changed-panel")
    assert PASSWORD not in await clerk.open("ingresar")


async def test_error_500_strikes_as_often_as_ordered_and_writes_nothing(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("trouble", {"errors": {"times": 2, "on": "writes"}})

    pages = [await clerk.create("sofia1234") for _ in range(3)]

    assert ["Error 500" in page for page in pages] == [True, True, False]
    assert await clerk.names() == ["sofia1234"]
    assert [end for _, end, _ in await clerk.journal()] == ["error_500", "error_500", "written"]


@pytest.mark.parametrize(("on", "broken"), [("login", (True, False)), ("reads", (False, True)), ("all", (True, True))])
async def test_error_500_keeps_to_the_requests_it_was_ordered_for(clerk: Clerk, on: str, broken: tuple[bool, bool]):
    await clerk.steer("trouble", {"errors": {"on": on}})
    login = await clerk.http.post("/panel/ingresar", data={}, follow_redirects=False)
    page = await clerk.http.get("/panel/ingresar")

    assert (login.status_code == 500, page.status_code == 500) == broken


async def test_chance_starts_anew_with_its_seed(clerk: Clerk):
    async def struck() -> list[bool]:
        await clerk.steer("trouble", {"seed": 11, "errors": {"probability": 0.4, "on": "reads"}})
        return [(await clerk.http.get("/panel/ingresar")).status_code == 500 for _ in range(30)]

    first = await struck()
    assert first == await struck()
    assert 0 < sum(first) < 30


async def test_names_of_another_agency_conflict_and_are_in_no_list(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("trouble", {"taken_names": ["Sofia1234"]})

    assert "Username already exists" in await clerk.create("sofia1234")
    assert "No se encontraron usuarios" in await clerk.open("usuarios?buscar=sofia1234")
    assert "Usuario creado exitosamente" in await clerk.create("sofia1235")


async def test_a_name_that_chance_took_stays_taken(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("trouble", {"conflicts": {"times": 1}})

    pages = [await clerk.create("sofia1234"), await clerk.create("sofia1234"), await clerk.create("sofia1235")]

    assert ["Username already exists" in page for page in pages] == [True, True, False]
    assert await clerk.names() == ["sofia1235"]


@pytest.mark.parametrize(("how", "status"), [("error", 500), ("hang", 504)])
async def test_a_lost_answer_leaves_the_user_made_and_the_journal_says_so(clerk: Clerk, how: str, status: int):
    await clerk.log_in()
    await clerk.steer("trouble", {"lost_answers": {"times": 1, "how": how, "seconds": 0.01}})
    form = {"csrf": await clerk.token(), "nombre": "sofia1234", "clave": "secreta99", "clave_repetida": "secreta99"}

    assert (await clerk.http.post("/panel/crear", data=form)).status_code == status
    assert (await clerk.names(), await clerk.journal()) == (["sofia1234"], [("sofia1234", "written", False)])
    assert "Username already exists" in await clerk.create("sofia1234")


async def test_a_line_that_is_cut_leaves_the_balance_charged(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("users", {"username": "sofia1234"})
    await clerk.steer("trouble", {"lost_answers": {"times": 1, "how": "cut"}})

    with pytest.raises(Exception, match="disconnected"):
        await clerk.charge("sofia1234", "10.00")
    assert await clerk.journal() == [("sofia1234", "written", False)]
    assert 'data-testid="balance">10.00<' in await clerk.open("usuarios/sofia1234")


async def test_a_renamed_form_has_other_names_and_takes_only_those(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("trouble", {"layout": "renamed", "layout_on": ["create"]})
    page = await clerk.open("crear")

    assert "Alias del jugador" in page
    assert "Nombre de usuario" not in page
    assert page.index("Clave de acceso") < page.index("Alias del jugador")
    assert "entre 3 y 32" in await clerk.create("sofia1234")
    assert await clerk.names() == []
    assert "Buscar usuario" in await clerk.open("usuarios")


async def test_a_renamed_panel_renames_every_page_but_the_login(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("users", {"username": "sofia1234"})
    await clerk.steer("trouble", {"layout": "renamed"})

    assert "Filtrar jugadores" in await clerk.open("usuarios?q=sofia")
    assert 'data-testid="alias">sofia1234<' in await clerk.open("usuarios?q=sofia")
    assert "Fichas" in await clerk.open("usuarios/sofia1234")
    assert "Cantidad de fichas" in await clerk.open("saldo/sofia1234")
    assert "Ingresar" in await clerk.open("ingresar")

    await clerk.steer("trouble", {"layout_on": ["login"]})
    assert "Operador" in await clerk.open("ingresar")


async def test_a_field_can_be_missing_from_a_form(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("trouble", {"layout": "field_missing"})

    assert "Repetir contraseña" not in await clerk.open("crear")
    assert "Usuario creado exitosamente" in await clerk.create("sofia1234")


async def test_a_slow_panel_lets_its_callers_go_when_the_sandbox_ends():
    async with running() as player:
        await player.steer("panel/trouble", {"slow_ms": 600_000})
        waiting = asyncio.ensure_future(player.http.post("/panel/crear", data={"nombre": "sofia1234"}))
        await until_asked(player)
        player.process.terminate()
        async with asyncio.timeout(10):
            await player.process.wait()
        await asyncio.gather(waiting, return_exceptions=True)


async def until_asked(player: Player) -> None:
    """A request that waits is in the journal already; one that never comes ends by the test's timeout."""
    while True:
        if (await player.http.get("/_sandbox/panel/journal")).json():
            return
        await asyncio.sleep(0.02)


async def test_null_takes_one_trouble_away_and_delete_takes_all(clerk: Clerk):
    await clerk.steer("trouble", {"slow_ms": 1, "errors": {}, "layout": "renamed", "taken_names": ["x"]})
    report = await clerk.steer("trouble", {"errors": None})
    assert (report["errors"], report["layout"], report["slow_ms"]) == (None, "renamed", 1)

    assert (await clerk.http.delete("/_sandbox/panel/trouble")).status_code == 204
    well = (await clerk.glance())["trouble"]
    assert (well["layout"], well["slow_ms"], well["taken_names"]) == ("usual", 0, [])


async def test_a_reset_forgets_users_sessions_and_the_journal(clerk: Clerk):
    await clerk.log_in()
    await clerk.create("sofia1234")
    await clerk.steer("admin", {"password": "changed-panel"})
    await clerk.steer("reset")

    assert (await clerk.names(), await clerk.journal()) == ([], [])
    assert "Iniciar sesión" in await clerk.open("usuarios")
    assert "Buscar usuario" in await clerk.log_in()


async def test_orders_that_mean_nothing_are_refused(clerk: Clerk):
    orders = [{"errors": {"probability": 2}}, {"layout": "upside_down"}, {"unknown": 1}, {"slow_ms": -1}]
    answers = [await clerk.http.post("/_sandbox/panel/trouble", json=order) for order in orders]

    assert [answer.status_code for answer in answers] == [422] * 4


async def test_a_user_given_twice_is_a_conflict_and_every_route_says_what_it_does(sandbox: Player):
    await sandbox.steer("panel/users", {"username": "sofia1234"})
    again = await sandbox.http.post("/_sandbox/panel/users", json={"username": "SOFIA1234"})
    assert again.status_code == 409

    paths = (await sandbox.http.get("/_sandbox/openapi.json")).json()["paths"]
    ours = [verb for path, verbs in paths.items() if path.startswith("/_sandbox/panel") for verb in verbs.values()]
    assert len(ours) == 9
    assert all(verb["summary"] for verb in ours)
