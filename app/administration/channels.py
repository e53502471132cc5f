"""`ponte channels`: connect an inbox of any channel, and change what its webhooks are signed with."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import environment
from app.administration import Account, in_house, read_text
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId

if TYPE_CHECKING:
    from app.services.accounts.connect import Connected
    from app.settings import Settings
    from app.store.accounts import NewAccount
    from app.wiring import House

channels = typer.Typer(help="The inboxes that are connected.", no_args_is_help=True, rich_markup_mode=None)
File = Annotated[
    Path | None, typer.Option(help="A file, so that no secret stands in the shell's history; - reads standard input.")
]


@channels.command()
def connect(
    channel: Annotated[str, typer.Argument(help="One of bitrix24, chatwoot, kommo, twilio, whatsapp.")],
    ref: Annotated[str, typer.Option(help="The vendor's id of the inbox; see docs/howto/connect-<channel>.md.")] = "",
    address: Annotated[str, typer.Option(help="Where its API is, such as https://chat.example.com.")] = "",
    token_file: File = None,
    signing_file: File = None,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    new_key: Annotated[bool, typer.Option("--new-key", help="Make an API key though the account has one.")] = False,
) -> None:
    """Connect an inbox: the one that .env names, or the one that is named here. Its first API key is shown once.

    \b
    What the token file holds:
      bitrix24  {"webhook": "1/SECRET", "mode": "fetch"}: the user and secret of the incoming webhook
      chatwoot  {"user": "TOKEN OF A PERSON", "bot": "TOKEN OF THE BOT", "bot_id": 3}
      kommo     the long-lived token
      twilio    the auth token, or {"key": "SK...", "secret": "..."}
      whatsapp  the token, or {"token": "...", "waba_id": "..."}
    """  # noqa: D301 - the mark itself, by which click leaves the lines as they are
    from app.store.accounts import NewAccount  # noqa: PLC0415 - the other commands start faster without
    from app.store.secrets import new_token  # noqa: PLC0415

    if token_file is not None and not address:
        raise NeedsHuman("--address is missing.", hint=f"{_page(channel)} says what it is.")

    async def work(house: "House") -> None:
        if channel not in house.channels:
            raise NeedsHuman(f"There is no channel {channel}.", hint=f"One of {', '.join(sorted(house.channels))}.")
        if token_file is None:
            new = _of_environment(house.settings, channel)
        else:
            token, signing = _secret(token_file), _secret(signing_file) if signing_file else ""
            new = NewAccount(name or channel, channel, ref, address, token, new_token("hook"), signing=signing)
        await _connect(house, new, new_key=new_key)

    in_house(work)


def _of_environment(settings: "Settings", channel: str) -> "NewAccount":
    from app.wiring.named_accounts import named  # noqa: PLC0415

    found = next((one for one in named(settings) if one.channel == channel), None)
    if found is not None and found.problem is not None:
        raise found.problem
    if found is None or found.account is None:
        hint = f"Fill in what {_page(channel)} names, or give --ref, --address and --token-file."
        raise NeedsHuman(f".env names no inbox of {channel}.", hint=hint)
    return found.account


async def _connect(house: "House", new: "NewAccount", *, new_key: bool) -> None:
    from app.wiring.named_accounts import webhook_url  # noqa: PLC0415

    url = webhook_url(house.settings, new)
    # The keys of .env are kept for the Kommo that it names, though that may be granted later.
    with_keys = new.channel == "kommo" or not house.settings.has_real_kommo()
    done = await house.connecting.connect(new, webhook_url=url, with_keys=with_keys)
    _tell(done, url or f"/webhooks/{new.channel}/{new.webhook_secret}")
    typer.echo(await told_key(house, done.account_id, anew=new_key))
    if hint := await told_knowledge(house, done.account_id):
        typer.echo(hint)


def _tell(done: "Connected", webhook: str) -> None:
    typer.echo(f"Account {done.account_id} is connected: {done.sellers} users.")
    typer.echo(f"Ways to send: {', '.join(done.capabilities.ways)}.")
    if done.keeps_address:
        typer.echo("Webhook: the address that `ponte channels rotate` has made stays.")
    else:
        typer.echo(f"Webhook: {webhook}")
        typer.echo(heard_by(done.subscribed, done.warning))


def heard_by(subscribed: Sequence[str], warning: str) -> str:
    """Which webhooks the vendor sends, or why none."""
    return f"Subscribed: {', '.join(subscribed) or 'nothing. ' + (warning or 'Ponte looks for what is new by itself.')}"


async def told_key(house: "House", account_id: AccountId, *, anew: bool) -> str:
    """The line about the account's API key: a new one, which is shown once, or where the one of before is."""
    from app.services.accounts.directory import Scope  # noqa: PLC0415 - the other commands start faster without

    ring, label, who = house.doors.keyring, "API", "operator"
    if anew:
        made = await ring.add(account_id, label=label, scopes=[Scope.ADMIN], who=who)
    else:
        made = await ring.first(account_id, label=label, who=who)
    if made is not None:
        return f"API key (shown once): {made.key}"
    known = f"`ponte keys list --account {account_id}` names its holder"
    return f"API key: the one of before goes on (shown when it was made, or PONTE_API_KEY of .env; {known})."


async def told_knowledge(house: "House", account_id: AccountId) -> str:
    """What stands between a newly connected account and its first answer; empty: nothing does."""
    from app.services.accounts.symptoms import unknowing  # noqa: PLC0415 - the other commands start faster without
    from app.store.checkup import Checkup  # noqa: PLC0415

    knows = await Checkup(house.database).knows_anything(account_id)
    line = unknowing([brain.name for brain in house.brains], knows=knows, account_id=account_id)
    return f"{line.message} {line.todo}" if line else ""


@channels.command()
def sign(
    account: Account,
    secret_file: Annotated[Path, typer.Option(help="File that holds the new secret; - reads standard input.")],
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=24 * 30, help="So long webhooks that are signed with the old one count too.")
    ] = 24,
) -> None:
    """Change what the webhooks of an account are signed with; the old secret counts for a while."""

    async def work(house: "House") -> None:
        known = await house.accounts.get(AccountId(account))
        overlap = timedelta(hours=overlap_hours)
        await house.doors.rotating.sign(known.id, _secret(secret_file), overlap=overlap)
        typer.echo(
            f"Account {known.id}: the new secret counts from now on, the old one for {overlap_hours} hours more."
        )

    in_house(work)


@channels.command()
def rotate(
    account: Account,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=24 * 30, help="So long webhooks to the old address count too.")
    ] = 24,
    finish: Annotated[bool, typer.Option("--finish", help="The vendor has the new one: only that counts now.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --finish: also if nothing has come by the new one.")] = False,
) -> None:
    """Change the secret in the address of an account's webhooks; the new address is shown once."""

    async def work(house: "House") -> None:
        known, rotating = await house.accounts.get(AccountId(account)), house.doors.rotating
        if finish:
            over = await rotating.finish(known.id, who="operator", unseen=yes)
            came = f"{over.came_at:%Y-%m-%d %H:%M} UTC" if over.came_at else "never"
            typer.echo(f"Account {known.id}: {over.ended} old address(es) ended; only the newest counts.")
            typer.echo(f"A webhook last came by it: {came}.")
            return
        vendor = (await house.accounts.connection(known.id)).base_url
        at = environment.address_for_simulated(house.settings, vendor)
        done = await rotating.rotate(known.id, overlap=timedelta(hours=overlap_hours), who="operator", at=at)
        until = f"until {done.old_until:%Y-%m-%d %H:%M} UTC" if done.old_until else "until you run this with --finish"
        typer.echo(f"Webhook (shown once): {done.address}")
        typer.echo(heard_by(done.subscribed, done.warning))
        typer.echo(f"The old address still counts {until}.")

    in_house(work)


def _page(channel: str) -> str:
    return f"docs/howto/connect-{'a-real-kommo' if channel == 'kommo' else channel}.md"


def _secret(path: Path) -> str:
    found = read_text(path, holds="the secret").strip()
    if not found:
        raise NeedsHuman(f"{path} is empty.", hint="Put the secret into it, and nothing else.")
    return found
