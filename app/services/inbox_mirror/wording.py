"""What the mirror shows of a line of the record, in the account's language. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from app.domain.inbox import By, Line
from app.domain.messages import Author

MARK: Final = "[Ponte] "
_WHO: Final = {Author.CUSTOMER.value: By.CUSTOMER, Author.HUMAN.value: By.PERSON, Author.BOT.value: By.BOT}
_NOTES: Final[dict[str, tuple[str, str, str]]] = {
    "paused": ("{who} assumiu a conversa.", "{who} tomó la conversación.", "{who} took the chat over."),
    "released": (
        "{who} devolveu a conversa ao bot.",
        "{who} devolvió el chat al bot.",
        "{who} gave it back to the bot.",
    ),
    "handed_over": (
        *("O bot passou a conversa para uma pessoa ({why}).", "El bot pasó el chat a una persona ({why})."),
        "The bot gave the chat to a person ({why}).",
    ),
    "opted_out": (
        *("O cliente não quer mais mensagens.", "El cliente no quiere más mensajes."),
        "The customer wants no more messages.",
    ),
    "opted_in": (
        *("O cliente quer receber mensagens de novo.", "El cliente quiere recibir mensajes otra vez."),
        "The customer wants messages again.",
    ),
}
_SOMEBODY: Final = ("Alguém", "Alguien", "Somebody")
_ATTACHED: Final = ("anexo", "adjunto", "attachment")


def message_line(row: Mapping[str, Any], media: Mapping[str, Any] | None, *, locale: str) -> Line | None:
    """A message; None where nothing of it is left to show. A person's name stands before their words."""
    text = str(row["text"])
    if media:
        name, link = media.get("file_name") or media.get("kind", ""), media.get("link", "")
        text = "\n".join(filter(None, (text, f"📎 {_said(_ATTACHED, locale)}: {name} {link}".strip())))
    if not text:
        return None
    by = _WHO[row["author"]]
    if by is By.PERSON and row["author_name"]:
        text = f"**{row['author_name']}:**\n{text}"
    return Line(f"ponte:m:{row['id']}", by, text)


def event_line(row: Mapping[str, Any], names: Mapping[str, str], *, locale: str) -> Line | None:
    """A private note on who has the chat now."""
    said = _NOTES.get(row["what"])
    if said is None:
        return None
    who = str(row["who"]).removeprefix("user:")
    who = names.get(who, who) or _said(_SOMEBODY, locale)
    text = MARK + _said(said, locale).format(who=who, why=row["why"])
    return Line(f"ponte:e:{row['id']}", By.BOT, text, is_note=True)


def _said(ways: tuple[str, str, str], locale: str) -> str:
    return ways[{"pt": 0, "es": 1}.get(locale[:2], 2)]
