"""An account: one client's inbox, with the settings people change and what its channel can do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from app.domain.content import Form
from app.domain.hours import ALWAYS, WeeklyHours
from app.domain.ids import AccountId


class Lane(StrEnum):
    """Who goes first when calls to a channel are scarce, highest first."""

    REPLY = "reply"
    HANDOFF = "handoff"
    CRM = "crm"
    SYNC = "sync"
    PROACTIVE = "proactive"
    BROADCAST = "broadcast"  # one message to many

    @property
    def rank(self) -> int:
        return list(Lane).index(self)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the channel lets us do in this account. `ways` are the ways to send, best first."""

    ways: tuple[str, ...] = ()
    sees_humans: bool = False  # the channel tells us when a salesperson writes
    reads_back: bool = False  # a conversation can be read back
    shows: frozenset[Form] = frozenset()  # what it shows beside plain words; the rest is written out


@dataclass(frozen=True, slots=True)
class Connection:
    """All that a channel needs to act for one account. `repr` shows no secret."""

    account_id: AccountId
    channel: str
    external_ref: str  # the vendor's account id; below a home where the vendor is installed in many places
    base_url: str
    token: str = field(repr=False)
    capabilities: Capabilities = Capabilities()
    salesbot_id: int | None = None
    salesbot_field_id: int | None = None
    has_widget: bool = False  # its Salesbots stop at our step and ask what to say


def told_ref(external_ref: str) -> str:
    """What the vendor itself calls an account whose reference is `<home>/<id>` or just its id. Pure."""
    return external_ref.rpartition("/")[2]


def ref_beside(external_ref: str, told: str) -> str:
    """The reference of another account at the same home, by what the vendor calls it there. Pure."""
    home, below, _ = external_ref.rpartition("/")
    return f"{home}{below}{told}"


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers by which `decide` decides. Each is a setting of the account."""

    burst_scale: float = 1.0  # multiplies the adaptive wait; 0 answers at once
    burst_limit: timedelta = timedelta(seconds=8)
    max_supersedes: int = 2
    stale_after: timedelta = timedelta(minutes=10)
    release_limit: timedelta = timedelta(minutes=30)
    window: timedelta = timedelta(hours=24)
    auto_return: timedelta | None = None  # the bot's return after the last human sign; None: never by itself
    rungs: int = 1  # brains that are asked about one turn at the most; the installation's ladder may be shorter
    balloon_spacing: timedelta = timedelta(seconds=6)  # between two balloons of one answer; WhatsApp asks for six
    handoff_sla: timedelta | None = timedelta(minutes=10)  # opening time in which a person answers; None: no clock
    escalations: int = 2  # salespeople who are told after the first, before the customer is told that nobody is there
    hours: WeeklyHours = ALWAYS
    zone: str = "UTC"
    ai_disclosure: bool = False  # the first answer says that a program writes
    business_name: str | None = None  # what the account calls itself
    messages_a_minute: int = 20  # of one customer; beyond, answers come slowly, and twice as many get a person; 0: off
    messages_a_day: int = 200
    satisfaction: str = "off"  # how a customer is asked after a hand-over: off, thumbs or score
    flow: str = ""  # the plan by which new customers are spoken with; empty: the brain speaks freely
    flow_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], hash=False)
