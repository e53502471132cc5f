"""`ponte n8n`: the workflows as files, into an n8n, checked there, compared, and old turns replayed against a brain."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import read_text, settings_for_a_person
from app.administration.replay import BaseUrl, OfAccount, client, replay, tokens_of
from app.domain.clock import SystemClock
from app.domain.errors import AppError, NeedsHuman
from app.domain.ids import AccountId
from app.environment import address_of_running
from app.mcp.hosts import Hosts
from app.n8n.client import N8n
from app.n8n.workflows.canvas import Target, Workflow
from app.n8n.workflows.catalogue import catalogue
from app.n8n.workflows.deployment import Deployment
from app.n8n.workflows.nodes import MODEL, PONTE, SUPABASE
from app.n8n.workflows.rendering import canonical, render
from app.n8n.workflows.responder import PATH
from app.services.workflows.planning import Change, Secret
from app.services.workflows.pushing import Pushing, PushStopped, Report
from app.settings import Settings, secret

if TYPE_CHECKING:
    from app.services.workflows.checking import Finding

n8n = typer.Typer(help="The workflows for n8n.", no_args_is_help=True, rich_markup_mode=None)
n8n.command()(replay)

Timezone = Annotated[str, typer.Option(help="The time zone of the workflows.")]
ModelUrl = Annotated[
    str | None, typer.Option(help="An OpenAI-compatible address, ending in /v1, for the model's credential.")
]
ModelKey = Annotated[Path | None, typer.Option(help="A file that holds its key.")]
_ZONE = "America/Sao_Paulo"
_TO_SET = "Set N8N_URL and N8N_API_KEY, or use `ponte n8n export` and import the files."


@dataclass(frozen=True)
class _Here:
    """What a command works on: the settings, the workflows for this deployment, and n8n."""

    settings: Settings
    deployment: Deployment
    workflows: list[Workflow]


def _here(base_url: str | None, account: int, timezone: str) -> _Here:
    settings = settings_for_a_person()
    base = base_url or settings.reached_by_n8n() or _running(settings)
    if not base or not base.startswith(("http://", "https://")):
        raise NeedsHuman(
            "It is not known under which address n8n reaches Ponte.",
            hint="Set N8N_PONTE_URL or PUBLIC_URL, or give --base-url, or start `ponte run` in this folder.",
        )
    if base_url and not Hosts(settings.own_addresses()).is_at(base_url):
        typer.echo(f"Ponte must know that address, too: put N8N_PONTE_URL={base_url} into its .env.", err=True)
    deployment = Deployment(base.rstrip("/"), account, timezone, settings.n8n_model)
    return _Here(settings, deployment, catalogue(deployment))


def _running(settings: Settings) -> str | None:
    """The Ponte that runs in this folder: right for an n8n on this machine, and said, for no other one reaches it."""
    url = address_of_running(settings)
    if url:
        typer.echo(f"n8n shall call Ponte at {url}, which runs here; for an n8n elsewhere give --base-url.", err=True)
    return url


@n8n.command()
def export(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("n8n_export"),
    target: Annotated[
        Target, typer.Option(help="cli: to import or paste; api: bodies of n8n's public API.")
    ] = Target.CLI,
    base_url: BaseUrl = None,
    account: OfAccount = 1,
    timezone: Timezone = _ZONE,
) -> None:
    """Write the workflows as files. They hold no secret."""
    here = _here(base_url, account, timezone)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for one in here.workflows:
            (out / f"{one.key}.json").write_text(canonical(render(one, target)), encoding="utf-8")
    except OSError as error:
        raise NeedsHuman(f"{out} cannot be written to.", hint="Name a folder with --out.") from error
    names = dict.fromkeys(one.name for workflow in here.workflows for one in workflow.credentials)
    typer.echo(f"Wrote {len(here.workflows)} workflows to {out}. Import the error workflow (erros.json) first.")
    typer.echo(f"Credentials to make in n8n, under exactly these names: {', '.join(names)}.")


@n8n.command()
def push(
    base_url: BaseUrl = None,
    account: OfAccount = 1,
    timezone: Timezone = _ZONE,
    model_url: ModelUrl = None,
    model_key_file: ModelKey = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also replace what a person changed in n8n.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
) -> None:
    """Bring the workflows and credentials into n8n, and publish them. A second push changes nothing."""
    here = _here(base_url, account, timezone)
    secrets = _secrets(here.settings, model_url, model_key_file)

    async def work(one: N8n) -> None:
        if dry_run:
            found = await Pushing(one).look(here.workflows, secrets, overwrite=overwrite)
            for step in (*found.credentials, *found.workflows):
                typer.echo(f"{step.change.value:<8} {_name(step)}")
            return
        try:
            report = await Pushing(one).push(here.workflows, secrets, overwrite=overwrite)
        except PushStopped as error:
            _print(error.report)
            raise
        except AppError:
            typer.echo("Nothing was changed.")
            raise
        _print(report)
        typer.echo(_how_ponte_asks(here.settings, one.url))
        if report.failed:
            raise typer.Exit(1)

    _with_n8n(here.settings, work)


def _how_ponte_asks(settings: Settings, url: str) -> str:
    """What is left to do so that replies come from there."""
    asked = f"{url}/webhook/{PATH}"
    if settings.n8n_reply_url == asked:
        return f"Ponte asks {asked} for its replies, as it is set."
    return f"For replies from there set N8N_REPLY_URL={asked} and start Ponte again; N8N_REPLY_KEY is the same key."


@n8n.command()
def diff(base_url: BaseUrl = None, account: OfAccount = 1, timezone: Timezone = _ZONE) -> None:
    """What is different in n8n, workflow by workflow. Exit code 1 when anything is. Changes nothing."""
    here = _here(base_url, account, timezone)

    async def work(one: N8n) -> None:
        found = await Pushing(one).look(here.workflows, _secrets(here.settings, None, None))
        lines = [line for step in found.workflows for line in _difference(step.workflow.name, step.change, step.why)]
        typer.echo("\n".join(lines) if lines else "n8n has what this release would push.")
        raise typer.Exit(1 if lines else 0)

    _with_n8n(here.settings, work)


def _difference(name: str, change: Change, why: Sequence[str]) -> list[str]:
    heads = {
        Change.CREATE: "is not in n8n",
        Change.PUBLISH: "is not published",
        Change.UPDATE: "is an older one of ours",
        Change.EDITED: "was changed by a person",
        Change.BIND: "was changed by a person, and does not point at the credentials that there are",
    }
    return [f"{name} {heads[change]}", *(f"  {line}" for line in why)] if change in heads else []


@n8n.command()
def check(base_url: BaseUrl = None, account: OfAccount = 1, timezone: Timezone = _ZONE) -> None:
    """Ask the live responder as Ponte would: a valid reply, in time, failures told. Exit code 1 if one is not."""
    from app.services.workflows.checking import Checking, Trial, about_versions  # noqa: PLC0415

    here = _here(base_url, account, timezone)
    settings = here.settings
    key = _own_key(settings)
    patience = timedelta(seconds=settings.n8n_reply_timeout_sec)

    async def work(one: N8n) -> None:
        trial = Trial(AccountId(account), here.deployment.base_url, key, patience, timezone)
        found = list(await Checking(one, tokens_of(settings)).check(trial, SystemClock().now()))
        if settings.n8n_api_key is not None:
            found += about_versions(await Pushing(one).look(here.workflows, _secrets(settings, None, None)))
        typer.echo("\n".join(_told(found)))
        raise typer.Exit(0 if all(line.ok for line in found) else 1)

    _with_n8n(settings, work, needs_key=False)


def _told(found: "Sequence[Finding]") -> list[str]:
    lines: list[str] = []
    for one in found:
        lines.append(f"{'ok' if one.ok else 'FAILED':<7} {one.name:<34} {one.said}")
        if one.todo:
            lines.append(f"{'':<42} -> {one.todo}")
    return lines


def _name(step: object) -> str:
    named = getattr(step, "workflow", None) or getattr(step, "credential", None)
    return str(getattr(named, "name", ""))


def _print(report: Report) -> None:
    for line in report.done:
        typer.echo(f"changed  {line}")
    for line in report.kept:
        typer.echo(f"kept     {line}")
    for line in report.undone:
        typer.echo(f"not done {line}")
    for line in report.unclear:
        typer.echo(f"unclear  {line}")
    if not report.changed:
        typer.echo("Nothing was changed.")


def _own_key(settings: Settings) -> str:
    """What n8n's credential holds: the key by which n8n calls us, and by which it knows us."""
    key = secret(settings.n8n_reply_key) or secret(settings.ponte_api_key)
    if not key:
        hint = "Make one with `ponte keys add --account 1 --scope node` and set it as N8N_REPLY_KEY."
        raise NeedsHuman("There is no key for n8n's credential.", hint=hint)
    return key


def _secrets(settings: Settings, model_url: str | None, model_key_file: Path | None) -> list[Secret]:
    """The credentials that can be given; the others are left as they are in n8n."""
    given = [Secret(PONTE, {"name": "X-API-Key", "value": _own_key(settings)})]
    if model_url or model_key_file:
        if not (model_url and model_key_file):
            raise NeedsHuman("The model's credential needs both.", hint="Give --model-url and --model-key-file.")
        key = read_text(model_key_file, holds="the model's key").strip()
        given.append(Secret(MODEL, {"apiKey": key, "url": model_url}))
    if settings.supabase_url and settings.supabase_service_key:
        data = {"host": settings.supabase_url, "serviceRole": secret(settings.supabase_service_key) or ""}
        given.append(Secret(SUPABASE, data))
    return given


def _with_n8n(settings: Settings, work: Callable[[N8n], Awaitable[None]], *, needs_key: bool = True) -> None:
    """Do the work on the n8n of the settings."""
    url, key = settings.n8n_url, secret(settings.n8n_api_key)
    if not url or (needs_key and not key):
        raise NeedsHuman("It is not known which n8n is meant.", hint=_TO_SET)

    async def talk() -> None:
        async with client() as http:
            await work(N8n(http, url, key or ""))

    asyncio.run(talk())
