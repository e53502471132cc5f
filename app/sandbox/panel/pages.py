"""The panel's pages as HTML. Whatever is shown passes `html.escape`; there is no script anywhere."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from app.sandbox.panel.layout import Field, Form, Layout
from app.sandbox.panel.users import PanelUser, money

EXPIRED = "Su sesión ha expirado. Ingrese nuevamente."
WRONG = "Usuario o contraseña incorrectos."
LOCKED = "Cuenta bloqueada por demasiados intentos. Intente nuevamente en 15 minutos."
STALE_FORM = "El formulario ha caducado. Intente nuevamente."
NO_SUCH_USER = "El usuario no existe."
BROKEN = "Error interno del servidor"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the page says at its top: an alert, or a success."""

    text: str
    is_error: bool = True


NOTHING = Notice("")


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list and how to come to the others."""

    users: Sequence[PanelUser]
    total: int
    page: int
    pages: int
    text: str
    exact: bool


def framed(title: str, body: str, *, menu: str = "") -> str:
    return (
        '<!doctype html><html lang="es"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · Panel de agentes</title>"
        '<link rel="icon" href="/page/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/panel/panel.css"></head>'
        f'<body><header class="bar"><strong>Panel de agentes</strong><span class="sim">simulado</span>{menu}</header>'
        f'<main><h1 id="titulo">{escape(title)}</h1>{body}</main></body></html>'
    )


def menu_of(layout: Layout, csrf: str) -> str:
    return (
        '<nav aria-label="Menú">'
        f'<a href="/panel/usuarios">{escape(layout.search.heading)}</a>'
        f'<a href="/panel/crear">{escape(layout.create.heading)}</a></nav>'
        f'<form class="out" method="post" action="/panel/salir">{hidden("csrf", csrf)}'
        '<button class="quiet" type="submit">Cerrar sesión</button></form>'
    )


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def notice_of(notice: Notice, layout: Layout) -> str:
    if not notice.text:
        return ""
    role, kind = ("alert", "bad") if notice.is_error else ("status", "good")
    mark = escape(layout.mark("message"))
    return f'<p class="notice {kind}" role="{role}" data-testid="{mark}">{escape(notice.text)}</p>'


def field_of(field: Field, value: str) -> str:
    """Passwords are never sent back to the page."""
    shown = "" if field.kind == "password" else value
    return (
        f'<div class="field"><label for="f-{field.name}">{escape(field.label)}</label>'
        f'<input id="f-{field.name}" name="{field.name}" type="{field.kind}" value="{escape(shown)}"'
        f' autocomplete="{field.autocomplete}" data-testid="{field.name}"></div>'
    )


def form_of(form: Form, action: str, *, csrf: str = "", values: Mapping[str, str] | None = None) -> str:
    fields = "".join(field_of(field, (values or {}).get(field.key, "")) for field in form.fields)
    token = hidden("csrf", csrf) if csrf else ""
    return (
        f'<form class="card" method="post" action="{escape(action)}" novalidate>{token}{fields}'
        f'<button class="primary" type="submit">{escape(form.button)}</button></form>'
    )


def login_page(layout: Layout, notice: Notice, *, hint: tuple[str, str] | None, user: str = "") -> str:
    told = "" if hint is None else hint_of(*hint)
    form = form_of(layout.login, "/panel/ingresar", values={"user": user})
    return framed(layout.login.heading, f'<div class="narrow">{notice_of(notice, layout)}{form}{told}</div>')


def hint_of(user: str, password: str) -> str:
    return (
        '<p class="hint">Panel de otra empresa, simulado por Ponte: todo se borra al reiniciar. '
        f"Usuario <code>{escape(user)}</code>, contraseña <code>{escape(password)}</code>.</p>"
    )


def list_page(layout: Layout, found: Found, notice: Notice, *, csrf: str) -> str:
    body = f"{notice_of(notice, layout)}{search_of(layout, found)}{table_of(layout, found)}{paging_of(found)}"
    return framed(layout.search.heading, body, menu=menu_of(layout, csrf))


def search_of(layout: Layout, found: Found) -> str:
    field = layout.search.fields[0]
    checked = " checked" if found.exact else ""
    return (
        f'<form class="search" role="search" method="get" action="/panel/usuarios">{field_of(field, found.text)}'
        f'<label class="check"><input type="checkbox" name="exacta" value="1"{checked}> Coincidencia exacta</label>'
        f'<button class="primary" type="submit">{escape(layout.search.button)}</button></form>'
    )


def table_of(layout: Layout, found: Found) -> str:
    if not found.users:
        nobody = "No se encontraron usuarios." if found.text else "Todavía no hay usuarios."
        return f'<p class="empty" data-testid="empty">{nobody}</p>'
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in layout.columns)
    rows = "".join(row_of(layout, user) for user in found.users)
    return f'<div class="sheet"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def row_of(layout: Layout, user: PanelUser) -> str:
    name = f'<td data-testid="{layout.mark("username")}">{escape(user.username)}</td>'
    balance = f'<td class="number" data-testid="{layout.mark("balance")}">{money(user.balance)}</td>'
    state, created = "<td>Activo</td>", f"<td>{day(user.created_at)}</td>"
    cells = [created, name, balance, state] if layout.columns[0] == "Creado" else [name, balance, state, created]
    see = f'<td><a href="{user_path(user)}" aria-label="Ver {escape(user.username)}">Ver</a></td>'
    return f'<tr data-testid="{layout.mark("user-row")}">{"".join(cells)}{see}</tr>'


def paging_of(found: Found) -> str:
    total = f'<span data-testid="total">{found.total} {"usuario" if found.total == 1 else "usuarios"}</span>'
    back = page_link("Anterior", found, found.page - 1) if found.page > 1 else ""
    forth = page_link("Siguiente", found, found.page + 1) if found.page < found.pages else ""
    where = f"<span>Página {found.page} de {found.pages}</span>"
    return f'<nav class="paging" aria-label="Páginas">{total}{back}{where}{forth}</nav>'


def page_link(words: str, found: Found, page: int) -> str:
    query = {"buscar": found.text, "pagina": page} | ({"exacta": "1"} if found.exact else {})
    return f'<a href="/panel/usuarios?{escape(urlencode(query))}">{words}</a>'


def create_page(layout: Layout, notice: Notice, *, csrf: str, username: str = "") -> str:
    form = form_of(layout.create, "/panel/crear", csrf=csrf, values={"username": username})
    body = f'<div class="narrow">{notice_of(notice, layout)}{form}</div>'
    return framed(layout.create.heading, body, menu=menu_of(layout, csrf))


def user_page(layout: Layout, user: PanelUser, notice: Notice, *, csrf: str) -> str:
    shown = {"username": user.username, "balance": money(user.balance), "state": "Activo"}
    shown["created"] = day(user.created_at)
    facts = [fact(layout.facts[key], shown[key], mark=layout.mark(key)) for key in layout.facts]
    if user.before is not None:
        facts += [
            fact("Saldo anterior", money(user.before), mark=layout.mark("balance-before")),
            fact("Saldo actual", money(user.balance), mark=layout.mark("balance-after")),
        ]
    charge = f'<a class="button" href="{balance_path(user)}">{escape(layout.balance.heading)}</a>'
    body = f'{notice_of(notice, layout)}<dl class="card facts">{"".join(facts)}</dl><p>{charge}</p>'
    return framed(user.username, body, menu=menu_of(layout, csrf))


def fact(label: str, value: str, *, mark: str) -> str:
    return f'<div><dt>{escape(label)}</dt><dd data-testid="{escape(mark)}">{escape(value)}</dd></div>'


def balance_page(layout: Layout, user: PanelUser, notice: Notice, *, csrf: str) -> str:
    form = form_of(layout.balance, balance_path(user), csrf=csrf)
    now = f'<p>Usuario <strong data-testid="{layout.mark("username")}">{escape(user.username)}</strong>, saldo '
    now += f'<strong data-testid="{layout.mark("balance")}">{money(user.balance)}</strong></p>'
    body = f'<div class="narrow">{notice_of(notice, layout)}{now}{form}</div>'
    return framed(layout.balance.heading, body, menu=menu_of(layout, csrf))


def plain_page(title: str, words: str) -> str:
    return framed(title, f'<p class="notice bad" role="alert">{escape(words)}</p>')


def user_path(user: PanelUser) -> str:
    return f"/panel/usuarios/{quote(user.username, safe='')}"


def balance_path(user: PanelUser) -> str:
    return f"/panel/saldo/{quote(user.username, safe='')}"


def day(at: float) -> str:
    return time.strftime("%d/%m/%Y %H:%M", time.gmtime(at))
