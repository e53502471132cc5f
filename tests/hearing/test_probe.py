"""What the doctor tells of hearing: against the simulated model, over real HTTP."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.domain.checkup import Status
from app.hearing.probe import HearingLines
from app.store.database import Database
from app.wiring import open_house
from tests.hearing.conftest import KEY, Hearing
from tests.house import settings_for
from tests.sandbox.modelling import Model


async def test_without_ears_it_says_what_happens_to_voices_and_what_to_set():
    (line,) = await HearingLines(None).look()
    assert (line.name, line.status) == ("hearing", Status.NOT_CONFIGURED)
    assert "PONTE_HEARING_MODEL" in line.todo


async def test_ears_that_hear_are_fine(hears: Hearing):
    (line,) = await HearingLines(hears()).look()
    assert line.status is Status.OK
    assert "whisper-1" in line.message


@pytest.mark.parametrize("step", [{"fault": "401"}, {"fault": "503"}, {"fault": "html"}])
async def test_ears_that_do_not_say_what_to_look_at(model: Model, hears: Hearing, step: dict[str, str]):
    await model.tell(step)
    (line,) = await HearingLines(hears()).look()
    assert line.status is Status.FAILED
    assert "PONTE_HEARING" in line.todo
    assert KEY not in line.message + line.todo


async def test_the_doctor_of_an_installation_has_the_line(
    database: Database, secret_key: str, model: Model, tmp_path: Path
):
    named = {"ponte_hearing_model": "whisper-1", "ponte_hearing_base_url": model.url}
    settings = settings_for(
        database.dsn, secret_key, ponte_hearing_api_key=SecretStr(KEY), ponte_data=tmp_path, **named
    )
    async with open_house(settings) as house:
        lines = {line.name: line for line in (await house.doors.doctor.report()).lines}
    assert lines["hearing"].status is Status.OK
