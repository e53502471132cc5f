"""What the doctor makes of what was seen. Pure: facts in, lines out, and never a secret or a phone in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.account import Capabilities
from app.domain.checkup import Line, absent, broken, fine
from app.domain.ids import AccountId
from app.domain.inspection import AccountSeen, Guide, HookSeen
from app.store.checkup import FetchSeen, Missed

LARGEST_SKEW = timedelta(seconds=5)  # beyond it, messages and commands are put in the wrong order
WORKER_SILENCE = timedelta(minutes=2)
LONGEST_WAIT = 60.0  # seconds; a job that is due and waits longer has nobody to do it
SOON = timedelta(days=7)
ON_ITS_WAY = timedelta(minutes=2)  # a webhook may be later than a reading of the channel by so much
TWICE = 2
OWN_BRAINS = frozenset({"agent", "offline"})  # which answer from what the account was taught


def migrations(missing: Sequence[str]) -> Line:
    if missing:
        said = f"{len(missing)} migration(s) are missing: {', '.join(missing[:3])}{' ...' if missing[3:] else ''}."
        return broken("migrations", said, "Run `ponte migrate`.")
    return fine("migrations", "The database is at this release.")


def queue(rows: Sequence[dict[str, Any]], seen: datetime | None, now: datetime) -> list[Line]:
    """The worker, what waits, and what died."""
    lines: list[Line] = []
    if seen is None or now - seen > WORKER_SILENCE:
        lines.append(broken("worker", "No worker has shown itself for two minutes.", "Start `ponte worker`."))
    else:
        lines.append(fine("worker", "A worker is at work."))
    dead = sum(row["n"] for row in rows if row["status"] == "failed")
    waits = max((row["oldest_seconds"] or 0.0 for row in rows if row["status"] == "queued"), default=0.0)
    if dead:
        lines.append(
            broken(
                "queue",
                f"{dead} job(s) have failed for good.",
                "Look at them with `ponte jobs list`; then `ponte jobs replay` or `discard`.",
            )
        )
    elif waits > LONGEST_WAIT:
        said = f"A job that is due has waited for {int(waits)} seconds."
        lines.append(broken("queue", said, "Start another `ponte worker`, or look why this one is stuck."))
    else:
        lines.append(fine("queue", "Nothing has failed and nothing is late."))
    return lines


def clock(name: str, ours: datetime, theirs: datetime | None, *, account_id: AccountId | None = None) -> Line:
    """Whose clocks are how far apart."""
    if theirs is None:
        return absent(name, "The other side tells no time.", account_id=account_id)
    skew = (theirs - ours).total_seconds()
    said = f"The clocks are {abs(skew):.1f} seconds apart."
    if abs(skew) > LARGEST_SKEW.total_seconds():
        return broken(name, said, "Let NTP set the clock of this machine.", account_id=account_id)
    return fine(name, said, account_id=account_id)


def pooler(*, pooled: bool, port: int | None) -> Line:
    if pooled:
        said = "Behind a transaction pooler: no prepared statements, and jobs are polled for instead of listened for."
        return fine("pooler", said)
    if port == 6543:  # noqa: PLR2004 - where Supabase's transaction pooler listens
        said = "DATABASE_URL names port 6543, where a transaction pooler listens; prepared statements break there."
        return broken("pooler", said, "Set DATABASE_POOLED=true, or use the direct or the session address.")
    return absent("pooler", "The database is reached without a transaction pooler.")


def token(seen: AccountSeen, guide: Guide, now: datetime, account_id: AccountId) -> Line:
    ends = seen.token_expires_at
    if ends is not None and ends - now < timedelta(0):
        return broken("token", "The token says that it has ended.", guide.again, account_id=account_id)
    until = f" until {ends:%Y-%m-%d}" if ends else ""
    if ends is not None and timedelta(days=1) < ends - now < SOON:  # a shorter one is an OAuth token, which we renew
        todo = "Make a new long-lived token and connect with it."
        return broken("token", f"The token is valid{until} only.", todo, account_id=account_id)
    return fine("token", f"The token is valid{until}.", account_id=account_id)


def scopes(seen: AccountSeen, guide: Guide, account_id: AccountId) -> list[Line]:
    """Nothing where the channel's tokens have none."""
    if not guide.scopes:
        return []
    if seen.scopes is None:
        return [absent("scopes", "The token does not tell its scopes.", account_id=account_id)]
    lacking = [f"{name} ({what})" for name, what in guide.scopes.items() if name not in seen.scopes]
    if lacking:
        todo = "Tick these scopes in the integration and grant access anew."
        return [broken("scopes", f"The token lacks {', '.join(lacking)}.", todo, account_id=account_id)]
    return [fine("scopes", "The token has all scopes that Ponte uses.", account_id=account_id)]


def plan(seen: AccountSeen, account_id: AccountId) -> list[Line]:
    """Nothing where the vendor does not tell."""
    if seen.is_technical is None:
        return []
    if seen.is_technical:
        return [fine("plan", "A technical account: enough for trying, not for customers.", account_id=account_id)]
    return [fine("plan", "The account is paid for: its API answers.", account_id=account_id)]


def send(found: Capabilities, guide: Guide, account_id: AccountId) -> Line:
    ways = [way for way in found.ways if way != "note"]
    if not ways:
        said = "Nothing can be sent to customers: replies become notes for the salesperson."
        return broken("send", said, guide.sending, account_id=account_id)
    return fine("send", f"Replies are sent by {', then '.join(ways)}.", account_id=account_id)


def webhook(
    hooks: Sequence[HookSeen], last: datetime | None, guide: Guide, *, has_address: bool, account_id: AccountId
) -> Line:
    """Our subscription at the vendor, and when it last brought something."""
    ours = [hook for hook in hooks if hook.is_ours]
    heard = f" It last brought something at {last:%Y-%m-%d %H:%M} UTC." if last else " It has brought nothing yet."
    if not ours:
        lacks = "".join(f" {hook.lacks}" for hook in hooks if hook.lacks)
        todo = guide.again if has_address else "Set PUBLIC_URL and connect the account again, or paste it by hand."
        return broken("webhook", f"The account has no webhook to Ponte.{lacks}{heard}", todo, account_id=account_id)
    if all(hook.disabled for hook in ours):
        return broken("webhook", f"{guide.title} has disabled our webhook.{heard}", guide.again, account_id=account_id)
    tells = any(hook.tells_of_humans for hook in ours if not hook.disabled)
    people = "salespeople's messages are noticed by the webhook" if tells else guide.people
    return fine("webhook", f"The webhook is subscribed; {people}.{heard}", account_id=account_id)


def deaf(missed: Missed | None, last: datetime | None, now: datetime, account_id: AccountId) -> Line | None:
    """Hooks do not arrive, whatever the CRM says of the subscription: messages were found only by reading it.

    One reading is none's fault (an outage, a webhook on its way), unless no webhook has ever come.
    """
    if missed is None or now - missed.at < ON_ITS_WAY or (last is not None and missed.runs < TWICE):
        return None
    never = f"none has come since {last:%Y-%m-%d %H:%M} UTC" if last else "none has ever come"
    since = f"since {missed.since:%Y-%m-%d %H:%M} UTC customers' messages were found only by reading the channel"
    said = f"Webhooks do not arrive: {since}, and {never}. Answers are late, take-overs are seen late."
    todo = (
        "See that PUBLIC_URL is reached from outside and that the vendor has the newest address; "
        f"`ponte channels rotate --account {account_id}` makes one and tells the vendor, or says to paste it."
    )
    return broken("webhook", said, todo, account_id=account_id)


def fetched(seen: FetchSeen, account_id: AccountId) -> Line:
    """An account whose news are fetched needs no webhook."""
    if seen.failing_since is not None:
        said = f"Its news cannot be fetched since {seen.failing_since:%Y-%m-%d %H:%M} UTC ({seen.failed_as})."
        return broken("fetch", said, "Look at the lines above, and at the vendor's limits.", account_id=account_id)
    at = f"; last at {seen.fetched_at:%Y-%m-%d %H:%M} UTC" if seen.fetched_at else ""
    return fine("fetch", f"Its news are fetched{at}; no webhook is needed.", account_id=account_id)


def secret_age(since: datetime, lasts: timedelta, now: datetime, account_id: AccountId) -> Line:
    """A secret that has no end of its own is changed now and then."""
    days = (now - since).days
    if now - since > lasts:
        todo = "Make a new one at the vendor, connect with it, and delete the old one there."
        said = f"The account's secret is {days} days old; it shall be changed every {lasts.days}."
        return broken("secret", said, todo, account_id=account_id)
    return fine("secret", f"The account's secret is {days} days old.", account_id=account_id)


def address(name: str, url: str, status: int, milliseconds: float) -> Line:
    """An address of ours that was knocked at, by what it said."""
    if 200 <= status < 300:  # noqa: PLR2004
        return fine(name, f"{url} answers in {milliseconds:.0f} ms.")
    return broken(name, f"{url} answers with {status}.", "Look at the proxy or tunnel in front of it.")


def alerts(*, tells: bool) -> Line:
    if tells:
        return fine("alerts", "Operators are told when something breaks.")
    return absent(
        "alerts", "Nobody is told by mail or webhook when something breaks.", "Set ALERT_WEBHOOK_URL or SMTP_URL."
    )


def oauth(*, has_integration: bool, has_address: bool) -> Line:
    if has_integration and has_address:
        return fine("oauth", "Accounts can be connected at /oauth/kommo/start.")
    if has_integration:
        return broken("oauth", "The vendor could not send anybody back here.", "Set PUBLIC_URL.")
    todo = "Set KOMMO_CLIENT_ID and KOMMO_CLIENT_SECRET, or connect with a long-lived token."
    return absent("oauth", "No integration (OAuth) is set.", todo)


def redis() -> Line:
    """Set for another tool, or left behind by one."""
    return absent("redis", "REDIS_URL is set and not needed: Postgres keeps everything.", "Take it out of .env.")


def brains(names: Sequence[str]) -> Line:
    models = [name for name in names if name != "offline"]
    if models:
        return fine("brain", f"Answers come from {', then '.join(names)}.")
    return absent("brain", "The built-in offline brain answers, from what `ponte knowledge` taught it.")


def unknowing(names: Sequence[str], *, knows: bool, account_id: AccountId) -> Line | None:
    """Of an account that was taught nothing, where one of our own brains is asked first; None: nothing to say."""
    if knows or not names or names[0] not in OWN_BRAINS:
        return None
    said = f"Account {account_id} knows nothing yet: a person gets every question."
    todo = f"Teach it: `ponte knowledge add --account {account_id} --file knowledge.md`."
    file = "docs/howto/teach-it-your-business.md says what goes into the file."
    return absent("knowledge", said, f"{todo} {file}", account_id=account_id)
