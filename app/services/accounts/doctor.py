"""`ponte doctor` and GET /test-integration: looks at everything an installation needs, each thing by itself.

Nothing here stops at the first fault: a database that is down, a token that was revoked and an address that nobody
answers are a line each. No line carries a secret.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from urllib.parse import urlsplit

from app.channels.base import Channel
from app.channels.http import masked
from app.channels.optional import Inspecting
from app.domain.account import Connection
from app.domain.checkup import Checked, Knock, Line, Probe, absent, broken, fine
from app.domain.clock import Clock
from app.domain.errors import AppError, Rejected, Retryable
from app.domain.ids import AccountId
from app.services.accounts import ageing, symptoms
from app.services.accounts.health import WORKER_ROLE
from app.services.accounts.remains import TOLD, remains
from app.store.accounts import Account, Accounts
from app.store.checkup import Checkup
from app.store.database import Database
from app.store.dead import MOST, DeadThings, Place
from app.store.overview import Overview

TEST_PATH = "/webhooks/test"
N8N_PATH = "/healthz"
_A_DAY = timedelta(days=1)  # so that nothing which begins now is left out


@dataclass(frozen=True)
class Surroundings:
    """What the settings say is there besides the database and the accounts."""

    pooled: bool = False
    public_url: str | None = None
    n8n_url: str | None = None
    brains: Sequence[str] = ("offline",)
    tells_operators: bool = False
    has_oauth: bool = False
    has_redis: bool = False
    probes: Mapping[str, Probe] = field(default_factory=dict[str, Probe])
    lacking: Mapping[str, Line] = field(default_factory=dict[str, Line])  # by the flow that cannot run here


class Doctor:
    """Looks; changes nothing."""

    def __init__(  # the parts of a house, named
        self,
        database: Database,
        clock: Clock,
        *,
        accounts: Accounts,
        channels: Mapping[str, Channel],
        knock: Knock,
        around: Surroundings,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._channels = channels
        self._knock = knock
        self._around = around
        self._checkup = Checkup(database)
        self._overview = Overview(database)

    async def report(self, account_id: AccountId | None = None) -> Checked:
        """Every line; with an account only that one's beside the installation's own."""
        lines = await self._database_lines()
        if all(line.status != "failed" for line in lines):
            lines += await self._asked("worker", self._queue)
            lines += await self._account_lines(account_id)
        lines += await self._world_lines()
        return Checked(tuple(lines), self._clock.now())

    async def _asked(
        self, name: str, look: Callable[[], Awaitable[list[Line]]], *, account_id: AccountId | None = None
    ) -> list[Line]:
        """The lines of one look, or the one that says why there are none."""
        try:
            return await look()
        except AppError as error:
            default = "Try again; if it goes on, look at the network." if isinstance(error, Retryable) else ""
            return [broken(name, error.message, error.hint or default, account_id=account_id)]

    async def _database_lines(self) -> list[Line]:
        lines = await self._asked("database", self._server)
        if lines[0].status == "failed":
            return lines
        lines += await self._asked("migrations", self._migrations)
        port = urlsplit(self._database.dsn).port
        return [*lines, symptoms.pooler(pooled=self._around.pooled, port=port)]

    async def _server(self) -> list[Line]:
        await self._checkup.server()  # the first call opens the pool, which is not what is measured
        begun, ours = time.perf_counter(), self._clock.now()
        seen = await self._checkup.server()
        took = (time.perf_counter() - begun) * 1000
        said = f"Postgres {seen.version.partition(' ')[0]} answers in {took:.0f} ms."
        return [fine("database", said), symptoms.clock("clock", ours, seen.now)]

    async def _migrations(self) -> list[Line]:
        return [symptoms.migrations(await self._checkup.missing_migrations())]

    async def _queue(self) -> list[Line]:
        seen = await self._overview.worker_seen(WORKER_ROLE)
        return symptoms.queue(await self._overview.queue(), seen, self._clock.now())

    async def _account_lines(self, account_id: AccountId | None) -> list[Line]:
        try:
            every = [await self._accounts.get(account_id)] if account_id else await self._accounts.all_open()
        except AppError as error:
            return [broken("accounts", error.message, error.hint)]
        if not every:
            how = "Run `ponte channels connect` or `ponte kommo connect`, or open /oauth/kommo/start."
            return [absent("accounts", "No account is connected.", how)]
        return [line for account in every async for line in self._of_account(account)]

    async def _of_account(self, account: Account) -> AsyncIterator[Line]:
        number, channel = account.id, self._channels[account.channel]
        if account.state == "reconnect":
            yield broken(channel.name, "The grant was lost.", channel.guide.again, account_id=number)
            return
        try:
            connection = await self._accounts.connection(number)
        except AppError as error:
            yield broken(channel.name, error.message, error.hint, account_id=number)
            return
        told = await self._asked(channel.name, lambda: self._vendor(channel, connection), account_id=number)
        if all(line.status != "failed" for line in told):
            told += await self._asked(channel.name, lambda: _inspected(channel, connection), account_id=number)
        for line in told:
            yield line
        for line in await self._asked("webhook", lambda: self._webhook(channel, connection), account_id=number):
            yield line
        for line in await self._asked("secrets", lambda: self._secrets(account, channel), account_id=number):
            yield line
        for line in await self._asked("dead", lambda: self._remains(number), account_id=number):
            yield line
        for line in await self._asked("knowledge", lambda: self._knowledge(number), account_id=number):
            yield line
        if lack := self._around.lacking.get(account.policy.flow):
            yield replace(lack, account_id=number)
        yield symptoms.send(account.capabilities, channel.guide, number)

    async def _knowledge(self, number: AccountId) -> list[Line]:
        knows = await self._checkup.knows_anything(number)
        line = symptoms.unknowing(self._around.brains, knows=knows, account_id=number)
        return [line] if line else []

    async def _vendor(self, channel: Channel, connection: Connection) -> list[Line]:
        begun = time.perf_counter()
        seen = await channel.look(connection)
        now, took, number = self._clock.now(), (time.perf_counter() - begun) * 1000, connection.account_id
        return [
            fine(channel.name, f"{seen.subdomain or seen.external_ref} answers in {took:.0f} ms.", account_id=number),
            symptoms.token(seen, channel.guide, now, number),
            *symptoms.scopes(seen, channel.guide, number),
            *symptoms.plan(seen, number),
            symptoms.clock("clock", now, seen.vendor_time, account_id=number),
        ]

    async def _webhook(self, channel: Channel, connection: Connection) -> list[Line]:
        number = connection.account_id
        aged = await self._aged(channel, number)
        try:
            hooks = await channel.hooks(connection)
        except Rejected:
            hooks = []
        fetched = await self._checkup.fetched(number)
        if fetched is not None and not hooks:  # of a vendor that can do both, this one does not call
            return [*aged, symptoms.fetched(fetched, number)]
        last, missed = await self._checkup.last_webhook(number), await self._checkup.missed(number)
        has_address = bool(self._around.public_url)
        line = symptoms.webhook(hooks, last, channel.guide, has_address=has_address, account_id=number)
        deaf = symptoms.deaf(missed, last, self._clock.now(), number) if line.status == "ok" else None
        return [*aged, deaf or line]

    async def _secrets(self, account: Account, channel: Channel) -> list[Line]:
        """How old the secrets are, whether an old address still counts, and whom lists of networks refuse."""
        rotation, set_to, number = self._accounts.rotation, account.settings, account.id
        knocks = await self._accounts.knocks.last(number)
        days = set_to.get("secret_days", ageing.SECRET_DAYS)
        told = frozenset({"token"}) if channel.secret_lasts else frozenset[str]()
        found = await rotation.ages(number)
        lists = {"webhook": set_to.get("webhook_networks") or (), "api": set_to.get("api_networks") or ()}
        return [
            *ageing.ages(found, days=days, now=self._clock.now(), account_id=number, but=told),
            *ageing.overlap(await rotation.overlap(number), knocks, number),
            *ageing.lists(knocks, **lists, account_id=number),
        ]

    async def _remains(self, number: AccountId) -> list[Line]:
        desk, now = DeadThings(self._database), self._clock.now()
        found = [await desk.page(number, kind, before=Place(now + _A_DAY, "", 0), limit=MOST) for kind in TOLD]
        return [remains(chain.from_iterable(found), number)]

    async def _aged(self, channel: Channel, number: AccountId) -> list[Line]:
        since = await self._checkup.secret_set_at(number) if channel.secret_lasts else None
        if since is None or channel.secret_lasts is None:
            return []
        return [symptoms.secret_age(since, channel.secret_lasts, self._clock.now(), number)]

    async def _world_lines(self) -> list[Line]:
        around = self._around
        how = "Set PUBLIC_URL to the https address under which vendors reach this installation."
        lines = await self._address("address", around.public_url, TEST_PATH, how)
        how = "Set N8N_URL to where n8n answers, if it shall be watched; its workflows need no setting here."
        lines += await self._address("n8n", around.n8n_url, N8N_PATH, how)
        lines += [symptoms.brains(around.brains), symptoms.alerts(tells=around.tells_operators)]
        lines.append(symptoms.oauth(has_integration=around.has_oauth, has_address=bool(around.public_url)))
        if around.has_redis:
            lines.append(symptoms.redis())
        for name, probe in around.probes.items():
            lines += await self._asked(name, lambda probe=probe: _looked(probe))
        return lines

    async def _address(self, name: str, url: str | None, path: str, how: str) -> list[Line]:
        if not url:
            return [absent(name, "No address is set.", how)]

        async def look() -> list[Line]:
            found = await self._knock.knock(url.rstrip("/") + path)
            return [symptoms.address(name, masked(url), found.status, found.milliseconds)]

        return await self._asked(name, look)


async def _inspected(channel: Channel, connection: Connection) -> list[Line]:
    found = await channel.inspect(connection) if isinstance(channel, Inspecting) else []
    return [replace(line, account_id=connection.account_id) for line in found]


async def _looked(probe: Probe) -> list[Line]:
    return list(await probe.look())
