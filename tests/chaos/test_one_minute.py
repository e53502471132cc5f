"""Promise by promise under fire, the short version: 300 messages, 10 kills, every kind of trouble."""

import asyncio
from pathlib import Path

from tests.chaos.__main__ import keep
from tests.chaos.plan import SHORT
from tests.chaos.run import run
from tests.chaos.table import lines


def test_a_minute_of_kills_and_faults_loses_nothing_doubles_nothing_and_speaks_over_nobody(tmp_path: Path):
    report = asyncio.run(run(SHORT, tmp_path))
    if not report.is_clean:
        keep(report, tmp_path)
    assert report.is_clean, "\n".join([f"the evidence is in {tmp_path}", *lines(report)])
    assert len(report.ledger.wrote) >= 0.9 * SHORT.messages
    assert sum(report.deaths.values()) == SHORT.kills
    assert report.verdict.answered >= 0.5 * len(report.ledger.wrote), "the bot hardly spoke: this proves nothing"
