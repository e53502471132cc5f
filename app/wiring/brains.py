"""Who writes the replies, in which order they are asked, and what n8n is told of this deployment."""

from collections.abc import Sequence
from datetime import timedelta

import httpx2
from httpx import AsyncClient

from app.agents.assembly import AgentSetup
from app.agents.base import Brain
from app.agents.offline import OfflineBrain
from app.n8n.brain import Endpoint, HttpBrain
from app.n8n.workflows.deployment import PLACEHOLDER_URL, Deployment
from app.services.conversation.asking import Ladder
from app.services.tools.toolbox import Tools
from app.settings import Settings, secret
from app.store.knowledge import PostgresKnowledge
from app.store.manners import PostgresManners
from app.wiring.keys import reply_secrets


def own_brains(
    setup: AgentSetup,
    manners: PostgresManners,
    models: httpx2.AsyncClient,
    *,
    knowledge: PostgresKnowledge,
    toolbox: Tools,
) -> list[Brain]:
    """The agent, where a model is set, and behind it the brain that needs none."""
    agent = setup.brain(models, knowledge=knowledge, manners=manners, toolbox=toolbox)
    offline = OfflineBrain(knowledge, setup.business_name)
    return [offline] if agent is None else [agent, offline]


def ladder_of(settings: Settings, own: Sequence[Brain], *, webhook: Brain | None) -> Ladder:
    """The brains in the order in which they are asked: the webhook, then our own."""
    patience = timedelta(seconds=settings.brain_timeout)
    first = [(webhook, timedelta(seconds=settings.n8n_reply_timeout_sec))] if webhook else []
    return Ladder([*first, *((brain, patience) for brain in own)])


def webhook_brain(settings: Settings, http: AsyncClient) -> Brain | None:
    """n8n, or whatever else is set to write the replies."""
    if settings.n8n_reply_url is None:
        return None
    return brain_at(settings.n8n_reply_url, settings, http)


def brain_at(url: str, settings: Settings, http: AsyncClient, *, public_url: str | None = None) -> Brain:
    """Whatever speaks the reply contract under a URL; it knows us as the one of the settings does."""
    secrets = reply_secrets(settings)
    ours = public_url or settings.reached_by_n8n() or "http://127.0.0.1:8000"
    return HttpBrain(http, Endpoint(url, ours, key=secret(settings.n8n_reply_key), secrets=secrets))


def deployment_of(settings: Settings) -> Deployment:
    """What is written into the workflows for n8n; a placeholder where nobody said under which address we are."""
    base = settings.reached_by_n8n() or PLACEHOLDER_URL
    return Deployment(base.rstrip("/"), model=settings.n8n_model)
