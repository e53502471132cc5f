"""How the panel's forms are called and ordered: as usual, renamed overnight, or with a field that is gone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

LayoutName = Literal["usual", "renamed", "field_missing"]
PageName = Literal["login", "list", "create", "user", "balance"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: what the code calls it, what the page calls it, and how it looks."""

    key: str
    name: str
    label: str
    kind: str = "text"
    autocomplete: str = "off"


@dataclass(frozen=True, slots=True)
class Form:
    heading: str
    button: str
    fields: tuple[Field, ...]

    def read(self, said: Mapping[str, str]) -> dict[str, str]:
        """What was filled in, by our own keys; a field that this form does not have is absent."""
        return {field.key: said.get(field.name, "") for field in self.fields}


@dataclass(frozen=True, slots=True)
class Layout:
    """Forms and the names of what is shown; `marks` are the test ids, by our own keys."""

    login: Form
    search: Form
    create: Form
    balance: Form
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    marks: Mapping[str, str]

    def mark(self, key: str) -> str:
        return self.marks.get(key, key)


USUAL = Layout(
    login=Form(
        "Iniciar sesión",
        "Ingresar",
        (
            Field("user", "usuario", "Usuario", autocomplete="username"),
            Field("password", "clave", "Contraseña", "password", "current-password"),
        ),
    ),
    search=Form("Usuarios", "Buscar", (Field("text", "buscar", "Buscar usuario", "search"),)),
    create=Form(
        "Crear usuario",
        "Crear usuario",
        (
            Field("username", "nombre", "Nombre de usuario"),
            Field("password", "clave", "Contraseña", "password", "new-password"),
            Field("again", "clave_repetida", "Repetir contraseña", "password", "new-password"),
        ),
    ),
    balance=Form("Cargar saldo", "Cargar saldo", (Field("amount", "monto", "Monto"),)),
    columns=("Usuario", "Saldo", "Estado", "Creado", "Acciones"),
    facts={"username": "Usuario", "balance": "Saldo", "state": "Estado", "created": "Creado"},
    marks={},
)
RENAMED = Layout(
    login=Form(
        "Acceso al sistema",
        "Continuar",
        (
            Field("password", "pin", "Clave de acceso", "password", "current-password"),
            Field("user", "operador", "Operador", autocomplete="username"),
        ),
    ),
    search=Form("Jugadores", "Filtrar", (Field("text", "q", "Filtrar jugadores", "search"),)),
    create=Form(
        "Nuevo jugador",
        "Dar de alta",
        (
            Field("password", "pin", "Clave de acceso", "password", "new-password"),
            Field("again", "pin2", "Confirmar clave", "password", "new-password"),
            Field("username", "alias", "Alias del jugador"),
        ),
    ),
    balance=Form("Acreditar fichas", "Acreditar", (Field("amount", "fichas", "Cantidad de fichas"),)),
    columns=("Creado", "Alias", "Fichas", "Situación", "Opciones"),
    facts={"created": "Alta", "state": "Situación", "username": "Alias", "balance": "Fichas"},
    marks={
        "username": "alias",
        "balance": "chips",
        "balance-before": "chips-old",
        "balance-after": "chips-new",
        "user-row": "player",
        "message": "notice",
    },
)
FIELD_MISSING = replace(
    USUAL,
    create=replace(USUAL.create, fields=USUAL.create.fields[:2]),
    balance=replace(USUAL.balance, fields=()),
)
LAYOUTS: Mapping[LayoutName, Layout] = {"usual": USUAL, "renamed": RENAMED, "field_missing": FIELD_MISSING}
