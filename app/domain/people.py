"""Salespeople and contacts, as the CRM knows them."""

from dataclasses import dataclass

from app.domain.ids import ContactId, LeadId


@dataclass(frozen=True, slots=True)
class Seller:
    """A user of the CRM, or a salesperson whom only we know (`is_local`). `phone` is E.164 or empty."""

    external_id: str
    name: str
    phone: str = ""
    messenger_id: str = ""
    is_active: bool = True
    is_admin: bool = False
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A person who writes to the company. `open_leads` are the leads that are neither won nor lost."""

    external_id: ContactId
    name: str = ""
    phones: tuple[str, ...] = ()
    open_leads: tuple[LeadId, ...] = ()


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as a messenger tells of them in one breath.

    `names` are all ids under which it knows them, in the one form in which we know each, the surest (a phone) first.
    `address` is the very one from which they wrote: they are answered there, and it is never rewritten.
    """

    names: tuple[str, ...]
    address: str

    @property
    def key(self) -> str:
        return self.names[0]
