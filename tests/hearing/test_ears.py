"""A recording becomes words at any server with OpenAI's endpoint; whatever goes wrong has a code and nobody's words."""

from datetime import timedelta

import httpx2
import pytest
from pydantic import SecretStr

from app.domain.errors import AppError, NeedsHuman, Rejected, Retryable
from app.domain.sound import Recording
from app.hearing.assembly import HearingSetup
from app.hearing.probe import silence
from app.settings import Settings
from tests.hearing.conftest import KEY, Hearing
from tests.sandbox.modelling import Model

VOICE = Recording(b"OggS and what is said", "voice.ogg", "audio/ogg")


async def test_what_is_said_comes_back_and_the_file_goes_out_whole(model: Model, hears: Hearing):
    await model.tell({"when": "audio", "say": "Quero falar com um atendente"})
    assert await hears().hear(VOICE) == "Quero falar com um atendente"
    (asked,) = await model.record()
    assert asked["body"]["model"] == "whisper-1"
    assert asked["body"]["file"] == {"name": "voice.ogg", "content_type": "audio/ogg", "size": len(VOICE.body)}


async def test_one_pair_of_ears_hears_one_after_the_other(model: Model, hears: Hearing):
    await model.tell({"steps": [{"say": "um"}, {"fault": "empty"}, {"fault": "503"}, {"say": "dois"}]})
    ears = hears()
    assert [await ears.hear(VOICE), await ears.hear(VOICE)] == ["um", ""]
    with pytest.raises(Retryable):
        await ears.hear(VOICE)
    assert await ears.hear(VOICE) == "dois"


@pytest.mark.parametrize(
    ("step", "kind", "code"),
    [
        ({"fault": "429", "retry_after": 7}, Retryable, "busy"),
        ({"fault": "500"}, Retryable, "broken"),
        ({"fault": "503"}, Retryable, "broken"),
        ({"fault": "hang"}, Retryable, "too_late"),
        ({"say": "Oi", "delay": 3}, Retryable, "too_late"),
        ({"fault": "html"}, Retryable, "unreadable"),
        ({"fault": "cut"}, Retryable, "unreachable"),
        ({"fault": "401"}, NeedsHuman, "hearing_refused"),
        ({"fault": "404"}, NeedsHuman, "hearing_refused"),
        ({"fault": "413"}, Rejected, "not_taken"),
    ],
)
async def test_whatever_goes_wrong_has_a_code(
    model: Model, hears: Hearing, step: dict[str, object], kind: type[AppError], code: str
):
    await model.tell(step)
    with pytest.raises(kind) as trouble:
        await hears(budget=timedelta(seconds=1)).hear(VOICE)
    assert trouble.value.code == code
    assert KEY not in f"{trouble.value.message} {trouble.value.hint}"
    if isinstance(trouble.value, Retryable) and "retry_after" in step:
        assert trouble.value.after == timedelta(seconds=7)


async def test_a_wrong_key_and_no_server_are_told_apart(hears: Hearing):
    with pytest.raises(NeedsHuman):
        await hears(key="wrong").hear(VOICE)
    with pytest.raises(Retryable) as trouble:
        await hears("http://127.0.0.1:1/v1").hear(VOICE)
    assert trouble.value.code == "unreachable"


async def test_an_address_without_the_path_is_the_operators_to_mend(model: Model, hears: Hearing):
    with pytest.raises(NeedsHuman):
        await hears(model.url.removesuffix("/v1")).hear(VOICE)


async def test_what_the_endpoint_does_not_take_is_not_asked_again(hears: Hearing):
    with pytest.raises(Rejected):
        await hears().hear(Recording(b"?", "voice.amr", "audio/amr"))


async def test_the_silence_of_the_doctor_is_a_recording(model: Model, hears: Hearing):
    await hears().hear(silence())
    assert (await model.record())[0]["body"]["file"]["name"] == "silence.wav"


def setup(**given: object) -> HearingSetup:
    plain = {name: SecretStr(str(value)) if name.endswith("key") else value for name, value in given.items()}
    return HearingSetup.model_validate(Settings(**plain))


async def test_nobody_listens_until_a_model_for_it_is_named(http: httpx2.AsyncClient):
    assert setup(openai_api_key="k").ears(http) is None
    assert setup(ponte_hearing_model="m").ears(http) is None
    assert setup(ponte_hearing_model="m", openai_api_key="k").ears(http) is not None


def test_the_models_own_address_and_key_serve_and_keys_do_not_travel():
    theirs = setup(ponte_hearing_model="m", openai_api_key="k", openai_base_url="http://127.0.0.1:1/v1").listener()
    own = setup(ponte_hearing_model="m", openai_api_key="k", ponte_hearing_base_url="http://127.0.0.1:2/v1/").listener()
    assert theirs is not None
    assert own is not None
    assert (theirs.url, theirs.key) == ("http://127.0.0.1:1/v1", "k")
    assert (own.url, own.key) == ("http://127.0.0.1:2/v1", None)
    assert "k" not in repr(theirs).removeprefix("Listener")
