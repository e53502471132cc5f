"""The command `ponte`: run it, look after it, connect accounts. Every error is one sentence and what to do.

A command is a line of the table until somebody calls it; only then its module is loaded, and all that this needs.
"""

import sys
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from app.domain.errors import AppError, Retryable

WIDEST = 120  # columns of a help page, where the terminal has them
# The commands in the order of the help page: where each lives, and what is told of it there (a test compares).
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "chat": (
        "app.administration.chatting:chat",
        "Write in a chat, a line a message, and see what comes; without a dialog, in the one that was last active.",
    ),
    "doctor": (
        "app.administration.doctor:doctor",
        "Check everything an installation needs, and say how to mend it.",
    ),
    "evals": (
        "app.administration.evals:evals",
        "Run cases against a model and print a score by class; the key is OPENAI_API_KEY's.",
    ),
    "read": (
        "app.administration.chatting:read",
        "Show a chat; without a dialog, the chats that were last active.",
    ),
    "retention": (
        "app.administration.retention:retention",
        "For how long an account keeps words, files, profiles and details of events.",
    ),
    "sessions": (
        "app.administration.broadcasts:sessions",
        "Live sessions of plans as JSON, a line each: what customers answered is opened, and that is audited.",
    ),
    "run": (
        "app.processes:run",
        "Run everything: database, API, worker and, without a Kommo credential, a simulated Kommo.",
    ),
    "api": ("app.processes:api", "Serve the HTTP API."),
    "worker": ("app.processes:worker", "Work on the job queue."),
    "browser": ("app.processes:browser", "Make users and give balances on a panel, by a real browser."),
    "sandbox": ("app.processes:sandbox", "Run the simulated Kommo alone, on loopback."),
    "migrate": ("app.administration.installation:migrate", "Bring the database up to this release."),
    "init": (
        "app.administration.installation:init",
        (
            "Write a .env with generated secrets; one that is there gets those that it lacks, "
            "and stays as it is otherwise."
        ),
    ),
    "version": ("app.cli:version", "Print the version."),
    "kommo": ("app.administration.kommo:kommo", "Connect a Kommo account."),
    "accounts": ("app.administration.accounts:accounts", "The accounts of this installation."),
    "agenda": ("app.administration.agenda:agenda", "What is booked, what is free, and who can be met when."),
    "broadcast": ("app.administration.broadcasts:broadcast", "One message to many."),
    "channels": ("app.administration.channels:channels", "The inboxes that are connected."),
    "contacts": ("app.administration.contacts:contacts", "People who write to an account."),
    "dead": ("app.administration.dead:dead", "What has failed for good, of any kind."),
    "faq": ("app.administration.faq:faq", "Answers that are given again."),
    "jobs": ("app.administration.jobs:jobs", "Jobs that have failed for good."),
    "keys": ("app.administration.keys:keys", "API keys."),
    "knowledge": ("app.administration.knowledge:knowledge", "What an account's bot knows."),
    "members": ("app.administration.members:members", "Who reads an account in Supabase."),
    "n8n": ("app.administration.n8n:n8n", "The workflows for n8n."),
    "panels": ("app.administration.panels:panels", "The panels on which users are made."),
    "sheets": ("app.administration.sheets:sheets", "The Google Sheets that mirror the record."),
    "inbox": ("app.administration.inbox:inbox", "The second inboxes that mirror conversations."),
    "chatwoot": ("app.administration.inbox:inbox", "The same as inbox, by another name."),
    "proactive": ("app.administration.proactive:proactive", "Writing first."),
    "sellers": ("app.administration.sellers:sellers", "The salespeople of an account."),
    "templates": ("app.administration.templates:templates", "The texts of what is written first."),
}


def command(name: str) -> Any:
    """A command or a group of commands itself, out of its module."""
    where, told = COMMANDS[name]
    module, attribute = where.split(":")
    found = getattr(import_module(module), attribute)
    alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, help=told)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]


class Commands(TyperGroup):
    """The lines of the table; one that is called makes room for the command itself."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, (_, told) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=told))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] in COMMANDS:
            self.add_command(command(args[0]))
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands,
    help="Ponte: the bridge between a company's CRM inbox and its automations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": WIDEST},
)


def version() -> None:
    """Print the version."""
    from app.routes.release import current  # noqa: PLC0415

    typer.echo(current())


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


def main() -> None:
    """Entry point: errors of ours end as one sentence, not as a traceback."""
    try:
        app(prog_name="ponte")
    except AppError as error:
        from app.administration.hints import at_the_command_line  # noqa: PLC0415 - what goes well needs no hint

        hint = error.hint or ("Try again; if it goes on, look at the network." if isinstance(error, Retryable) else "")
        typer.echo(at_the_command_line(f"{error.message} {hint}".strip()), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
