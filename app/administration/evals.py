"""`ponte evals`: how good is a model as our agent? Runs cases from files and prints a score by class."""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from app.administration import Language, settings_for_a_person
from app.administration.knowledge import read_topics, telling_of
from app.domain.errors import NeedsHuman
from app.domain.topics import topics_of

if TYPE_CHECKING:
    from app.agents.assembly import AgentSetup
    from app.agents.evals.cases import Case
    from app.agents.evals.scoring import Result, Score
    from app.domain.topics import Topic

_HERE = Path(__file__).parent
# Beside the code in a checkout, inside the package when installed.
CASES = _HERE / "cases" if (_HERE / "cases").is_dir() else _HERE.parent.parent / "evals"
_SHOWN = 200
_UNMEASURED = 2  # the exit code where the score says less than it seems to


def evals(
    cases: Annotated[Path, typer.Option(help="A file of cases, or a folder of them.")] = CASES,
    model: Annotated[str | None, typer.Option(help="The model. Default: PONTE_MODEL.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Its address. Default: OPENAI_BASE_URL.")] = None,
    only: Annotated[str | None, typer.Option(help="Only cases of this class, or the one case of this id.")] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="The least share of good answers; below it, exit 1.")
    ] = 0.9,
    at_once: Annotated[int, typer.Option(min=1, max=32, help="Cases that are asked at the same time.")] = 4,
    timeout: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds that one answer may take.")] = 60.0,
    knowledge: Annotated[
        Path | None, typer.Option(help="Topics to answer from. Default: the example business.")
    ] = None,
    locale: Annotated[Language, typer.Option(help="The language of those topics.")] = Language.PORTUGUESE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
) -> None:
    """Run cases against a model and print a score by class; the key is OPENAI_API_KEY's. Not all measured: exit 2."""
    from app.agents.assembly import AgentSetup  # noqa: PLC0415 - the other commands start faster without
    from app.agents.evals.cases import read_cases  # noqa: PLC0415
    from app.services.tools.arguments import catalogue  # noqa: PLC0415

    named = {"ponte_model": model, "openai_base_url": base_url}
    settings = settings_for_a_person().model_copy(update={name: said for name, said in named.items() if said})
    if not (setup := AgentSetup.model_validate(settings)).models():
        hint = "Give --model, and OPENAI_API_KEY or --base-url."
        raise NeedsHuman("There is no model to evaluate.", hint=hint)
    tools = {tool.name for tool in catalogue()}
    chosen = [case for case in read_cases(cases, tools=tools) if only in (None, case.kind, case.id)]
    if not chosen:
        raise NeedsHuman(f"No case is {only}.", hint="It is a class of cases, or a case's id.")
    within = timedelta(seconds=timeout)
    results = asyncio.run(_run(setup, chosen, _topics(knowledge, locale), within=within, at_once=at_once))
    is_enough = _report(results, threshold=threshold, as_json=as_json)
    if _told_missed(results):
        raise typer.Exit(_UNMEASURED)
    if not is_enough:
        raise typer.Exit(1)


def _topics(file: Path | None, locale: str) -> "list[Topic]":
    from app.store.knowledge import examples  # noqa: PLC0415

    if file is None:
        return list(examples())
    with telling_of(file):
        return topics_of(read_topics(file), locale)


async def _run(
    setup: "AgentSetup", cases: "Sequence[Case]", topics: "Sequence[Topic]", *, within: timedelta, at_once: int
) -> "list[Result]":
    """Of the one model that is meant: another behind it would answer in its name."""
    from app.agents.evals.running import run_cases  # noqa: PLC0415
    from app.agents.http import model_client  # noqa: PLC0415
    from app.agents.prompting import Prompts  # noqa: PLC0415
    from app.agents.reply import AgentBrain, AgentOptions  # noqa: PLC0415
    from app.services.tools.arguments import catalogue  # noqa: PLC0415

    options = AgentOptions(setup.models()[:1], Prompts.read(setup.ponte_prompts))
    async with model_client() as http:
        return await run_cases(
            cases,
            lambda book, box, manners: AgentBrain(options, http, knowledge=book, manners=manners, toolbox=box),
            topics=topics,
            tools=list(catalogue()),
            within=within,
            at_once=at_once,
        )


def _report(results: "Sequence[Result]", *, threshold: float, as_json: bool) -> bool:
    """Print what came out; whether it is enough."""
    from app.agents.evals.scoring import scores  # noqa: PLC0415

    *classes, together = scores(results)
    if as_json:
        told = {"scores": [asdict(one) for one in (*classes, together)], "cases": [_told(one) for one in results]}
        sys.stdout.write(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n")
        return together.share >= threshold
    for result in results:
        if result.wrong:
            typer.echo(f"{result.case.id}: {'; '.join(result.wrong)}\n    said: {result.said[:_SHOWN]!r}")
        elif result.missed:
            typer.echo(f"{result.case.id}: not measured ({result.missed})")
    for score in (*classes, together):
        typer.echo(_line(score))
    seconds = sorted(result.seconds for result in results)
    tokens = sum(result.tokens for result in results)
    typer.echo(f"median {seconds[len(seconds) // 2]:.1f} s, slowest {seconds[-1]:.1f} s, {tokens} tokens")
    return together.share >= threshold


def _line(score: "Score") -> str:
    if not score.all:
        return f"{score.name:<14} not measured ({score.unmeasured})"
    rest = f"  {score.unmeasured} not measured" if score.unmeasured else ""
    return f"{score.name:<14} {score.good:>3} of {score.all:>3}  {score.share:>4.0%}{rest}"


def _told_missed(results: "Sequence[Result]") -> bool:
    """Whether any case was not measured; a person is told why, and what to do."""
    from app.agents.evals.scoring import UNMEASURED  # noqa: PLC0415

    codes = Counter(result.missed for result in results if result.missed)
    for code, count in codes.most_common():
        typer.echo(f"{count} of {len(results)} cases were not measured ({code}). {UNMEASURED[code]}", err=True)
    return bool(codes)


def _told(result: "Result") -> dict[str, object]:
    return {
        "id": result.case.id,
        "class": result.case.kind,
        "good": result.is_good,
        "missed": result.missed,
        "wrong": list(result.wrong),
        "said": result.said,
        "seconds": round(result.seconds, 3),
        "tokens": result.tokens,
    }
