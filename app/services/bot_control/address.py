"""Which conversations a command means. An id is looked up as conversation, contact, lead; two answers are none."""

from dataclasses import dataclass

from app.domain.errors import Conflict, NotFound
from app.store.control import Target


@dataclass(frozen=True, slots=True)
class Named:
    """How a caller named what it means: at most one of the three, or an id that may be any of them."""

    conversation_id: str | None = None
    contact_id: str | None = None
    lead_id: str | None = None
    any_id: str | None = None

    @property
    def scope_and_id(self) -> tuple[str | None, str]:
        """The scope that was named (None: any), and the id."""
        named = (("conversation", self.conversation_id), ("contact", self.contact_id), ("lead", self.lead_id))
        for scope, value in named:
            if value:
                return scope, value
        return None, self.any_id or ""


def choose(found: list[Target], named: Named) -> Target:
    """The one target that was meant. Pure.

    Raises:
        NotFound: nothing has this id.
        Conflict: several things have it; the message names them.
    """
    scope, typed = named.scope_and_id
    fitting = [target for target in found if scope in (None, target.scope)]
    if len(fitting) == 1 or _is_one_chat(fitting):
        return fitting[0]
    if fitting:
        raise Conflict(
            f"The id {typed} fits several things: {candidates(fitting)}.",
            hint="Name it as conversation_id, contact_id or lead_id.",
            code="ambiguous_id",
        )
    if scope in ("contact", "lead"):
        # A contact or lead that has not written yet can be paused all the same.
        return Target(scope, typed, ())
    raise NotFound(
        f"No conversation, contact or lead has the id {typed}.",
        hint="Use an id from GET /conversations/active, or contact_id / lead_id as the CRM shows them.",
    )


def _is_one_chat(fitting: list[Target]) -> bool:
    """Whether all of it is the same conversation: without a CRM a customer's chat, contact and lead have one id."""
    return bool(fitting) and fitting[0].scope == "conversation" and len({one.conversations for one in fitting}) == 1


def candidates(targets: list[Target]) -> str:
    """The targets as people read them: 'conversation 12, lead 41800001'."""
    return ", ".join(f"{target.scope} {target.ref}" for target in targets)
