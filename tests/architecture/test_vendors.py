"""Nothing in `services` learns a vendor's name: what differs between channels is the channel's own to say.

An AST rule over the strings of the code; docstrings may say why a rule is there. Names of our own doors are no vendor:
settings, commands and paths that people type.
"""

import ast
import re

import pytest

from tests.architecture.source import modules

VENDORS = re.compile(r"kommo|bitrix|b24|twilio|whatsapp|360dialog|chatwoot|waba", re.IGNORECASE)
OURS = re.compile(r"\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b|/oauth/kommo/\w+|`?ponte (?:kommo|chatwoot) \w+`?")
# Where a name is right, and why.
EXCEPTIONS = {
    "app/services/accounts/consenting.py": "OAuth is one vendor's, and its consent is looked up by the channel's name",
    "app/services/accounts/health.py": "the component's name is the one that existing monitors read",
    "app/services/accounts/setting_checks.py": "a hint for people that names the messenger they know",
    "app/services/erasure/receipt.py": "an erasure's receipt names the places outside the house for people",
    "app/services/inbox_mirror/people.py": "a customer without a name is shown as `WhatsApp +31612345678`",
    "app/services/inbox_mirror/symptoms.py": "the second inbox is one of a kind that people set by its name",
    "app/services/conversation/sentences/about_commands.py": "what salespeople read names the messenger they know",
}


def strings(tree: ast.AST) -> list[str]:
    """All that stand in the code; what stands alone as a statement is a docstring."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone]
    return [node.value for node in found if isinstance(node.value, str)]


def vendors(text: str) -> list[str]:
    return VENDORS.findall(OURS.sub("", text))


def named() -> dict[str, list[str]]:
    """Files of the services that name a vendor in a string, and those strings."""
    found = {
        module.name: [text for text in strings(module.tree) if vendors(text)] for module in modules("app/services")
    }
    return {name: texts for name, texts in found.items() if texts}


def test_no_service_knows_a_vendor_by_name() -> None:
    assert not {name: texts for name, texts in named().items() if name not in EXCEPTIONS}


def test_every_exception_is_still_needed() -> None:
    assert set(EXCEPTIONS) <= set(named())


@pytest.mark.parametrize("text", ["twilio", "Book Kommo's Chats API", "WhatsApp", "b24"])
def test_a_vendor_is_seen(text: str) -> None:
    assert vendors(text)


@pytest.mark.parametrize("text", ["KOMMO_CLIENT_ID", "/oauth/kommo/start", "run `ponte kommo connect`"])
def test_a_door_of_ours_is_none(text: str) -> None:
    assert not vendors(text)
