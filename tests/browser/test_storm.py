"""A small storm over the whole thing; `python -m tests.bench.provisioning` is the large one."""

import os
from pathlib import Path

import pytest

from app.browser.finding import chromium
from tests.bench.storm import Plan, count, replay, scene, storm


@pytest.mark.timeout(300)
async def test_whatever_breaks_each_user_is_there_once_and_callers_were_told_what_is_true(tmp_path: Path):
    if chromium(os.environ) is None:
        pytest.skip("no Chromium here: `make browser` gets one")
    plan = Plan(users=12, callers=2, kills=1, taken=0.2, errors=0.2, lost_answers=0.2)
    async with scene(tmp_path) as at:
        await storm(at, plan)
        await at.calm()
        await replay(at, plan)
        counted = await count(at, plan)
        assert at.kills == 1
        assert sum(at.struck.values()) > 0
    assert (counted.duplicates, counted.lost, counted.wrong) == (0, 0, [])
