"""Tells a caller's address what came of a request, at least once; through the guard, as every address from outside.

Signed as the requests to a workflow are, where there is a secret for it.
"""

from collections.abc import Sequence

import structlog

from app.channels.guard import Bounds, Guard
from app.domain.clock import Clock
from app.domain.errors import NeedsHuman, Rejected
from app.domain.ids import AccountId
from app.n8n.signatures import HEADER, sign
from app.services.provisioning.answers import told
from app.store.json_text import to_json
from app.store.provisioning import Provisionings

_log = structlog.get_logger()


class Telling:
    """The callbacks."""

    def __init__(self, rows: Provisionings, guard: Guard, clock: Clock, *, secrets: Sequence[str] = ()) -> None:
        self._rows = rows
        self._guard = guard
        self._clock = clock
        self._secrets = secrets

    async def tell(self, account_id: AccountId, number: int) -> None:
        """The job. Safe to run twice: the receiver knows a repeat by its Idempotency-Key.

        Raises:
            Retryable, OutcomeUnknown: it was not taken, as far as anybody knows; try again.
        """
        one = await self._rows.get(account_id, number)
        if one is None or not one.is_over or one.callback_url is None or one.called_back_at is not None:
            return
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"provisioning-{one.id}-{one.run}"}
        home = await self._rows.home(account_id)
        try:
            body = to_json(told(one)).encode()
            if self._secrets:
                headers[HEADER] = sign(body, self._secrets, self._clock.now())
            await self._guard.post(one.callback_url, content=body, headers=headers, bounds=Bounds(), home=home)
        except (Rejected, NeedsHuman) as error:  # it will stay so
            _log.warning("provisioning.callback_refused", provisioning=one.id, code=error.code)
        await self._rows.called_back(one)
