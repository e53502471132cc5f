"""The simulated model's ears are as strict as the real ones, and say what the script has for a recording."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.sandbox.attachments import EMPTY_OGG, VOICE_SECONDS
from app.sandbox.model_hearing import HEARD
from tests.sandbox.modelling import Model, running

PATH = "/v1/audio/transcriptions"
VOICE = ("voice.ogg", EMPTY_OGG, "audio/ogg")


@pytest_asyncio.fixture(scope="module")
async def process() -> AsyncIterator[Model]:
    async with running() as model:
        yield model


@pytest_asyncio.fixture
async def model(process: Model) -> Model:
    await process.reset()
    return process


async def ask(server: Model, file: Any = VOICE, **form: str) -> httpx.Response:
    return await server.http.post(PATH, files={"file": file} if file else {}, data={"model": "whisper-1", **form})


async def test_every_voice_asks_the_same_until_something_is_told(model: Model):
    assert (await ask(model)).json() == {"text": HEARD}
    await model.tell({"when": "second.ogg", "say": "Oi"})
    assert (await ask(model, ("second.ogg", b"OggS", "audio/ogg"))).json() == {"text": "Oi"}
    assert (await ask(model, response_format="text")).text == f"{HEARD}\n"


@pytest.mark.parametrize(
    ("file", "form"),
    [
        (None, {}),
        (("voice.ogg", b"", "audio/ogg"), {}),
        (("voice.exe", b"MZ", "audio/ogg"), {}),
        (("voice", b"OggS", "audio/ogg"), {}),
        (VOICE, {"model": ""}),
        (VOICE, {"response_format": "xml"}),
        (VOICE, {"colour": "red"}),
    ],
)
async def test_a_form_that_the_api_would_not_take_is_refused(model: Model, file: Any, form: dict[str, str]):
    assert (await ask(model, file, **form)).status_code == 400
    assert await model.record() == []


async def test_a_body_that_is_no_form_is_refused(model: Model):
    assert (await model.http.post(PATH, json={"model": "whisper-1"})).status_code == 400
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert (await model.http.post(PATH, content=b"no part", headers=broken)).status_code == 400


async def test_a_fault_is_played(model: Model):
    await model.tell({"fault": "429", "retry_after": 3})
    answer = await ask(model)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")


def test_the_sandboxs_voice_lasts_some_seconds():
    assert EMPTY_OGG.startswith(b"OggS")
    assert VOICE_SECONDS > 1
