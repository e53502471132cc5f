"""`ponte n8n replay`: old turns against another workflow or brain, side by side on a page. Nothing is sent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from app.administration import LAST_ID, in_house
from app.domain.clock import SystemClock
from app.domain.errors import NeedsHuman
from app.domain.ids import AccountId
from app.domain.turn_tokens import TurnTokens
from app.environment import address_of_running
from app.settings import Settings, secret

if TYPE_CHECKING:
    from app.agents.base import Brain
    from app.wiring import House

BaseUrl = Annotated[
    str | None,
    typer.Option(help="Where n8n reaches Ponte. Default: N8N_PONTE_URL, PUBLIC_URL, else the Ponte that runs here."),
]
OfAccount = Annotated[
    int, typer.Option("--account", min=1, max=LAST_ID, help="The account, as `ponte accounts list` shows it.")
]


def replay(
    since: Annotated[str, typer.Option(help="The first day, such as 2026-11-01; or a time with zone.")],
    against: Annotated[
        str,
        typer.Option(help="The URL of what speaks the contract, or one of our brains: agent, offline."),
    ],
    account: OfAccount = 1,
    out: Annotated[Path, typer.Option(help="The page to write; it holds customers' words.")] = Path("replay.html"),
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most this many turns.")] = 50,
    base_url: BaseUrl = None,
) -> None:
    """Ask a brain what customers asked, and write old and new answers side by side. Exit code 1 if one failed."""
    from app.services.workflows.replaying import Replaying, Verdict, counted  # noqa: PLC0415
    from app.services.workflows.side_by_side import page  # noqa: PLC0415

    begin = _moment(since)

    async def work(house: "House") -> None:
        settings = house.settings
        known = await house.accounts.get(AccountId(account))
        async with client() as http:
            brain, seconds = _against(house, against, http, base_url)
            patience = timedelta(seconds=seconds)
            replaying = Replaying(house.database, SystemClock(), tokens_of(settings), patience=patience)
            pairs = await replaying.replay(known.id, brain, begin, limit=limit)
        _write_private(out, page(pairs, against))
        typer.echo(f"Wrote {out}: {counted(pairs)}. Only you can read it.")
        if any(pair.verdict is Verdict.FAILED for pair in pairs):
            raise typer.Exit(1)

    in_house(work)


def _against(house: "House", named: str, http: httpx.AsyncClient, base_url: str | None) -> "tuple[Brain, float]":
    """The brain under a URL, or one of this installation by its name; and how many seconds it may take."""
    from app.wiring import brain_at  # noqa: PLC0415

    settings = house.settings
    if named.startswith(("http://", "https://")):
        reached = base_url or settings.reached_by_n8n() or address_of_running(settings)
        return brain_at(named, settings, http, public_url=reached), settings.n8n_reply_timeout_sec
    for brain in house.brains:
        if brain.name == named:
            return brain, settings.brain_timeout
    ours = ", ".join(brain.name for brain in house.brains)
    raise NeedsHuman(f"{named} is no URL and no brain of this installation.", hint=f"Its brains are: {ours}.")


def _moment(text: str) -> datetime:
    """The time that was written, in UTC; a day is its beginning."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise NeedsHuman(f"{text} is no day and no time.", hint="Write it as 2026-11-01.") from error


def _write_private(path: Path, text: str) -> None:
    """For its owner's eyes, from the first byte on."""
    try:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NeedsHuman(f"{path} cannot be written.", hint="Name another file with --out.") from error


def tokens_of(settings: Settings) -> TurnTokens:
    keys = (secret(settings.ponte_secret_keys) or "").replace(",", " ").split()
    if not keys:
        raise NeedsHuman("PONTE_SECRET_KEYS is not set.", hint="Run `ponte init`, or `ponte run` once.")
    return TurnTokens(keys)


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, follow_redirects=False)
