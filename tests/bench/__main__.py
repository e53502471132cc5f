"""`python -m tests.bench`: measure, print the table, write it into the README (`--quick`: a minute, no README)."""

import argparse
import asyncio
import shutil
import tempfile
from pathlib import Path

from tests.bench import agenda, brains, channels, outreach, panels, sellers
from tests.bench.brains_table import PART, said
from tests.bench.measure import Round, measure
from tests.bench.seed import fill
from tests.bench.table import machine, rows, write
from tests.chaos.stage import ROOT, stage

SETTINGS = {"KOMMO_RATE": "500", "BURST_SCALE": "0", "LOG_LEVEL": "WARNING", "DRAIN_SECONDS": "2"}
FEW = 1_000


async def bench(folder: Path, *, many: int, seconds: float, talks: int) -> tuple[Round, Round]:
    async with stage(folder, SETTINGS) as house:
        await house.start_box(time_scale=1)
        await house.start_apis(1)
        account = await house.connect()
        await fill(house.server.dsn(), account, first=1, last=FEW)
        small = await measure(house, stored=FEW, seconds=seconds, talks=talks)
        print(f"  {FEW:,} conversations are measured; storing {many:,}", flush=True)
        await fill(house.server.dsn(), account, first=FEW + 1, last=many)
        large = await measure(house, stored=many, seconds=seconds, talks=talks)
    return small, large


async def kommo_side(folder: Path, *, quick: bool) -> list[str]:
    """The second table: appointments, salespeople, and writing first without ever being too fast."""
    for part in ("agenda", "sellers", "outreach"):
        (folder / part).mkdir()
    return [
        "| the Kommo side | goal | measured |",
        "|---|---|---|",
        *await agenda.bench(folder / "agenda", quick=quick),
        *sellers.rows(await sellers.bench(folder / "sellers")),
        *await outreach.bench(folder / "outreach", quick=quick),
    ]


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    made.add_argument("--quick", action="store_true")
    made.add_argument("--many", type=int)
    quick = (given := made.parse_args()).quick
    folder = Path(tempfile.mkdtemp(prefix="ponte-bench-"))
    try:
        many = given.many or (50_000 if quick else 1_000_000)
        seconds, talks = (2.0, 60) if quick else (10.0, 240)
        lines = rows(*asyncio.run(bench(folder, many=many, seconds=seconds, talks=talks)))
        lines += ["", *asyncio.run(kommo_side(folder, quick=quick))]
        print("\n".join([*lines, "", machine()]))
        if not quick:
            write(ROOT / "README.md", lines)
        by_channel = channels.lines(quick=quick)
        print("\n".join(["", *by_channel, "", channels.said()]))
        if not quick:
            write(ROOT / "README.md", by_channel, part=channels.PART, said=channels.said())
        answering = brains.lines(quick=quick)
        print("\n".join(["", *answering, "", said()]))
        if not quick:
            write(ROOT / "README.md", answering, part=PART, said=said())
        provisioned = panels.lines(quick=quick)
        print("\n".join(["", *provisioned, "", panels.said()]))
        if not quick:
            write(ROOT / "README.md", provisioned, part=panels.PART, said=panels.said())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
