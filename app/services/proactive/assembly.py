"""The parts of writing first, joined: what the doors and the chore need."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.channels.base import Channel
from app.domain.clock import Clock
from app.domain.ports import Notifier
from app.domain.turn_tokens import TurnTokens
from app.services.conversation.asking import Ladder
from app.services.conversation.steering import Steering
from app.services.proactive.arrival import Arrivals
from app.services.proactive.breaker import Breakers
from app.services.proactive.broadcasting import Broadcasting
from app.services.proactive.desk import Desk
from app.services.proactive.followups import FollowUps
from app.services.proactive.judging import Judging
from app.services.proactive.outreach import Outreaching
from app.services.proactive.signing import Signing
from app.services.proactive.templates import Templates
from app.services.proactive.writing import Writing
from app.services.vendedores.team import Team
from app.store.accounts import Accounts
from app.store.cards import Cards
from app.store.database import Database
from app.store.ladders import Ladders
from app.store.outreach import Outreaches
from app.store.sellers import Sellers
from app.store.templates import TemplateStore
from app.store.volume import Volumes


@dataclass(frozen=True, slots=True)
class Proactive:
    """Writing first, as others see it."""

    desk: Desk
    templates: Templates
    breakers: Breakers
    arrivals: Arrivals
    broadcasting: Broadcasting


def proactive_of(
    database: Database,
    clock: Clock,
    accounts: Accounts,
    channels: Mapping[str, Channel],
    *,
    steering: Steering,
    notifier: Notifier,
    ladder: Ladder,
    tokens: TurnTokens | None = None,
    business: str = "",
) -> Proactive:
    """Join the parts; opens nothing. `ladder`: the brains of conversations write first messages too."""
    outreaches, cards, ladders = Outreaches(database), Cards(database), Ladders(database)
    templates = Templates(TemplateStore(database), accounts, business=business)
    breakers = Breakers(Volumes(database), clock, notifier)
    signing = Signing(Team(database, clock), Sellers(database))
    judging = Judging(outreaches, clock, accounts, templates=templates, breakers=breakers)
    outreaching = Outreaching(
        *(outreaches, cards, clock, accounts),
        channels=channels,
        judging=judging,
        signing=signing,
        writing=Writing(database, clock, ladder, tokens=tokens),
        steering=steering,
    )
    follow_ups = FollowUps(
        *(ladders, outreaches, clock, accounts),
        channels=channels,
        judging=judging,
        breakers=breakers,
        signing=signing,
        steering=steering,
    )
    desk = Desk(
        *(outreaches, ladders, clock, accounts),
        cards=cards,
        channels=channels,
        templates=templates,
        judging=judging,
        outreaching=outreaching,
        signing=signing,
        follow_ups=follow_ups,
    )
    arrivals = Arrivals(database, clock, accounts, channels=channels, templates=templates, desk=desk)
    broadcasting = Broadcasting(database, clock, accounts, breakers=breakers)
    return Proactive(desk, templates, breakers, arrivals, broadcasting)
