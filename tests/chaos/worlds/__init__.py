"""The channels of a run, each with its simulated world: who writes there, how people take a chat, and its own book."""

import random

import httpx

from tests.chaos.plan import Plan
from tests.chaos.stage import Stage
from tests.chaos.worlds.base import World
from tests.chaos.worlds.bitrix24 import Bitrix24
from tests.chaos.worlds.chatwoot import Chatwoot
from tests.chaos.worlds.kommo import Kommo
from tests.chaos.worlds.twilio import Twilio
from tests.chaos.worlds.whatsapp import WhatsApp

WORLDS: tuple[type[World], ...] = (Kommo, WhatsApp, Twilio, Bitrix24, Chatwoot)


def worlds_of(plan: Plan, stage: Stage, http: httpx.AsyncClient) -> list[World]:
    """Those that the plan names, each with a chance of its own that every run repeats."""
    known = {world.name: world for world in WORLDS}
    return [known[name](plan, stage, http, random.Random(f"{plan.seed} {name}")) for name in plan.channels]
