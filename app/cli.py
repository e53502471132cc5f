"""The command `ponte`: run it, look after it, connect accounts. Every error is one sentence and what to do."""

import asyncio
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from app import environment, logs
from app.administration import on_database, read_text, settings_for_a_person, settings_of, with_database
from app.administration.accounts import accounts
from app.administration.agenda import agenda
from app.administration.broadcasts import broadcast, sessions
from app.administration.channels import channels, heard_by, told_key, told_knowledge
from app.administration.chatting import chat, read
from app.administration.contacts import contacts
from app.administration.dead import dead
from app.administration.doctor import doctor
from app.administration.evals import evals
from app.administration.faq import faq
from app.administration.hints import at_the_command_line
from app.administration.inbox import inbox
from app.administration.jobs import jobs
from app.administration.keys import keys
from app.administration.knowledge import knowledge
from app.administration.members import members
from app.administration.n8n import n8n
from app.administration.panels import panels
from app.administration.proactive import proactive
from app.administration.retention import retention
from app.administration.sellers import sellers
from app.administration.sheets import sheets
from app.administration.templates import templates
from app.administration.widget import widget
from app.crew import listen
from app.domain.errors import AppError, NeedsHuman, Retryable
from app.settings import Settings, secret
from app.store.migrations import migrate as apply_migrations
from app.store.migrations import pending, prepare_embedded
from app.store.secrets import new_token

if TYPE_CHECKING:
    from uvicorn import Server

WIDEST = 120  # columns of a help page, where the terminal has them
app = typer.Typer(
    help="Ponte: the bridge between a company's CRM inbox and its automations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": WIDEST},
)
kommo = typer.Typer(help="Connect a Kommo account.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(kommo, name="kommo")
kommo.add_typer(widget, name="widget")
app.add_typer(accounts, name="accounts")
app.add_typer(agenda, name="agenda")
app.add_typer(broadcast, name="broadcast")
app.add_typer(channels, name="channels")
app.add_typer(contacts, name="contacts")
app.add_typer(dead, name="dead")
app.add_typer(faq, name="faq")
app.add_typer(jobs, name="jobs")
app.add_typer(keys, name="keys")
app.add_typer(knowledge, name="knowledge")
app.add_typer(members, name="members")
app.add_typer(n8n, name="n8n")
app.add_typer(panels, name="panels")
app.add_typer(sheets, name="sheets")
app.add_typer(inbox, name="inbox")
app.add_typer(inbox, name="chatwoot", help="The same as inbox, by another name.")
app.add_typer(proactive, name="proactive")
app.add_typer(sellers, name="sellers")
app.add_typer(templates, name="templates")
app.command()(chat)
app.command()(doctor)
app.command()(evals)
app.command()(read)
app.command()(retention)
app.command()(sessions)


def _tell_version(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit


@app.callback()
def ponte(
    asked: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ponte: the bridge between a company's CRM inbox and its automations."""
    del asked


Fd = Annotated[int | None, typer.Option(help="Serve on this inherited listening socket.")]
LAST_PORT = 65_535
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=LAST_PORT, help="Port to listen on.")]
_SUBDOMAIN = re.compile(r"[a-z0-9][a-z0-9-]*", re.IGNORECASE)


@app.command()
def run(
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="Port of the API; 0 takes a free one.")] = 8000,
    sandbox_port: Annotated[
        int | None, typer.Option(min=0, max=LAST_PORT, help="Port of the sandbox; 0 takes a free one.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Keep all state, .env included, in this folder.")] = None,
    ready_json: Annotated[bool, typer.Option(help="Print one line of JSON when everything is up.")] = False,
    sandbox_rate: Annotated[
        int, typer.Option(min=0, help="The simulated Kommo's calls a second; 0 sets no limit.")
    ] = 7,
    time_scale: Annotated[
        float, typer.Option(min=0.001, help="How much faster the simulated Kommo's long waits pass.")
    ] = 1.0,
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many worker processes.")] = 1,
    browser_port: Annotated[
        int | None, typer.Option(min=0, max=LAST_PORT, help="Port of the browser service; 0 takes a free one.")
    ] = None,
) -> None:
    """Run everything: database, API, worker and, without a Kommo credential, a simulated Kommo."""
    from app.everything import RunOptions, run_everything  # noqa: PLC0415 - the other commands start faster without

    logs.configure("WARNING" if ready_json else "INFO")
    box = sandbox_port if sandbox_port is not None else (0 if port == 0 else 8100)
    options = RunOptions(
        *(port, box, data, ready_json, sandbox_rate, time_scale, workers),
        open_page=not ready_json and sys.stdout.isatty(),
        browser_port=browser_port if browser_port is not None else (0 if port == 0 else 8001),
    )
    asyncio.run(run_everything(options))


@app.command()
def api(
    fd: Fd = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve the HTTP API."""
    from app.main import server  # noqa: PLC0415 - the other commands start faster without

    _serve_web(server, fd, host=host, port=port)


@app.command()
def worker() -> None:
    """Work on the job queue."""
    from app.worker import serve  # noqa: PLC0415 - the other commands start faster without

    _follow_parent()
    settings = settings_of()
    _need_settings(settings)
    asyncio.run(_answers(settings))
    asyncio.run(serve(settings))


@app.command()
def browser(
    fd: Fd = None,
    host: Host = "127.0.0.1",
    port: Port = 8001,
) -> None:
    """Make users and give balances on a panel, by a real browser. Any number may run."""
    from app.browser_service import server  # noqa: PLC0415 - the other commands start faster without

    _serve_web(server, fd, host=host, port=port)


def _serve_web(server: "Callable[..., Server]", fd: int | None, *, host: str, port: int) -> None:
    """Serve one of our web processes until it is told to stop."""
    from app.serving import serve  # noqa: PLC0415 - the other commands start faster without

    _follow_parent()
    settings = settings_of()
    _need_settings(settings)
    listening = listen(port, host=host).detach() if fd is None else fd
    asyncio.run(_answers(settings))
    asyncio.run(serve(server(settings, host=host, port=port), fd=listening))


@app.command()
def sandbox(
    fd: Fd = None,
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="Port; 0 takes a free one.")] = 8100,
    rate: Annotated[int, typer.Option(min=0, help="Calls a second from one address; 0 sets no limit.")] = 7,
    time_scale: Annotated[float, typer.Option(min=0.001, help="How much faster long waits pass.")] = 1.0,
    token: Annotated[str | None, typer.Option(help="The default account's token.")] = None,
    lives: Annotated[Path | None, typer.Option(help="File that counts the starts: no start repeats old ids.")] = None,
    client_id: Annotated[str | None, typer.Option(help="The integration that accounts may let in.")] = None,
    client_secret: Annotated[str, typer.Option(help="Its secret.")] = "",
    public_url: Annotated[str, typer.Option(help="Where its /oauth/kommo/callback is.")] = "",
    ponte_url: Annotated[str, typer.Option(help="The Ponte beside it, whose plan the page may switch on.")] = "",
    ready_json: Annotated[bool, typer.Option(help="Print one line of JSON when listening.")] = False,
) -> None:
    """Run the simulated Kommo alone, on loopback."""
    from app.sandbox.box import SandboxOptions  # noqa: PLC0415
    from app.sandbox.server import serve  # noqa: PLC0415

    _follow_parent()
    settings = environment.read()
    if settings.has_real_kommo():
        hint = "Unset KOMMO_TOKEN and KOMMO_CLIENT_ID to play with the sandbox."
        raise NeedsHuman("A real Kommo credential is set.", hint=hint)
    options = SandboxOptions(
        *("127.0.0.1", port, fd, time_scale, rate, token, ready_json, lives, client_id, client_secret, public_url),
        ponte_url=ponte_url,
        ponte_key=secret(settings.ponte_api_key) or "",
    )
    serve(options)


@app.command()
def migrate(
    check: Annotated[bool, typer.Option(help="Only tell what is missing; exit 1 if anything is.")] = False,
) -> None:
    """Bring the database up to this release. Safe to run twice, and from two places at once."""
    settings = settings_for_a_person()
    with with_database(settings) as ready:
        dsn = secret(ready.database_url) or ""
        if check:
            missing = asyncio.run(pending(dsn))
            typer.echo("\n".join(missing) if missing else "Nothing is missing.")
            raise typer.Exit(1 if missing else 0)
        done = asyncio.run(_migrated(dsn, is_embedded=settings.database_url is None))
    typer.echo(f"Applied: {', '.join(done)}." if done else "Nothing to do.")


async def _migrated(dsn: str, *, is_embedded: bool) -> list[str]:
    """Bring the database up to this release; returns what was applied."""
    if is_embedded:
        await prepare_embedded(dsn)
    return await apply_migrations(dsn)


@app.command()
def init(path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path(".env")) -> None:
    """Write a .env with generated secrets; one that is there gets those that it lacks, and stays as it is otherwise."""
    if environment.write(path):
        typer.echo(f"Wrote {path}.")
        return
    added = environment.complete(path)
    there = f"{path.absolute()} is there already; nothing changed."
    typer.echo(f"Added to {path}: {', '.join(added)}." if added else there)
    data = os.environ.get("PONTE_DATA", "")
    if data and path == Path(".env") and not (Path(data) / ".env").exists():
        typer.echo(f"PONTE_DATA names {data}, which has no .env; `ponte init {Path(data) / '.env'}` writes one there.")


@app.command()
def version() -> None:
    """Print the version."""
    from app.routes.release import current  # noqa: PLC0415

    typer.echo(current())


@kommo.command()
def connect(
    subdomain: Annotated[str, typer.Option(help="The account's subdomain: SUB in SUB.kommo.com.")],
    token_file: Annotated[Path, typer.Option(help="File that holds the long-lived token; - reads standard input.")],
    address: Annotated[
        str | None, typer.Option(help="The account's address, where it is not https://SUB.kommo.com.")
    ] = None,
    new_key: Annotated[bool, typer.Option("--new-key", help="Make an API key though the account has one.")] = False,
) -> None:
    """Connect a Kommo account with a long-lived token, and subscribe its webhook where PUBLIC_URL is set."""
    from app.store.accounts import NewAccount  # noqa: PLC0415
    from app.wiring import open_house  # noqa: PLC0415

    token = read_text(token_file, holds="the token").strip()
    hook = new_token("hook")
    if not token or not token.isascii() or token.split() != [token]:
        raise NeedsHuman(f"{token_file} holds no token.", hint="Put the long-lived token into it, and nothing else.")
    if not _SUBDOMAIN.fullmatch(subdomain):
        raise NeedsHuman(f"{subdomain} is no subdomain.", hint="It is SUB alone, of https://SUB.kommo.com.")

    async def work(settings: Settings) -> None:
        await _migrated(secret(settings.database_url) or "", is_embedded=settings_for_a_person().database_url is None)
        url = f"{settings.public_url.rstrip('/')}/webhooks/kommo/{hook}" if settings.public_url else None
        async with open_house(settings) as house:
            new = NewAccount(subdomain, "kommo", "", address or f"https://{subdomain}.kommo.com", token, hook)
            found = await house.connecting.connect(new, webhook_url=url)
            key = await told_key(house, found.account_id, anew=new_key)
            hint = await told_knowledge(house, found.account_id)
        typer.echo(f"Account {found.account_id} is connected: {found.sellers} users.")
        typer.echo(f"Ways to send: {', '.join(found.capabilities.ways)}.")
        typer.echo(f"Webhook: {url or '/webhooks/kommo/' + hook}")
        typer.echo(heard_by(found.subscribed, found.warning))
        typer.echo(key)
        if hint:
            typer.echo(hint)

    on_database(work)


def _follow_parent() -> None:
    """A child of `ponte run` ends with its parent, however that went: its standard input closes."""
    if os.environ.get("PONTE_FOLLOW"):
        threading.Thread(target=_end_with, args=(sys.stdin,), daemon=True).start()


def _end_with(stream: TextIO) -> None:
    stream.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _need_settings(settings: Settings) -> None:
    """What a part alone cannot do without, looked at before it begins: a slip is one line, not a traceback."""
    if settings.database_url is None:
        raise NeedsHuman("DATABASE_URL is not set.", hint="Set it, or use `ponte run`, which brings a database along.")
    environment.vault(settings)


async def _answers(settings: Settings) -> None:
    """The same of its database."""
    from app.store.checkup import Checkup  # noqa: PLC0415 - the other commands start faster without
    from app.store.database import Database  # noqa: PLC0415

    database = Database(secret(settings.database_url) or "", size=1, pooled=settings.database_pooled)
    try:
        await Checkup(database).server()
    finally:
        await database.close()


def main() -> None:
    """Entry point: errors of ours end as one sentence, not as a traceback."""
    try:
        app(prog_name="ponte")
    except AppError as error:
        hint = error.hint or ("Try again; if it goes on, look at the network." if isinstance(error, Retryable) else "")
        typer.echo(at_the_command_line(f"{error.message} {hint}".strip()), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
