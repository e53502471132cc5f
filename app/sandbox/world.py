"""The whole simulated world: its accounts, its counters, and what a fresh one looks like."""

import itertools
import secrets
import uuid
from collections.abc import Callable

from app.sandbox.account import INCLUDED_QUOTA, Account
from app.sandbox.clock import Clock
from app.sandbox.entities import Bot, CustomField, User, Webhook

DEFAULT_ACCOUNT_ID = 30_100_200
DEFAULT_SUBDOMAIN = "examplestore"
FIRST_NAMES = ("Ana", "Bruno", "Carla", "Diego", "Elisa", "Fábio", "Gisele", "Hugo", "Iara")
INACTIVE_USER_ID = 9
PIPELINE_ID = 7_173_574
STATUS_IDS = (59_936_198, 59_936_202, 142, 143)

Pairs = list[tuple[str, str]]
Emit = Callable[[Account, str, str, Pairs], None]


def no_hooks(account: Account, code: str, lane: str, pairs: Pairs) -> None:
    """A world that nobody listens to."""
    del account, code, lane, pairs


# So many ids of a kind are set aside for one life of the sandbox.
IDS_OF_A_LIFE = 1_000_000


class Counters:
    """The next id of each kind; they start near the recorded ones, and never again at ids of an earlier life.

    A world is forgotten when its process ends. Whoever remembers its ids must not take new things for old ones.
    """

    def __init__(self, life: int = 0) -> None:
        used = life * IDS_OF_A_LIFE
        self.account = itertools.count(30_100_201 + used)
        self.contact = itertools.count(59_400_001 + used)
        self.lead = itertools.count(41_800_001 + used)
        self.talk = itertools.count(71_302 + used)
        self.note = itertools.count(213_313_359 + used)
        self.task = itertools.count(5_500_001 + used)
        self.tag = itertools.count(301_001)
        self.lead_field = itertools.count(771_001)
        self.template = itertools.count(40_001)
        self.bot = itertools.count(12_345)
        self.webhook = itertools.count(9_101)
        self.phone = itertools.count(1)
        self.seq = itertools.count(1)


class World:
    """Accounts by id and by token. `emit` is where the webhooks go; `base_url` is where this sandbox listens."""

    def __init__(self, clock: Clock, *, token: str | None = None, emit: Emit = no_hooks, life: int = 0) -> None:
        self.clock = clock
        self.emit = emit
        self.base_url = ""
        self.next = Counters(life)
        self.accounts: dict[int, Account] = {}
        self.by_token: dict[str, Account] = {}
        self.add_account(account_id=DEFAULT_ACCOUNT_ID, subdomain=DEFAULT_SUBDOMAIN, token=token)

    def add_account(
        self, *, account_id: int | None = None, subdomain: str | None = None, token: str | None = None
    ) -> Account:
        account_id = account_id or next(self.next.account)
        account = Account(
            id=account_id,
            subdomain=subdomain or f"example{account_id}",
            token=token or f"sandbox-{secrets.token_urlsafe(24)}",
            amojo_id=str(uuid.uuid4()),
            integration_id=str(uuid.uuid4()),
            created_at=self.clock.stamp(),
            quota=INCLUDED_QUOTA["pro"],
            users=default_users(),
            pipeline_id=PIPELINE_ID,
            status_ids=STATUS_IDS,
        )
        self._furnish(account)
        self.accounts[account.id] = account
        self.by_token[account.token] = account
        return account

    def _furnish(self, account: Account) -> None:
        answer = CustomField(id=next(self.next.lead_field), name="Resposta do bot", code=None, type="textarea")
        mode_enums = [{"id": 911_000 + n, "value": value, "sort": n} for n, value in enumerate(("Ativo", "Humano"))]
        mode = CustomField(
            id=next(self.next.lead_field), name="Modo da IA", code=None, type="select", enums=list(mode_enums)
        )
        username = CustomField(id=next(self.next.lead_field), name="Username", code=None, type="text")
        account.fields = {one.id: one for one in (answer, mode, username)}
        bot = Bot(id=next(self.next.bot), name="Enviar resposta", field_id=answer.id)
        account.bots = {bot.id: bot}

    def change_token(self, account: Account, token: str) -> None:
        del self.by_token[account.token]
        account.token = token
        self.by_token[token] = account

    def find(self, account: int | str | None = None) -> Account | None:
        """An account by id or subdomain; the default one when nothing is named."""
        if account is None:
            return self.accounts[DEFAULT_ACCOUNT_ID]
        for candidate in self.accounts.values():
            if account in (candidate.id, str(candidate.id), candidate.subdomain):
                return candidate
        return None

    def reset(self, *, everything: bool) -> None:
        """Back to the fresh state; the default account keeps its token and subscriptions unless all must go."""
        old = self.accounts[DEFAULT_ACCOUNT_ID]
        gone = list(self.accounts.values())
        self.accounts, self.by_token = {}, {}
        token = None if everything else old.token
        fresh = self.add_account(account_id=DEFAULT_ACCOUNT_ID, subdomain=DEFAULT_SUBDOMAIN, token=token)
        fresh.version = old.version + 1
        if not everything:
            fresh.webhooks = {url: renewed(hook) for url, hook in old.webhooks.items()}
        for account in gone:
            account.wake()


def renewed(hook: Webhook) -> Webhook:
    hook.disabled = False
    hook.bad_answers.clear()
    return hook


def default_users() -> dict[int, User]:
    """Users 1 to 9: Ana is the administrator, the last one has left the company."""
    return {n: new_user(n, FIRST_NAMES[n - 1]) for n in range(1, len(FIRST_NAMES) + 1)}


def new_user(user_id: int, name: str, *, phone: str | None = None) -> User:
    return User(
        id=user_id,
        name=name,
        phone=phone or f"+55119{user_id % 100_000_000:08d}",
        email=f"user{user_id}@example.com",
        amojo_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"sandbox-user-{user_id}")),
        is_active=user_id != INACTIVE_USER_ID,
        is_admin=user_id == 1,
    )
