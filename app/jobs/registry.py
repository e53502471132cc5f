"""Every job in one table: its name and its handler. Handlers only call services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.domain.conversation import Verb
from app.domain.ids import AccountId, ConversationId, LeadId
from app.services.accounts.admission import Admission
from app.services.accounts.named import NamedAccounts
from app.services.accounts.notifying import Notifying
from app.services.accounts.upkeep import AccountUpkeep
from app.services.agenda.assembly import Scheduling
from app.services.conversation.answering import Answering
from app.services.conversation.apologising import Apologising
from app.services.conversation.asking import Asking
from app.services.conversation.attachments import Attachments
from app.services.conversation.crm import CrmWriter
from app.services.conversation.doubt import Doubts
from app.services.conversation.errands import RunningErrands
from app.services.conversation.fetching import Fetchers
from app.services.conversation.hearing import Hearing
from app.services.conversation.sending import Sending
from app.services.conversation.typing import ShowingTyping
from app.services.conversation.upkeep import Upkeep
from app.services.conversation.waking import Waking
from app.services.inbox_mirror.assembly import InboxMirroring
from app.services.mirroring.assembly import Mirroring
from app.services.proactive.assembly import Proactive
from app.services.profiles.knowing import Knowing
from app.services.provisioning.assembly import Provisioners
from app.services.registration.sessions import SessionDesk
from app.services.retention.purging import Retaining

Ids = dict[str, int]
Handler = Callable[["Workshop", Ids], Awaitable[None]]


@dataclass(frozen=True)
class Workshop:
    """What the handlers work with."""

    waking: Waking
    asking: Asking
    sending: Sending
    crm: CrmWriter
    answering: Answering
    doubts: Doubts
    errands: RunningErrands
    apologising: Apologising
    upkeep: Upkeep
    attachments: Attachments
    hearing: Hearing
    accounts: AccountUpkeep
    named: NamedAccounts
    notifying: Notifying
    admission: Admission
    proactive: Proactive
    scheduling: Scheduling
    provisioning: Provisioners
    mirroring: Mirroring
    inboxes: InboxMirroring
    fetchers: Fetchers
    profiles: Knowing
    retention: Retaining
    typing: ShowingTyping
    sessions: SessionDesk


async def wake(shop: Workshop, ids: Ids) -> None:
    conversation = ConversationId(ids["conversation"])
    await shop.upkeep.identify(conversation)
    await shop.waking.wake(conversation)
    await shop.profiles.learn(conversation)


async def ask(shop: Workshop, ids: Ids) -> None:
    shop.typing.begin(ConversationId(ids["conversation"]), ids["turn"])
    await shop.asking.ask(ConversationId(ids["conversation"]), ids["turn"], ids["rung"])


async def send(shop: Workshop, ids: Ids) -> None:
    await shop.sending.send_next(ConversationId(ids["conversation"]))


async def crm(shop: Workshop, ids: Ids) -> None:
    await shop.crm.write_all(ConversationId(ids["conversation"]))


async def doubt(shop: Workshop, ids: Ids) -> None:
    await shop.doubts.settle(ids["outbox"])


async def answer(shop: Workshop, ids: Ids) -> None:
    verb = Verb.HELP if ids["help"] else Verb.STATUS
    await shop.answering.answer(AccountId(ids["account"]), LeadId(str(ids["lead"])), verb)


async def offer(shop: Workshop, ids: Ids) -> None:
    await shop.apologising.offer(ConversationId(ids["conversation"]))


async def notify(shop: Workshop, ids: Ids) -> None:
    await shop.notifying.carry(ids["notice"], ids["round"])


async def grant(shop: Workshop, ids: Ids) -> None:
    await shop.admission.consenting.carry_on(ids["code"])


async def settle(shop: Workshop, ids: Ids) -> None:
    await shop.admission.settling.settle(AccountId(ids["account"]))


async def uninstall(shop: Workshop, ids: Ids) -> None:
    await shop.admission.consenting.leave(AccountId(ids["account"]))


async def media(shop: Workshop, ids: Ids) -> None:
    await shop.attachments.fetch(ConversationId(ids["conversation"]))


async def hear(shop: Workshop, ids: Ids) -> None:
    await shop.hearing.hear(ids["media"])


async def outreach(shop: Workshop, ids: Ids) -> None:
    await shop.proactive.desk.carry_on(AccountId(ids["account"]), ids["outreach"])


async def broadcast(shop: Workshop, ids: Ids) -> None:
    await shop.proactive.broadcasting.carry_on(AccountId(ids["account"]), ids["broadcast"])


async def arrival(shop: Workshop, ids: Ids) -> None:
    await shop.proactive.arrivals.look(ConversationId(ids["conversation"]), ids["number"])


async def ask_back(shop: Workshop, ids: Ids) -> None:
    await shop.proactive.arrivals.refused(ConversationId(ids["conversation"]), ids["number"])


async def unasked(shop: Workshop, ids: Ids) -> None:
    await shop.proactive.arrivals.unasked(AccountId(ids["account"]), ids["outreach"])


async def errand(shop: Workshop, ids: Ids) -> None:
    await shop.errands.run(ids["errand"])


async def provisioned(shop: Workshop, ids: Ids) -> None:
    await shop.provisioning.telling.tell(AccountId(ids["account"]), ids["provisioning"])


async def mirror(shop: Workshop, ids: Ids) -> None:
    await shop.mirroring.mirror.carry(AccountId(ids["account"]))


async def inbox(shop: Workshop, ids: Ids) -> None:
    await shop.inboxes.mirror.carry(AccountId(ids["account"]))


async def sheet_words(shop: Workshop, ids: Ids) -> None:
    await shop.mirroring.words.carry(AccountId(ids["account"]))


async def decode(shop: Workshop, ids: Ids) -> None:
    await shop.upkeep.decode(ids["delivery"])


HANDLERS: dict[str, Handler] = {
    "wake": wake,
    "ask": ask,
    "ask_on": ask,
    "send": send,
    "crm": crm,
    "doubt": doubt,
    "answer": answer,
    "notify": notify,
    "grant": grant,
    "settle": settle,
    "uninstall": uninstall,
    "offer": offer,
    "media": media,
    "hear": hear,
    "outreach": outreach,
    "broadcast": broadcast,
    "arrival": arrival,
    "ask_back": ask_back,
    "unasked": unasked,
    "errand": errand,
    "provisioned": provisioned,
    "mirror": mirror,
    "inbox": inbox,
    "sheet_words": sheet_words,
    "decode": decode,
}
