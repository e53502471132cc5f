"""The dashboards as tables: what an account may know of its own work, by days of its own zone."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.domain.clock import Clock
from app.domain.errors import Rejected
from app.domain.ids import AccountId
from app.store.database import Database
from app.store.reports import Reports

# What is shown where nobody names a time: a month, and of what waits everything.
USUAL = timedelta(days=31)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


class View(StrEnum):
    """The views for dashboards, as Supabase shows them too."""

    ATENDIMENTO = "vw_atendimento_diario"
    LATENCIA = "vw_latencia"
    VENDEDORES = "vw_vendedor_desempenho"
    AGENDA = "vw_agenda_ocupacao"
    TAKEOVERS = "vw_takeovers"
    FILA = "vw_fila_e_mortos"
    SATISFACAO = "vw_satisfacao"
    FAQ = "vw_faq"
    PERFIS = "vw_perfis"


@dataclass(frozen=True, slots=True)
class Report:
    """A page of a view. `cursor` leads to the rest, if there is one."""

    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]
    cursor: str | None


class Reporting:
    """Reads the views for people and programs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._reports = Reports(database)
        self._clock = clock

    async def report(
        self,
        account_id: AccountId,
        view: View,
        *,
        days: tuple[date | None, date | None],
        cursor: str | None,
        limit: int,
    ) -> Report:
        """A page of a view, oldest day first; both days are meant to be in it.

        Raises:
            Rejected: the days are the wrong way round, or the cursor is none.
        """
        since, until = self._span(view, *days)
        if since > until:
            raise Rejected("`from` is after `to`.", hint="Both are days, such as 2026-11-01, and both are included.")
        after = _read(cursor) if cursor else ""
        found = await self._reports.page(view, account_id, days=(since, until), after=after, limit=limit + 1)
        keys = [row.pop("key") for row in found]
        columns = await self._reports.columns(view)
        more = len(found) > limit
        return Report(columns, found[:limit], _written(keys[limit - 1]) if more else None)

    def _span(self, view: View, since: date | None, until: date | None) -> tuple[date, date]:
        """A zone may be a day ahead of us."""
        last = until or (self._clock.now() + timedelta(days=1)).date()
        usual = FIRST_DAY if view is View.FILA else max(last, FIRST_DAY + USUAL) - USUAL
        return since or usual, until or (LAST_DAY if view is View.FILA else last)


def _written(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        key = "\x00"
    if "\x00" in key:
        raise Rejected("That cursor is not from here.", hint="Use the `cursor` of the answer before.")
    return key
