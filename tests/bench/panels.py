"""`python -m tests.bench.panels`: names out of free text, and users on a panel. `--write` puts it into the README."""

import argparse
import os
import platform

from app.browser.finding import chromium
from tests.bench import names, provisioning
from tests.bench.table import write
from tests.chaos.stage import ROOT

PART = "bench:provisioning"


def lines(*, quick: bool, users: int = provisioning.USERS) -> list[str]:
    """Both tables; of the second it is said where no Chromium is."""
    if chromium(os.environ) is None:
        return [*names.rows(), "", "Users on a panel were not measured: no Chromium here, `make browser` gets one."]
    made, wrong = provisioning.measured(users=12 if quick else users)
    return [*names.rows(), "", *made, *wrong]


def said() -> str:
    """What stands under the tables."""
    return (
        f"Two cores shared with other work (a load of {os.getloadavg()[1]:.0f}), {platform.system()}, "
        f"Python {platform.python_version()}; Postgres, the panel, its callers and the browser are all on them."
    )


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m tests.bench.panels", description=__doc__)
    made.add_argument("--quick", action="store_true")
    made.add_argument("--users", type=int, default=provisioning.USERS)
    made.add_argument("--write", action="store_true")
    given = made.parse_args()
    found = lines(quick=given.quick, users=given.users)
    print("\n".join([*found, "", said()]))
    if given.write:
        write(ROOT / "README.md", found, part=PART, said=said())


if __name__ == "__main__":
    main()
