"""`python -m app.sandbox`: run the simulated Kommo until it is told to end."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.sandbox.box import SandboxOptions
from app.sandbox.server import serve


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m app.sandbox", description="A simulated Kommo, in memory, on loopback."
    )
    made.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    made.add_argument("--port", type=int, default=0, help="0 takes a free one")
    made.add_argument("--fd", type=int, default=None, help="serve on this inherited listening socket instead")
    made.add_argument(
        "--time-scale", type=float, default=1.0, help="how much faster long waits pass: 60 makes 5 min 5 s"
    )
    made.add_argument("--rate", type=int, default=7, help="calls a second from one address; 0 lifts the limit")
    made.add_argument("--token", default=None, help="the default account's token; without it, a new one each time")
    made.add_argument(
        "--lives",
        type=Path,
        default=None,
        help="file that counts the starts, so that no start repeats an earlier one's ids",
    )
    made.add_argument("--ready-json", action="store_true", help="print one line of JSON when listening")
    return made


def options_of(arguments: Sequence[str]) -> SandboxOptions:
    given = parser().parse_args(arguments)
    if given.time_scale <= 0 or given.rate < 0:
        parser().error("--time-scale must be above 0 and --rate must not be below 0")
    return SandboxOptions(**vars(given))


def main() -> None:
    serve(options_of(sys.argv[1:]))


if __name__ == "__main__":
    main()
