"""A customer's access, for our own flow and for the tool of the brains: the whole loop, from a name to a user.

One user for a conversation: whoever asks again is told of the first.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random, SystemRandom

from app.domain.errors import Retryable
from app.domain.flows import Errand, ErrandDone
from app.domain.ids import AccountId, ConversationId
from app.domain.ports import Opening, Provisioned
from app.domain.provisioning import Operation, Status
from app.domain.usernames import candidate, clean_username, is_username
from app.services.provisioning import wording
from app.services.provisioning.answers import shape
from app.services.provisioning.desk import Desk
from app.services.provisioning.passwords import four_digits, password_for
from app.store.database import Database, Tx
from app.store.panels import PanelBook, PanelSettings
from app.store.provisioning import Provisionings
from app.store.provisioning_requests import Provisioning, Wanted
from app.store.secrets import Vault

# A brain waits no longer; the user is made all the same, and the next call tells of it.
PATIENCE = timedelta(seconds=12)
_HAND_OVER = "Promise the customer nothing; call hand_over."
_LATER = "It is being created just now. Tell the customer that it takes a moment, then call provision_user again."


class Access:
    """Implements `domain.ports.Provisioner` and `ErrandRunner`."""

    def __init__(
        self,
        database: Database,
        *,
        desk: Desk,
        vault: Vault,
        most_names: int = 10,
        chance: Random | None = None,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._database = database
        self._desk = desk
        self._most_names = most_names
        self._chance = chance or SystemRandom()
        self._patience = patience
        self._rows = Provisionings(database, vault)
        self._book = PanelBook(database, vault)

    async def provision(
        self,
        account_id: AccountId,
        conversation_id: ConversationId,
        *,
        name: str,
        email: str,
        key: str,
        within: Opening,
    ) -> Provisioned:
        """A user for the customer of this conversation. The address is not needed: no panel asks for one."""
        del email
        locale = await self._rows.locale(account_id, conversation_id)
        panel = await self._book.get(account_id)
        if panel is None:
            return Provisioned(ok=False, outcome="not_set_up", text=f"No panel is set up. {_HAND_OVER}")
        wanted = self._wanted(panel, conversation_id, name, key=key, locale=locale)
        async with within() as tx:
            one = await self._begun(tx, account_id, conversation_id, wanted)
        if one is None:
            return Provisioned(ok=False, outcome="name_needed", text=wording.ask_name(locale))
        return _provisioned(await self._waited(one))

    async def run(self, account_id: AccountId, conversation_id: ConversationId, errand: Errand) -> ErrandDone:
        """The same for a flow. One that brings a `candidate_username` solves conflicts itself; else they are ours.

        Raises:
            Retryable: it goes on; ask again.
        """
        data, locale = errand.data, await self._rows.locale(account_id, conversation_id)
        name, chosen = data.get("captured_user_name") or data.get("name", ""), data.get("candidate_username", "")
        panel = await self._book.get(account_id)
        if panel is None:
            return ErrandDone(errand.kind, errand.key, "error", {"error_detail": wording.detail("no_panel")})
        wanted = self._wanted(panel, conversation_id, name, key=errand.key, locale=locale, chosen=chosen)
        async with self._own() as tx:
            one = await self._begun(tx, account_id, conversation_id, wanted)
        if one is None:
            told = {"error_detail": "name_needed", "response_message": wording.ask_name(locale)}
            return ErrandDone(errand.kind, errand.key, "error", told)
        one = await self._waited(one)
        if not one.is_over:
            raise Retryable("The user is being made.", after=timedelta(seconds=2), code="still_running")
        told = _data(one)
        if one.status is Status.CONFLICT:
            told["names_left"] = str(self._names_left(one, data.get("attempt_number", "")))
        return ErrandDone(errand.kind, errand.key, one.status.value if one.status else "error", told)

    def _names_left(self, one: Provisioning, attempt: str) -> int:
        """How many names may still be tried, by whoever chose this one; what we chose has had its tries."""
        tried = int(attempt) if attempt.isdecimal() and one.most_names == 1 else self._most_names
        return max(0, self._most_names - tried)

    @asynccontextmanager
    async def _own(self) -> AsyncGenerator[Tx]:
        async with self._database.transaction() as tx:
            yield tx

    async def _begun(
        self, tx: Tx, account_id: AccountId, conversation_id: ConversationId, wanted: Wanted | None
    ) -> Provisioning | None:
        """What was begun in this conversation before, else this; None when there is no name to begin with."""
        known = await self._rows.made_for(tx, account_id, conversation_id)
        if known is not None or wanted is None:
            return known
        one, _ = await self._rows.ask(tx, wanted)
        return one

    def _wanted(
        self,
        panel: PanelSettings,
        conversation_id: ConversationId,
        name: str,
        *,
        key: str,
        locale: str,
        chosen: str = "",
    ) -> Wanted | None:
        """None: of this no user name can be made, so the customer is asked again."""
        is_chosen = is_username(chosen)
        if not is_chosen:
            if clean_username(name) is None:
                return None
            chosen = candidate(name, four_digits(self._chance))
        return Wanted(
            *(panel.account.account_id, Operation.CREATE_USER, f"chat:{conversation_id}:{key}", chosen),
            deadline=self._desk.deadline(later=False),
            requested_by="ponte",
            conversation=str(conversation_id),
            conversation_id=conversation_id,
            captured_name=name,
            most_names=1 if is_chosen else self._most_names,
            locale=locale,
            password=password_for(panel.user_password, self._chance),
        )

    async def _waited(self, one: Provisioning) -> Provisioning:
        panel = await self._book.get(one.account_id)
        if panel is not None:
            one = await self._desk.unless_stopped(one, panel)
        return await self._desk.wait(one, for_=self._patience)


def _provisioned(one: Provisioning) -> Provisioned:
    """As a brain is told. Pure."""
    if not one.is_over:
        return Provisioned(ok=False, outcome="still_running", text=_LATER)
    if one.status is Status.SUCCESS:
        return Provisioned(ok=True, outcome="created", text=wording.created(one.locale, one.username, one.password))
    return Provisioned(ok=False, outcome=one.detail or "error", text=f"The user could not be created. {_HAND_OVER}")


def _data(one: Provisioning) -> dict[str, str]:
    """As a flow is told: the shape of the API, and the password by itself. Pure."""
    told = {name: str(value) for name, value in shape(one).items() if name != "status"}
    return told | {"password": one.password} if one.status is Status.SUCCESS and one.password else told
