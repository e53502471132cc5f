"""What this process counts at its doors. Everything that other processes must know is in Postgres instead."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from app.domain.ids import AccountId
from app.services.accounts.health import Health

# One registry for the process: a counter that is born twice would be two counters.
REGISTRY = CollectorRegistry()
WEBHOOKS = Counter("ponte_webhooks", "Webhooks by what became of them.", ["channel", "outcome"], registry=REGISTRY)

_GAUGES = {
    "paused": "Conversations with the bot off.",
    "waiting": "Outbox rows not finished.",
    "with_a_person": "Conversations that a person has, or was called to.",
    "outbox_dead": "Messages and CRM writes that a person must look at: GET /admin/dead.",
    "unread": "Mailbox events not folded yet.",
    "echoes_by_words": "Echoes known only by their words, after a lost answer: where a salesperson's twin could hide.",
}


async def exposition(health: Health, account_id: AccountId, *, with_jobs: bool) -> bytes:
    """The metrics in Prometheus' text form: this process's counters, and gauges of an account read from Postgres now.

    The queue is the whole installation's, so its jobs are shown only where that is asked for.
    """
    fresh = CollectorRegistry()
    gauges = {name: Gauge(f"ponte_{name}", text, ["account"], registry=fresh) for name, text in _GAUGES.items()}
    for row in await health.totals(account_id):
        for name, gauge in gauges.items():
            gauge.labels(str(row["account_id"])).set(row[name])
    answers = Gauge("ponte_brain_answers_24h", "Brains asked.", ["account", "brain", "outcome"], registry=fresh)
    for row in await health.brains(account_id):
        answers.labels(str(account_id), row["brain"], row["outcome"]).set(row["n"])
    voices = Gauge("ponte_voices_24h", "Voice messages that were to be heard.", ["account", "outcome"], registry=fresh)
    for outcome, number in (await health.voices(account_id)).items():
        voices.labels(str(account_id), outcome).set(number)
    if with_jobs:
        jobs = Gauge("ponte_jobs", "Jobs in the queue.", ["job", "status"], registry=fresh)
        for row in await health.queue():
            jobs.labels(row["entrypoint"], row["status"]).set(row["n"])
    return generate_latest(REGISTRY) + generate_latest(fresh)
