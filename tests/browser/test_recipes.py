"""A recipe with an error is refused when it is loaded, with file and line."""

from pathlib import Path

import pytest

from app.browser.loading import BUILT_IN, RecipeRefused, Recipes, parse
from app.domain.errors import NotFound

TEXT = (BUILT_IN / "sandbox.yaml").read_text(encoding="utf-8")


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_every_recipe_that_comes_with_ponte_is_whole():
    known = Recipes()
    known.check()
    assert known.keys() == ["sandbox"]


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("send: new_button", "send: new_buton", "send: new_buton", "no part is called new_buton"),
        ("    - see: [balance_owner]\n", "    - sleep: 500\n", "sleep: 500", "unknown step"),
        ("name: The sandbox's panel", "name: x\nnickname: y", "nickname: y", "Extra inputs"),
        ("name: The sandbox's panel", "name: x\nname: y", "name: y", "twice"),
        ("    - {label: Monto}", "    - {label: Monto, css: b}", "{label: Monto, css: b}", "exactly one"),
        ("    - {label: Monto}", "    - {name: Monto}", "{name: Monto}", "exactly one"),
        ("open: 8000,", "open: soon,", "open: soon", "integer"),
        ("open: 8000,", "open: 18000,", "open: 18000", "larger"),
        ('with: "{amount}"', 'with: "{password}"', 'balance_amount, with: "{password}"}', "{password} is not known"),
        ("says: Usuario creado", 'says: "Usuario (creado"', 'says: "Usuario (creado"', "regular expression"),
        ("says: Usuario creado", 'says: "(?P<x>a)"', 'says: "(?P<x>a)"', "groups"),
        ("{role: heading, name: Iniciar sesión}", "{role: banner, name: x}", "role: banner", "Input should be"),
        ("  send: login_button\n", "", "login:", "Field required"),
        ('decimal: ".", thousands: ""', 'decimal: ".", thousands: "."', "amounts:", "two signs"),
        ("    - see: [balance_owner, balance_amount, balance_button]", "    - see: [menu]", "check:", "balance_amount"),
        ("- see: [search]\n    - open: /crear", "- {tick: new_name}\n    - open: /crear", "- {tick: new", "only opens"),
        ("name: The sandbox's panel", "name: &a x\nbase_url: *a", "base_url: *a", "aliases"),
        ("name: The sandbox's panel", "name: [x", "budgets:", "not YAML"),
    ],
)  # fmt: skip
def test_an_error_is_named_with_its_line(old: str, new: str, at: str, said: str):
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(RecipeRefused) as refused:
        parse(text, name="club.yaml")
    lines = [int(part.split(":")[0]) for part in refused.value.message.split("club.yaml:")[1:]]
    assert said in refused.value.message
    assert {line_of(text, at), line_of(text, at) + 1} & set(lines)


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "crear", "/a b", "/a\\b"])
def test_an_address_stays_within_the_panel(path: str):
    with pytest.raises(RecipeRefused, match="open"):
        parse(TEXT.replace("- open: /crear", f"- open: '{path}'", 1), name="club.yaml")


def test_a_password_does_not_go_into_an_address():
    text = TEXT.replace("- open: /crear", "- open: /crear?p={password}", 1)
    with pytest.raises(RecipeRefused, match="address"):
        parse(text, name="club.yaml")


AGAIN = '    - {fill: new_password_again, with: "{password}"}\n'
SEES = "    - see: [new_name, new_password, new_password_again, new_button]\n"
ERROR = 'error:\n    - {part: alert, says: "debe tener|no coinciden|no es válid|ha caducado"}'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SEES, f"{SEES}    - {{click: new_button}}\n", "new_button sends a form"),
        (AGAIN, f"{AGAIN}    - {{click: new_button}}\n", "new_button sends a form"),
        ("more: next_page", "more: balance_button", "balance_button sends a form"),
        ("{role: link, name: Siguiente}", "{role: button, name: Crear usuario}", "next_page sends a form"),
        ('{fill: new_password, with: "{password}"}', '{fill: new_password, with: "password"}', "braces"),
        ('{fill: login_password, with: "{admin_password}"}', "{tick: login_password}", "{admin_password}"),
        ('with: "{amount}"', 'with: "amount"', "{amount}"),
        ("columns: {username: user_name, balance: user_balance}", "columns: {username: user_name}", "balance: Field"),
        ("says: Usuario creado", 'says: "\\\\AUsuario creado\\\\Z"', "do not know"),
        ("says: Usuario creado", 'says: "[]a]"', "otherwise"),
        (ERROR, "error:\n    - {part: notice, says: Usuario creado}", "another answer"),
        (ERROR, "error:\n    - {part: notice}", "another answer"),
        (ERROR, 'error:\n    - {part: alert, says: "already exists|ya existe"}', "an error too"),
        ("success:\n    - {part: menu}", "success:\n    - {part: login_heading}", "another answer"),
    ],
)  # fmt: skip
def test_what_would_write_unseen_or_leave_in_doubt_is_refused(old: str, new: str, said: str):
    assert old in TEXT
    with pytest.raises(RecipeRefused) as refused:
        parse(TEXT.replace(old, new), name="club.yaml")
    assert said in refused.value.message


@pytest.mark.parametrize("css", ["input[[name=", "a >", "> , b", "a[b", "div:not(.x", "a b$", ".1", "a,", "#"])
def test_a_selector_that_is_none_is_refused(css: str):
    with pytest.raises(RecipeRefused, match="CSS"):
        parse(TEXT.replace("input[name=usuario]", css), name="club.yaml")


@pytest.mark.parametrize(
    "css",
    [
        "#a .b > c + d ~ e",
        "a, b",
        'input[type="text" i]:not([disabled])::before',
        "tr:nth-child(2n + 1):has(> td.x)",
        "svg|a *",
        "button:has-text('Go (on)')",
        r"#a\.b",
    ],
)
def test_a_selector_that_is_one_is_taken(css: str):
    shown = css.replace("\\", "\\\\").replace('"', '\\"')
    assert parse(TEXT.replace("input[name=usuario]", shown), name="club.yaml").parts["login_user"][1].css == css


def test_a_recipe_without_a_conflict_is_refused():
    text = TEXT.replace('  conflict:\n    - {part: alert, says: "already exists|ya existe"}\n', "")
    with pytest.raises(RecipeRefused, match="conflict is missing"):
        parse(text, name="club.yaml")


@pytest.mark.parametrize("text", ["", "[]", "x", "\t", "a: !!python/object:os.system x", "{" * 5_000])
def test_what_is_no_recipe_is_refused(text: str):
    with pytest.raises(RecipeRefused):
        parse(text, name="club.yaml")


def test_a_recipe_of_ones_own_wins_and_others_are_told(tmp_path: Path):
    (tmp_path / "sandbox.yaml").write_text(TEXT.replace("The sandbox's panel", "Ours"), encoding="utf-8")
    own = Recipes(tmp_path)
    assert own.get("sandbox").name == "Ours"
    with pytest.raises(NotFound) as missing:
        own.get("../sandbox")
    assert missing.value.hint == "There are: sandbox."


def test_all_recipes_are_read_before_a_panel_is_visited(tmp_path: Path):
    (tmp_path / "club.yaml").write_text("name: 7\n", encoding="utf-8")
    with pytest.raises(RecipeRefused, match=r"club\.yaml:1"):
        Recipes(tmp_path).check()
