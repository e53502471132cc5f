"""The panel as an administrator knows it: login, list, create, balance, logout."""

import asyncio

import pytest

from tests.sandbox.panel.clerk import Clerk, shown_names

LOGIN_WORDS, LIST_WORDS = "Iniciar sesión", "Buscar usuario"


async def test_nothing_is_shown_or_written_without_a_login(clerk: Clerk):
    for path in ("usuarios", "crear", "usuarios/sofia1234", "saldo/sofia1234"):
        assert LOGIN_WORDS in await clerk.open(path)

    assert LOGIN_WORDS in await clerk.create("sofia1234")
    assert (await clerk.names(), await clerk.journal()) == ([], [("sofia1234", "no_session", True)])


async def test_the_right_password_opens_the_list_and_logging_out_closes_it(clerk: Clerk):
    assert LIST_WORDS in await clerk.log_in()
    assert LOGIN_WORDS in await clerk.send("salir", csrf=await clerk.token())
    assert LOGIN_WORDS in await clerk.open("usuarios")


async def test_a_wrong_password_is_told_and_counted(clerk: Clerk):
    assert "Usuario o contraseña incorrectos" in await clerk.log_in("wrong")
    assert (await clerk.glance())["logins"] == {"ok": 0, "wrong": 1, "locked": 0}


async def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(clerk: Clerk):
    pages = [await clerk.log_in("wrong") for _ in range(5)]

    assert "Cuenta bloqueada" in pages[-1]
    assert "Cuenta bloqueada" not in pages[-2]
    assert "Cuenta bloqueada" in await clerk.log_in()
    assert (await clerk.glance())["logins"] == {"ok": 0, "wrong": 5, "locked": 1}

    await clerk.steer("admin", {"unlock": True})
    assert LIST_WORDS in await clerk.log_in()


async def test_a_made_user_is_told_listed_and_has_the_password_given(clerk: Clerk):
    await clerk.log_in()

    assert "Usuario creado exitosamente" in await clerk.create("sofia1234")
    assert shown_names(await clerk.open("usuarios")) == ["sofia1234"]
    assert "Usuario creado exitosamente" not in await clerk.open("usuarios/sofia1234")
    (user,) = (await clerk.http.get("/_sandbox/panel/users")).json()
    assert user["password"] == "secreta99"


@pytest.mark.parametrize(
    ("name", "password", "again", "words"),
    [
        ("so", "secreta99", None, "entre 3 y 32"),
        ("sofía 1", "secreta99", None, "entre 3 y 32"),
        ("sofia1234", "corta", None, "al menos 6"),
        ("sofia1234", "secreta99", "secreta98", "no coinciden"),
    ],
)
async def test_a_form_filled_in_wrongly_is_shown_again_and_nothing_is_written(
    clerk: Clerk, name: str, password: str, again: str | None, words: str
):
    await clerk.log_in()

    assert words in await clerk.create(name, password, again)
    assert (await clerk.names(), await clerk.journal()) == ([], [(name, "refused", True)])


async def test_a_name_that_is_there_conflicts_whatever_its_case_and_both_attempts_stay_visible(clerk: Clerk):
    await clerk.log_in()
    await clerk.create("sofia1234")

    assert "Username already exists" in await clerk.create("Sofia1234")
    assert await clerk.names() == ["sofia1234"]
    assert await clerk.journal() == [("sofia1234", "written", True), ("Sofia1234", "conflict", True)]


async def test_a_form_without_its_token_is_refused(clerk: Clerk):
    await clerk.log_in()
    page = await clerk.send("crear", csrf="forged", nombre="sofia1234", clave="secreta99", clave_repetida="secreta99")

    assert "El formulario ha caducado" in page
    assert await clerk.journal() == [("sofia1234", "bad_token", True)]


async def test_the_list_is_searched_by_part_and_by_the_whole_name_and_comes_in_pages(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("admin", {"page_size": 2})
    for name in ("ana1", "ana11", "bruno1", "ana111", "carla1"):
        await clerk.steer("users", {"username": name})

    assert shown_names(await clerk.open("usuarios")) == ["carla1", "ana111"]
    assert shown_names(await clerk.open("usuarios?pagina=3")) == ["ana1"]
    assert "Página 3 de 3" in await clerk.open("usuarios?pagina=99")
    assert shown_names(await clerk.open("usuarios?buscar=ANA1")) == ["ana111", "ana11"]
    assert shown_names(await clerk.open("usuarios?buscar=Ana1&exacta=1")) == ["ana1"]
    assert "No se encontraron usuarios" in await clerk.open("usuarios?buscar=nadie")


async def test_a_balance_is_charged_exactly_and_shows_what_was_before(clerk: Clerk):
    await clerk.log_in()
    await clerk.steer("users", {"username": "sofia1234", "balance": "0.10"})
    page = await clerk.charge("sofia1234", "0.20")

    assert "Saldo cargado exitosamente" in page
    assert 'data-testid="balance-before">0.10<' in page
    assert 'data-testid="balance-after">0.30<' in page


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.234", "NaN", "1e3", "1,50", "99999999999"])
async def test_an_amount_that_is_none_is_refused_and_nothing_is_written(clerk: Clerk, amount: str):
    await clerk.log_in()
    await clerk.steer("users", {"username": "sofia1234"})

    assert "El monto no es válido" in await clerk.charge("sofia1234", amount)
    (user,) = (await clerk.http.get("/_sandbox/panel/users")).json()
    assert user["balance"] == "0.00"


async def test_what_users_are_called_is_shown_and_never_run(clerk: Clerk):
    await clerk.log_in()
    evil = '"><script>alert(1)</script>/..?x='
    await clerk.steer("users", {"username": evil})
    await clerk.http.post("/panel/crear", data={"csrf": await clerk.token(), "nombre": evil, "clave": "x"})

    for path in (
        "usuarios",
        f"usuarios?buscar={evil}",
        "usuarios/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%2F..%3Fx%3D",
    ):
        answer = await clerk.http.get(f"/panel/{path}")
        assert answer.status_code == 200
        assert "&lt;script&gt;" in answer.text
        assert "<script" not in answer.text


async def test_every_page_has_the_strict_policy_and_is_kept_nowhere(clerk: Clerk):
    await clerk.log_in()
    for path in ("ingresar", "usuarios", "crear", "usuarios/nobody"):
        headers = (await clerk.http.get(f"/panel/{path}")).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["cache-control"] == "no-store"


async def test_the_session_is_in_a_cookie_that_no_script_reads(clerk: Clerk):
    answer = await clerk.http.post(
        "/panel/ingresar", data={"usuario": "admin", "clave": "simulated-panel"}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert {"HttpOnly", "Path=/panel", "SameSite=lax"} <= set(answer.headers["set-cookie"].split("; "))


async def test_an_unreadable_request_is_answered_like_any_other(clerk: Clerk):
    junk = b"\xff\xfe=%%%&" * 50_000
    answers = [
        await clerk.http.post("/panel/ingresar", content=junk),
        await clerk.http.get("/panel/usuarios", headers={"Cookie": 'panel_session=";;='}),
        await clerk.http.get("/panel/usuarios?pagina=²"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_four_who_work_at_once_make_every_user_exactly_once(clerk: Clerk):
    async def works(number: int) -> None:
        async with Clerk(clerk.sandbox) as one:
            await one.log_in()
            for turn in range(10):
                await one.create(f"user{number}-{turn}")
                await one.create(f"shared-{turn}")

    await asyncio.gather(*(works(number) for number in range(4)))

    names = await clerk.names()
    assert len(names) == len(set(names)) == 50
    assert (await clerk.glance())["writes"] == {"create_user.written": 50, "create_user.conflict": 30}
