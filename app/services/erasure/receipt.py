"""The receipt of an erasure: what was emptied here, and what only others can delete. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson
from pydantic import TypeAdapter, ValidationError

from app.domain.errors import Rejected
from app.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something about the person that is not ours to delete: where, what, its ids there, and how it goes."""

    where: str
    what: str
    ids: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that it was done. Names no phone and no name; the ids are those under which others keep theirs."""

    number: int
    account_id: AccountId
    erased_at: datetime
    requested_by: str
    counts: Mapping[str, int]
    elsewhere: tuple[Elsewhere, ...]
    notes: tuple[str, ...] = ()
    signature: str = field(default="", compare=False)


class Signs(Protocol):
    """Makes signatures under the installation's secret key."""

    def sign(self, text: str) -> str: ...

    def is_good(self, text: str, signature: str) -> bool: ...


_TOLD = TypeAdapter(Receipt)


def receipt_of(text: str) -> Receipt:
    """The receipt that a file holds, as the command or the API gave it.

    Raises:
        Rejected: it holds none.
    """
    try:
        return _TOLD.validate_json(text)
    except ValidationError as error:
        hint = "It is the JSON that `ponte contacts erase` or POST /admin/contacts/erase has answered."
        raise Rejected("This is no receipt of an erasure.", hint=hint) from error


def signed_text(receipt: Receipt) -> str:
    """What the signature is of: everything else, as JSON with sorted names."""
    plain: dict[str, Any] = {
        "number": receipt.number,
        "account_id": int(receipt.account_id),
        "erased_at": receipt.erased_at.isoformat(),
        "requested_by": receipt.requested_by,
        "counts": dict(receipt.counts),
        "elsewhere": [
            {"where": one.where, "what": one.what, "ids": list(one.ids), "how": one.how} for one in receipt.elsewhere
        ],
        "notes": list(receipt.notes),
    }
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def elsewhere(
    channel: str,
    *,
    contacts: tuple[str, ...],
    leads: tuple[str, ...],
    talks: tuple[str, ...],
    users: tuple[str, ...] = (),
    at: datetime,
    sheet_rows: int = 0,
) -> tuple[Elsewhere, ...]:
    """What is left for others. Rows of a sheet are emptied by a job, but Google keeps what the file was before."""
    name, before = channel.capitalize(), f"from before {at:%Y-%m-%d %H:%M} UTC"
    cards = (
        Elsewhere(name, "contact", contacts, f"Delete the contact in {name}, then empty its recycle bin."),
        Elsewhere(name, "lead", leads, f"Delete the lead in {name}, with its notes, tasks and files."),
        Elsewhere(name, "chat", talks, f"The chat history goes with the contact; ask {name}'s support to confirm."),
    )
    sheet = f"Ponte empties {sheet_rows} row(s) by their keys within a minute; delete copies and the version history."
    return (
        *(card for card in cards if card.ids),
        *(
            [Elsewhere("panel", "user", users, "Delete the user on the panel; Ponte deletes nothing there.")]
            if users
            else []
        ),
        *([Elsewhere("Google Sheets", "rows", (), sheet)] if sheet_rows else []),
        Elsewhere("WhatsApp", "messages", (), "They stay on both phones: delete them on the company's."),
        Elsewhere("n8n", "executions", (), f"Delete executions {before}, or let n8n prune them."),
        Elsewhere("backups", "copies", (), f"Backups of the database {before} still hold it."),
    )
