"""The words of what Ponte writes first: variables checked when a template is saved, filled in when it is sent.

A placeholder is a name in braces, `{name}`, in English or in Portuguese; `{{` and `}}` are braces.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.domain.errors import Rejected
from app.domain.storable import visible

LONGEST: Final = 1_024  # what WhatsApp takes as the body of a template
LONGEST_VALUE: Final = 200
GIVEN: Final = ("name", "seller", "business")  # Ponte knows these itself
# Every name a caller or a template may use, and the one under which it is kept.
NAMES: Final[Mapping[str, str]] = {
    **{name: name for name in (*GIVEN, "area", "material", "date", "time", "link", "message", "product")},
    "nome": "name",
    "nombre": "name",
    "vendedor": "seller",
    "empresa": "business",
    "data": "date",
    "fecha": "date",
    "hora": "time",
    "interesse": "area",
    "interes": "area",
    "mensagem": "message",
    "mensaje": "message",
    "produto": "product",
    "producto": "product",
    "arquivo": "material",
}
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_GAP = re.compile(r"[ \t]+([,.!?;:])")
_BLANKS = re.compile(r"[ \t]{2,}")


class BadTemplate(Rejected):
    """A text that cannot be a template; the message names what is allowed."""

    code = "bad_template"


class MissingVariable(Rejected):
    """The template needs what the caller did not give."""

    code = "missing_variable"


def canonical(name: str) -> str:
    """The one name of a variable, in whatever language it was written."""
    folded = name.strip().lower()
    return NAMES.get(folded, folded)


def variables_of(body: str) -> tuple[str, ...]:
    """The variables of a text, each once, in their order.

    Raises:
        BadTemplate: a brace that opens or closes nothing, or a name that is none.
    """
    found: list[str] = []
    for match in _PLACEHOLDER.finditer(body):
        if match[0] in ("{{", "}}"):
            continue
        if match[1] is None:
            raise BadTemplate(
                "A brace in the text opens or closes nothing.", hint="A variable is {name}; a brace is {{."
            )
        name = canonical(match[1])
        if not _NAME.fullmatch(name):
            raise BadTemplate("A variable's name is letters, digits and _.", hint="Write it as {name}.")
        found.append(name)
    return tuple(dict.fromkeys(found))


def check(body: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """The variables of a text that may be saved.

    Raises:
        BadTemplate: it is empty, too long, or has a variable that its trigger does not bring.
    """
    if not visible(body):
        raise BadTemplate("The text is empty.", hint="Write what the customer shall read.")
    if len(body) > LONGEST:
        raise BadTemplate(f"The text is longer than {LONGEST} characters.", hint="Shorten it.")
    used, known = variables_of(body), dict.fromkeys([*GIVEN, *(canonical(name) for name in allowed)])
    unknown = [name for name in used if name not in known]
    if unknown:
        raise BadTemplate(f"This trigger brings no {', '.join(unknown)}.", hint=f"It brings: {', '.join(known)}.")
    return used


def values_of(data: Mapping[str, Any]) -> dict[str, str]:
    """What a caller gave, by canonical names, as text on one line."""
    plain = {canonical(key): value for key, value in data.items() if isinstance(value, str | int | float)}
    return {name: " ".join(str(value).split())[:LONGEST_VALUE] for name, value in plain.items() if visible(str(value))}


def missing(body: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that only the caller can give, and did not."""
    return tuple(name for name in variables_of(body) if name not in values and name not in GIVEN)


def fill(body: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; where a name is not known the sentence closes over the gap.

    Raises:
        MissingVariable: something is missing that Ponte does not know itself.
    """
    gone = missing(body, values)
    if gone:
        raise MissingVariable(f"The template needs {', '.join(gone)}.", hint="Give it in data.")
    text = _PLACEHOLDER.sub(lambda match: _filled(match, values), body)
    if values.get("seller") and values.get("seller") == values.get("business"):
        text = _said_once(text, values["business"])
    return _BLANKS.sub(" ", _GAP.sub(r"\1", text)).strip()


def _said_once(text: str, company: str) -> str:
    """Where no salesperson signs the company does, and is not its own: "Loja, da Loja" is "Loja"."""
    name = re.escape(company)
    again = rf"{name}(?:,? (?:d[aeo]s?|del?(?: la| los| las)?|from|of|at) {name}| ?\({name}\))"
    return re.sub(again, lambda _: company, text)


def _filled(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match[1] is None:
        return match[0][:1]
    return values.get(canonical(match[1]), "")
