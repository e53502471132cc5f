"""The errands `otp_send` and `otp_verify`. Implements `domain.ports.ErrandRunner`.

No two passwords for one wish: before the Auth API is called, that it is called is written down, together with all that
the limit says, or nothing is. A run that finds this written does not call again: what became of the first call is
unknown, and the customer is told so and may ask for another, a minute after the last one at the earliest. A phone has
one a minute and ten a day, from whichever chats they are asked for. The password that was typed is in no log and no
error.
"""

from typing import Final

from app.domain.clock import Clock
from app.domain.errors import NotStarted, OutcomeUnknown, Rejected
from app.domain.flows import Errand, ErrandDone
from app.domain.ids import AccountId, ConversationId
from app.domain.registration import A_DAY, A_MINUTE, SEND, VERIFY, Applicant, OneTimeCodes, Outcome, limit
from app.store.database import Database
from app.store.errands import ErrandCalls, begin_call, call_is_about, calls_about, withdraw_call

_MAY_HAVE_SENT: Final = (Outcome.SUCCESS.value, Outcome.UNKNOWN.value)


class RegistrationCodes:
    """Sends and checks the passwords of registrations. `codes` None: no Auth API is set up, a person goes on."""

    def __init__(self, database: Database, clock: Clock, codes: OneTimeCodes | None, *, link: str) -> None:
        self._database = database
        self._clock = clock
        self._codes = codes
        self._link = link
        self._calls = ErrandCalls(database)

    async def run(self, account_id: AccountId, conversation_id: ConversationId, errand: Errand) -> ErrandDone:
        """Do it, once for its key.

        Raises:
            NotStarted: certainly nothing was done; ask again.
        """
        if self._codes is None:
            return _done(errand, Outcome.ERROR, error_detail="no_auth_api")
        if errand.kind == SEND and await self._is_too_soon(conversation_id, errand):
            return _done(errand, Outcome.TOO_SOON)
        if (refused := await self._begun(account_id, conversation_id, errand)) is not None:
            return _done(errand, refused)
        return await self._called(conversation_id, errand, self._codes)

    async def _is_too_soon(self, conversation_id: ConversationId, errand: Errand) -> bool:
        last = await self._calls.last_made(conversation_id, errand.kind, _MAY_HAVE_SENT, before=errand.key)
        return last is not None and self._clock.now() - last < A_MINUTE

    async def _begun(self, account_id: AccountId, conversation_id: ConversationId, errand: Errand) -> Outcome | None:
        """Written down, all of it at once, that the Auth API is called now; else why it is not, and nothing is."""
        phone = await self._calls.phone(account_id, errand.data["phone"]) if errand.kind == SEND else None
        async with self._database.transaction() as tx:
            if not await begin_call(tx, conversation_id, errand.key):
                return Outcome.UNKNOWN
            if phone is None:
                return None
            now = self._clock.now()
            sent = await calls_about(tx, account_id, phone, _MAY_HAVE_SENT, since=now - A_DAY)
            if (limited := limit(sent, now)) is None:
                await call_is_about(tx, conversation_id, errand.key, phone, now)
            else:
                await withdraw_call(tx, conversation_id, errand.key)
        return limited

    async def _called(self, conversation_id: ConversationId, errand: Errand, codes: OneTimeCodes) -> ErrandDone:
        try:
            outcome = await _asked(errand, codes)
        except NotStarted:
            async with self._database.transaction() as tx:
                await withdraw_call(tx, conversation_id, errand.key)
            raise
        except OutcomeUnknown:
            return _done(errand, Outcome.UNKNOWN)
        except Rejected as error:
            return _done(errand, Outcome.ERROR, error_detail=error.code)
        is_in = outcome is Outcome.ALREADY or (errand.kind == VERIFY and outcome is Outcome.SUCCESS)
        return _done(errand, outcome, **({"link": self._link} if is_in else {}))


async def _asked(errand: Errand, codes: OneTimeCodes) -> Outcome:
    data = errand.data
    if errand.kind == VERIFY:
        return await codes.verify(data["phone"], data["code"], key=errand.key)
    applicant = Applicant(data["phone"], data["name"], data["sector"], data["pincode"])
    return await codes.send(applicant, key=errand.key)


def _done(errand: Errand, outcome: Outcome, **told: str) -> ErrandDone:
    return ErrandDone(errand.kind, errand.key, outcome.value, told)
