"""Triggers and templates of an account, every version of them."""

from collections.abc import Sequence
from typing import Any

from app.domain.ids import AccountId
from app.domain.outreach import Trigger
from app.domain.templates import NewTemplate, Template
from app.store.database import Database, Row, Tx
from app.store.json_text import from_json, to_json
from app.store.queries import statements

SQL = statements("templates")


def _trigger(row: Row) -> Trigger:
    return Trigger(
        name=row["name"],
        enabled=row["enabled"],
        consent=row["consent"],
        areas=tuple(row["areas"]),
        variables=tuple(row["variables"]),
        ladder=tuple(row["ladder"]),
        hours=from_json(row["hours"]),
        quiet_from=row["quiet_from"],
        quiet_until=row["quiet_until"],
        per_contact=row["per_contact"],
        per_day=row["per_day"],
        outside_window=row["outside_window"],
    )


def _template(row: Row) -> Template:
    return Template(
        id=row["id"],
        trigger=row["trigger"],
        locale=row["locale"],
        step=row["step"],
        version=row["version"],
        body=row["body"],
        variables=tuple(row["variables"]),
        salesbot_id=row["salesbot_id"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        approved_name=row["approved_name"],
    )


class TemplateStore:
    """The tables `proactive_triggers` and `templates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has_triggers(self, account_id: AccountId, names: Sequence[str]) -> bool:
        return bool(await self._database.fetchval(SQL["has_triggers"], account_id, list(names)))

    async def plant(self, account_id: AccountId, triggers: list[Trigger], texts: list[NewTemplate]) -> None:
        """What an account begins with; what is there stays as it is."""
        async with self._database.transaction() as tx:
            for one in triggers:
                await tx.execute(SQL["add_trigger"], account_id, one.name, list(one.variables), list(one.ladder))
            for text in texts:
                args = (text.trigger, text.locale, text.step, text.body, list(text.variables))
                await tx.execute(SQL["add_first_template"], account_id, *args)

    async def triggers(self, account_id: AccountId, *, after: str = "", limit: int = 200) -> list[Trigger]:
        return [_trigger(row) for row in await self._database.fetch(SQL["triggers"], account_id, after, limit)]

    async def trigger(self, account_id: AccountId, name: str) -> Trigger | None:
        row = await self._database.fetchrow(SQL["trigger"], account_id, name)
        return _trigger(row) if row else None

    async def save_trigger(self, account_id: AccountId, one: Trigger, *, who: str) -> None:
        async with self._database.transaction() as tx:
            await tx.execute(
                SQL["save_trigger"],
                account_id,
                *(one.name, one.enabled, one.consent, list(one.areas), list(one.variables), list(one.ladder)),
                to_json(one.hours) if one.hours is not None else None,
                *(one.quiet_from, one.quiet_until, one.per_contact, one.per_day, one.outside_window),
            )
            await _log(tx, account_id, who, "trigger_saved", one.name, {})

    async def save(self, account_id: AccountId, new: NewTemplate, *, who: str) -> Template:
        """Write the next version."""
        async with self._database.transaction() as tx:
            await tx.execute(SQL["lock_trigger"], account_id, new.trigger)
            args = (
                new.trigger,
                new.locale,
                new.step,
                new.body,
                list(new.variables),
                new.salesbot_id,
                who,
                new.approved_name,
            )
            row = await tx.fetchrow(SQL["save_template"], account_id, *args)
            if row is None:
                raise RuntimeError("a template was not written")
            details = {"locale": new.locale, "step": new.step, "version": row["version"]}
            await _log(tx, account_id, who, "template_saved", new.trigger, details)
        return _template(row)

    async def current(self, account_id: AccountId, trigger: str) -> list[Template]:
        """The newest version of each text of a trigger."""
        return [_template(row) for row in await self._database.fetch(SQL["current"], account_id, trigger)]

    async def listing(
        self, account_id: AccountId, trigger: str | None, *, after: tuple[str, str, int], limit: int
    ) -> list[Template]:
        rows = await self._database.fetch(SQL["templates"], account_id, trigger, *after, limit)
        return [_template(row) for row in rows]

    async def versions(
        self, account_id: AccountId, text: tuple[str, str, int], *, before: int, limit: int
    ) -> list[Template]:
        rows = await self._database.fetch(SQL["versions"], account_id, *text, before, limit)
        return [_template(row) for row in rows]


async def _log(tx: Tx, account_id: AccountId, who: str, what: str, why: str, details: dict[str, Any]) -> None:
    await tx.execute(SQL["log"], account_id, who, what, why, to_json(details))
