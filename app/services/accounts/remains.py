"""What the doctor says of an account's dead things: what will not happen by itself any more. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from app.domain.checkup import Line, broken, fine
from app.domain.ids import AccountId
from app.store.dead import DeadThing

# Jobs are told of with the whole installation's queue; an attachment or an alert that is lost stops nobody.
TOLD: Final = {
    "message": "message(s) to customers that failed or wait for a person",
    "write": "note(s) or other writes that the CRM does not take",
    "delivery": "webhook(s) that cannot be read",
    "outreach": "wish(es) to write first that failed",
    "provisioning": "request(s) to a panel that failed",
}


def remains(found: Iterable[DeadThing], account_id: AccountId) -> Line:
    """One line for all of them, with the command that lists them."""
    counts = Counter(thing.kind for thing in found)
    told = [f"{counts[kind]} {words}" for kind, words in TOLD.items() if counts[kind]]
    if not told:
        return fine("dead", "No message and no write waits for a person.", account_id=account_id)
    todo = f"`ponte dead list --account {account_id}` shows them; then `ponte dead replay` or `discard`."
    return broken("dead", f"{'; '.join(told)}.", todo, account_id=account_id)
