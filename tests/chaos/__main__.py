"""`python -m tests.chaos`: the long run. Ends by itself; exits 1 on any violation and keeps what it found."""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tests.chaos.plan import CHANNELS, LONG, SHORT_ALL, Plan
from tests.chaos.run import Report, run
from tests.chaos.table import lines


def plan_of(arguments: argparse.Namespace) -> Plan:
    plan = SHORT_ALL if arguments.short else LONG
    given = {name: value for name, value in vars(arguments).items() if name != "short" and value is not None}
    given.pop("folder", None)
    given |= {"channels": tuple(given["channels"].split(","))} if "channels" in given else {}
    return replace(plan, **given)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    made.add_argument("--short", action="store_true", help="the one-minute version")
    made.add_argument("--messages", type=int)
    made.add_argument("--chats", type=int)
    made.add_argument("--kills", type=int)
    made.add_argument("--seconds", type=float)
    made.add_argument("--seed", type=int)
    made.add_argument("--channels", help=f"some of {','.join(CHANNELS)}; without it, all at once")
    made.add_argument("--bitrix24", choices=("fetch", "push"), help="how the news of Bitrix24 come")
    made.add_argument("--folder", type=Path, help="where to work; without it, a temporary folder")
    return made


def keep(report: Report, folder: Path) -> None:
    """The evidence, for whoever must find out why."""
    for channel, part in report.parts.items():
        for name, found in (("ledger", part.ledger), ("story", part.story)):
            text = json.dumps(vars(found), indent=1, default=_plain)
            (folder / f"{channel}.{name}.json").write_text(text)
    (folder / "report.txt").write_text("\n".join(lines(report)))


def _plain(value: Any) -> object:
    return sorted(value) if isinstance(value, set) else asdict(value)


def main() -> int:
    arguments = parser().parse_args()
    folder: Path = arguments.folder or Path(tempfile.mkdtemp(prefix="ponte-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    report = asyncio.run(run(plan_of(arguments), folder))
    print("\n".join(lines(report)))
    if report.is_clean:
        if arguments.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
        return 0
    keep(report, folder)
    print(f"\n  The evidence is in {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
