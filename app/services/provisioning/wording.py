"""What callers and customers are told of a request to a panel. Pure; a panel's own words are never repeated here."""

from collections.abc import Mapping
from typing import Final

from app.domain.language import LOCALES
from app.domain.provisioning import Operation, Status

# As existing callers compare them.
CONFLICT: Final = "Username already exists"
FAILED: Final = "User creation failed"
BALANCE_FAILED: Final = "Balance assignment failed"

_CREATED: Final = {
    "pt-BR": "Usuário {username} criado com sucesso. Senha: {password}",
    "es": "Usuario {username} creado exitosamente. Contraseña: {password}",
    "en": "User {username} created successfully. Password: {password}",
}
_CREATED_BEFORE: Final = {
    "pt-BR": "Usuário {username} criado com sucesso.",
    "es": "Usuario {username} creado exitosamente.",
    "en": "User {username} created successfully.",
}
_GIVEN: Final = {
    "pt-BR": "Saldo de {amount} creditado para {username}.",
    "es": "Saldo de {amount} acreditado a {username}.",
    "en": "Balance of {amount} credited to {username}.",
}
_ASK_NAME: Final = {
    "pt-BR": "Não entendi o nome para criar o usuário. Como você se chama?",
    "es": "No entendí el nombre para crear el usuario. ¿Cómo te llamas?",
    "en": "I did not catch a name to create the user with. What is your name?",
}
_DETAILS: Final = {
    "conflict": "The panel has a user of this name already; choose another candidate_username.",
    "panel_down": "The panel does not answer, or too slowly. It was tried again and is kept for replay.",
    "panel_stopped": "The panel was stopped after a refusal; an operator must look: `ponte panels list`, then resume.",
    "panel_changed": "The panel's page is not the one that its recipe describes. Nothing was written; see evidence.",
    "login_refused": "The panel refuses the administrator's name or password. Tried once only; set it anew.",
    "panel_refused": "The panel refused this request in its own words; see the evidence.",
    "address_refused": "The panel's address is none of the internet, and PANEL_PRIVATE_HOSTS does not name it.",
    "write_in_doubt": "The form was sent and its end was not seen. Kept for replay, which looks before it writes.",
    "exists_not_shown": "The panel says that it exists and does not show it. Kept for replay, which looks again.",
    "not_read_back": "The panel said yes, and it could not be read back. A person must look, then replay.",
    "panel_moved": "It was begun at another panel, to which this account goes no more. A person must look there.",
    "no_browser": "No browser process is at work: start `ponte browser`. The request is kept for replay.",
    "too_late": "Its turn did not come before the deadline. The request is kept for replay.",
    "still_running": "The panel is being written to just now; ask GET /api/provisionings/{id} what came of it.",
    "no_panel": "No panel is set for this account: `ponte panels set`.",
    "no_names_left": "Every name that was tried is taken.",
    "no_such_user": "The panel has no user of this name. Nothing was given.",
    "user_is_gone": "The user was there and is not any more. A person must look whether the balance was given.",
    "balance_not_shown": "The panel does not show the user's balance, so it cannot be verified.",
    "given_since": "Another sum was given to this user since, so the balance does not tell. A person must look.",
    "balance_differs": "The balance is neither what it was nor what it should be. A person must look.",
    "balance_unchanged": "The balance is unchanged after the form was sent. A person must look, then replay.",
    "browser_failed": "The browser failed. It was tried again and is kept for replay.",
    "erased": "The person it was for was erased.",
}


def created(locale: str, username: str, password: str | None) -> str:
    """The good news, with the password while it is known."""
    if password is None:
        return _in(locale, _CREATED_BEFORE).format(username=username)
    return _in(locale, _CREATED).format(username=username, password=password)


def given(locale: str, username: str, amount: object) -> str:
    return _in(locale, _GIVEN).format(username=username, amount=amount)


def ask_name(locale: str) -> str:
    """A question for the customer of whose name no user name can be made."""
    return _in(locale, _ASK_NAME)


def _in(locale: str, said: Mapping[str, str]) -> str:
    """The words of a language; in Spanish, as callers have always been told, where it is none of ours."""
    return said[locale if locale in LOCALES else "es"]


def failed(operation: Operation, status: Status) -> str:
    if status is Status.CONFLICT:
        return CONFLICT
    return FAILED if operation is Operation.CREATE_USER else BALANCE_FAILED


def detail(code: str) -> str:
    """A code with the sentence that says what to do."""
    said = _DETAILS.get(code)
    return f"{code}: {said}" if said else code
