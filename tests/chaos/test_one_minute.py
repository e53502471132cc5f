"""Promise by promise under fire, the short versions: ten kills and every kind of trouble, in one channel and in all."""

import asyncio
from pathlib import Path

import pytest

from tests.chaos.__main__ import keep
from tests.chaos.plan import SHORT, SHORT_ALL, Plan
from tests.chaos.run import run
from tests.chaos.table import lines

# The share of the messages that the bot itself has to answer. At WhatsApp every send in doubt ends with a person.
SPOKEN = {"kommo": 0.5, "whatsapp": 0.25, "twilio": 0.5, "bitrix24": 0.4, "chatwoot": 0.4}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("plan", [SHORT, SHORT_ALL], ids=["kommo", "all channels at once"])
def test_a_minute_of_kills_and_faults_loses_nothing_doubles_nothing_and_speaks_over_nobody(tmp_path: Path, plan: Plan):
    report = asyncio.run(run(plan, tmp_path))
    if not report.is_clean:
        keep(report, tmp_path)
    assert report.is_clean, "\n".join([f"the evidence is in {tmp_path}", *lines(report)])
    assert sum(report.deaths.values()) == plan.kills
    for name, part in report.parts.items():
        wrote = len(part.ledger.wrote)
        assert wrote >= 0.85 * plan.messages / len(plan.channels), name
        assert part.verdict.answered >= SPOKEN[name] * wrote, f"the bot hardly spoke on {name}: this proves nothing"
