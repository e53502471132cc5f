"""What workflows there are, rendered for this installation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.n8n.workflows.canvas import Json, Target, Workflow
from app.n8n.workflows.catalogue import catalogue
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.rendering import canonical, render, version_hash
from app.store.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Shelved:
    """A workflow as the list shows it. `version` changes with what it does."""

    key: str
    name: str
    purpose: dict[str, str]
    credentials: tuple[tuple[str, str], ...]  # n8n's type and the name that it must have
    webhook_path: str
    version: str


class Library:
    """The workflows for the accounts of an installation."""

    def __init__(self, accounts: Accounts, deployment: Deployment) -> None:
        self._accounts = accounts
        self._deployment = deployment

    async def listing(self, account_id: AccountId) -> Sequence[Shelved]:
        """All of them, in the order in which an n8n must get them."""
        return [shelved(one) for one in catalogue(await self.deployment(account_id))]

    async def rendered(self, account_id: AccountId, key: str, target: Target) -> Json:
        """One of them, ready to import.

        Raises:
            NotFound: there is no such workflow.
        """
        return render(named(catalogue(await self.deployment(account_id)), key), target)

    async def deployment(self, account_id: AccountId) -> Deployment:
        """This installation, for one account."""
        account = await self._accounts.get(account_id)
        return replace(self._deployment, account_id=int(account_id), timezone=account.timezone)


def written(body: Json) -> str:
    """The text of a file."""
    return canonical(body)


def named(workflows: Sequence[Workflow], key: str) -> Workflow:
    """The workflow of that key."""
    for one in workflows:
        if one.key == key:
            return one
    raise NotFound("There is no such workflow.", hint=f"There are {', '.join(one.key for one in workflows)}.")


def shelved(workflow: Workflow) -> Shelved:
    words = workflow.purpose
    return Shelved(
        workflow.key,
        workflow.name,
        {"pt-BR": words.pt, "es": words.es, "en": words.en},
        tuple((one.kind, one.name) for one in workflow.credentials),
        workflow.webhook_path,
        version_hash(workflow),
    )


__all__ = ["Library", "Shelved", "Target", "named", "shelved", "written"]
