"""What shows why a visit to a panel failed, for the people who must look: listed, and taken out by its name.

Only of the account's own requests and checks, and only until it expires or its person is erased.
"""

from dataclasses import dataclass, field

from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.domain.ports import MediaStore
from app.domain.provisioning import Evidence
from app.store.database import Database
from app.store.panel_sessions import EvidenceRows
from app.store.provisioning import Provisionings
from app.store.secrets import Vault

_MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file. `name` is ours, and free of anything that a path could be made of."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


class EvidenceDesk:
    """Looks evidence up."""

    def __init__(self, database: Database, *, vault: Vault, files: MediaStore) -> None:
        self._requests = Provisionings(database, vault)
        self._rows = EvidenceRows(database)
        self._files = files

    async def listing(self, account_id: AccountId, number: int | None) -> list[Evidence]:
        """Of every visit for a request; without one, of the checks of the panel. In the order in which it came.

        Raises:
            NotFound: the account has asked for nothing of this number.
        """
        return await self._rows.of_runs(account_id, await self._runs(account_id, number))

    async def file(self, account_id: AccountId, number: int | None, name: str) -> EvidenceFile:
        """One of them.

        Raises:
            NotFound: there is none of this name, or not any more.
        """
        for one in await self.listing(account_id, number):
            if name_of(one) == name:
                return EvidenceFile(name, one.content_type, await self._files.get(one.place))
        raise NotFound("There is no such file, or not any more.", hint="Take a name from the list of evidence.")

    async def _runs(self, account_id: AccountId, number: int | None) -> list[str]:
        """As the browser named its visits."""
        if number is None:
            return [f"check-{account_id}"]
        one = await self._requests.get(account_id, number)
        if one is None:
            hint = "Use an id from POST /api/create-user or /api/assign-balance, or the number of a dead one."
            raise NotFound(f"There is no provisioning {number}.", hint=hint)
        return [f"{number}-{run}" for run in range(max(0, one.run - _MOST_RUNS), one.run + 1)]


def name_of(one: Evidence) -> str:
    """By which people ask for it: the last part of its place. Pure."""
    return one.place.rpartition("/")[2]
