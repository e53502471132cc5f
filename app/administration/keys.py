"""`ponte keys`: who may call the API."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import LAST_ID, Account, in_house
from app.administration.table import show
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.store.secrets import new_secret_key, new_token

if TYPE_CHECKING:
    from app.store.accounts import Key
    from app.wiring import House

keys = typer.Typer(help="API keys.", no_args_is_help=True, rich_markup_mode=None)


@keys.command("list")
def list_keys(account: Account) -> None:
    """An account's keys: number, holder, scopes, since when, and whether it is revoked. No key itself is kept."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        rows = [
            (key.id, key.label, ",".join(key.scopes), f"{key.created_at:%Y-%m-%d}", _state(key))
            for key in await house.accounts.keys(known.id)
        ]
        show(("number", "holder", "scopes", "since", "state"), rows, empty="There is no key.")

    in_house(work)


def _state(key: "Key") -> str:
    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    return f"ends {key.retires_at:%Y-%m-%d %H:%M}" if key.retires_at else "valid"


@keys.command("revoke")
def revoke_key(
    account: Account,
    key: Annotated[int, typer.Option(min=1, max=LAST_ID, help="Its number, as `ponte keys list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Also the last key with the scope admin.")] = False,
) -> None:
    """Let nobody in with this key any more. The one in .env, too: put a new PONTE_API_KEY there and start again."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        is_last = await house.doors.keyring.is_last_admin(known.id, key)
        if is_last and not yes:
            raise NeedsHuman(
                f"Key {key} is the last one of account {account} with the scope admin.",
                hint=f"Make another first ({_another(account)}), or add --yes.",
            )
        await house.accounts.revoke_key(known.id, key, who="operator")
        typer.echo(f"Key {key} is revoked.")
        if is_last:
            typer.echo(f"Nobody can administrate account {account} by API now. Make a key: {_another(account)}")

    in_house(work)


def _another(account: int) -> str:
    return f"`ponte keys add --account {account} --label API --scope admin`"


@keys.command("add")
def add_key(
    account: Account,
    label: Annotated[str, typer.Option(help="What the audit calls the holder.")],
    scope: Annotated[list[str], typer.Option(help="read, node or admin; may be given more than once.")],
) -> None:
    """Make an API key; it is shown once."""
    from app.services.accounts.directory import Scope  # noqa: PLC0415

    wrong = [name for name in scope if name not in list(Scope)]
    if wrong:
        raise NeedsHuman(f"There is no scope {wrong[0]}.", hint="Scopes: read, node, admin.")
    key = new_token("ponte")

    async def work(house: "House") -> None:
        await house.accounts.get(AccountId(account))
        await house.accounts.add_key(AccountId(account), key, label=label, scopes=scope)
        typer.echo(key)

    in_house(work)


@keys.command("renew")
def renew_key(
    account: Account,
    key: Annotated[int, typer.Option(min=1, max=LAST_ID, help="Its number, as `ponte keys list` shows it.")],
    overlap_hours: Annotated[int, typer.Option(min=0, max=24 * 90, help="So long the old key opens too.")] = 24,
) -> None:
    """Make a new key for the holder of another, with its scopes; it is shown once, and the old one ends later."""

    async def work(house: "House") -> None:
        known, overlap = await house.accounts.get(AccountId(account)), timedelta(hours=overlap_hours)
        made = await house.doors.keyring.renew(known.id, key, overlap=overlap, who="operator")
        typer.echo(made.key)
        typer.echo(f"It is key {made.id}; key {key} opens for {overlap_hours} hours more.", err=True)

    in_house(work)


@keys.command("rotate")
def rotate_keys() -> None:
    """Seal every stored token with the first key of PONTE_SECRET_KEYS, so that the older ones may be dropped."""
    from app.store.sealing import seal_anew  # noqa: PLC0415 - the other commands start faster without

    async def work(house: "House") -> None:
        if house.granting.vault.keys == 1:
            typer.echo(
                f"There is one key only. Put a new one in front of it: PONTE_SECRET_KEYS={new_secret_key()},<old>"
            )
            typer.echo("Start everything again with both, and then run this once more.")
            return
        count = await seal_anew(house.database, house.granting.vault)
        typer.echo(f"{count} secrets are sealed with the first key. The others may go from PONTE_SECRET_KEYS now.")

    in_house(work)
