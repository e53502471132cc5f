"""Who may make a contact or a lead in the CRM, one process at a time: the table `card_claims`."""

from dataclasses import dataclass

from app.domain.ids import AccountId
from app.store.database import Database
from app.store.outreach import LEASE, SQL


@dataclass(frozen=True, slots=True)
class CardClaim:
    """The right to make a card. `contact_id` is known when somebody made it; `in_doubt`: a call got no answer."""

    subject: str
    contact_id: str | None
    in_doubt: bool


class Cards:
    """Who may make a contact or a lead in the CRM: the table `card_claims`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, account_id: AccountId, subject: str) -> CardClaim | None:
        """The right to make it; None while another has it."""
        row = await self._database.fetchrow(SQL["claim_card"], account_id, subject, LEASE)
        return CardClaim(subject, row["contact_id"], row["in_doubt"]) if row else None

    async def end(
        self, account_id: AccountId, claim: CardClaim, *, contact_id: str | None = None, in_doubt: bool = False
    ) -> None:
        await self._database.execute(SQL["end_card"], account_id, claim.subject, contact_id, in_doubt)
