"""The tools that look something up, and the one that hands on to whoever provisions."""

from functools import partial

from app.domain.people import Seller
from app.domain.ports import KnowledgeSearch, Provisioner
from app.domain.tools import ToolAnswer, TurnRef
from app.services.tools.answers import done, failed, would
from app.services.tools.arguments import LookupKnowledge, ProvisionUser, SellerOf
from app.services.tools.fence import Fence
from app.services.vendedores.owner import OwnerRule, Ownership
from app.store.tool_calls import ToolCalls, call_of

_NOBODY = {
    OwnerRule.SEVERAL: "The customer's open leads belong to different salespeople: name none of them.",
    OwnerRule.NOBODY: "Nobody is responsible for this customer yet: name no salesperson.",
}
_UNKNOWN = (
    "The company has said nothing about this. Do not invent an answer: say that you do not know, or call hand_over "
    "with the reason unknown."
)


class LookingTools:
    """Whose the customer is, what the company says, and access to its platform."""

    def __init__(
        self,
        calls: ToolCalls,
        *,
        fence: Fence,
        ownership: Ownership,
        knowledge: KnowledgeSearch,
        provisioner: Provisioner | None,
    ) -> None:
        self._calls = calls
        self._fence = fence
        self._ownership = ownership
        self._knowledge = knowledge
        self._provisioner = provisioner

    async def seller_of(self, turn: TurnRef, given: SellerOf) -> ToolAnswer:
        """By the CRM's last word."""
        del given
        ownership = self._ownership.dry() if turn.dry_run else self._ownership
        found = await ownership.of_conversation(turn.account_id, str(turn.conversation_id))
        if found.seller is None:
            text = _NOBODY.get(found.rule, "It is not known who is responsible for this customer: name no salesperson.")
            return done(text, seller_id=None, rule=found.rule.value)
        return _told(found.seller.seller, found.rule)

    async def lookup_knowledge(self, turn: TurnRef, given: LookupKnowledge) -> ToolAnswer:
        """Full-text search in what the account has told us, in the conversation's language."""
        scene = await self._calls.scene(turn)
        locale = scene.locale if scene else "pt-BR"
        found = await self._knowledge.search(turn.account_id, given.question, locale=locale)
        if not found:
            return done(_UNKNOWN, found=False)
        passages = [{"title": one.title, "text": one.text, "locale": one.locale} for one in found]
        said = "\n\n".join(f"{one.title}\n{one.text}" for one in found)
        return done(f"The company says:\n\n{said}\n\nAnswer from this only.", found=True, passages=passages)

    async def provision_user(self, turn: TurnRef, given: ProvisionUser) -> ToolAnswer:
        """Whoever provisions does it once for the turn."""
        if self._provisioner is None:
            return failed("not_set_up", "Provisioning is not set up in this account. Call hand_over.")
        if turn.dry_run:
            return would("create the customer's access.")
        key = call_of(turn, "provision_user", given.told()).key
        within = partial(self._fence.opening, turn)
        came = await self._provisioner.provision(
            turn.account_id, turn.conversation_id, name=given.name, email=given.email, key=key, within=within
        )
        return done(came.text, outcome=came.outcome) if came.ok else failed(came.outcome, came.text)


def _told(seller: Seller, rule: OwnerRule) -> ToolAnswer:
    text = f"{seller.name} is responsible for this customer."
    if not seller.is_active:
        text = f"{seller.name} was responsible for this customer and is gone: name no salesperson."
    return done(text, seller_id=seller.external_id, seller_name=seller.name, rule=rule.value)
